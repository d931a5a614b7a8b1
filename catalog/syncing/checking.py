"""One check: a call that reads a supplier's product, and what its answer makes of the listings that buy it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from catalog import delivery
from catalog.mapping import read_product
from catalog.models import ChangeKind, Listing, WatchedProduct
from catalog.syncing import meanings, priority
from catalog.syncing.applying import Applied, apply_readings
from catalog.syncing.new_variants import Noted, end_new, known_skus, note_new
from catalog.syncing.readings import Reading, gone_readings, readings_of
from catalog.syncing.unshipped import country_of
from integrations.clock import database_now
from integrations.errors import Rejected
from integrations.types import ProductSnapshot, Refusal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: how many changes, and how many listings it did not follow because their SKU means something
    else, or may do so.
    """

    changes: int
    drifted: int = 0


def check(watched: WatchedProduct, *, run_id: int | None = None) -> Checked:
    """Read the product at its supplier and let the shop follow.

    Makes a network call: not inside a transaction. Raises ``SupplierError`` (and ``DomainError`` for a supplier that is
    not installed) if there is no answer, or one that is not whole; then nothing is changed.
    """
    listings = _listings(watched)
    if not listings:
        return Checked(0)
    country = country_of(listings[0])
    # By the database's clock, and before the call: whatever is written later than this the answer does not know of.
    started_at = database_now()
    product: ProductSnapshot | None = None
    drifted, has_drifted = 0, False
    try:
        product = read_product(listings[0])
    except Rejected as exc:
        readings = _refused(listings, exc)
    else:
        found = meanings.compare(listings, product)
        readings = readings_of(product, found.same, limits=watched.known_skus)
        # Not before the answer is known to be a whole one.
        has_drifted = meanings.note(found.drifted) > 0
        drifted = len(listings) - len(found.same)
    applied = apply_readings(readings, started_at=started_at, run_id=run_id, country=country)
    if any(reading.gone == ChangeKind.SHIPPING_GONE for reading in readings):
        # After the change, which is this run's: what is noted once is not noted again for the quote.
        _remember_no_way(listings, country)
    noted = Noted()
    if product is not None and product.orderable:
        noted = note_new(watched, listings, product, run_id=run_id)
    elif any(reading.gone == ChangeKind.PRODUCT_GONE for reading in readings):
        noted = end_new(watched)
    changes = applied.changes + noted.changes
    known = known_skus(watched, product, gone=noted.gone)
    _learn(watched, started_at, has_moved=changes > 0 or has_drifted, known=known)
    return Checked(changes, drifted)


def note_failure(watched: WatchedProduct, reason: str) -> None:
    """Remember that the product could not be checked: it rests for a while."""
    WatchedProduct.objects.filter(pk=watched.pk).update(
        failures=F("failures") + 1, failed_at=database_now(), failure=reason[:300]
    )


def _listings(watched: WatchedProduct) -> list[Listing]:
    rows = Listing.objects.filter(
        account=watched.account_id, external_product_id=watched.external_product_id, is_active=True
    )
    return list(rows.select_related("account", "variant__product").order_by("pk"))


def _refused(listings: list[Listing], exc: Rejected) -> list[Reading]:
    """A refusal that says something about the goods; any other is raised."""
    if exc.refusal == Refusal.SHIPPING:
        return gone_readings(listings, ChangeKind.SHIPPING_GONE)
    if exc.refusal == Refusal.SKU_GONE:
        return gone_readings(listings, ChangeKind.PRODUCT_GONE)
    raise exc


def _remember_no_way(listings: list[Listing], country: str) -> None:
    """Whoever asks for delivery there is told so from now on, whatever the rule says."""
    for listing in listings:
        delivery.remember(
            delivery.Question(
                listing.account_id,
                listing.external_product_id,
                listing.external_sku_id,
                country,
                listing.quantity_per_unit,
            ),
            (),
        )


def _learn(watched: WatchedProduct, at: datetime, *, has_moved: bool, known: dict[str, int | None] | None) -> None:
    """Keep when it was checked, how often it moves and which SKUs are known, unless a later check has done so."""
    values: dict[str, Any] = {"checked_at": at, "failures": 0, "failed_at": None, "failure": ""}
    if has_moved:
        values["changed_at"] = at
    if watched.checked_at is not None:
        changes_seen, hours_watched = priority.learned(
            changes_seen=watched.changes_seen,
            hours_watched=watched.hours_watched,
            hours=priority.hours_between(watched.checked_at, at),
            has_moved=has_moved,
        )
        values |= {"changes_seen": changes_seen, "hours_watched": hours_watched}
    if known is not None:
        values["known_skus"] = known
    WatchedProduct.objects.filter(pk=watched.pk, checked_at=watched.checked_at).update(**values)


__all__ = ["Applied", "Checked", "check", "note_failure"]
