"""Finds everything that is due or stuck. Run from two directions, so that no single frozen part stops the shop:
by the queue's schedule (which puts each job into the queue) and by the worker and ``manage.py sweep`` (at once).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fulfillment import dispatch, notifications, orders, settling, tracking, webhooks
from fulfillment.models import Order, SupplierOrder
from fulfillment.outcomes import lapse
from fulfillment.routing import route
from fulfillment.states import OrderStatus, SupplierOrderStatus
from fulfillment.transitions import lock_order
from fulfillment.wake import enqueue
from integrations.clock import database_now
from integrations.models import ApiCall, PushMessage

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A task of ``fulfillment.tasks`` for one row."""

    task: str
    row_id: int


def jobs() -> Iterator[Job]:
    """What is to be done now. What may have been bought is settled before anything new is bought."""
    for task, ids in (
        ("settle", settling.unsettled),
        ("place", dispatch.due),
        ("handle_push", webhooks.unhandled),
        ("look", tracking.to_look_up),
        ("send_notice", notifications.unsent),
    ):
        yield from (Job(task, row_id) for row_id in ids())


def mend() -> int:
    """Put right what a death left behind; quick, without any network call. How many rows were touched.

    A row that cannot be mended is logged and stops neither the others nor the rest of the sweep.
    """
    return (
        _mend_each("lapse", _lapsed(), _lapse)
        + _mend_each("route", _forgotten(), _route)
        + _mend_each("cancel_unpaid", orders.unpaid_too_long(), _cancel_unpaid)
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
    """Do the job in this process."""
    from fulfillment import tasks

    getattr(tasks, job.task)(job.row_id)


def run_queued(job: Job) -> None:
    """Put the job into the queue."""
    enqueue(job.task, job.row_id)


def purge() -> int:
    """Delete what is kept only for a time: the log of calls, and pushes done with. How many rows went."""
    before = timezone.now() - timedelta(days=settings.API_CALL_RETENTION_DAYS)
    pushes = PushMessage.objects.filter(received_at__lt=before, handled_at__isnull=False)
    return ApiCall.objects.filter(started_at__lt=before).delete()[0] + pushes.delete()[0]


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


def _cancel_unpaid(order_id: int) -> bool:
    return orders.cancel_unpaid(Order.objects.get(pk=order_id), note="It was not paid in time.")
