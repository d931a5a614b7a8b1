"""Finds everything that is due or stuck. Run from two directions, so that no single frozen part stops the shop:
by the queue's schedule (which puts each job into the queue) and by the worker and ``manage.py sweep`` (at once).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fulfillment import (
    dispatch,
    invoices,
    lateness,
    notifications,
    order_links,
    payment_events,
    payment_pages,
    personal_data,
    refunds,
    returns,
    settling,
    to_pay,
    tracking,
    unpaid,
    webhooks,
)
from fulfillment.models import Order, PaymentEvent, SupplierOrder
from fulfillment.outcomes import lapse
from fulfillment.routing import route
from fulfillment.states import OrderStatus, SupplierOrderStatus
from fulfillment.transitions import lock_order
from integrations.clock import database_now
from integrations.models import ApiCall, PushMessage
from integrations.wake import enqueue, function_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A task (as ``integrations.wake`` names it) for one row."""

    task: str
    row_id: int


def jobs() -> Iterator[Job]:
    """What is to be done now. What may have been bought is settled before anything new is bought."""
    for task, ids in (
        ("fulfillment.tasks.settle", settling.unsettled),
        ("fulfillment.tasks.place", dispatch.due),
        ("fulfillment.tasks.handle_push", webhooks.unhandled),
        ("fulfillment.tasks.handle_payment_event", payment_events.unhandled),
        ("fulfillment.tasks.look_at_due_payment", payment_pages.to_look_at),
        ("fulfillment.tasks.send_refund", refunds.unfinished),
        ("fulfillment.tasks.look", tracking.to_look_up),
        ("fulfillment.tasks.send_notice", notifications.unsent),
        ("fulfillment.tasks.tell_to_pay", to_pay.untold),
        ("fulfillment.tasks.mail_links", order_links.unhandled),
        *_added_jobs.items(),
    ):
        yield from (Job(task, row_id) for row_id in ids())


def mend() -> int:
    """Put right what a death left behind; quick, without any network call. How many rows were touched.

    A row that cannot be mended is logged and stops neither the others nor the rest of the sweep.
    """
    return (
        _mend_each("lapse", _lapsed(), _lapse)
        + _mend_each("route", _forgotten(), _route)
        + _mend_each("invoice", invoices.uninvoiced(), _issue_invoice)
        + _mend_each("late parcel", lateness.late_parcels(), lateness.tell_parcel)
        + _mend_each("late order", lateness.late_orders(), lateness.tell_order)
        + _mend_each("cancel_unpaid", unpaid.unpaid_too_long(), _cancel_unpaid)
        + _mend_each("erase", personal_data.due(), personal_data.erase_due)
    )


def sweep(run: Callable[[Job], object]) -> int:
    """Mend, then hand every job to ``run``. How many jobs there were. One that breaks does not stop the rest."""
    mended = mend()
    count = 0
    for job in jobs():
        count += 1
        try:
            run(job)
        except Exception:
            logger.exception("sweep: job failed task=%s row=%s", job.task, job.row_id)
    if count or mended:
        logger.info("sweep mended=%s jobs=%s", mended, count)
    return count


def run_here(job: Job) -> None:
    """Do the job in this process, unless it is left to the queue."""
    if job.task not in _left_to_queue:
        function_of(job.task)(job.row_id)


def run_queued(job: Job) -> None:
    """Put the job into the queue."""
    enqueue(job.task, job.row_id)


#: Task -> the ids of its due rows. The floors above add their own (``also_sweep``).
_added_jobs: dict[str, Callable[[], list[int]]] = {}


#: Those of them that wait for servers of customers: in one process they would hold up what is to be bought.
_left_to_queue: set[str] = set()


def also_sweep(task: str, due: Callable[[], list[int]], *, only_by_queue: bool = False) -> None:
    """Have every sweep do ``task``, named with its module, for the rows whose ids ``due`` returns.

    ``only_by_queue``: somebody outside decides how long it takes, so a sweep that works here leaves it out.
    """
    _added_jobs[task] = due
    if only_by_queue:
        _left_to_queue.add(task)


#: What is purged each day. The floors above add what they keep (``also_purge``): this one does not know them.
_purges: list[Callable[[], int]] = []
#: So many rows are deleted at once: a long statement would hold up everybody who writes.
_PURGED_AT_ONCE = 200


def also_purge(work: Callable[[], int]) -> None:
    """Have ``work`` run with every purge from now on; it returns how many rows went. Adding it again is nothing."""
    if work not in _purges:
        _purges.append(work)


def purge() -> int:
    """Delete what is kept only for a time. How many rows went; a part that breaks does not stop the others."""
    count = 0
    own = (_purge_calls, _purge_pushes, _purge_payment_events, order_links.purge, returns.purge, personal_data.purge)
    for work in (*own, *_purges):
        try:
            count += work()
        except Exception:
            logger.exception("purge failed what=%s", getattr(work, "__qualname__", work))
    return count


def delete_in_steps(rows: QuerySet[Any]) -> int:
    """Delete ``rows``, a few at a time. How many."""
    count = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:_PURGED_AT_ONCE]):
        count += rows.filter(pk__in=ids).delete()[0]
    return count


def _kept_since() -> datetime:
    return timezone.now() - timedelta(days=settings.API_CALL_RETENTION_DAYS)


def _purge_calls() -> int:
    return delete_in_steps(ApiCall.objects.filter(started_at__lt=_kept_since()))


def _purge_pushes() -> int:
    return delete_in_steps(PushMessage.objects.filter(received_at__lt=_kept_since(), handled_at__isnull=False))


def _purge_payment_events() -> int:
    return delete_in_steps(PaymentEvent.objects.filter(received_at__lt=_kept_since(), handled_at__isnull=False))


def _mend_each(what: str, row_ids: list[int], mend_one: Callable[[int], bool]) -> int:
    count = 0
    for row_id in row_ids:
        try:
            count += mend_one(row_id)
        except Exception:
            logger.exception("sweep: not mended what=%s row=%s", what, row_id)
    return count


def _lapsed() -> list[int]:
    stuck = SupplierOrder.objects.filter(status=SupplierOrderStatus.IN_FLIGHT, lease_until__lt=database_now())
    return list(stuck.order_by("pk").values_list("pk", flat=True)[:200])


def _lapse(supplier_order_id: int) -> bool:
    return lapse(SupplierOrder.objects.get(pk=supplier_order_id))


def _forgotten() -> list[int]:
    paid = Order.objects.filter(status=OrderStatus.PAID, supplier_orders=None).order_by("pk")
    return list(paid.values_list("pk", flat=True)[:200])


def _route(order_id: int) -> bool:
    with transaction.atomic():
        order = lock_order(order_id)
        if order.status != OrderStatus.PAID or order.supplier_orders.exists():
            return False
        route(order)
    return True


def _issue_invoice(order_id: int) -> bool:
    return bool(invoices.issue(Order.objects.get(pk=order_id)))


def _cancel_unpaid(order_id: int) -> bool:
    return unpaid.cancel_unpaid(Order.objects.get(pk=order_id), note="It was not paid in time.")
