"""Imports as a whole: beginning one, stopping it, trying again what failed, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importing.addresses import Entry
from catalog.models import Category, ImportItem, ImportRun
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS
from integrations.wake import wake
from shop.errors import DomainError

OPEN = (ImportItem.Status.WAITING, ImportItem.Status.FETCHED)
TASK = "catalog.tasks.work_on_imports"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How many items there are, how many of them are done, and how many have each result."""

    total: int
    done: int
    results: dict[str, int]

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def start_run(
    account: SupplierAccount,
    entries: Sequence[Entry],
    *,
    title: str,
    country: str,
    category: Category | None = None,
    user: Any = None,
) -> ImportRun:
    """Note that ``entries`` are to be imported, as sold to ``country`` (ISO), and wake a worker.

    What is named twice is taken once; a line without a product id is noted as failed. Raises ``DomainError``
    (``nothing_to_import``, ``unknown_provider``).
    """
    if account.provider not in PROVIDERS:
        raise DomainError(_("No adapter is installed for this account's supplier."), code="unknown_provider")
    if not entries:
        raise DomainError(_("Choose at least one product."), code="nothing_to_import")
    now = database_now()
    with transaction.atomic():
        run = ImportRun.objects.create(
            account=account,
            title=title[:200],
            country=country,
            category=category,
            started_by=user,
            next_work_at=now,
        )
        ImportItem.objects.bulk_create(_items(run, entries, now), batch_size=_BATCH)
        if not run.items.filter(status__in=OPEN).exists():
            finish_if_done(run.pk)
        wake(TASK)
    return run


def _items(run: ImportRun, entries: Iterable[Entry], now: datetime) -> list[ImportItem]:
    items: list[ImportItem] = []
    seen = set[str]()
    for position, entry in enumerate(entries, 1):
        item = ImportItem(run=run, position=position, entered=entry.entered, next_attempt_at=now)
        if not entry.product_id:
            item.status = ImportItem.Status.FAILED
            item.note = _("There is no product id of this supplier in it.")
        elif entry.product_id in seen:
            item.status = ImportItem.Status.SKIPPED
            item.note = _("%(id)s is in the list already.") % {"id": entry.product_id}
        else:
            item.external_product_id = entry.product_id
            seen.add(entry.product_id)
        items.append(item)
    return items


def stop_run(run: ImportRun) -> bool:
    """Take up nothing more of ``run``; what is done stays. Whether it was running."""
    with transaction.atomic():
        stopped = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING).update(
            status=ImportRun.Status.STOPPED, finished_at=timezone.now()
        )
        if stopped:
            run.items.filter(status__in=OPEN).update(
                status=ImportItem.Status.SKIPPED, note=_("The import was stopped."), lease_until=None
            )
    return bool(stopped)


def retry_failed(run: ImportRun) -> int:
    """Have another try at what failed or was not reached. How many items that are."""
    now = database_now()
    with transaction.atomic():
        again = run.items.filter(
            status__in=[ImportItem.Status.FAILED, ImportItem.Status.SKIPPED], external_product_id__isnull=False
        ).update(status=ImportItem.Status.WAITING, result="", note="", attempts=0, next_attempt_at=now)
        if again:
            ImportRun.objects.filter(pk=run.pk).update(
                status=ImportRun.Status.RUNNING, finished_at=None, next_work_at=now
            )
            wake(TASK)
    return again


def finish_if_done(run_id: int) -> bool:
    """Call the run finished if none of its items is open. Whether it was by this call."""
    running = ImportRun.objects.filter(pk=run_id, status=ImportRun.Status.RUNNING)
    if ImportItem.objects.filter(run=run_id, status__in=OPEN).exists():
        return False
    return bool(running.update(status=ImportRun.Status.FINISHED, finished_at=timezone.now(), lease_until=None))


def progress(run: ImportRun) -> Progress:
    """How far ``run`` is."""
    rows = run.items.order_by().values_list("status").annotate(count=Count("pk"))
    counts = {str(status): int(count) for status, count in rows}
    total = sum(counts.values())
    return Progress(total, total - sum(counts.get(status, 0) for status in OPEN), counts)


def purge(before: datetime) -> int:
    """Delete the records of imports that ended before that instant; what they brought stays."""
    deleted, _kinds = ImportRun.objects.filter(finished_at__lt=before).delete()
    return deleted
