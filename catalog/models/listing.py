"""Where each variant is bought."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.models import SupplierAccount, new_public_id
from shop.money import Money


class Listing(models.Model):
    """A place where a variant can be bought: one SKU of one supplier's product, through one account."""

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.CASCADE, related_name="listings", verbose_name=_("variant")
    )
    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="listings", verbose_name=_("supplier account")
    )
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    external_sku_id = models.CharField(_("supplier's SKU id"), max_length=64, blank=True)
    external_sku_attr = models.CharField(_("supplier's SKU text"), max_length=300, blank=True)
    quantity_per_unit = models.PositiveSmallIntegerField(
        _("pieces"), default=1, help_text=_("How many of theirs make one of ours.")
    )
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True, help_text=_("Empty: not known."))
    quantity_limit = models.PositiveIntegerField(
        _("limit per order"), null=True, blank=True, help_text=_("Of theirs; empty: the supplier sets none.")
    )
    #: What a supplier says of cost and stock is about one country.
    country = models.CharField(
        _("asked for"), max_length=2, blank=True,
        help_text=_("Cost and stock are asked for this country; empty: the one it ships to, else the shop's own."),
    )  # fmt: skip
    ship_from = models.CharField(_("ships from"), max_length=2, blank=True)
    shipping_service = models.CharField(_("shipping service"), max_length=80, blank=True)
    destination_countries: models.JSONField[list[str], list[str]] = models.JSONField(
        _("ships to"), default=list, blank=True, help_text=_('ISO codes such as ["US", "DE"]; empty for everywhere.')
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=1, help_text=_("1 is tried first."))
    is_active = models.BooleanField(_("in use"), default=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    fingerprint: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("meaning when mapped"), default=dict, blank=True, editable=False
    )
    #: Since when the SKU means something else; nothing is sold or bought through the listing until staff decide.
    drifted_at = models.DateTimeField(_("means something else since"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["priority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "external_product_id", "external_sku_id", "quantity_per_unit"],
                name="listing_maps_supplier_sku_once",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity_per_unit__gt=0), name="listing_quantity_per_unit_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(cost__isnull=True) | models.Q(cost__gte=0), name="listing_cost_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="listing_currency_present"),
        ]

    def __str__(self) -> str:
        return f"{self.account.label}: {self.external_product_id} / {self.external_sku_id or '-'}"

    @property
    def asked_country(self) -> str:
        """The country (ISO) for which its supplier is asked: its own, but none that it is not meant for."""
        if self.destination_countries and self.country not in self.destination_countries:
            return self.destination_countries[0]
        return self.country or settings.SHOP_COUNTRY

    @property
    def is_usable(self) -> bool:
        """Whether goods may be sold and bought through it at all."""
        return self.is_active and self.drifted_at is None

    @property
    def unit_cost(self) -> Money | None:
        """What one of *ours* costs there, as last seen."""
        return Money(self.cost * self.quantity_per_unit, self.currency) if self.cost is not None else None

    def cost_of(self, quantity: int) -> Money | None:
        """What ``quantity`` of *ours* cost there, as last seen."""
        cost = self.unit_cost
        return cost * quantity if cost is not None else None

    def serves(self, quantity: int) -> bool:
        """Whether ``quantity`` of *ours* can be bought there at once. A stock that is not known counts as enough."""
        pieces = quantity * self.quantity_per_unit
        return (self.stock is None or self.stock >= pieces) and (
            self.quantity_limit is None or self.quantity_limit >= pieces
        )

    def ships_to(self, country: str) -> bool:
        return not self.destination_countries or country in self.destination_countries
