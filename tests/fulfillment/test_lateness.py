"""What is late is told once, and only what is late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fulfillment import lateness, notifications, sweep
from fulfillment.models import Notice, Order, Shipment
from fulfillment.states import OrderStatus
from tests.factories import OrderFactory, ShipmentFactory

pytestmark = pytest.mark.django_db


def parcel(days_late: float, **fields: object) -> Shipment:
    shipment = ShipmentFactory(eta=timezone.now() - timedelta(days=days_late), **fields)
    Order.objects.update(status=OrderStatus.SHIPPED)
    return shipment


def unsent_order(days_ago: float, **fields: object) -> Order:
    order = OrderFactory(paid=True, **fields)
    Order.objects.filter(pk=order.pk).update(paid_at=timezone.now() - timedelta(days=days_ago))
    return order


def test_parcel_that_should_have_arrived_days_ago_is_told_of_once() -> None:
    shipment = parcel(3)

    sweep.mend()
    sweep.mend()

    assert Notice.objects.get().shipment == shipment
    assert Notice.objects.get().kind == "delayed"


@pytest.mark.parametrize("status", ["paid", "in_fulfillment"])
def test_late_parcel_is_told_of_while_another_is_not_sent(status: str) -> None:
    shipment = parcel(3)
    Order.objects.update(status=status)

    assert lateness.late_parcels() == [shipment.pk]


@pytest.mark.parametrize(("days", "fields"), [(1, {}), (120, {}), (3, {"delivered_at": timezone.now()})])
def test_parcel_that_is_hardly_late_forgotten_or_delivered_is_not_told_of(days: int, fields: dict[str, object]) -> None:
    parcel(days, **fields)

    assert lateness.late_parcels() == []


def test_order_without_a_parcel_long_after_payment_is_told_of_once() -> None:
    order = unsent_order(11)

    sweep.mend()
    sweep.mend()

    assert Notice.objects.filter(kind="delayed").get().order == order


def test_order_paid_lately_sent_or_of_another_program_is_not_late() -> None:
    unsent_order(9)
    unsent_order(11, source="api")
    sent = ShipmentFactory().supplier_order.order
    Order.objects.filter(pk=sent.pk).update(paid_at=timezone.now() - timedelta(days=11), status="in_fulfillment")

    assert lateness.late_orders() == []


def test_mail_names_the_parcel_and_the_day() -> None:
    shipment = parcel(3)
    lateness.tell_parcel(shipment.pk)

    notifications.send(Notice.objects.get().pk)

    assert shipment.tracking_number in mail.outbox[0].body
    assert "was expected by" in mail.outbox[0].body
