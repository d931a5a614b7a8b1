"""The admin's first page says what waits for a person, with the list to go to, and nothing that may not be seen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fulfillment import health
from fulfillment.models import PaymentEvent, Refund
from tests.factories import ExternalOrderFactory, OrderFactory, PaymentFactory, SupplierOrderFactory
from tests.staff import VIEWS, signed_in, superuser

pytestmark = pytest.mark.django_db

HOME = "/admin/"


def stray(**changes: Any) -> PaymentEvent:
    """A paid session that names a reference like ours, of which no payment is known."""
    values = {
        "provider": "stripe",
        "event_id": "evt_1",
        "kind": "session",
        "word": "checkout.session.completed",
        "note": "paid",
        "outcome": "unknown_payment",
        "handled_at": timezone.now(),
        "body": {"reference": "x" * 27},
    }
    return PaymentEvent.objects.create(**{**values, **changes})


def everything_waits() -> None:
    SupplierOrderFactory(status="held", attention="price")
    ExternalOrderFactory(state="awaiting_payment", supplier_order__account__pays_automatically=False)
    PaymentFactory(method="bank_transfer")
    PaymentFactory(status="mismatch")
    PaymentFactory(method="stripe", session_id="cs_1", session_expires_at=timezone.now() - timedelta(days=1))
    payment = PaymentFactory(order=OrderFactory(paid=True), status="succeeded")
    Refund.objects.create(payment=payment, key="k", amount=Decimal(1), currency="USD", status="to_do")
    other = PaymentFactory(order=OrderFactory(paid=True), status="succeeded")
    Refund.objects.create(payment=other, key="f", amount=Decimal(1), currency="USD", status="failed")
    stray()


def test_each_kind_of_work_is_counted_and_leads_to_rows():
    everything_waits()
    staff = superuser()

    page = staff.get(HOME)

    assert [(item.text, item.count) for item in page.context["work"]] == [
        ("Supplier orders that need a person", 1),
        ("Orders to pay at the supplier", 1),
        ("Bank transfers that are awaited", 1),
        ("Payments that do not fit", 1),
        ("Payment pages that could not be read", 1),
        ("Money for payments that nobody knows", 1),
        ("Refunds to be done by a person", 1),
        ("Refunds that failed", 1),
    ]
    for item in page.context["work"]:
        shown = "evt_1" if "paymentevent" in item.url else "ORD-"
        assert shown in staff.get(item.url).content.decode()


def counted(text: str) -> int:
    work = superuser().get(HOME).context["work"]
    return sum(item.count for item in work if item.text == text)


@pytest.mark.parametrize(("refunded", "count"), [("0", 1), ("5.00", 1), ("10.00", 0)])
def test_payment_that_does_not_fit_waits_until_all_of_it_went_back(refunded, count):
    PaymentFactory(status="mismatch", told_amount=Decimal(10), told_currency="USD", refunded_amount=Decimal(refunded))

    assert counted("Payments that do not fit") == count


def test_refund_that_failed_waits_until_another_is_given():
    payment = PaymentFactory(order=OrderFactory(paid=True), status="succeeded")
    Refund.objects.create(payment=payment, key="f", amount=Decimal(5), currency="USD", status="failed")
    Refund.objects.create(payment=payment, key="g", amount=Decimal(5), currency="USD", status="done")

    assert counted("Refunds that failed") == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "unpaid"},
        {"body": {}},
        {"outcome": "done"},
        {"kind": "refund"},
        {"received_at": timezone.now() - timedelta(days=15)},
    ],
)
def test_event_that_is_no_money_of_ours_is_not_counted(changes):
    stray(**changes)

    assert counted("Money for payments that nobody knows") == 0


def test_nothing_to_do_is_said():
    assert "the shop goes on by itself" in superuser().get(HOME).content.decode()


def test_what_may_not_be_seen_is_not_counted():
    everything_waits()

    page = signed_in("fulfillment.view_refund").get(HOME)

    assert [item.text for item in page.context["work"]] == ["Refunds to be done by a person", "Refunds that failed"]
    assert page.context["day"] is None


def test_last_day_sums_what_was_paid_by_currency():
    now = timezone.now()
    OrderFactory(status="paid", paid_at=now)
    OrderFactory(status="shipped", paid_at=now, currency="EUR")
    OrderFactory(status="canceled", paid_at=now)
    OrderFactory()

    page = signed_in(*VIEWS).get(HOME).content.decode()

    assert "24.90 EUR + 24.90 USD" in page


def test_silent_worker_is_said():
    assert "not heard of" in superuser().get(HOME).content.decode()

    health.beat(health.QUEUE)

    assert "at work" in signed_in(*VIEWS).get(HOME).content.decode()


def test_page_costs_a_fixed_number_of_queries():
    staff = superuser()

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as counted:
            assert staff.get(HOME).status_code == 200
        return len(counted)

    queries()
    few = queries()
    for _ in range(5):
        SupplierOrderFactory(status="held", attention="price")
        PaymentFactory(status="mismatch")

    assert queries() == few
