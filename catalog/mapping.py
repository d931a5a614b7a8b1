"""Which SKU of which supplier's product stands behind a variant."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog import stock
from catalog.drift import fingerprint_of, picture_of
from catalog.drifts import close_remapped
from catalog.models import Listing, SyncChange, Variant
from catalog.shelf import refresh_variants
from catalog.supplier_pictures import looking_for
from catalog.syncing.applying import apply_readings
from catalog.syncing.readings import reading_of
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS, adapter_for
from integrations.types import ProductSnapshot, SkuSnapshot
from shop.errors import DomainError

_MEANING = ["external_product_id", "external_sku_id", "external_sku_attr", "fingerprint", "drifted_at"]
_FIGURES = ["cost", "currency", "stock", "quantity_limit", "checked_at"]

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
    listing: Listing,
    *,
    product: ProductSnapshot,
    sku_id: str,
    picture_mark: str | None = None,
    read_at: datetime | None = None,
    actor: str = "system",
) -> Listing:
    """Let ``listing`` buy the SKU ``sku_id`` of ``product``, with its cost, stock and meaning as just read.

    ``picture_mark`` says what its picture shows, if somebody has looked (``picture_mark_of``). ``read_at`` is when the
    reading began, by the database's clock (now): what was bought later is in the supplier's figure still. The SKU that
    it buys already is read as a check reads it: by the sync rules.

    Raises ``DomainError``: ``no_such_sku``, ``malformed_reply`` for a price that cannot be believed, or
    ``already_mapped`` if another listing buys that SKU already.
    """
    sku = _sku_of(product, sku_id)
    read_at = read_at or database_now()
    buys_already = _buys_already(listing, product, sku)
    with transaction.atomic():
        _write_meaning(listing, product, sku, picture_mark)
        if buys_already:
            reading = reading_of(listing, sku, told_last=listing.quantity_limit)
            apply_readings([reading], started_at=read_at)
        else:
            _write_figures(listing, sku, read_at)
        close_remapped(listing, actor=actor)
    listing.refresh_from_db(fields=_FIGURES)
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
    read_at: datetime | None = None,
) -> Listing:
    """A further listing of ``variant``, tried after those that it has: the SKU ``sku_id`` of ``product``.

    Raises ``DomainError`` as ``map_listing`` does, and ``is_bundle`` for a variant that is bought in parts.
    """
    if variant.is_bundle:
        raise DomainError(_("A bundle is bought in parts: map these."), code="is_bundle")
    last = variant.listings.aggregate(last=Max("priority"))["last"] or 0
    listing = blank_listing(variant, account, product.product_id)
    listing.quantity_per_unit, listing.priority = quantity_per_unit, min(last + 1, 32_767)
    sku = _sku_of(product, sku_id)
    _set_meaning(listing, product, sku, picture_mark)
    _set_figures(listing, sku, read_at or database_now())
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
    read_at: datetime | None = None,
    actor: str = "system",
) -> Listing:
    """Let ``variant`` be bought as ``pieces`` of a SKU: its listing of that SKU is read anew, or it gets one.

    Raises as ``add_listing`` and ``map_listing`` do.
    """
    present = Listing.objects.select_related("variant", "account").filter(
        variant=variant, account=account, external_product_id=product.product_id, external_sku_id=sku_id,
        quantity_per_unit=pieces,
    ).first()  # fmt: skip
    if present is not None:
        return map_listing(
            present, product=product, sku_id=sku_id, picture_mark=picture_mark, read_at=read_at, actor=actor
        )
    return add_listing(
        variant, account, product=product, sku_id=sku_id, picture_mark=picture_mark, read_at=read_at,
        quantity_per_unit=pieces,
    )  # fmt: skip


def _sku_of(product: ProductSnapshot, sku_id: str) -> SkuSnapshot:
    sku = product.sku(sku_id)
    if sku is None:
        raise DomainError(_("The supplier's product has no such SKU."), code="no_such_sku", sku_id=sku_id)
    return sku


def _buys_already(listing: Listing, product: ProductSnapshot, sku: SkuSnapshot) -> bool:
    """Whether what is stored was read of this very SKU."""
    same = (listing.external_product_id, listing.external_sku_id) == (product.product_id, sku.sku_id)
    return same and listing.checked_at is not None and listing.cost is not None


def _write_meaning(listing: Listing, product: ProductSnapshot, sku: SkuSnapshot, picture_mark: str | None) -> None:
    _set_meaning(listing, product, sku, picture_mark)
    try:
        with transaction.atomic():
            listing.save(update_fields=_MEANING)
    except IntegrityError as exc:
        listing.refresh_from_db()
        raise DomainError(
            _("Another listing of this account buys the same SKU already."), code="already_mapped"
        ) from exc


def _set_meaning(listing: Listing, product: ProductSnapshot, sku: SkuSnapshot, picture_mark: str | None) -> None:
    listing.external_product_id = product.product_id
    listing.external_sku_id = sku.sku_id
    listing.external_sku_attr = sku.sku_attr
    listing.fingerprint = fingerprint_of(product, sku, picture_mark=picture_mark)
    listing.drifted_at = None


def _write_figures(listing: Listing, sku: SkuSnapshot, read_at: datetime) -> None:
    """The figures of another SKU than before. What orders keep is bought as this one now.

    The row is locked: no order takes from it between the two looks.
    """
    Listing.objects.select_for_update(no_key=True).get(pk=listing.pk)
    waiting = SyncChange.objects.filter(listing=listing, status=SyncChange.Status.WAITING)
    waiting.exclude(external_product_id=listing.external_product_id, external_sku_id=listing.external_sku_id).update(
        status=SyncChange.Status.SUPERSEDED
    )
    _set_figures(listing, sku, read_at)
    if listing.stock is not None:
        held = stock.kept([listing.pk], not_bought_before=read_at).get(listing.pk, 0)
        listing.stock = 0 if waiting.filter(withholds=True).exists() else max(0, listing.stock - held)
    listing.save(update_fields=_FIGURES)


def _set_figures(listing: Listing, sku: SkuSnapshot, read_at: datetime) -> None:
    listing.cost = sku.price.rounded().amount
    listing.currency = sku.price.currency
    listing.stock = stock.storable(sku.stock)
    listing.quantity_limit = stock.storable(sku.quantity_limit)
    listing.checked_at = read_at


def forget_reading(listing: Listing) -> None:
    """Drop what was read of the SKU that ``listing`` meant before; the caller saves.

    Without this the guard before buying would compare the new SKU with the old one's meaning.
    """
    listing.fingerprint = {}
    listing.checked_at = None
    listing.drifted_at = None
