"""Somebody asked to have the links to their orders mailed again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LinkRequest(models.Model):
    """The address that was typed, until the mail (if any) is sent; then only its keyed hash stays, for the limit."""

    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    email_hash = models.CharField(max_length=64)
    visitor_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("request for order links")
        verbose_name_plural = _("requests for order links")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["email_hash", "-created_at"], name="link_request_by_email"),
            models.Index(fields=["visitor_hash", "-created_at"], name="link_request_by_visitor"),
            models.Index(fields=["id"], condition=models.Q(handled_at__isnull=True), name="link_request_open"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"
