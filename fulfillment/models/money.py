"""The customer's money: payments and refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fulfillment.models.order import Order
from fulfillment.states import PaymentStatus
from integrations.models import new_public_id
from shop.money import Money


class Payment(models.Model):
    """One attempt of the customer to pay an order. At most one of an order's payments succeeds."""

    class Method(models.TextChoices):
        """How it is paid. *External*: another program vouches for it. *None*: there was nothing to pay."""

        SANDBOX = "sandbox", _("Sandbox")
        BANK_TRANSFER = "bank_transfer", _("Bank transfer")
        STRIPE = "stripe", _("Stripe")
        EXTERNAL = "external", _("Vouched for by the caller")
        NONE = "none", _("Nothing to pay")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments", verbose_name=_("order"))
    method = models.CharField(_("method"), max_length=16, choices=Method.choices)
    status = models.CharField(_("status"), max_length=12, choices=PaymentStatus.choices, default=PaymentStatus.PENDING)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    refunded_amount = models.DecimalField(_("refunded"), max_digits=12, decimal_places=2, default=Decimal(0))
    external_reference = models.CharField(_("reference"), max_length=120, blank=True)
    #: What the provider (or the bank statement) says was paid; empty as long as no money came.
    told_amount = models.DecimalField(_("told amount"), max_digits=12, decimal_places=2, null=True, blank=True)
    told_currency = models.CharField(_("told currency"), max_length=3, blank=True)
    session_id = models.CharField(_("session"), max_length=120, blank=True, db_index=True)
    session_url = models.TextField(blank=True, editable=False)
    session_expires_at = models.DateTimeField(_("page closes"), null=True, blank=True)
    #: When the provider is asked again; empty if there is nothing to ask.
    next_look_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: No money moved: by the sandbox page, or with a provider's test key.
    is_test = models.BooleanField(_("test money"), default=False, editable=False)
    disputed_at = models.DateTimeField(_("disputed"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at", "-pk"]
        permissions = [("confirm_payment", _("Can confirm payments by bank transfer"))]
        indexes = [
            models.Index(
                fields=["next_look_at"], condition=models.Q(next_look_at__isnull=False), name="payment_to_look"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(status="succeeded"), name="payment_succeeds_once_per_order"
            ),
            models.UniqueConstraint(
                fields=["method", "external_reference"],
                condition=~models.Q(external_reference=""),
                name="payment_reference_unique",
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="payment_amount_not_negative"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="payment_currency_present"),
            models.CheckConstraint(condition=models.Q(status__in=PaymentStatus.values), name="payment_status_known"),
            models.CheckConstraint(
                # What was told is what came: of a payment that does not fit, that is what can go back.
                condition=models.Q(refunded_amount__gte=0)
                & (
                    models.Q(told_amount__isnull=True, refunded_amount__lte=models.F("amount"))
                    | models.Q(told_amount__isnull=False, refunded_amount__lte=models.F("told_amount"))
                ),
                name="payment_refunds_within_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(told_amount__isnull=True, told_currency="")
                | models.Q(told_amount__isnull=False, told_currency__regex=r"^[A-Z]{3}$"),
                name="payment_told_with_currency",
            ),
            models.UniqueConstraint(
                fields=["method", "session_id"], condition=~models.Q(session_id=""), name="payment_session_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} ({self.get_method_display()})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def received(self) -> Money | None:
        """What came: as told where that is known, as asked for a payment that succeeded; None if nothing came."""
        if self.told_amount is not None:
            return Money(self.told_amount, self.told_currency)
        return self.money if self.status == PaymentStatus.SUCCEEDED else None

    @property
    def is_leaving(self) -> bool:
        """Whether nothing should be bought any more with this money: it is disputed, or all of it goes back."""
        return self.disputed_at is not None or 0 < self.amount <= self.refunded_amount

    @property
    def refundable(self) -> Money | None:
        """What can still go back; None if no money came."""
        received = self.received
        return Money(received.amount - self.refunded_amount, received.currency) if received else None


class Refund(models.Model):
    """Money that goes back. ``key`` is unique: the same refund asked for twice is one refund."""

    class Status(models.TextChoices):
        """Where the refund stands. *To do*: only a person can do it (the payment was made elsewhere)."""

        PENDING = "pending", _("Pending")
        TO_DO = "to_do", _("To be done by a person")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    key = models.CharField(_("key"), max_length=80, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PENDING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    external_id = models.CharField(_("provider's id"), max_length=120, blank=True)
    note = models.CharField(_("what happened"), max_length=200, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="refund_currency_present"),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "to_do", "done", "failed"]), name="refund_status_known"
            ),
            models.UniqueConstraint(
                fields=["payment", "external_id"], condition=~models.Q(external_id=""), name="refund_external_id_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(next_try_at__isnull=False), name="refund_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class PaymentEvent(models.Model):
    """What a payment provider told unasked, kept once (``provider``, ``event_id``) and handled later. It says where to
    look; amounts and states are read from the provider.
    """

    provider = models.CharField(_("provider"), max_length=16)
    event_id = models.CharField(_("event"), max_length=255)
    kind = models.CharField(_("about"), max_length=20)
    word = models.CharField(_("type"), max_length=80)
    note = models.CharField(_("in words"), max_length=200, blank=True)
    session_id = models.CharField(_("session"), max_length=120, blank=True)
    payment_reference = models.CharField(_("payment at the provider"), max_length=120, blank=True)
    body: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("payment")
    )
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled"), null=True)
    next_try_at = models.DateTimeField(default=timezone.now, editable=False)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ["-received_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="payment_event_once")]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(handled_at__isnull=True), name="payment_event_unhandled"
            )
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.event_id}"
