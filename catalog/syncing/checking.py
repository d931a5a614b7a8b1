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
from catalog.syncing.readings import Reading, gone_readings, lacks_most, readings_of
from integrations.clock import database_now
from integrations.errors import Rejected, SupplierError, Transient
from integrations.types import ProductSnapshot, Refusal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: how many changes, and how many listings it did not follow because their SKU means something
    else, or may do so.
    """

    changes: int
    drifted: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of asking for one country. ``product`` is None where the supplier refused to show it."""

    listings: list[Listing]
    product: ProductSnapshot | None
    changes: int
    drifted: int
    has_drifted: bool
    is_gone: bool


def check(watched: WatchedProduct, *, run_id: int | None = None) -> Checked:
    """Read the product at its supplier, once for each country that its listings are asked for, and let the shop follow.

    Makes network calls: not inside a transaction. Raises ``SupplierError`` (and ``DomainError`` for a supplier that is
    not installed) if there is no answer, or one that is not whole; then nothing is changed for that country's listings.
    """
    groups = _by_country(_listings(watched))
    if not groups:
        return Checked(0)
    # By the database's clock, and before the call: whatever is written later than this the answer does not know of.
    began_at = database_now()
    answers: list[_Answer] = []
    failure: SupplierError | None = None
    for country, listings in groups.items():
        try:
            answers.append(_ask(watched, country, listings, run_id=run_id))
        except Transient:
            raise  # It would be the same for the next country.
        except SupplierError as exc:
            failure = failure or exc
    if failure is not None:
        raise failure
    noted = _note_new(watched, answers, run_id)
    changes = sum(answer.changes for answer in answers) + noted.changes
    has_moved = changes > 0 or any(answer.has_drifted for answer in answers)
    known = known_skus(watched, [answer.product for answer in answers if answer.product], gone=noted.gone)
    _learn(watched, began_at, has_moved=has_moved, known=known)
    return Checked(changes, sum(answer.drifted for answer in answers))


def _ask(watched: WatchedProduct, country: str, listings: list[Listing], *, run_id: int | None) -> _Answer:
    """Ask for ``country``, for which all ``listings`` are asked, and write what is said."""
    started_at = database_now()
    product: ProductSnapshot | None = None
    drifted, has_drifted = 0, False
    try:
        product = read_product(listings[0])
    except Rejected as exc:
        readings = _refused(listings, exc)
    else:
        found = meanings.compare(listings, product)
        is_doubted = product.orderable and lacks_most(product, listings)
        readings = readings_of(product, found.same, limits=watched.known_skus, is_doubted=is_doubted)
        # Not before the answer is known to be a whole one.
        has_drifted = meanings.note(found.drifted) > 0
        drifted = len(listings) - len(found.same)
    applied = apply_readings(readings, started_at=started_at, run_id=run_id, country=country)
    if any(reading.gone == ChangeKind.SHIPPING_GONE for reading in readings):
        # After the change, which is this run's: what is noted once is not noted again for the quote.
        _remember_no_way(listings, country)
    is_gone = any(reading.gone == ChangeKind.PRODUCT_GONE for reading in readings)
    return _Answer(listings, product, applied.changes, drifted, has_drifted, is_gone)


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


def _by_country(listings: list[Listing]) -> dict[str, list[Listing]]:
    """What a supplier says is about one country: those that are asked for the same one share a call."""
    groups: dict[str, list[Listing]] = {}
    for listing in listings:
        groups.setdefault(listing.asked_country, []).append(listing)
    return groups


def _note_new(watched: WatchedProduct, answers: list[_Answer], run_id: int | None) -> Noted:
    """Note the SKUs that are new in any country, each once, beside a listing that is asked for the same country."""
    offers = [
        (answer.listings[0], answer.product)
        for answer in answers
        if answer.product is not None and answer.product.orderable
    ]
    if not offers:
        return end_new(watched) if all(answer.is_gone for answer in answers) else Noted()
    mapped = {listing.external_sku_id for answer in answers for listing in answer.listings}
    return note_new(watched, offers, mapped=mapped, run_id=run_id)


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
