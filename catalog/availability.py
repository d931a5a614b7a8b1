"""Whether a variant can be had, and from which listings. Reads what was prefetched; asks nobody outside.

A bundle is put together from parts, each bought through listings of its own: it can be had as often as its scarcest
part allows, and goes where all of them go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, prefetch_related_objects

from catalog.models import BundlePart, Listing, Variant


@dataclass(frozen=True, slots=True)
class StockKnown:
    """What the shop knows of a variant's stock.

    ``quantity`` is what the best-stocked listing holds, None if a listing's stock is not known; ``checked_at`` is when
    a supplier told so, None if none has.
    """

    quantity: int | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Need:
    """What has to be bought from one listing: ``quantity`` of ``variant``, as a ``part`` of a bundle or by itself."""

    variant: Variant
    quantity: int
    part: BundlePart | None = None


def needs(variant: Variant, quantity: int = 1) -> list[Need]:
    """What has to be bought for ``quantity`` of ``variant``: itself, or all of its parts."""
    if not variant.is_bundle:
        return [Need(variant, quantity)]
    return [Need(part.variant, quantity * part.quantity, part) for part in variant.parts.all()]


def load_parts(variants: Iterable[Variant]) -> None:
    """Load the parts of those that are bundles, listings included, in two queries; none if there is no bundle."""
    bundles = [variant for variant in variants if variant.is_bundle]
    if bundles:
        parts = BundlePart.objects.select_related("variant__product")
        listings = Listing.objects.filter(is_active=True).select_related("account")
        prefetch_related_objects(bundles, Prefetch("parts", parts), Prefetch("parts__variant__listings", listings))


def usable_listings(variant: Variant, *, country: str = "", quantity: int = 1) -> list[Listing]:
    """The variant's listings that can serve ``quantity`` of it (to ``country``, ISO, if given), best first.

    A stock that is not known counts as enough: the check before buying asks the supplier. A bundle has none: ask for
    each of its ``needs``.
    """
    return [listing for listing in _listings(variant, country) if listing.serves(quantity)]


def can_serve(variant: Variant, *, country: str = "", quantity: int = 1) -> bool:
    """Whether ``quantity`` of ``variant`` can be bought (for ``country``, ISO, if given), with all of its parts."""
    wanted = needs(variant, quantity)
    return bool(wanted) and all(
        usable_listings(need.variant, country=country, quantity=need.quantity) for need in wanted
    )


def in_stock(variant: Variant, *, quantity: int = 1) -> bool:
    """Whether the shop may take an order for ``quantity`` of ``variant``."""
    return variant.is_active and can_serve(variant, quantity=quantity)


def quantity_available(variant: Variant, *, country: str = "") -> int | None:
    """How many of ``variant`` can be sold at once (to ``country``, ISO, if given): what one listing has, or the
    supplier's limit where that is lower; of a bundle what its scarcest part allows. None if nothing tells.
    """
    bounds = []
    for need in needs(variant):
        most = _most(_at_once(listing) for listing in _listings(need.variant, country))
        bounds.append(None if most is None else most // need.quantity)
    return _scarcest(bounds)


def stock_known(variant: Variant) -> StockKnown:
    """The stock of ``variant`` as a visitor is told it, with its age."""
    if not variant.is_bundle:
        return _stock_of(variant)
    found = [(need, _stock_of(need.variant)) for need in needs(variant)]
    quantity = _scarcest([None if known.quantity is None else known.quantity // need.quantity for need, known in found])
    # What is known of the whole is as old as the oldest of what is known of its parts.
    checks = [known.checked_at for _need, known in found]
    known_checks = [moment for moment in checks if moment is not None]
    return StockKnown(quantity, min(known_checks) if known_checks and len(known_checks) == len(checks) else None)


def listings_in_use(variant: Variant) -> list[Listing]:
    """Every listing through which ``variant`` or a part of it may be bought."""
    return [listing for need in needs(variant) for listing in _listings(need.variant)]


def reach(variant: Variant) -> set[str] | None:
    """Where ``variant`` can be sent (ISO codes), None for everywhere or while nothing is known."""
    found = [codes for need in needs(variant) if (codes := _reach(_listings(need.variant))) is not None]
    return set.intersection(*found) if found else None


def _stock_of(variant: Variant) -> StockKnown:
    listings = _listings(variant)
    stocks = {listing.pk: _whole_units(listing, listing.stock) for listing in listings}
    quantity = _most(stocks.values())
    checks = [listing.checked_at for listing in listings if stocks[listing.pk] == quantity]
    known = [moment for moment in checks if moment is not None]
    if quantity == 0:
        # "Sold out" rests on every listing, so it is as old as the oldest check.
        return StockKnown(quantity, min(known) if known and len(known) == len(checks) else None)
    return StockKnown(quantity, max(known, default=None))


def _listings(variant: Variant, country: str = "") -> list[Listing]:
    if variant.is_bundle:
        return []
    return [
        listing
        for listing in variant.listings.all()
        if listing.is_usable and (not country or listing.ships_to(country))
    ]


def _reach(listings: list[Listing]) -> set[str] | None:
    reaches = [listing.destination_countries for listing in listings]
    return {code for codes in reaches for code in codes} if reaches and all(reaches) else None


def _at_once(listing: Listing) -> int | None:
    bounds = [pieces for pieces in (listing.stock, listing.quantity_limit) if pieces is not None]
    return _whole_units(listing, min(bounds, default=None))


def _whole_units(listing: Listing, pieces: int | None) -> int | None:
    return None if pieces is None else pieces // listing.quantity_per_unit


def _most(quantities: Iterable[int | None]) -> int | None:
    """The largest, 0 if there are none; None if one is unknown, which may be more than any."""
    found = list(quantities)
    return None if None in found else max((quantity for quantity in found if quantity is not None), default=0)


def _scarcest(bounds: list[int | None]) -> int | None:
    """The smallest that is known; None if none is; 0 for nothing at all to put together."""
    known = [bound for bound in bounds if bound is not None]
    return min(known, default=None if bounds else 0)
