"""The customer's own cancellation."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fulfillment.cancellation import cancel_by_customer, may_cancel
from fulfillment.desk import NotNow
from fulfillment.models import Attempt, Notice, Order, SupplierOrder
from fulfillment.states import OrderStatus, SupplierOrderStatus
from tests.factories import OrderFactory, OrderLineFactory, PaymentFactory, SupplierOrderFactory

pytestmark = pytest.mark.django_db


def paid_order(part_status: str, **part: object) -> Order:
    order = OrderLineFactory(order__paid=True).order
    PaymentFactory(order=order, status="succeeded", amount=order.total)
    if part_status in ("held", "rejected"):
        part["attention"] = SupplierOrder.Attention.ADDRESS
    if part_status in ("in_flight", "unknown"):
        now = timezone.now()
        part |= {"lease_until": now, "first_sent_at": now, "settle_at": now}
    SupplierOrderFactory(order=order, status=part_status, **part)
    return order


def test_unpaid_order_is_canceled_and_nothing_is_refunded() -> None:
    order = OrderFactory()

    cancel_by_customer(order)

    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELED
    assert not order.payments.exists()


@pytest.mark.parametrize("part_status", ["due", "held", "planned"])
def test_paid_order_that_nobody_sent_is_canceled_and_refunded_whole(part_status: str) -> None:
    order = paid_order(part_status)

    cancel_by_customer(order)

    order.refresh_from_db()
    assert order.status == OrderStatus.REFUNDED
    assert order.payments.get().refunded_amount == order.total
    assert order.supplier_orders.get().status == SupplierOrderStatus.CANCELED
    assert Notice.objects.filter(order=order, kind="canceled").count() == 1


@pytest.mark.parametrize("part_status", ["in_flight", "unknown", "rejected", "placed", "paid", "shipped"])
def test_order_that_is_or_may_be_with_a_supplier_is_not_canceled(part_status: str) -> None:
    order = paid_order(part_status)

    with pytest.raises(NotNow):
        cancel_by_customer(order)

    order.refresh_from_db()
    assert order.status == OrderStatus.PAID
    assert order.payments.get().refunded_amount == 0
    assert not may_cancel(order)


def test_order_whose_bank_is_at_work_is_not_canceled_by_its_customer() -> None:
    order = OrderFactory()
    PaymentFactory(order=order, status="processing")

    with pytest.raises(NotNow) as refused:
        cancel_by_customer(order)

    order.refresh_from_db()
    assert (refused.value.code, order.status, may_cancel(order)) == ("processing", "awaiting_payment", False)


def test_due_part_that_may_have_been_sent_before_is_not_canceled() -> None:
    order = paid_order("due")
    part = order.supplier_orders.get()
    Attempt.objects.create(
        supplier_order=part,
        number=1,
        fence=1,
        reference=part.reference,
        outcome=Attempt.Outcome.UNKNOWN,
        started_at=timezone.now(),
    )

    with pytest.raises(NotNow):
        cancel_by_customer(order)


def test_worker_that_claimed_the_part_finds_its_claim_gone() -> None:
    order = paid_order("due", fence=7)

    cancel_by_customer(order)

    assert order.supplier_orders.get().fence > 7


def test_second_cancellation_is_too_late_and_gives_nothing_back_twice() -> None:
    order = paid_order("due")
    cancel_by_customer(order)

    with pytest.raises(NotNow):
        cancel_by_customer(order)

    assert order.payments.get().refunds.count() == 1
