"""What the shop's own API keeps."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class IdempotentRequest(models.Model):
    """The first answer to a request that carried an ``Idempotency-Key``; ``status`` is null while it is running."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    path = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "idempotent request"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_request_once_per_user")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
