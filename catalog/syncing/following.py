"""What follows from changes: new prices by rule, variants that are hidden, listings that are not used any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _

from catalog import shelf
from catalog.models import ChangeKind, Listing, Product, SyncAction, SyncChange, Variant
from catalog.pricing.margin import margin_percent
from catalog.pricing.repricing import reprice
from catalog.syncing.deciding import PRICES, Found
from catalog.syncing.storing import Written

_K, _A, _S = ChangeKind, SyncAction, SyncChange.Status


def follow(news: Sequence[tuple[Written, Found]], rows: Sequence[SyncChange], *, country: str) -> int:
    """Do what the changes' actions say. Call inside the transaction that wrote them.

    ``rows`` are the changes as they were written, in the same order. Returns how many more of them wait for staff now:
    a price that the rules refuse to follow.
    """
    waiting = _follow_prices([row for row in rows if row.kind in PRICES and row.action == _A.FOLLOW])
    hidden = [one.before.variant_id for one, found in news if found.action == _A.HIDE]
    gone = [row for row in rows if row.action == _A.FOLLOW and row.kind in (_K.SKU_GONE, _K.PRODUCT_GONE)]
    narrowed = [row for row in rows if row.action == _A.FOLLOW and row.kind == _K.SHIPPING_GONE]
    if gone:
        Listing.objects.filter(pk__in=[row.listing_id for row in gone]).update(is_active=False)
    for row in narrowed:
        if row.listing_id is not None:
            stop_shipping(row.listing_id, country)
    hide(hidden)
    _show_again([row.listing_id for row in rows if row.kind == _K.BACK_IN_STOCK and row.action == _A.FOLLOW])
    touched = {row.listing_id for row in (*gone, *narrowed) if row.listing_id is not None}
    if touched:
        shelf.refresh_variants(Listing.objects.filter(pk__in=touched).values_list("variant", flat=True))
    return waiting


def hide(variant_ids: Iterable[int]) -> None:
    """Take variants off the shop, except those that another usable listing can still serve; a product without any
    variant left is archived.
    """
    ids = set(variant_ids)
    if not ids:
        return
    served = Listing.objects.filter(is_active=True, drifted_at=None, variant__in=ids).filter(
        Q(stock__isnull=True) | Q(stock__gte=F("quantity_per_unit"))
    )
    ids -= set(served.values_list("variant", flat=True))
    product_ids = set(Variant.objects.filter(pk__in=ids).values_list("product", flat=True))
    Variant.objects.filter(pk__in=ids).update(is_active=False)
    products = Product.objects.filter(pk__in=product_ids, status=Product.Status.ACTIVE)
    products.exclude(variants__is_active=True).update(status=Product.Status.ARCHIVED)
    shelf.refresh(product_ids, words=False)


def show(variant_ids: Iterable[int]) -> None:
    """Put variants, and products that were archived with them, back into the shop."""
    ids = set(variant_ids)
    if not ids:
        return
    Variant.objects.filter(pk__in=ids).update(is_active=True)
    products = Product.objects.filter(variants__in=ids)
    product_ids = set(products.values_list("pk", flat=True))
    Product.objects.filter(pk__in=product_ids, status=Product.Status.ARCHIVED).update(status=Product.Status.ACTIVE)
    shelf.refresh(product_ids, words=False)


def _show_again(listing_ids: Iterable[int | None]) -> None:
    """What the sync itself has hidden for want of stock is shown again, what staff have hidden is not."""
    hidden = SyncChange.objects.filter(
        listing__in=list(listing_ids), action=_A.HIDE, status=_S.DONE, listing__variant__is_active=False
    )
    show(hidden.values_list("listing__variant", flat=True))
    hidden.update(status=_S.SUPERSEDED)


def _follow_prices(rows: list[SyncChange]) -> int:
    """Let the prices follow. What a rule refuses, and what would be sold at a loss, waits for staff."""
    if not rows:
        return 0
    listings = Listing.objects.select_related("variant").in_bulk([row.listing_id for row in rows])
    variant_ids = {listing.variant_id for listing in listings.values()}
    refused = {one.variant_id: one.message for one in reprice(variant_ids, reason=_("The supplier's price")).refused}
    # Read anew: these are the prices after it.
    listings = Listing.objects.select_related("variant").in_bulk([row.listing_id for row in rows])
    asked = []
    for row in rows:
        listing = listings[row.listing_id]
        at_a_loss = row.kind == _K.PRICE_UP and is_at_a_loss(listing)
        if at_a_loss or listing.variant_id in refused:
            row.status, row.withholds = _S.WAITING, at_a_loss
            row.note = str(refused.get(listing.variant_id) or _("At today's price it would be sold at a loss."))[:300]
            asked.append(row)
    SyncChange.objects.bulk_update(asked, ["status", "withholds", "note"], batch_size=500)
    withhold([row.listing_id for row in asked if row.withholds and row.listing_id is not None])
    return len(asked)


def withhold(listing_ids: Iterable[int]) -> None:
    """Sell nothing from these listings until somebody has decided."""
    rows = Listing.objects.filter(pk__in=list(listing_ids))
    variant_ids = set(rows.values_list("variant", flat=True))
    if rows.update(stock=0):
        shelf.refresh_variants(variant_ids)


def is_at_a_loss(listing: Listing) -> bool:
    """Whether less than the least margin is left of the variant's price. False where that cannot be told."""
    cost, price = listing.unit_cost, listing.variant.unit_price
    if cost is None or cost.currency != price.currency:
        return False
    return bool(margin_percent(price, cost) < settings.MINIMUM_MARGIN_PERCENT)


def stop_shipping(listing_id: int, country: str) -> None:
    """Take ``country`` off what the listing ships to; one that ships nowhere else has no stock any more."""
    listing = Listing.objects.filter(pk=listing_id).first()
    if listing is None:
        return
    left = [code for code in listing.destination_countries if code != country]
    if left:
        Listing.objects.filter(pk=listing_id).update(destination_countries=left)
    else:
        # It is meant for that country only, or for every one: then it cannot be said to go anywhere.
        Listing.objects.filter(pk=listing_id).update(stock=0)
