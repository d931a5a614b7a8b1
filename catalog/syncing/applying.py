"""Readings become rows: what differs is written, noted as changes, and answered as the rules say, in bulk.

One transaction for each chunk: figures, changes and what follows from them (prices, what is shown) are there together
or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import shelf, stock
from catalog.models import ChangeKind, SyncAction, SyncChange
from catalog.syncing import following, storing
from catalog.syncing.deciding import ENDABLE, GONE, PRICES, STOCKS, Found, Outcome, Present, outcome
from catalog.syncing.readings import Reading
from catalog.syncing.rules import Rules, stored_rules
from catalog.syncing.storing import Written

#: So many listings are one transaction: on SQLite nobody else writes meanwhile.
CHUNK = 10_000
_S = SyncChange.Status
#: A change that was noted or refused is not told again as long as nothing else happens to the listing.
_SETTLED = (_S.IGNORED, _S.REFUSED, _S.WAITING)


@dataclass(slots=True)
class Applied:
    """What came of readings. ``changes`` counts the changes that were noted; ``passed_over`` listings were written by
    somebody else meanwhile: the next check sees them again.
    """

    written: int = 0
    unchanged: int = 0
    passed_over: int = 0
    changes: int = 0
    waiting: int = 0
    changed_listings: set[int] = field(default_factory=set)


def apply_readings(
    readings: Sequence[Reading], *, started_at: datetime, run_id: int | None = None, country: str = ""
) -> Applied:
    """Write what suppliers said in answers that were asked for at ``started_at`` (the database's clock).

    A listing that was checked later than that is left alone. ``country`` is where the goods were asked for, for
    listings that are not sent there any more.
    """
    applied = Applied()
    rules = stored_rules()
    for chunk in _chunks(list({reading.listing_id: reading for reading in readings}.values())):
        with transaction.atomic():
            _apply_chunk(chunk, rules, applied, started_at=started_at, run_id=run_id, country=country)
    return applied


def _apply_chunk(
    readings: list[Reading],
    rules: Rules,
    applied: Applied,
    *,
    started_at: datetime,
    run_id: int | None,
    country: str,
) -> None:
    by_id = {reading.listing_id: reading for reading in readings}
    storing.stage(readings)
    wanted = [
        Written(present, _outcome(present, by_id[present.listing_id], rules, kept, waiting))
        for present, kept, waiting in _concerned(by_id, started_at)
    ]
    written = storing.write(wanted, started_at=started_at)
    applied.unchanged += storing.mark_seen(started_at=started_at)
    done = [one for one in wanted if one.before.listing_id in written]
    applied.written += len(done)
    applied.passed_over += len(wanted) - len(done)
    applied.changed_listings |= written
    _note_and_follow(done, applied, run_id=run_id, country=country)


def _concerned(by_id: dict[int, Reading], started_at: datetime) -> Iterator[tuple[Present, int, dict[str, bool]]]:
    """The listings that differ from their reading, of which orders keep pieces (how many), or about which something
    waits for staff (its kinds, and whether they are withheld for it). A listing's stock is read before what is kept of
    it: the write then notices an order between the two.
    """
    presents = {present.listing_id: present for present in storing.differing(started_at=started_at)}
    kept = stock.kept(list(by_id), not_bought_before=started_at)
    waiting = storing.waiting()
    # Where the shop says what the supplier says by now, what waits is past: nothing differs, and that is the news.
    doubted = [pk for pk, kinds in waiting.items() if ENDABLE.intersection(kinds)]
    others = [pk for pk in dict.fromkeys([*kept, *doubted]) if pk not in presents]
    if others:
        presents |= {present.listing_id: present for present in storing.staged(others, started_at=started_at)}
        kept |= stock.kept(others, not_bought_before=started_at)
    for pk, present in presents.items():
        yield present, kept.get(pk, 0), waiting.get(pk, {})


def _outcome(present: Present, reading: Reading, rules: Rules, held: int, waiting: dict[str, bool]) -> Outcome:
    def action_of(kind: str) -> str:
        return rules.action(
            kind,
            account_id=present.account_id,
            category_id=present.category_id,
            product_id=present.product_id,
        )

    return outcome(
        present,
        reading,
        held=held,
        # A SKU that is seen again is not gone: nobody needs to decide that.
        is_withheld=any(held for kind, held in waiting.items() if reading.gone or kind != ChangeKind.SKU_GONE),
        waiting=frozenset(waiting),
        action_of=action_of,
    )


def _note_and_follow(done: list[Written], applied: Applied, *, run_id: int | None, country: str) -> None:
    """Write the changes down, those that are news, and do what follows from them."""
    _end(done)
    news = [(one, found) for one in done for found in one.after.found]
    if news:
        known = _settled([one.before.listing_id for one, found in news if _may_be_old(found)])
        old = [(one, found) for one, found in news if _is_old(one, found, known)]
        _renew(old, known)
        told = {(one.before.listing_id, found.kind) for one, found in old}
        news = [(one, found) for one, found in news if (one.before.listing_id, found.kind) not in told]
        released = _overtake(news)
        rows = SyncChange.objects.bulk_create(
            [_row(one, found, run_id=run_id, country=country) for one, found in news], batch_size=1000
        )
        applied.changes += len(rows)
        applied.waiting += sum(row.status == _S.WAITING for row in rows)
        applied.waiting += following.follow(news, rows, country=country, released=released)
    stocked = {one.before.product_id for one in done if _is_in_stock(one.before) != _is_in_stock_after(one)}
    shelf.refresh(stocked, words=False)


def _may_be_old(found: Found) -> bool:
    return found.status in _SETTLED or found.kind in GONE


def _settled(listing_ids: list[int]) -> dict[tuple[int, tuple[str, ...]], SyncChange]:
    """The latest change of each listing and family of kinds."""
    found: dict[tuple[int, tuple[str, ...]], SyncChange] = {}
    for start in range(0, len(listing_ids), 1000):
        rows = SyncChange.objects.filter(listing__in=listing_ids[start : start + 1000]).order_by("pk")
        for row in rows.only("listing_id", "kind", "action", "status", "cost_after", "stock_before", "stock_after"):
            if row.listing_id is not None:
                found[row.listing_id, _family(row.kind)] = row
    return found


def _family(kind: str) -> tuple[str, ...]:
    return Found(kind, "", "").family


def _is_old(one: Written, found: Found, known: dict[tuple[int, tuple[str, ...]], SyncChange]) -> bool:
    """Whether the very same has been noted already and nothing has happened since."""
    last = known.get((one.before.listing_id, found.family))
    if last is None or last.kind != found.kind:
        return False
    if found.kind in GONE:
        if last.status == _S.SUPERSEDED and last.action == SyncAction.ASK:
            return False  # It was there again before staff had decided.
        # It is still gone. Once it has been seen again, that was noted as a change of its stock.
        back = known.get((one.before.listing_id, STOCKS))
        return back is None or back.pk < last.pk or back.kind != ChangeKind.BACK_IN_STOCK
    if found.kind in STOCKS:
        return last.status in _SETTLED
    return last.status in _SETTLED and last.cost_after == one.after.cost


def _end(done: list[Written]) -> None:
    """What waits for staff and is not so any more is past: a later check would find it anew."""
    for ends in {one.after.ends for one in done if one.after.ends}:
        ids = [one.before.listing_id for one in done if one.after.ends == ends]
        for start in range(0, len(ids), 1000):
            waiting = SyncChange.objects.filter(status=_S.WAITING, listing__in=ids[start : start + 1000])
            waiting.filter(kind__in=ends).update(status=_S.SUPERSEDED)


def _renew(old: list[tuple[Written, Found]], known: dict[tuple[int, tuple[str, ...]], SyncChange]) -> None:
    """What waits for staff says what was found last: it is that which they accept."""
    moved = []
    for one, found in old:
        row, figures = known[one.before.listing_id, found.family], (one.before.stock, found.stock)
        if row.status == _S.WAITING and found.stock is not None and (row.stock_before, row.stock_after) != figures:
            row.stock_before, row.stock_after = figures
            moved.append(row)
    SyncChange.objects.bulk_update(moved, ["stock_before", "stock_after"], batch_size=500)


def _overtake(news: list[tuple[Written, Found]]) -> dict[int, str]:
    """What waits for staff about the same thing is past: the later change stands for it. The listings that were
    withheld for what is past, each with its action.
    """
    released: dict[int, str] = {}
    for kinds in {found.family for _one, found in news}:
        ids = [one.before.listing_id for one, found in news if found.family == kinds]
        for start in range(0, len(ids), 1000):
            waiting = SyncChange.objects.filter(
                status=_S.WAITING, listing__in=ids[start : start + 1000], kind__in=kinds
            )
            released |= dict(waiting.filter(withholds=True).values_list("listing", "action"))
            waiting.update(status=_S.SUPERSEDED)
    return released


def _row(one: Written, found: Found, *, run_id: int | None, country: str) -> SyncChange:
    before, after = one.before, one.after
    is_price = found.kind in PRICES
    is_doubted = found.kind == ChangeKind.SKU_GONE and found.withholds
    return SyncChange(
        run_id=run_id,
        account_id=before.account_id,
        external_product_id=before.external_product_id,
        external_sku_id=before.external_sku_id,
        listing_id=before.listing_id,
        kind=found.kind,
        action=found.action,
        status=found.status,
        withholds=found.withholds,
        cost_before=before.cost if is_price else None,
        cost_after=after.cost if is_price else None,
        currency=after.currency if is_price else "",
        stock_before=None if is_price else before.stock,
        stock_after=found.stock,
        note=_("Most SKUs of the product are missing at once: look whether that is so.") if is_doubted else "",
        details={"country": country} if found.kind == ChangeKind.SHIPPING_GONE else {},
    )


def _is_in_stock(present: Present) -> bool:
    return present.stock is None or present.stock >= present.quantity_per_unit


def _is_in_stock_after(one: Written) -> bool:
    return one.after.stock is None or one.after.stock >= one.before.quantity_per_unit


def _chunks(readings: list[Reading]) -> Iterator[list[Reading]]:
    # In the order of their keys: two syncs of the same listings then never wait for each other in a circle.
    readings.sort(key=lambda reading: reading.listing_id)
    for start in range(0, len(readings), CHUNK):
        yield readings[start : start + CHUNK]
