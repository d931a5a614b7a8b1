"""Whether a variant can be had, and from which of its listings. Reads what was prefetched; asks nobody outside."""

from __future__ import annotations

from catalog.models import Listing, Variant


def usable_listings(variant: Variant, *, country: str = "", quantity: int = 1) -> list[Listing]:
    """The variant's listings that can serve ``quantity`` of it (to ``country``, ISO, if given), best first.

    A stock that is not known counts as enough: the check before buying asks the supplier.
    """
    return [
        listing
        for listing in variant.listings.all()
        if listing.is_active
        and (not country or listing.ships_to(country))
        and (listing.stock is None or listing.stock >= quantity * listing.quantity_per_unit)
    ]


def in_stock(variant: Variant, *, quantity: int = 1) -> bool:
    """Whether the shop may take an order for ``quantity`` of ``variant``."""
    return variant.is_active and bool(usable_listings(variant, quantity=quantity))


def quantity_available(variant: Variant, *, country: str = "") -> int | None:
    """How many of ``variant`` its best-stocked listing (to ``country``, ISO, if given) holds; None if a listing's stock
    is not known.
    """
    stocks = [
        None if listing.stock is None else listing.stock // listing.quantity_per_unit
        for listing in variant.listings.all()
        if listing.is_active and (not country or listing.ships_to(country))
    ]
    if None in stocks:
        return None
    return max((stock for stock in stocks if stock is not None), default=0)
