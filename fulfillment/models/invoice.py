"""The document of a paid order, with a number of its own."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fulfillment.models.order import Order


class InvoiceSequence(models.Model):
    """The last number given out in a year. Raised under a row lock, so that no number is skipped or given twice."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("invoice sequence")
        verbose_name_plural = _("invoice sequences")
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Invoice(models.Model):
    """Invoice and receipt of one order. Who sold and who bought is copied: later changes do not reach it."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="invoice", verbose_name=_("order"))
    year = models.PositiveSmallIntegerField(_("year"))
    sequence = models.PositiveIntegerField(_("number in the year"))
    number = models.CharField(_("number"), max_length=40, unique=True)
    seller: models.JSONField[list[str], list[str]] = models.JSONField(_("seller"), default=list)
    buyer: models.JSONField[list[str], list[str]] = models.JSONField(_("buyer"), default=list)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-year", "-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="invoice_number_in_year_unique"),
            models.CheckConstraint(condition=models.Q(sequence__gt=0), name="invoice_sequence_positive"),
        ]

    def __str__(self) -> str:
        return self.number
