"""Which listings of a supplier's product still buy what was mapped, and the others: not sold from then on."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import transaction

from catalog import drift, drifts
from catalog.drift import Drift
from catalog.models import Listing
from catalog.supplier_pictures import looking_for
from integrations.models import SupplierAccount
from integrations.types import ProductSnapshot

logger = logging.getLogger(__name__)

#: So long one check looks at pictures; what it did not come to is looked at by the next one.
_LOOKS_S = 10.0
#: What an address shows hardly ever changes, and the check before buying looks at it itself.
_MARK_KEPT_S = 24 * 3600


@dataclass(slots=True)
class Meanings:
    """``same`` mean what was mapped, or are gone altogether; ``drifted`` mean something else since now. Any other
    listing is left alone: it waits for staff, or nobody could see whether its new picture shows the same.
    """

    same: list[Listing] = field(default_factory=list)
    drifted: list[tuple[Listing, Drift]] = field(default_factory=list)


def compare(listings: Iterable[Listing], product: ProductSnapshot) -> Meanings:
    """What ``product``, just read, means for ``listings``, all of one account.

    May make network calls, for pictures at new addresses: not inside a transaction.
    """
    listings = list(listings)
    found = Meanings()
    if not product.orderable or not listings:
        found.same = listings
        return found
    look = _Looking(listings[0].account)
    for listing in listings:
        if product.sku(listing.external_sku_id) is None:
            found.same.append(listing)
        elif listing.is_usable:
            difference = drift.check(listing, product, look=look)
            if difference is None:
                found.same.append(listing)
            elif not _is_unseen(listing, difference):
                found.drifted.append((listing, difference))
    return found


def note(drifted: Iterable[tuple[Listing, Drift]]) -> int:
    """Sell nothing more through these listings until staff have decided. How many there were.

    One that was mapped anew, decided about or taken out of use since it was read is left as it is.
    """
    noted = 0
    for listing, difference in drifted:
        with transaction.atomic():
            now = Listing.objects.select_for_update(no_key=True).filter(pk=listing.pk).first()
            if now is None or not now.is_usable or _mapping(now) != _mapping(listing):
                continue
            drifts.note(now, difference)
        noted += 1
        logger.info("sync: listing means something else listing=%s", listing.pk)
    return noted


class _Looking:
    """Looks at pictures, at each once, and not for ever."""

    def __init__(self, account: SupplierAccount) -> None:
        self._look = looking_for(account)
        self._seen: dict[str, str | None] = {}
        self._stop_at = time.monotonic() + _LOOKS_S

    def __call__(self, url: str) -> str | None:
        if url not in self._seen:
            self._seen[url] = self._mark(url)
        return self._seen[url]

    def _mark(self, url: str) -> str | None:
        key = f"picture-mark:{hashlib.sha256(url.encode()).hexdigest()}"
        mark: str | None = cache.get(key)
        if mark is None and time.monotonic() < self._stop_at:
            mark = self._look(url)
            if mark is not None:
                cache.set(key, mark, _MARK_KEPT_S)
        return mark


def _is_unseen(listing: Listing, difference: Drift) -> bool:
    """Whether nothing differs but the address of a picture that could not be seen now: that proves nothing yet."""
    kept, now = listing.fingerprint.get("picture"), difference.now.get("picture")
    is_comparable = bool(isinstance(kept, dict) and kept.get("mark"))
    is_seen = bool(isinstance(now, dict) and now.get("mark"))
    return is_comparable and not is_seen and {change.what for change in difference.changes} == {"picture"}


def _mapping(listing: Listing) -> tuple[object, ...]:
    sku = (listing.account_id, listing.external_product_id, listing.external_sku_id, listing.external_sku_attr)
    return (*sku, listing.fingerprint)
