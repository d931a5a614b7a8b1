"""What follows from changes: new prices by rule, variants that are hidden, listings that are not used any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _

from catalog import shelf
from catalog.models import ChangeKind, Listing, Product, SyncAction, SyncChange, Variant
from catalog.pricing.costs import landed_unit_cost, rates_of
from catalog.pricing.margin import margin_percent
from catalog.pricing.repricing import reprice
from catalog.rates import NoRate, Rates
from catalog.syncing.deciding import PRICES, Found
from catalog.syncing.storing import Written

_K, _A, _S = ChangeKind, SyncAction, SyncChange.Status


def follow(
    news: Sequence[tuple[Written, Found]], rows: Sequence[SyncChange], *, country: str, released: Mapping[int, str]
) -> int:
    """Do what the changes' actions say. Call inside the transaction that wrote them.

    ``rows`` are the changes as they were written, in the same order. ``released`` are the listings that were withheld
    by a change which these have overtaken, each with that one's action. Returns how many more of the rows wait for
    staff now: a price that the rules refuse to follow, or that is still too low.
    """
    waiting = _follow_prices([row for row in rows if row.kind in PRICES], released)
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
    withheld = {row.listing_id for row in rows if row.withholds}
    show_variants_of([pk for pk, action in released.items() if action == _A.HIDE and pk not in withheld])
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
    # Only what is hidden here: what staff have taken off the shop is theirs to put back.
    Variant.objects.filter(pk__in=ids, is_active=True).update(is_active=False, hidden_by_sync=True)
    products = Product.objects.filter(pk__in=product_ids, status=Product.Status.ACTIVE)
    products.exclude(variants__is_active=True).update(status=Product.Status.ARCHIVED, archived_by_sync=True)
    shelf.refresh(product_ids, words=False)


def show(variant_ids: Iterable[int]) -> None:
    """Put back into the shop those of these variants that the sync has hidden, and the products that it archived with
    them. What staff have hidden or archived, before or since, stays so.
    """
    hidden = Variant.objects.filter(pk__in=set(variant_ids), hidden_by_sync=True, is_active=False)
    ids = set(hidden.values_list("pk", flat=True))
    if not ids:
        return
    Variant.objects.filter(pk__in=ids).update(is_active=True, hidden_by_sync=False)
    product_ids = set(Product.objects.filter(variants__in=ids).values_list("pk", flat=True))
    archived = Product.objects.filter(pk__in=product_ids, status=Product.Status.ARCHIVED, archived_by_sync=True)
    archived.update(status=Product.Status.ACTIVE, archived_by_sync=False)
    shelf.refresh(product_ids, words=False)


def _show_again(listing_ids: Iterable[int | None]) -> None:
    """What the sync itself has hidden for want of stock is shown again."""
    ids = [pk for pk in listing_ids if pk is not None]
    show_variants_of(ids)
    SyncChange.objects.filter(listing__in=ids, action=_A.HIDE, status=_S.DONE).update(status=_S.SUPERSEDED)


def show_variants_of(listing_ids: Iterable[int]) -> None:
    """``show`` for what these listings are bought for."""
    ids = list(listing_ids)
    if ids:
        show(Listing.objects.filter(pk__in=ids).values_list("variant", flat=True))


def _follow_prices(rows: list[SyncChange], released: Collection[int]) -> int:
    """Let the prices follow where the rule says so. What a pricing rule refuses, and what would be sold at a loss,
    waits for staff. A lower cost that overtakes one which was withheld may be too high a cost still.
    """
    priced = [row for row in rows if row.action == _A.FOLLOW or (row.listing_id in released and not row.withholds)]
    if not priced:
        return 0
    listings = Listing.objects.in_bulk([row.listing_id for row in priced])
    followed = {listings[row.listing_id].variant_id for row in priced if row.action == _A.FOLLOW}
    refused = {one.variant_id: one.message for one in reprice(followed, reason=_("The supplier's price")).refused}
    # Read anew: these are the prices after it.
    listings = Listing.objects.select_related("variant", "account").in_bulk([row.listing_id for row in priced])
    rates = rates_of(listings.values(), {listing.variant.currency for listing in listings.values()})
    asked, more = [], 0
    for row in priced:
        listing = listings[row.listing_id]
        why = refused.get(listing.variant_id, "") if row.action == _A.FOLLOW else ""
        loss = _loss(listing, rates) if row.kind == _K.PRICE_UP or row.listing_id in released else ""
        if loss or why:
            more += row.status != _S.WAITING
            row.status, row.withholds = _S.WAITING, bool(loss)
            row.note = str(why or loss)[:300]
            asked.append(row)
    SyncChange.objects.bulk_update(asked, ["status", "withholds", "note"], batch_size=500)
    withhold([row.listing_id for row in asked if row.withholds and row.listing_id is not None])
    return more


def withhold(listing_ids: Iterable[int]) -> None:
    """Sell nothing from these listings until somebody has decided."""
    rows = Listing.objects.filter(pk__in=list(listing_ids))
    variant_ids = set(rows.values_list("variant", flat=True))
    if rows.update(stock=0):
        shelf.refresh_variants(variant_ids)


def is_at_a_loss(listing: Listing) -> bool:
    """Whether less than the least margin is left of the variant's price after goods and fees.

    So it is where no exchange rate tells; False while no cost is known.
    """
    return bool(_loss(listing))


def _loss(listing: Listing, rates: Rates | None = None) -> str:
    """Why ``listing`` counts as sold at a loss, in words for staff; empty if it does not."""
    price = listing.variant.unit_price
    try:
        cost = landed_unit_cost(listing, currency=price.currency, rates=rates)
    except NoRate as exc:
        return exc.message
    if cost is None or margin_percent(price, cost) >= settings.MINIMUM_MARGIN_PERCENT:
        return ""
    return _("At today's price it would be sold at a loss.")


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
