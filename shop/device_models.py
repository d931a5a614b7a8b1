"""The devices on which somebody is logged in, and their tokens. ``shop/devices.py`` gives them out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.models import new_public_id


class Device(models.Model):
    """One login on one device; ending it ends all of its tokens.

    ``auth_hash`` is that of the password at the login: a new password ends every device without anybody doing so.
    """

    class End(models.TextChoices):
        """Why it ended."""

        NONE = "", _("In use")
        LOGOUT = "logout", _("Logged out")
        REUSE = "reuse", _("A used token came again")
        TOO_MANY = "too-many", _("Logged in on too many others")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    auth_hash = models.CharField(max_length=64, editable=False)
    #: Whether a second factor was shown at the login; where staff must have one, nothing of theirs opens without.
    has_second_factor = models.BooleanField(_("second factor"), default=False, editable=False)
    created_at = models.DateTimeField(_("logged in"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    end = models.CharField(_("why"), max_length=8, choices=End.choices, blank=True, default="")

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["-last_used_at", "-pk"]
        indexes = [models.Index(fields=["user", "-last_used_at"], name="device_by_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, end="")
                | models.Q(revoked_at__isnull=False) & ~models.Q(end=""),
                name="device_end_has_reason",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.public_id


class DeviceToken(models.Model):
    """An access or a refresh token. The token itself is only on the device; the database keeps its hash.

    A refresh token works once: ``used_at`` is when it was changed for the next pair.
    """

    class Kind(models.TextChoices):
        """What it opens: the API, or the next pair of tokens."""

        ACCESS = "access", _("Access")
        REFRESH = "refresh", _("Refresh")

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("device"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("device token")
        verbose_name_plural = _("device tokens")
        ordering = ["pk"]
        indexes = [models.Index(fields=["expires_at"], name="device_token_age")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["access", "refresh"]), name="device_token_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.kind} token of device {self.device_id}"
