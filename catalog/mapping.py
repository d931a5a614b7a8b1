"""Which SKU of which supplier's product stands behind a variant."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Listing
from integrations.registry import PROVIDERS, adapter_for
from integrations.types import ProductSnapshot, SkuSnapshot
from shop.errors import DomainError

#: Where prices are asked for when a listing does not say where it ships to.
DEFAULT_COUNTRY = "US"


def read_product(listing: Listing) -> ProductSnapshot:
    """The supplier's product behind ``listing`` as it is now, priced in the variant's currency where possible.

    Calls the supplier: not inside a transaction. Raises ``SupplierError``, and ``DomainError``
    (``unknown_provider``) for an account whose supplier is not installed.
    """
    if listing.account.provider not in PROVIDERS:
        raise DomainError(_("No adapter is installed for this account's supplier."), code="unknown_provider")
    return adapter_for(listing.account).fetch_product(
        listing.external_product_id,
        country=next(iter(listing.destination_countries), DEFAULT_COUNTRY),
        currency=listing.variant.currency,
    )


def fingerprint_of(product: ProductSnapshot, sku: SkuSnapshot) -> dict[str, Any]:
    """What the SKU means now, to be compared before it is bought."""
    return {"title": product.title, "options": [list(pair) for pair in sku.options]}


def map_listing(listing: Listing, *, product: ProductSnapshot, sku_id: str) -> Listing:
    """Let ``listing`` buy the SKU ``sku_id`` of ``product``, with its cost, stock and meaning as just read.

    Raises ``DomainError``: ``no_such_sku``, or ``already_mapped`` if another listing buys that SKU already.
    """
    sku = product.sku(sku_id)
    if sku is None:
        raise DomainError(_("The supplier's product has no such SKU."), code="no_such_sku", sku_id=sku_id)
    listing.external_product_id = product.product_id
    listing.external_sku_id = sku.sku_id
    listing.external_sku_attr = sku.sku_attr
    listing.cost = sku.price.amount
    listing.currency = sku.price.currency
    listing.stock = sku.stock
    listing.fingerprint = fingerprint_of(product, sku)
    listing.checked_at = timezone.now()
    try:
        with transaction.atomic():
            listing.save(
                update_fields=[
                    "external_product_id",
                    "external_sku_id",
                    "external_sku_attr",
                    "cost",
                    "currency",
                    "stock",
                    "fingerprint",
                    "checked_at",
                ]
            )
    except IntegrityError as exc:
        listing.refresh_from_db()
        raise DomainError(
            _("Another listing of this account buys the same SKU already."), code="already_mapped"
        ) from exc
    return listing


def forget_reading(listing: Listing) -> None:
    """Drop what was read of the SKU that ``listing`` meant before; the caller saves.

    Without this the guard before buying would compare the new SKU with the old one's meaning.
    """
    listing.fingerprint = {}
    listing.checked_at = None
