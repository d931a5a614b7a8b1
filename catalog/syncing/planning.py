"""What is watched, and which of it is checked next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from catalog.models import Listing, SyncCheck, WatchedProduct
from catalog.syncing import priority
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS

#: This share of the checks goes to what was not checked for longest, whatever its score: nothing is forgotten.
OLDEST_SHARE = 0.1
#: After a failure a product rests, twice as long each time.
_FIRST_REST = timedelta(minutes=10)
_LONGEST_REST = timedelta(hours=12)
_BATCH = 1000


def usable_accounts() -> QuerySet[SupplierAccount]:
    """The accounts whose supplier can be asked now."""
    accounts = SupplierAccount.objects.filter(health=SupplierAccount.Health.OK, provider__in=PROVIDERS)
    return accounts.exclude(paused_until__gt=database_now()).order_by("pk")


def products_of(account: SupplierAccount) -> int:
    """How many of the supplier's products listings in use buy through ``account``."""
    in_use = Listing.objects.filter(account=account, is_active=True)
    return in_use.order_by().values("external_product_id").distinct().count()


def watch(account: SupplierAccount) -> None:
    """Watch every product that a listing in use buys through ``account``, and no other."""
    in_use = Listing.objects.filter(account=account, is_active=True)
    same = WatchedProduct.objects.filter(
        account=OuterRef("account"), external_product_id=OuterRef("external_product_id")
    )
    missing = in_use.filter(~Exists(same)).order_by().values_list("external_product_id", flat=True).distinct()
    for batch in _batches(missing.iterator()):
        rows = [WatchedProduct(account=account, external_product_id=product_id) for product_id in batch]
        WatchedProduct.objects.bulk_create(rows, ignore_conflicts=True)
    listed = in_use.filter(external_product_id=OuterRef("external_product_id"))
    WatchedProduct.objects.filter(~Exists(listed), account=account).delete()


def next_to_check(account: SupplierAccount, number: int, *, now: datetime) -> list[int]:
    """Ids of the ``number`` watched products of ``account`` that are checked next, the most urgent first.

    What was checked within ``SYNC_MIN_MINUTES`` or waits for its check already is left out. Reads the whole of what the
    account watches: ask for many at once, and seldom.
    """
    if number <= 0:
        return []
    due = _due(account, now)
    oldest = list(
        due.order_by(F("checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[
            : max(1, round(number * OLDEST_SHARE))
        ]
    )
    scored = ((_score(row, now), -row[0]) for row in _facts(due))
    best = [-pk for _score_of, pk in heapq.nlargest(number, scored)]
    return list(dict.fromkeys([*oldest, *best]))[:number]


def rest_after(failures: int) -> timedelta:
    """How long a product is left alone after so many failures in a row."""
    return min(_LONGEST_REST, _FIRST_REST * (1 << min(max(failures, 1) - 1, 10)))


def _due(account: SupplierAccount, now: datetime) -> QuerySet[WatchedProduct]:
    waiting = SyncCheck.objects.filter(watched=OuterRef("pk"), failed_at=None)
    rows = WatchedProduct.objects.filter(~Exists(waiting), account=account)
    before = now - timedelta(minutes=settings.SYNC_MIN_MINUTES)
    rows = rows.filter(Q(checked_at=None) | Q(checked_at__lte=before))
    resting = Q()
    for failures in range(1, 9):
        failed = Q(failures__gte=8) if failures == 8 else Q(failures=failures)
        resting |= failed & Q(failed_at__gt=now - rest_after(failures))
    return rows.exclude(resting)


_Facts = tuple[int, datetime | None, float, float, float, datetime]


def _facts(rows: QuerySet[WatchedProduct]) -> Iterator[_Facts]:
    columns = ("pk", "checked_at", "changes_seen", "hours_watched", "demand", "demand_at")
    return rows.order_by().values_list(*columns).iterator(chunk_size=5000)


def _score(row: _Facts, now: datetime) -> float:
    _pk, checked_at, changes_seen, hours_watched, demand, demand_at = row
    if checked_at is None:
        return float("inf")
    return priority.score(
        demand=priority.faded(demand, since=now - demand_at),
        changes_per_hour=priority.changes_per_hour(changes_seen=changes_seen, hours_watched=hours_watched),
        age_h=priority.hours_between(checked_at, now),
    )


def _batches(ids: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for product_id in ids:
        batch.append(product_id)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
