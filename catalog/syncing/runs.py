"""Sync runs: an hour of the schedule or what staff asked for, made of checks that are rows, so that any worker can go
on where another one stopped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import SyncChange, SyncCheck, SyncRun, WatchedProduct
from catalog.syncing import planning
from catalog.syncing.checking import check, note_failure
from integrations import ratelimit, standing
from integrations.clock import database_now
from integrations.errors import AccountUnusable, SupplierError, Transient
from integrations.http import counted_calls
from integrations.models import SupplierAccount
from shop.errors import DomainError

logger = logging.getLogger(__name__)

RUN_LENGTH = timedelta(hours=1)
#: A plan reads all that is watched, so it is made for some minutes at once.
_PLANS_IN_A_RUN = 12
#: A check that was taken up so often and never came to an end is given up.
MOST_TRIES = 3


def tick(*, seconds: float = 20.0) -> int:
    """Plan what is due and check for ``seconds``; what is left waits for the next time. How many checks were made.

    Makes network calls. Two at the same moment share the work.
    """
    stop_at = time.monotonic() + seconds
    _drop_left_behind()
    for account in planning.usable_accounts():
        _plan(account)
    made = _work(stop_at)
    _finish_runs()
    return made


def start(watched_ids: Iterable[int], *, account: SupplierAccount) -> SyncRun:
    """A run that checks these products of ``account`` before anything of the schedule, at staff's wish."""
    ids = sorted(set(watched_ids))
    with transaction.atomic():
        run = SyncRun.objects.create(account=account, trigger=SyncRun.Trigger.STAFF)
        # What the schedule has planned and not begun is done here instead.
        waiting = SyncCheck.objects.filter(watched__in=ids, failed_at=None, lease_until=None)
        for other in waiting.order_by("run").values_list("run", flat=True).distinct():
            SyncRun.objects.filter(pk=other).update(planned=F("planned") - waiting.filter(run=other).count())
        waiting.delete()
        _add_checks(run, ids)
    return run


def start_for_account(account: SupplierAccount) -> SyncRun:
    """A run over everything that the account sells."""
    planning.watch(account)
    return start(WatchedProduct.objects.filter(account=account).values_list("pk", flat=True), account=account)


def check_now(watched: WatchedProduct) -> int:
    """Check one product in this very moment, as a run of its own. How many changes. Raises ``SupplierError``."""
    run = SyncRun.objects.create(account=watched.account, trigger=SyncRun.Trigger.STAFF, planned=1)
    try:
        with counted_calls() as calls:
            found = check(watched, run_id=run.pk)
    except DomainError as exc:
        row = SyncCheck(run=run, watched=watched, failed_at=timezone.now(), code=exc.code[:80])
        row.reason = exc.message[:300]
        row.save()
        note_failure(watched, exc.message)
        SyncRun.objects.filter(pk=run.pk).update(failed=1, calls=calls.number, finished_at=timezone.now())
        raise
    SyncRun.objects.filter(pk=run.pk).update(
        checked=1, calls=calls.number, changes=found.changes, finished_at=timezone.now()
    )
    return found.changes


def purge() -> int:
    """Delete runs and settled changes that are older than ``SYNC_HISTORY_DAYS``. How many rows went."""
    before = timezone.now() - timedelta(days=settings.SYNC_HISTORY_DAYS)
    settled = SyncChange.objects.filter(found_at__lt=before).exclude(status=SyncChange.Status.WAITING)
    gone = settled.delete()[0]
    return gone + SyncRun.objects.filter(finished_at__lt=before).delete()[0]


def _plan(account: SupplierAccount) -> None:
    """Let the account's run of this hour grow by what its share of the hour allows by now."""
    now = database_now()
    budget = settings.SYNC_CALLS_PER_HOUR
    run = SyncRun.objects.filter(account=account, trigger=SyncRun.Trigger.SCHEDULE, finished_at=None).first()
    if run is not None and now - run.started_at >= RUN_LENGTH:
        _close(run)
        run = None
    if budget <= 0:
        return
    if run is None:
        run = _open(account, now, budget)
    step = -(-budget // _PLANS_IN_A_RUN)
    elapsed = (now - run.started_at) / RUN_LENGTH
    allowed = min(budget, int(elapsed * _PLANS_IN_A_RUN + 1) * step)
    if run.planned + step > allowed and run.planned:
        return
    planning.watch(account)
    with transaction.atomic():
        _add_checks(run, planning.next_to_check(account, allowed - run.planned, now=now))


def _open(account: SupplierAccount, now: datetime, budget: int) -> SyncRun:
    values = {"account": account, "trigger": SyncRun.Trigger.SCHEDULE, "started_at": now, "call_budget": budget}
    try:
        with transaction.atomic():
            return SyncRun.objects.create(**values)
    except IntegrityError:
        # Another worker was quicker.
        return SyncRun.objects.get(account=account, trigger=SyncRun.Trigger.SCHEDULE, finished_at=None)


def _add_checks(run: SyncRun, watched_ids: list[int]) -> None:
    """Plan the checks that nobody has planned yet."""
    before = run.checks.count()
    SyncCheck.objects.bulk_create(
        [SyncCheck(run=run, watched_id=pk) for pk in watched_ids], ignore_conflicts=True, batch_size=1000
    )
    SyncRun.objects.filter(pk=run.pk).update(planned=F("planned") + run.checks.count() - before)


def _close(run: SyncRun) -> None:
    """The hour is over: what was not begun is planned anew, by what is urgent then."""
    SyncRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=database_now())
    _drop_left_behind()


