"""The customer's money: payments and refunds."""

from __future__ import annotations

from decimal import Decimal

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
        """How it is paid. *External*: another program vouches for it."""

        SANDBOX = "sandbox", _("Sandbox")
        EXTERNAL = "external", _("Vouched for by the caller")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments", verbose_name=_("order"))
    method = models.CharField(_("method"), max_length=16, choices=Method.choices)
    status = models.CharField(_("status"), max_length=12, choices=PaymentStatus.choices, default=PaymentStatus.PENDING)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    refunded_amount = models.DecimalField(_("refunded"), max_digits=12, decimal_places=2, default=Decimal(0))
    external_reference = models.CharField(_("reference"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-created_at", "-pk"]
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
                condition=models.Q(refunded_amount__gte=0, refunded_amount__lte=models.F("amount")),
                name="payment_refunds_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} ({self.get_method_display()})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Refund(models.Model):
    """Money that goes back. ``key`` is unique: the same refund asked for twice is one refund."""

    class Status(models.TextChoices):
        """Where the refund stands. *To do*: only a person can do it (the payment was made elsewhere)."""

        PENDING = "pending", _("Pending")
        TO_DO = "to_do", _("To be done by a person")
        DONE = "done", _("Done")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    key = models.CharField(_("key"), max_length=80, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PENDING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="refund_currency_present"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
