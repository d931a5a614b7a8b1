"""What suppliers said about sending."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.models import SupplierAccount


class FreightQuote(models.Model):
    """What a supplier said about sending so many pieces of a SKU to a country: one row for each way of sending.

    "Does not ship there" is an answer too: one row with ``ships`` off.
    """

    account = models.ForeignKey(
        SupplierAccount, on_delete=models.CASCADE, related_name="freight_quotes", verbose_name=_("supplier account")
    )
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    external_sku_id = models.CharField(_("supplier's SKU id"), max_length=64, blank=True)
    country = models.CharField(_("country"), max_length=2)
    quantity = models.PositiveIntegerField(_("pieces"))
    service = models.CharField(_("shipping service"), max_length=80, blank=True)
    ships = models.BooleanField(_("ships"), default=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    fee = models.DecimalField(_("fee"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    tracked = models.BooleanField(_("tracked"), default=False)
    min_days = models.PositiveSmallIntegerField(_("days, at least"), null=True, blank=True)
    max_days = models.PositiveSmallIntegerField(_("days, at most"), null=True, blank=True)
    ship_from = models.CharField(_("ships from"), max_length=2, blank=True)
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)
    wanted_at = models.DateTimeField(_("last wanted"), default=timezone.now)

    class Meta:
        verbose_name = _("freight quote")
        verbose_name_plural = _("freight quotes")
        ordering = ["pk"]
        indexes = [models.Index(fields=["checked_at"], name="freight_quote_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "external_product_id", "external_sku_id", "country", "quantity", "service"],
                name="freight_quote_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ships=False)
                | models.Q(ships=True, fee__isnull=False, fee__gte=0, currency__regex=r"^[A-Z]{3}$"),
                name="freight_quote_fee_present",
            ),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="freight_quote_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.external_product_id} {self.country} {self.service}"
