"""Accounts at suppliers, their secrets, and the log of every call."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.crypto import seal, unseal


def new_public_id() -> str:
    """An unguessable id for addresses and programs (160 random bits)."""
    return secrets.token_urlsafe(20)


class SupplierAccount(models.Model):
    """An account at a supplier. Secrets are sealed; read them through the properties of the same name."""

    class Mode(models.TextChoices):
        """Which world the account buys in. An order keeps for good the mode that bought it."""

        SANDBOX = "sandbox", _("Emulator")
        TEST = "test", _("Test account")
        LIVE = "live", _("Live")

    class Health(models.TextChoices):
        """Whether the supplier still accepts the account."""

        OK = "ok", _("OK")
        RECONNECT = "reconnect", _("Reconnect: the supplier refuses the token")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    provider = models.CharField(_("provider"), max_length=32)
    label = models.CharField(_("label"), max_length=80)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode.choices)
    endpoint = models.CharField(
        _("API address"), help_text=_("The base address, without /sync or /rest."), max_length=200
    )
    app_key = models.CharField(_("app key"), max_length=64, blank=True)
    app_secret_sealed = models.TextField(blank=True, editable=False)
    access_token_sealed = models.TextField(blank=True, editable=False)
    refresh_token_sealed = models.TextField(blank=True, editable=False)
    #: SHA-256 of the environment's tokens that were taken over: a token rotated since is never undone by a restart.
    token_origin = models.CharField(max_length=64, blank=True, editable=False)
    access_token_expires_at = models.DateTimeField(_("access token ends"), null=True, blank=True)
    refresh_token_expires_at = models.DateTimeField(_("refresh token ends"), null=True, blank=True)
    health = models.CharField(_("health"), max_length=12, choices=Health.choices, default=Health.OK)
    health_note = models.CharField(_("what the supplier said"), max_length=200, blank=True)
    buying_enabled = models.BooleanField(
        _("buying enabled"), default=True, help_text=_("Off: paid orders wait, nothing is bought.")
    )
    pays_automatically = models.BooleanField(
        _("pays automatically"),
        default=False,
        help_text=_("Ask the supplier to charge the account's payment method when an order is placed."),
    )
    daily_spend_cap = models.DecimalField(
        _("spend cap a day"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("No more than this is bought in 24 hours; empty for no cap."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    fee_percent = models.DecimalField(
        _("fee, percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("Of what is bought, shipping included: the supplier's commission, the card's, the agent's."),
    )
    fee_fixed = models.DecimalField(
        _("fee, amount"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("For each order there, in the account's currency."),
    )
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True, editable=False)
    external_user_id = models.CharField(_("user id at the supplier"), max_length=64, blank=True)
    external_name = models.CharField(_("name at the supplier"), max_length=120, blank=True, editable=False)
    authorized_at = models.DateTimeField(_("authorized"), null=True, blank=True, editable=False)
    refresh_lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("supplier account")
        verbose_name_plural = _("supplier accounts")
        ordering = ["provider", "label", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "label"], name="supplier_account_label_unique"),
            models.CheckConstraint(
                condition=models.Q(mode__in=["sandbox", "test", "live"]), name="supplier_account_mode_known"
            ),
            models.CheckConstraint(
                condition=models.Q(daily_spend_cap__isnull=True) | models.Q(daily_spend_cap__gte=0),
                name="supplier_account_cap_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(fee_percent__gte=0, fee_fixed__gte=0), name="supplier_account_fees_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.get_mode_display()})"

    @property
    def app_secret(self) -> str:
        return unseal(self.app_secret_sealed)

    @app_secret.setter
    def app_secret(self, value: str) -> None:
        self.app_secret_sealed = seal(value)

    @property
    def access_token(self) -> str:
        return unseal(self.access_token_sealed)

    @access_token.setter
    def access_token(self, value: str) -> None:
        self.access_token_sealed = seal(value)

    @property
    def refresh_token(self) -> str:
        return unseal(self.refresh_token_sealed)

    @refresh_token.setter
    def refresh_token(self, value: str) -> None:
        self.refresh_token_sealed = seal(value)


class ConnectAttempt(models.Model):
    """A browser sent to a supplier to authorize us. Its ``state`` (kept as a hash) works once, in one session."""

    provider = models.CharField(max_length=32)
    account = models.ForeignKey(SupplierAccount, on_delete=models.CASCADE, related_name="connect_attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("connect attempt")
        verbose_name_plural = _("connect attempts")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.provider} {self.created_at:%Y-%m-%d %H:%M:%S}"


class AddressTree(models.Model):
    """A supplier's list of the provinces and cities of one country, as an account was last told it.

    Kept for each account: the emulator's list is not the platform's. ``tree`` is nested ``[name, kind, children]``,
    null where the supplier keeps none for that country.
    """

    account = models.ForeignKey(SupplierAccount, on_delete=models.CASCADE, related_name="address_trees")
    country = models.CharField(_("country"), max_length=2)
    tree: models.JSONField[list[Any] | None, list[Any] | None] = models.JSONField(null=True)
    fetched_at = models.DateTimeField(_("fetched"), default=timezone.now)

    class Meta:
        verbose_name = _("address tree")
        verbose_name_plural = _("address trees")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["account", "country"], name="address_tree_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.country}"


class RateWindow(models.Model):
    """When calls of one group of an account were or will be sent, shared by every process.

    ``slots`` are the instants (seconds since 1970) of the last so many calls: the next one waits until the oldest of
    them is a minute old.
    """

    account = models.ForeignKey(SupplierAccount, on_delete=models.CASCADE, related_name="rate_windows")
    group = models.CharField(_("group"), max_length=16)
    slots: models.JSONField[list[float], list[float]] = models.JSONField(default=list, editable=False)
    paused_until = models.DateTimeField(_("paused until"), null=True)

    class Meta:
        verbose_name = _("call limit")
        verbose_name_plural = _("call limits")
        ordering = ["account_id", "group"]
        constraints = [models.UniqueConstraint(fields=["account", "group"], name="rate_window_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.group}"


class PushMessage(models.Model):
    """A supplier's push, kept as it came (redacted) and handled later: a hint, never the truth itself."""

    account = models.ForeignKey(SupplierAccount, on_delete=models.PROTECT, related_name="push_messages")
    key = models.CharField(_("key"), max_length=64)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    external_id = models.CharField(_("supplier's order id"), max_length=64, blank=True, db_index=True)
    body: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("push message")
        verbose_name_plural = _("push messages")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["received_at"], condition=models.Q(handled_at__isnull=True), name="push_unhandled")
        ]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="push_message_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


class ApiCall(models.Model):
    """One call to an outside system, redacted. Rows older than the retention time are deleted."""

    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="api_calls", verbose_name=_("account")
    )
    operation = models.CharField(_("operation"), max_length=80)
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("API path"), max_length=200)
    reference = models.CharField(_("reference"), max_length=64, blank=True, db_index=True)
    request_id = models.CharField(_("request id"), max_length=80, blank=True, db_index=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    error = models.CharField(_("error"), max_length=80, blank=True)
    started_at = models.DateTimeField(_("started"), db_index=True)
    duration_ms = models.PositiveIntegerField(_("milliseconds"), default=0)
    request_body: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("request"), default=dict)
    reply_body = models.TextField(_("reply"), blank=True)
    replay_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replays", verbose_name=_("replay of")
    )
    is_replay = models.BooleanField(_("replay against the emulator"), default=False)

    class Meta:
        verbose_name = _("API call")
        verbose_name_plural = _("API calls")
        ordering = ["-started_at", "-pk"]
        permissions = [("replay_apicall", "Can replay API calls against the emulator")]

    def __str__(self) -> str:
        return f"{self.operation} {self.started_at:%Y-%m-%d %H:%M:%S}"
