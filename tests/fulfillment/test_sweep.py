"""The sweep finds everything that is due or stuck, and nothing that breaks stops the rest of it."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from fulfillment import dispatch, health, routing, schedules, sweep, tasks
from fulfillment.models import ExternalOrder, Notice, Order, SupplierOrder
from fulfillment.sweep import Job
from integrations import wake
from integrations.clock import database_now
from integrations.models import ApiCall
from tests.factories import ExternalOrderFactory, OrderFactory, OrderLineFactory, SupplierOrderFactory
from tests.fulfillment.scenes import goods, order_of, paid, part_of

pytestmark = pytest.mark.django_db

PAST = timedelta(seconds=1)


def found() -> list[Job]:
    jobs: list[Job] = []
    sweep.sweep(jobs.append)
    return jobs


def test_nothing_to_do_is_nothing_done():
    assert found() == []


def test_due_order_is_found(supplier):
    part = part_of(paid(goods().variant))

    assert Job("fulfillment.tasks.place", part.pk) in found()


@pytest.mark.parametrize(
    "values",
    [
        {"next_attempt_at": timezone.now() + timedelta(hours=1)},
        {"lease_until": timezone.now() + timedelta(hours=1)},
        {"status": "held", "attention": "stock"},
        {"account__buying_enabled": False},
        {"account__health": "reconnect"},
        {"account__paused_until": timezone.now() + timedelta(hours=1)},
    ],
)
def test_order_that_must_wait_is_not_found(values):
    SupplierOrderFactory(**values)

    assert found() == []


def test_lease_that_ended_before_sending_is_found():
    row = SupplierOrderFactory(lease_until=timezone.now() - PAST)

    assert found() == [Job("fulfillment.tasks.place", row.pk)]


def test_lapsed_lease_in_flight_becomes_unknown_and_is_found_after_the_settle_time():
    row = SupplierOrderFactory(status="in_flight", lease_until=database_now() - PAST, first_sent_at=database_now())

    assert found() == []
    row.refresh_from_db()
    assert (row.status, row.fence) == ("unknown", 1)
    SupplierOrder.objects.update(settle_at=database_now() - PAST)
    assert found() == [Job("fulfillment.tasks.settle", row.pk)]


def test_unknown_that_waits_for_a_person_is_left_to_them():
    SupplierOrderFactory(status="unknown", settle_at=database_now() - PAST, attention="outcome")

    assert found() == []


def test_unknown_is_settled_before_anything_new_is_bought():
    due = SupplierOrderFactory()
    unknown = SupplierOrderFactory(account=due.account, status="unknown", settle_at=database_now() - PAST)

    assert found() == [Job("fulfillment.tasks.settle", unknown.pk), Job("fulfillment.tasks.place", due.pk)]


def test_order_at_the_supplier_is_looked_up_when_its_time_comes():
    external = ExternalOrderFactory()
    ExternalOrderFactory(next_poll_at=None)
    ExternalOrderFactory(next_poll_at=timezone.now() + timedelta(hours=1))

    assert found() == [Job("fulfillment.tasks.look", external.pk)]


def test_mail_that_is_owed_is_found():
    notice = Notice.objects.create(order=OrderFactory(), kind="received", key="k")

    assert found() == [Job("fulfillment.tasks.send_notice", notice.pk)]


def test_unpaid_order_ends_in_time(settings):
    order = order_of(goods().variant)
    Order.objects.update(created_at=timezone.now() - timedelta(hours=settings.UNPAID_ORDER_HOURS, seconds=1))

    assert sweep.mend() == 1

    order.refresh_from_db()
    assert order.status == "canceled"


def test_order_that_cannot_be_mended_stops_nothing(supplier, monkeypatch, caplog):
    broken, fine = (OrderFactory(paid=True) for _ in range(2))
    for order in (broken, fine):
        listing = goods()
        OrderLineFactory(order=order, variant=listing.variant, listing=listing)
    route = routing.route

    def route_all_but_one(order):
        if order == broken:
            raise ValueError("a bug of ours")
        return route(order)

    monkeypatch.setattr(sweep, "route", route_all_but_one)

    jobs = found()

    assert jobs == [Job("fulfillment.tasks.place", part_of(fine).pk)]
    assert f"row={broken.pk}" in caplog.text


def test_job_that_breaks_stops_nothing(caplog):
    rows = [SupplierOrderFactory() for _ in range(3)]
    done = []

    def run(job: Job) -> None:
        if job.row_id == rows[1].pk:
            raise ValueError("a bug of ours")
        done.append(job.row_id)

    assert sweep.sweep(run) == 3

    assert done == [rows[0].pk, rows[2].pk]
    assert f"row={rows[1].pk}" in caplog.text


def test_queue_that_is_down_stops_nothing(monkeypatch, caplog):
    SupplierOrderFactory()
    monkeypatch.setattr("django_q.tasks.async_task", lambda *args: 1 / 0)

    assert sweep.sweep(sweep.run_queued) == 1

    assert "queue does not take tasks" in caplog.text


def test_command_does_everything_at_once(supplier):
    part = part_of(paid(goods().variant))
    out = StringIO()

    call_command("sweep", stdout=out)

    part.refresh_from_db()
    assert part.status == "placed"
    assert "jobs done" in out.getvalue()


def test_every_queued_task_exists_and_takes_an_id(supplier):
    part = part_of(paid(goods().variant))

    assert tasks.place(part.pk)
    assert tasks.look(ExternalOrder.objects.get().pk)
    assert not tasks.settle(part.pk)
    assert tasks.send_notice(Notice.objects.get().pk)


def test_schedules_are_the_codes_and_idempotent(monkeypatch):
    rows = {}

    class Manager:
        def update_or_create(self, name, defaults):
            rows[name] = defaults

        def exclude(self, name__in):
            self.kept = set(name__in)
            return self

        def delete(self):
            for name in set(rows) - self.kept:
                del rows[name]

    rows["somebody's"] = {"func": "os.system"}
    monkeypatch.setattr(schedules.Schedule, "objects", Manager())

    schedules.ensure_schedules()
    schedules.ensure_schedules()

    assert {row["func"] for row in rows.values()} == {
        f"fulfillment.tasks.{task}" for task, _ in schedules.SCHEDULES.values()
    }
    assert all(callable(getattr(tasks, row["func"].rpartition(".")[2])) for row in rows.values())


def test_old_calls_are_purged_and_young_ones_kept(settings):
    account = SupplierOrderFactory().account
    for days in (settings.API_CALL_RETENTION_DAYS + 1, 1):
        ApiCall.objects.create(
            account=account, operation="x", method="POST", path="/", started_at=timezone.now() - timedelta(days=days)
        )

    assert sweep.purge() == 1

    assert ApiCall.objects.count() == 1


def test_purge_that_breaks_does_not_stop_the_others(monkeypatch, settings, caplog):
    def broken() -> int:
        raise RuntimeError("no")

    monkeypatch.setattr(sweep, "_purges", [])
    sweep.also_purge(broken)
    sweep.also_purge(lambda: 7)

    with caplog.at_level(logging.CRITICAL):
        assert sweep.purge() == 7


def test_many_old_rows_go_in_steps(monkeypatch, settings):
    monkeypatch.setattr(sweep, "_PURGED_AT_ONCE", 2)
    account = SupplierOrderFactory().account
    old = timezone.now() - timedelta(days=settings.API_CALL_RETENTION_DAYS + 1)
    for _ in range(5):
        ApiCall.objects.create(account=account, operation="x", method="POST", path="/", started_at=old)

    assert sweep.purge() == 5


class TestWake:
    """A worker is woken after commit, or not at all."""

    @pytest.fixture
    def woken(self, monkeypatch, settings) -> list:
        settings.WAKE = "queue"
        calls: list = []
        monkeypatch.setattr(wake, "enqueue", lambda task, *ids: calls.append((task, ids)))
        return calls

    def test_not_before_the_outermost_commit(self, woken, django_capture_on_commit_callbacks):
        from django.db import transaction

        with django_capture_on_commit_callbacks(execute=True):
            with transaction.atomic(), transaction.atomic():
                wake.wake("fulfillment.tasks.place", 1)
            assert woken == []

        assert woken == [("fulfillment.tasks.place", (1,))]

    def test_not_for_what_was_rolled_back(self, woken, django_capture_on_commit_callbacks):
        from django.db import transaction

        with django_capture_on_commit_callbacks(execute=True):
            try:
                with transaction.atomic():
                    wake.wake("fulfillment.tasks.place", 1)
                    raise ValueError
            except ValueError:
                wake.wake("fulfillment.tasks.place", 2)

        assert woken == [("fulfillment.tasks.place", (2,))]

    def test_queue_that_is_down_does_not_undo_the_payment(self, supplier, settings, monkeypatch, caplog,
                                                          django_capture_on_commit_callbacks):  # fmt: skip
        settings.WAKE = "queue"
        monkeypatch.setattr("django_q.tasks.async_task", lambda *args: 1 / 0)

        with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
            order = paid(goods().variant)

        assert order.status == "paid"
        assert "queue does not take tasks" in caplog.text

    def test_inline_does_the_work_at_once(self, supplier, settings, django_capture_on_commit_callbacks):
        settings.WAKE = "inline"

        with django_capture_on_commit_callbacks(execute=True):
            order = paid(goods().variant)

        assert part_of(order).status == "placed"


def test_kill_switch_stops_the_sweep_from_buying(supplier, settings):
    settings.BUYING_ENABLED = False
    part = part_of(paid(goods().variant))
    SupplierOrderFactory(status="unknown", settle_at=database_now() - PAST)

    sweep.sweep(sweep.run_here)

    assert (supplier.purchases, SupplierOrder.objects.get(pk=part.pk).status) == ([], "due")
    assert dispatch.due() == []
    assert health.queue().ok is False


def test_floor_above_has_its_rows_swept_too(monkeypatch):
    done = []
    monkeypatch.setattr(sweep, "_added_jobs", {})
    monkeypatch.setattr("shop.outbox.send", done.append)

    sweep.also_sweep("shop.outbox.send", lambda: [7])
    sweep.sweep(sweep.run_here)

    assert done == [7]