def _drop_left_behind() -> None:
    """Checks of runs that are over and that no worker makes now, or whose worker died, are planned anew: as long as
    they are there, their products are not.
    """
    left = _free(database_now()).filter(run__finished_at__isnull=False)
    for run_id in list(left.order_by("run").values_list("run", flat=True).distinct()):
        with transaction.atomic():
            dropped, _kinds = left.filter(run=run_id).delete()
            SyncRun.objects.filter(pk=run_id).update(planned=F("planned") - dropped)


def _free(now: datetime) -> QuerySet[SyncCheck]:
    return SyncCheck.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), failed_at=None)


def _finish_runs() -> None:
    """Runs that staff began end with their last check."""
    open_runs = SyncRun.objects.filter(trigger=SyncRun.Trigger.STAFF, finished_at=None)
    for run in open_runs:
        if not run.checks.filter(failed_at=None).exists():
            SyncRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=database_now())


def _work(stop_at: float) -> int:
    made = 0
    silent: set[int] = set()
    while time.monotonic() < stop_at:
        row = _claim(silent)
        if row is None:
            break
        made += _make(row, silent)
    return made


def _claim(silent: set[int]) -> SyncCheck | None:
    """The next check, for this worker alone for a while: what staff asked for goes first."""
    now = database_now()
    free = _free(now)
    usable = planning.usable_accounts().exclude(pk__in=silent).order_by()
    rows = free.filter(run__account__in=usable).filter(
        Q(run__call_budget=None) | Q(run__calls__lt=F("run__call_budget"))
    )
    lease_until = now + timedelta(seconds=settings.SUPPLIER_LEASE_S)
    for pk in rows.order_by("-run__trigger", "pk").values_list("pk", flat=True)[:20]:
        if free.filter(pk=pk).update(lease_until=lease_until, tries=F("tries") + 1):
            return SyncCheck.objects.select_related("watched__account", "run").get(pk=pk)
    return None


def _make(row: SyncCheck, silent: set[int]) -> int:
    """Make one check and note how it ended. 1, or 0 if there was no place for its call."""
    account = row.watched.account
    if row.tries > MOST_TRIES:
        _failed(row, "worker_lost", _("It was begun several times, and no worker came to its end."), calls=0)
        return 0
    try:
        # Of a minute's calls the sync has its own few: the rest belongs to purchases, tracking and visitors.
        ratelimit.take_place(account, ratelimit.SYNC, patience_s=0)
    except Transient:
        silent.add(account.pk)
        SyncCheck.objects.filter(pk=row.pk).update(lease_until=None, tries=F("tries") - 1)
        return 0
    with counted_calls() as calls:
        try:
            found = check(row.watched, run_id=row.run_id)
        except AccountUnusable as exc:
            silent.add(account.pk)
            standing.refused(account.pk, exc.message)
            _put_back(row, exc, calls.number)
            return 1
        except Transient as exc:
            silent.add(account.pk)
            _put_back(row, exc, calls.number)
            return 1
        except DomainError as exc:
            _failed(row, exc.code, exc.message, calls=calls.number)
            return 1
        except Exception as exc:
            # One product in a thousand must not stop the others.
            logger.exception("sync check broke watched=%s", row.watched_id)
            _failed(row, type(exc).__name__, _("It broke off by a fault of ours; the log has the trace."), calls.number)
            return 1
    _count(row, calls.number, checked=1, changes=found.changes)
    return 1


def _put_back(row: SyncCheck, exc: SupplierError, calls: int) -> None:
    """It could not be asked just now: later again, a few times."""
    if row.tries >= MOST_TRIES:
        _failed(row, exc.code, exc.message, calls=calls)
        return
    SyncCheck.objects.filter(pk=row.pk).update(lease_until=None)
    SyncRun.objects.filter(pk=row.run_id).update(calls=F("calls") + calls)


def _failed(row: SyncCheck, code: str, reason: str, calls: int) -> None:
    note_failure(row.watched, reason)
    with transaction.atomic():
        done = SyncCheck.objects.filter(pk=row.pk, failed_at=None).update(
            failed_at=database_now(), lease_until=None, code=code[:80], reason=reason[:300]
        )
        SyncRun.objects.filter(pk=row.run_id).update(calls=F("calls") + calls, failed=F("failed") + done)


def _count(row: SyncCheck, calls: int, *, checked: int, changes: int) -> None:
    with transaction.atomic():
        # Counted by whoever deletes it: a check that was made twice is one check.
        done, _kinds = SyncCheck.objects.filter(pk=row.pk).delete()
        SyncRun.objects.filter(pk=row.run_id).update(
            calls=F("calls") + calls, checked=F("checked") + (checked if done else 0), changes=F("changes") + changes
        )
