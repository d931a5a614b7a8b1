"""Orders that wait for our payment: which ones they are, and that staff are told once before and after they lapse."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connections

from fulfillment import sweep, to_pay
from fulfillment.models import ExternalOrder, OrderEvent
from fulfillment.sweep import Job
from integrations.clock import database_now
from integrations.errors import Transient
from integrations.types import OrderSnapshot, SupplierOrderState
from shop.money import Money
from tests.factories import ExternalOrderFactory
from tests.fulfillment.scenes import snapshot, together

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _staff(settings):
    settings.STAFF_EMAILS = ["desk@example.com"]
    settings.SUPPLIER_PAY_ALERT_HOURS = 24


def unpaid(*, left: timedelta | None = 2 * HOUR, **changes) -> ExternalOrder:
    now = database_now()
    values = {
        "supplier_order__account__provider": "fake",
        "supplier_order__account__pays_automatically": False,
        "pay_by": now + left if left is not None else None,
        "next_poll_at": now + 100 * HOUR,
        "amount": Decimal("10.00"),
        "currency": "USD",
    }
    return ExternalOrderFactory(**{**values, **changes})


def jobs() -> list[Job]:
    return [job for job in sweep.jobs() if job.task == "fulfillment.tasks.tell_to_pay"]


def paid_there(external: ExternalOrder) -> OrderSnapshot:
    return snapshot(external.external_id, SupplierOrderState.PROCESSING)


@pytest.mark.django_db
class TestWhatWaits:
    def test_first_to_lapse_is_first_and_without_a_time_last(self):
        later, never, sooner = unpaid(left=9 * HOUR), unpaid(left=None), unpaid(left=HOUR)

        assert list(to_pay.awaiting_payment()) == [sooner, later, never]

    @pytest.mark.parametrize("changes", [{"state": "processing"}, {"supplier_order__status": "canceled"}])
    def test_what_is_paid_or_given_up_does_not_wait(self, changes):
        unpaid(**changes)

        assert not to_pay.awaiting_payment().exists()

    def test_what_the_supplier_is_asked_to_charge_waits_for_staff_only_after_a_while(self):
        external = unpaid(supplier_order__account__pays_automatically=True)
        young = to_pay.waiting_for_staff().exists()
        ExternalOrder.objects.update(created_at=database_now() - timedelta(minutes=11))

        assert (young, list(to_pay.waiting_for_staff())) == (False, [external])

    def test_charge_that_failed_waits_for_staff_at_once(self):
        external = unpaid(
            supplier_order__account__pays_automatically=True,
            supplier_order__attention="pay",
            supplier_order__attention_note="OrderCreated, autoPay fail",
        )

        assert list(to_pay.waiting_for_staff()) == [external]


@pytest.mark.django_db
class TestMails:
    def test_staff_are_told_once_before_it_lapses(self, supplier):
        external = unpaid()

        told = [sweep.sweep(sweep.run_here) for _ in range(3)]

        assert told == [1, 0, 0]
        message = mail.outbox[0]
        assert (len(mail.outbox), message.to) == (1, ["desk@example.com"])
        assert external.external_id in message.subject
        assert external.supplier_order.order.number in message.body
        assert "10.00 USD" in message.body
        assert "/admin/fulfillment/supplierorder/to-pay/" in message.body

    def test_mail_carries_nobodys_data(self, supplier):
        order = unpaid().supplier_order.order
        to_pay.tell(ExternalOrder.objects.get().pk)
        ExternalOrder.objects.update(pay_by=database_now() - HOUR)
        to_pay.tell(ExternalOrder.objects.get().pk)

        texts = [message.subject + message.body for message in mail.outbox]
        assert len(texts) == 2
        for value in (order.email, order.first_name, order.last_name, order.line1, order.city, order.phone):
            assert not any(value in text for text in texts), value

    def test_lapse_is_told_once_beside_the_warning(self, supplier):
        unpaid()
        sweep.sweep(sweep.run_here)
        ExternalOrder.objects.update(pay_by=database_now() - HOUR)

        sweep.sweep(sweep.run_here)
        sweep.sweep(sweep.run_here)

        assert ["lapsed unpaid" in message.subject for message in mail.outbox] == [False, True]
        kinds = list(OrderEvent.objects.filter(kind__startswith="external_order.pay").values_list("kind", flat=True))
        assert sorted(kinds) == ["external_order.pay_lapsed", "external_order.pay_soon"]

    def test_lapse_that_a_look_has_seen_first_is_told_all_the_same(self, supplier):
        unpaid(left=-HOUR, state="canceled", supplier_order__status="canceled", polled_at=database_now())

        sweep.sweep(sweep.run_here)

        assert ["lapsed unpaid" in message.subject for message in mail.outbox] == [True]

    def test_the_setting_says_how_long_before(self, supplier, settings):
        unpaid(left=30 * HOUR)
        early = jobs()
        settings.SUPPLIER_PAY_ALERT_HOURS = 36

        assert (early, len(jobs())) == ([], 1)

    @pytest.mark.parametrize(
        "changes",
        [
            {"left": None},
            {"left": 25 * HOUR},
            {"left": -8 * 24 * HOUR},
            {"state": "processing"},
            {"supplier_order__status": "canceled"},
            {"supplier_order__account__pays_automatically": True},
            {"left": -HOUR, "state": "canceled", "polled_at": database_now},
        ],
    )
    def test_nobody_is_told_of_others(self, changes):
        if "polled_at" in changes:
            # Canceled on purpose, two hours before its time was over.
            changes = {**changes, "polled_at": database_now() - 2 * HOUR}
        unpaid(**changes)

        assert jobs() == []

    def test_what_was_paid_since_the_last_look_is_not_told(self, supplier):
        external = unpaid()
        supplier.snapshots[external.external_id] = paid_there(external)

        assert not to_pay.tell(external.pk)

        external.refresh_from_db()
        assert (mail.outbox, external.state, external.pay_warned_at) == ([], "processing", None)

    def test_supplier_that_cannot_be_reached_does_not_keep_the_warning_back(self, supplier):
        external = unpaid()
        supplier.snapshots[external.external_id] = Transient("down")

        assert to_pay.tell(external.pk)

    def test_amount_that_the_look_reads_stands_in_the_mail(self, supplier):
        external = unpaid(amount=None, currency="")
        supplier.snapshots[external.external_id] = snapshot(
            external.external_id, SupplierOrderState.AWAITING_PAYMENT, amount=Money(Decimal("7.15"), "EUR")
        )

        to_pay.tell(external.pk)

        assert "7.15 EUR" in mail.outbox[0].body

    def test_mail_server_that_is_down_is_tried_again(self, supplier, monkeypatch):
        external = unpaid()

        def refuse(*args, **kwargs):
            raise ConnectionRefusedError

        with monkeypatch.context() as patched:
            patched.setattr("integrations.staff_mail.send_mail", refuse)
            first = to_pay.tell(external.pk)

        assert (first, to_pay.tell(external.pk), len(mail.outbox)) == (False, True, 1)
        assert OrderEvent.objects.filter(kind="external_order.pay_soon").count() == 1

    def test_with_nobody_to_tell_it_is_logged_once(self, supplier, settings, caplog):
        settings.STAFF_EMAILS = []
        unpaid()

        for _ in range(2):
            sweep.sweep(sweep.run_here)

        assert [record.message for record in caplog.records if "nobody to tell" in record.message] == [
            f"nobody to tell external_order={ExternalOrder.objects.get().pk}: STAFF_EMAILS is empty"
        ]


@pytest.mark.django_db(transaction=True)
def test_several_sweeps_at_once_send_one_mail(supplier):
    external = unpaid()

    told = together(4, lambda _index: to_pay.tell(external.pk))
    connections.close_all()

    assert sorted(told) == [False, False, False, True]
    assert len(mail.outbox) == 1
