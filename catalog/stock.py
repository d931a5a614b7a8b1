"""The stock of listings: changed only by UPDATEs that carry their condition, never read, decided and written."""

from __future__ import annotations

from django.db.models import F

from catalog.models import Listing


def take(listing_id: int, quantity: int) -> bool:
    """Take ``quantity`` pieces off a listing's known stock. False if there are fewer; True if the stock is unknown."""
    with_stock = Listing.objects.filter(pk=listing_id, stock__isnull=False)
    if with_stock.filter(stock__gte=quantity).update(stock=F("stock") - quantity):
        return True
    return not with_stock.exists()


def give_back(listing_id: int, quantity: int) -> None:
    """Return pieces that were taken and are not bought after all; nothing if the stock is not known any more."""
    Listing.objects.filter(pk=listing_id, stock__isnull=False).update(stock=F("stock") + quantity)
