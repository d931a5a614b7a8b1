"""Mails to the customer, written in the same transaction as the change they tell of, and the queue's heartbeat."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fulfillment.models.money import Refund
from fulfillment.models.order import Order
from fulfillment.models.returns import ReturnRequest
from fulfillment.models.shipment import Shipment


class Notice(models.Model):
    """A mail that is owed to the customer. ``key`` is unique: one change is told once."""

    class Kind(models.TextChoices):
        """What is told."""

        RECEIVED = "received", _("Order received, not paid yet")
        PAID = "paid", _("Paid")
        SHIPPED = "shipped", _("Shipped")
        DELIVERED = "delivered", _("Delivered")
        DELAYED = "delayed", _("Delayed")
        CANCELED = "canceled", _("Canceled")
        REFUNDED = "refunded", _("Refunded")
        RETURN_REQUESTED = "return_requested", _("Return asked for")
        RETURN_APPROVED = "return_approved", _("Return approved")
        RETURN_DECLINED = "return_declined", _("Return declined")
        RETURN_RECEIVED = "return_received", _("Return received")
        RETURN_CLOSED = "return_closed", _("Return closed")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notices", verbose_name=_("order"))
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, null=True, related_name="notices")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="notices")
    return_request = models.ForeignKey(ReturnRequest, on_delete=models.PROTECT, null=True, related_name="notices")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=80, unique=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(sent_at__isnull=True), name="notice_unsent"),
        ]

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When something that must not stop was last alive. The queue's beat is written *through* the queue."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
