"""Where the shop tells another program what becomes of orders. ``shop/hooks.py`` does the telling."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.crypto import seal, unseal
from integrations.models import new_public_id


class EventHook(models.Model):
    """An address that is sent the events of orders, in their order, signed with ``secret`` (Standard Webhooks).

    ``last_event_id`` is the last one that was taken: what comes after it is still to be sent. That is the whole queue.
    """

    class Scope(models.TextChoices):
        """Whose orders it is told of."""

        OWN = "own", _("The account's own orders")
        ALL = "all", _("All orders")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="event_hooks", verbose_name=_("account")
    )
    scope = models.CharField(_("tells of"), max_length=4, choices=Scope.choices, default=Scope.OWN)
    url = models.CharField(_("address"), max_length=300)
    secret_sealed = models.TextField(editable=False)
    last_event_id = models.PositiveBigIntegerField(default=0, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0, editable=False)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now, editable=False)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True, editable=False)
    delivered_at = models.DateTimeField(_("last taken"), null=True, editable=False)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("event webhook")
        verbose_name_plural = _("event webhooks")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(disabled_at__isnull=True), name="event_hook_to_try")
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "url"], name="event_hook_once_per_address"),
            models.CheckConstraint(condition=models.Q(scope__in=["own", "all"]), name="event_hook_scope_known"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def secret(self) -> str:
        return unseal(self.secret_sealed)

    @secret.setter
    def secret(self, value: str) -> None:
        self.secret_sealed = seal(value)
