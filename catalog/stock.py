"""The stock of listings: changed only by UPDATEs that carry their condition, never read, decided and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import F

from catalog.models import Listing
from catalog.shelf import note_stock

#: So much is kept of a supplier's number: a column holds no more.
_MOST = 2_000_000_000

#: Who keeps pieces for orders that the supplier does not know of. The floors above say it: this one knows no orders.
Keeper = Callable[[Sequence[int], datetime], dict[int, int]]
_keepers: list[Keeper] = []


def storable(pieces: int | None) -> int | None:
    """A supplier's number of pieces as it can be stored; None if it tells none."""
    return None if pieces is None else max(0, min(pieces, _MOST))


def take(listing_id: int, quantity: int) -> bool:
    """Take ``quantity`` pieces off a listing's known stock. False if there are fewer; True if the stock is unknown."""
    with_stock = Listing.objects.filter(pk=listing_id, stock__isnull=False)
    if with_stock.filter(stock__gte=quantity).update(stock=F("stock") - quantity):
        note_stock(listing_id)
        return True
    return not with_stock.exists()


def give_back(listing_id: int, quantity: int) -> None:
    """Return pieces that were taken and are not bought after all; nothing if the stock is not known any more."""
    if Listing.objects.filter(pk=listing_id, stock__isnull=False).update(stock=F("stock") + quantity):
        note_stock(listing_id)


def also_kept(keeper: Keeper) -> None:
    """Have ``keeper`` asked from now on what is kept. It is called with listing ids and an instant, and returns for
    each listing how many pieces orders keep that were not bought before that instant. Adding it again is nothing.
    """
    if keeper not in _keepers:
        _keepers.append(keeper)


def kept(listing_ids: Sequence[int], *, not_bought_before: datetime) -> dict[int, int]:
    """How many pieces of each listing are promised to orders, but were still in the supplier's figure at that time."""
    total: dict[int, int] = {}
    for keeper in _keepers:
        for listing_id, pieces in keeper(listing_ids, not_bought_before).items():
            total[listing_id] = total.get(listing_id, 0) + pieces
    return total
