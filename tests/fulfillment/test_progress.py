"""The whole follows its least advanced part, and never goes back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fulfillment.models import ExternalOrder, Notice, SupplierOrder
from fulfillment.progress import further, update_order, update_supplier_order
from integrations.types import SupplierOrderState as E
from tests.factories import ExternalOrderFactory, OrderFactory, SupplierOrderFactory

pytestmark = pytest.mark.django_db


def placed(*states: str, **changes) -> SupplierOrder:
    """A placed supplier order that became one order at the supplier for each of ``states``."""
    row = SupplierOrderFactory(**{"status": "placed", **changes})
    for state in states:
        ExternalOrderFactory(supplier_order=row, state=state)
    return row


def after(row: SupplierOrder) -> tuple[str, str]:
    update_supplier_order(row)
    row.refresh_from_db()
    row.order.refresh_from_db()
    return row.status, row.order.status


@pytest.mark.parametrize(
    ("states", "supplier_order", "order"),
    [
        (["awaiting_payment"], "placed", "in_fulfillment"),
        (["processing"], "paid", "in_fulfillment"),
        (["frozen"], "paid", "in_fulfillment"),
        (["shipped"], "shipped", "shipped"),
        (["delivered"], "delivered", "delivered"),
        (["delivered", "shipped"], "shipped", "shipped"),
        (["delivered", "processing"], "paid", "in_fulfillment"),
        (["delivered", "awaiting_payment"], "placed", "in_fulfillment"),
        (["delivered", "canceled"], "delivered", "delivered"),
        (["unknown", "delivered"], "placed", "in_fulfillment"),
    ],
)
def test_supplier_order_stands_where_its_slowest_order_stands(states, supplier_order, order):
    assert after(placed(*states)) == (supplier_order, order)


def test_whole_order_waits_for_its_slowest_part():
    fast = placed("delivered")
    slow = SupplierOrderFactory(order=fast.order, part=2, reference="slow", status="placed")
    ExternalOrderFactory(supplier_order=slow, state="shipped")

    assert after(fast) == ("delivered", "in_fulfillment")
    assert after(slow) == ("shipped", "shipped")
    slow.external_orders.update(state="delivered")
    assert after(slow) == ("delivered", "delivered")


@pytest.mark.parametrize("other", ["held", "rejected", "unknown", "due", "in_flight"])
def test_order_with_a_part_that_is_not_bought_does_not_claim_to_be_placed(other):
    now = timezone.now()
    row = placed("shipped")
    SupplierOrderFactory(
        order=row.order, part=2, reference="other", status=other, attention="stock", settle_at=now, lease_until=now,
        first_sent_at=now,
    )  # fmt: skip

    assert after(row) == ("shipped", "paid")


def test_order_goes_on_when_its_last_open_part_is_canceled_by_the_supplier():
    done = placed("delivered")
    lost = SupplierOrderFactory(order=done.order, part=2, reference="lost", status="placed")
    ExternalOrderFactory(supplier_order=lost, state="canceled")
    after(done)

    assert after(lost) == ("canceled", "delivered")
    assert lost.attention == "supplier_canceled"


def test_canceled_order_stays_canceled():
    row = placed("shipped", order=OrderFactory(status="canceled"))

    assert after(row) == ("shipped", "canceled")


def test_nothing_goes_back():
    row = placed("processing", status="shipped", order=OrderFactory(status="delivered", paid_at=timezone.now()))

    assert after(row) == ("shipped", "delivered")


def test_purchase_of_which_no_order_is_known_is_not_taken_for_canceled():
    assert after(placed()) == ("placed", "paid")


def test_supplier_that_cancels_calls_a_person():
    row = placed("canceled", "canceled")

    assert after(row) == ("canceled", "paid")
    assert row.attention == "supplier_canceled"


def test_cancel_told_after_delivery_calls_a_person_and_keeps_the_state():
    row = placed("canceled", status="delivered")

    update_supplier_order(row)

    row.refresh_from_db()
    assert (row.status, row.attention) == ("delivered", "supplier_canceled")


def test_attention_survives_progress_but_for_a_payment_that_was_made():
    noted = placed("processing", attention="supplier_note", attention_note="look")
    unpaid = placed("processing", attention="pay", attention_note="pay it")

    after(noted)
    after(unpaid)

    assert (noted.attention, unpaid.attention) == ("supplier_note", "")


def test_charged_amount_is_what_all_orders_cost_together():
    row = placed("processing", "processing")
    ExternalOrder.objects.update(amount="4.50", currency="USD")

    after(row)

    assert str(row.charged_amount) == "9.00"


def test_amount_in_another_currency_is_not_read_as_ours():
    row = placed("processing")
    ExternalOrder.objects.update(amount="4.50", currency="EUR")

    after(row)

    assert row.charged_amount is None


def test_customer_is_told_of_the_delivery_once():
    row = placed("delivered")

    after(row)
    update_order(row.order)

    assert [notice.kind for notice in Notice.objects.all()] == ["delivered"]


@pytest.mark.parametrize(
    ("present", "told", "stands"),
    [
        (E.AWAITING_PAYMENT, E.PROCESSING, E.PROCESSING),
        (E.PROCESSING, E.FROZEN, E.FROZEN),
        (E.FROZEN, E.PROCESSING, E.PROCESSING),
        (E.SHIPPED, E.PROCESSING, E.SHIPPED),
        (E.DELIVERED, E.SHIPPED, E.DELIVERED),
        (E.PROCESSING, E.UNKNOWN, E.PROCESSING),
        (E.SHIPPED, E.CANCELED, E.CANCELED),
        (E.CANCELED, E.PROCESSING, E.CANCELED),
    ],
)
def test_late_news_about_an_order_at_the_supplier_changes_nothing(present, told, stands):
    assert further(present, told) == stands
