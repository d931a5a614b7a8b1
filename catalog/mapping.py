"""Which SKU of which supplier's product stands behind a variant."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.drift import fingerprint_of, picture_of
from catalog.drifts import close_remapped
from catalog.models import Listing, Variant
from catalog.shelf import refresh_variants
from catalog.supplier_pictures import looking_for
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS, adapter_for
from integrations.types import ProductSnapshot
from shop.errors import DomainError

__all__ = [
    "add_listing",
    "blank_listing",
    "fingerprint_of",
    "forget_reading",
    "map_listing",
    "map_variant",
    "picture_mark_of",
    "read_product",
]


def read_product(listing: Listing) -> ProductSnapshot:
    """The supplier's product behind ``listing`` as it is now, as sold to the listing's country.

    Priced in the account's currency where possible: in that one costs are kept, and purchases made.

    Calls the supplier: not inside a transaction. Raises ``SupplierError``, and ``DomainError``
    (``unknown_provider``) for an account whose supplier is not installed.
    """
    if listing.account.provider not in PROVIDERS:
        raise DomainError(_("No adapter is installed for this account's supplier."), code="unknown_provider")
    return adapter_for(listing.account).fetch_product(
        listing.external_product_id,
        country=listing.asked_country,
        currency=listing.account.currency,
    )


def blank_listing(variant: Variant, account: SupplierAccount, product_id: str) -> Listing:
    """A listing of ``variant`` that buys nothing yet, asked for the same country as what is bought already.

    That is the country of the supplier's product if another listing buys it, else of the variant's product.
    """
    rows = Listing.objects.filter(is_active=True).order_by("priority", "pk")
    known = (
        rows.filter(account=account, external_product_id=product_id).first()
        or rows.filter(variant__product=variant.product_id).first()
    )
    country = known.asked_country if known else ""
    return Listing(variant=variant, account=account, external_product_id=product_id, country=country)


def picture_mark_of(listing: Listing, product: ProductSnapshot, sku_id: str) -> str | None:
    """The mark of the SKU's picture, to be kept with the mapping; None if it has none that can be had.

    Makes a network call: not inside a transaction.
    """
    sku = product.sku(sku_id)
    url = picture_of(product, sku) if sku else ""
    return looking_for(listing.account)(url) if url else None


def map_listing(
    listing: Listing, *, product: ProductSnapshot, sku_id: str, picture_mark: str | None = None, actor: str = "system"
) -> Listing:
    """Let ``listing`` buy the SKU ``sku_id`` of ``product``, with its cost, stock and meaning as just read.

    ``picture_mark`` says what its picture shows, if somebody has looked (``picture_mark_of``).

    Raises ``DomainError``: ``no_such_sku``, or ``already_mapped`` if another listing buys that SKU already.
    """
    _take_over(listing, product, sku_id, picture_mark)
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
                    "quantity_limit",
                    "fingerprint",
                    "drifted_at",
                    "checked_at",
                ]
            )
            close_remapped(listing, actor=actor)
    except IntegrityError as exc:
        listing.refresh_from_db()
        raise DomainError(
            _("Another listing of this account buys the same SKU already."), code="already_mapped"
        ) from exc
    refresh_variants([listing.variant_id])
    return listing


def add_listing(
    variant: Variant,
    account: SupplierAccount,
    *,
    product: ProductSnapshot,
    sku_id: str,
    quantity_per_unit: int = 1,
    picture_mark: str | None = None,
) -> Listing:
    """A further listing of ``variant``, tried after those that it has: the SKU ``sku_id`` of ``product``.

    Raises ``DomainError`` as ``map_listing`` does, and ``is_bundle`` for a variant that is bought in parts.
    """
    if variant.is_bundle:
        raise DomainError(_("A bundle is bought in parts: map these."), code="is_bundle")
    last = variant.listings.aggregate(last=Max("priority"))["last"] or 0
    listing = blank_listing(variant, account, product.product_id)
    listing.quantity_per_unit, listing.priority = quantity_per_unit, min(last + 1, 32_767)
    _take_over(listing, product, sku_id, picture_mark)
    try:
        with transaction.atomic():
            listing.save(force_insert=True)
    except IntegrityError as exc:
        raise DomainError(
            _("Another listing of this account buys the same SKU already."), code="already_mapped"
        ) from exc
    refresh_variants([variant.pk])
    return listing


def map_variant(
    variant: Variant,
    account: SupplierAccount,
    *,
    product: ProductSnapshot,
    sku_id: str,
    pieces: int = 1,
    picture_mark: str | None = None,
    actor: str = "system",
) -> Listing:
    """Let ``variant`` be bought as ``pieces`` of a SKU: its listing of that SKU is read anew, or it gets one.

    Raises as ``add_listing`` and ``map_listing`` do.
    """
    present = Listing.objects.select_related("variant").filter(
        variant=variant, account=account, external_product_id=product.product_id, external_sku_id=sku_id,
        quantity_per_unit=pieces,
    ).first()  # fmt: skip
    if present is not None:
        return map_listing(present, product=product, sku_id=sku_id, picture_mark=picture_mark, actor=actor)
    return add_listing(
        variant, account, product=product, sku_id=sku_id, picture_mark=picture_mark, quantity_per_unit=pieces
    )


def _take_over(listing: Listing, product: ProductSnapshot, sku_id: str, picture_mark: str | None) -> None:
    sku = product.sku(sku_id)
    if sku is None:
        raise DomainError(_("The supplier's product has no such SKU."), code="no_such_sku", sku_id=sku_id)
    listing.external_product_id = product.product_id
    listing.external_sku_id = sku.sku_id
    listing.external_sku_attr = sku.sku_attr
    listing.cost = sku.price.amount
    listing.currency = sku.price.currency
    listing.stock = sku.stock
    listing.quantity_limit = sku.quantity_limit
    listing.fingerprint = fingerprint_of(product, sku, picture_mark=picture_mark)
    listing.drifted_at = None
    listing.checked_at = timezone.now()


def forget_reading(listing: Listing) -> None:
    """Drop what was read of the SKU that ``listing`` meant before; the caller saves.

    Without this the guard before buying would compare the new SKU with the old one's meaning.
    """
    listing.fingerprint = {}
    listing.checked_at = None
    listing.drifted_at = None
