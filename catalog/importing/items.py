"""The products of an import, one after another: read from the supplier, staged, their pictures stored.

The row is the queue. A worker claims an item for a time by one conditional UPDATE; if it dies, the claim lapses and
another one does the item again, which doubles nothing: staging is an upsert and pictures are stored under the hash of
what is in them. One item that breaks is noted and the rest go on.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from catalog.importing import category_names, pictures
from catalog.importing.differences import recount
from catalog.importing.doubles import sold_otherwise, sold_text
from catalog.importing.runs import OPEN, TASK, finish_if_done
from catalog.importing.staging import stage
from catalog.models import ImportItem, ImportRun, StagedProduct
from integrations import ratelimit
from integrations.clock import database_now
from integrations.errors import AccountUnusable, MalformedReply, Rejected, SupplierError, Transient
from integrations.registry import adapter_for
from integrations.types import ProductSnapshot
from integrations.wake import wake
from shop.errors import DomainError

logger = logging.getLogger(__name__)

#: Replaced in tests, which wait for nothing.
sleep = time.sleep

#: A worker goes on with an import for so long, then lets the other tasks of the queue have their turn. With the longest
#: call and the longest picture behind it, a slice ends before the queue's own limit for a task.
SLICE_S = 10.0
#: An item that a worker took up so often without coming to its end is given up.
MAX_ATTEMPTS = 5
#: So long a run waits for the worker that was woken for it; then the sweep takes it that nobody comes.
_GRACE = timedelta(seconds=15)
_LONGEST_PAUSE_S = 900
_NOTE_LENGTH = 300


def is_left_behind() -> bool:
    """Whether a run waits for a worker longer than it should, or lost the one it had. For the sweep."""
    now = database_now()
    return _idle(now).filter(next_work_at__lte=now - _GRACE).exists()


def work() -> int:
    """Work on the oldest run that is due, for about ``SLICE_S``; how many items were taken up.

    Only one worker works on imports at a time: the others are there for orders. Makes network calls.
    """
    run = _claim_run()
    if run is None:
        return 0
    ends_at = time.monotonic() + min(SLICE_S, settings.SUPPLIER_TASK_TIMEOUT_S / 6)
    count = 0
    pause_s = 0.0
    try:
        while time.monotonic() < ends_at and _renew(run):
            item = claim(run)
            if item is None:
                break
            count += 1
            pause_s = _done_safely(item, ends_at)
            if pause_s:
                break
    finally:
        _leave(run, pause_s)
    return count


def _claim_run() -> ImportRun | None:
    now = database_now()
    if ImportRun.objects.filter(status=ImportRun.Status.RUNNING, lease_until__gte=now).exists():
        return None
    due = _idle(now).filter(next_work_at__lte=now).select_related("account", "category")
    for run in due.order_by("created_at", "pk")[:5]:
        if _idle(now).filter(pk=run.pk).update(lease_until=now + _lease()):
            return run
    return None


def _idle(now: datetime) -> QuerySet[ImportRun]:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return ImportRun.objects.filter(free, status=ImportRun.Status.RUNNING)


def _renew(run: ImportRun) -> bool:
    """Keep the run for the next item; False once it was stopped."""
    running = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING)
    return bool(running.update(lease_until=database_now() + _lease()))


def _leave(run: ImportRun, pause_s: float) -> None:
    """Give the run back: to be gone on with at once, after a pause, or never because it is finished."""
    now = database_now()
    look_at = now + timedelta(seconds=pause_s)
    if not pause_s and not _free(run, now).exists():
        opened = ImportItem.objects.filter(run=run.pk, status__in=OPEN)
        times = [at for row in opened.values_list("next_attempt_at", "lease_until")[:500] for at in row if at]
        look_at = min((at for at in times if at > now), default=now)
    ImportRun.objects.filter(pk=run.pk).update(lease_until=None, next_work_at=look_at)
    if finish_if_done(run.pk):
        logger.info("import finished run=%s", run.pk)
    if look_at <= now or ImportRun.objects.filter(status=ImportRun.Status.RUNNING).exclude(pk=run.pk).exists():
        wake(TASK)


def _free(run: ImportRun, now: datetime) -> QuerySet[ImportItem]:
    unclaimed = Q(lease_until=None) | Q(lease_until__lt=now)
    return ImportItem.objects.filter(unclaimed, run=run.pk, status__in=OPEN, next_attempt_at__lte=now)


def claim(run: ImportRun) -> ImportItem | None:
    """Take the next open item of ``run`` for as long as a lease lasts; None if there is none now."""
    for _try in range(5):
        now = database_now()
        free = _free(run, now)
        item = free.select_related("staged__account").order_by("next_attempt_at", "pk").first()
        if item is None:
            return None
        taken = free.filter(pk=item.pk, fence=item.fence).update(
            fence=F("fence") + 1, attempts=F("attempts") + 1, lease_until=now + _lease()
        )
        if taken:
            item.fence += 1
            item.attempts += 1
            item.run = run
            return item
    return None


def _done_safely(item: ImportItem, ends_at: float) -> float:
    """Do ``item`` and note its end; for how many seconds its supplier wants to be left alone."""
    if item.attempts > MAX_ATTEMPTS:
        _fail(item, _("Given up: the work on it was cut off %(count)s times.") % {"count": MAX_ATTEMPTS})
        return 0
    try:
        return _do(item, ends_at)
    except (Rejected, MalformedReply) as exc:
        _fail(item, exc.message)
    except Transient as exc:
        return _put_off(item, exc)
    except DomainError as exc:
        _fail(item, exc.message)
    except Exception:
        logger.exception("import item failed item=%s", item.pk)
        _fail(item, _("It broke off here for a reason of our own; the log has it."))
    return 0


def _do(item: ImportItem, ends_at: float) -> float:
    account = item.run.account
    if item.status == ImportItem.Status.WAITING:
        sold = sold_otherwise(account, item.external_product_id or "")
        if sold is not None:
            staged = StagedProduct.objects.filter(product=sold).first()
            _note(item, status=ImportItem.Status.SKIPPED, staged=staged, note=sold_text(sold)[:_NOTE_LENGTH])
            return 0
        wait_s = ratelimit.take_place(account, ratelimit.IMPORTS, patience_s=settings.RATE_PATIENCE_S)
        sleep(wait_s)
        product = _read(item)
        category_names.learn(account)
        done = stage(account, product, country=item.run.country, category=item.run.category)
        note = done.note[:_NOTE_LENGTH]
        status = ImportItem.Status.FETCHED
        if not _note(item, staged=done.staged, status=status, result=done.result, note=note, keep_lease=True):
            return 0
        item.staged, item.note = done.staged, done.note
        item.result, item.status = done.result, status
    if item.staged is None:
        raise DomainError(_("It was deleted in the meantime."), code="gone")
    if not pictures.fetch_waiting(item.staged, ends_at=ends_at):
        # Time is up with pictures left: gone on with in the next slice, and no failed try.
        _note(item, status=item.status, attempts=F("attempts") - 1)
        return 0
    recount(item.staged)
    note = " ".join(filter(None, (item.note, pictures.refusals(item.staged))))
    _note(item, status=item.result, note=note[:_NOTE_LENGTH])
    return 0


def _read(item: ImportItem) -> ProductSnapshot:
    product = adapter_for(item.run.account).fetch_product(
        item.external_product_id or "", country=item.run.country, currency=item.run.account.currency
    )
    if not product.skus:
        raise Rejected(_("The product has no SKU."))
    return product


def _put_off(item: ImportItem, exc: SupplierError) -> float:
    """Try again later what is not refused for good."""
    asked_s = getattr(exc, "retry_after_s", None)
    is_full = isinstance(exc, ratelimit.RateLimited)
    if item.attempts >= MAX_ATTEMPTS and not is_full:
        _fail(item, exc.message)
        return 0
    pause_s = min(float(asked_s if asked_s is not None else 5.0 * 3 ** (item.attempts - 1)), _LONGEST_PAUSE_S)
    if is_full:
        # Nothing was asked: that is no try.
        ImportItem.objects.filter(pk=item.pk, fence=item.fence).update(attempts=F("attempts") - 1)
    _note(item, status=item.status, note=exc.message[:_NOTE_LENGTH], after_s=pause_s)
    # A ban or a refused token concerns all that follow; one product that cannot be read does not.
    return pause_s if is_full or asked_s is not None or isinstance(exc, AccountUnusable) else 0


def _fail(item: ImportItem, why: str) -> None:
    _note(item, status=ImportItem.Status.FAILED, note=why[:_NOTE_LENGTH])


def _note(item: ImportItem, *, after_s: float = 0, keep_lease: bool = False, **columns: object) -> bool:
    """Write what became of the item, unless another worker has it by now or the run was stopped."""
    if not keep_lease:
        columns |= {"lease_until": None, "next_attempt_at": database_now() + timedelta(seconds=after_s)}
    return bool(ImportItem.objects.filter(pk=item.pk, fence=item.fence, status__in=OPEN).update(**columns))


def _lease() -> timedelta:
    return timedelta(seconds=settings.SUPPLIER_LEASE_S)
