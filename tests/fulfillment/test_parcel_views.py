"""A customer reads what is in each parcel, where it is, and what happens next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fulfillment.models import Notice, Order, SupplierOrder
from fulfillment.notifications import owe, send
from fulfillment.parcel_views import ParcelView, parcels
from fulfillment.timeline import steps
from tests.factories import (
    PAID_AT,
    ExternalOrderFactory,
    OrderFactory,
    OrderLineFactory,
    ShipmentFactory,
    SupplierOrderFactory,
    SupplierOrderLineFactory,
)

pytestmark = pytest.mark.django_db


def part_for(order: Order, title: str, number: int = 1, *, quantity: int = 1, **changes: object) -> SupplierOrder:
    """A purchase of one line of ``order``."""
    values = {"status": "placed", "reference": f"{order.number}-{number}", "part": number, **changes}
    part = SupplierOrderFactory(order=order, **values)
    line = OrderLineFactory(order=order, title=title, quantity=quantity)
    SupplierOrderLineFactory(supplier_order=part, order_line=line)
    return part


def send_parcel(part: SupplierOrder, tracking_number: str, **changes: object):
    external = ExternalOrderFactory(supplier_order=part)
    return ShipmentFactory(external_order=external, tracking_number=tracking_number, **changes)


def shown(order: Order) -> list[ParcelView]:
    return parcels(Order.objects.for_page().get(pk=order.pk))


@pytest.fixture
def order() -> Order:
    return OrderFactory(status="in_fulfillment", paid_at=PAID_AT)


def test_each_parcel_names_its_own_goods_in_the_order_of_the_parts(order):
    send_parcel(part_for(order, "Lamp", 2, quantity=2, status="shipped"), "LP2")
    send_parcel(part_for(order, "Cushion", 1, status="shipped"), "LP1")

    found = [(view.tracking_number, [(item.quantity, item.title) for item in view.contents]) for view in shown(order)]

    assert found == [("LP1", [(1, "Cushion")]), ("LP2", [(2, "Lamp")])]


def test_customer_s_pieces_are_counted_and_not_the_supplier_s(order):
    part = part_for(order, "Set of two", quantity=1)
    part.lines.update(quantity=2)
    SupplierOrderLineFactory(
        supplier_order=part, order_line=part.lines.get().order_line, external_product_id="2", quantity=4
    )

    (view,) = shown(order)

    assert [(item.quantity, item.title) for item in view.contents] == [(1, "Set of two")]


@pytest.mark.parametrize(
    ("status", "attention", "state", "words"),
    [
        ("due", "", "waiting", "placing it"),
        ("held", "price", "waiting", "looking into a detail"),
        ("placed", "", "waiting", "packs it"),
        ("placed", "pay", "waiting", "packs it"),
        ("canceled", "supplier_canceled", "stopped", "cannot be sent as planned"),
    ],
)
def test_what_is_not_sent_yet_says_what_happens_next(order, status, attention, state, words):
    part_for(order, "Lamp", status=status, attention=attention)

    (view,) = shown(order)

    assert view.state == state
    assert words in view.next_text


@pytest.mark.parametrize("status", ["canceled", "refunded"])
def test_canceled_order_promises_no_parcel(order, status):
    part_for(order, "Lamp", status="canceled")
    Order.objects.update(status=status)

    assert shown(order) == []


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "on_its_way", "We write as soon as it has arrived"),
        ({"eta": timedelta(days=3)}, "on_its_way", "We write as soon as it has arrived"),
        ({"eta": timedelta(days=-3)}, "on_its_way", "should have arrived"),
        ({"eta": timedelta(days=-3), "delivered_at": timedelta(days=-1)}, "arrived", "has arrived"),
    ],
)
def test_parcel_on_its_way_is_told_from_a_late_one_and_one_that_arrived(order, changes, state, words):
    times = {name: timezone.now() + delta for name, delta in changes.items()}
    send_parcel(part_for(order, "Lamp", status="shipped"), "LP1", **times)

    (view,) = shown(order)

    assert (view.state, words in view.next_text) == (state, True)


def test_things_that_come_in_several_parcels_are_not_promised_in_one(order):
    part = part_for(order, "Lamp", status="shipped")
    send_parcel(part, "LP1")
    send_parcel(part, "LP2")

    assert [view.is_shared for view in shown(order)] == [True, True]


def test_time_line_counts_the_parcels_on_their_way(order):
    send_parcel(part_for(order, "Lamp", 1, status="shipped"), "LP1")
    part_for(order, "Cushion", 2)

    (placed,) = [step for step in steps(Order.objects.for_page().get()) if step.key == "placed"]

    assert placed.detail == "1 of 2 parcels sent."


def test_mail_of_a_parcel_says_what_is_inside_and_that_the_rest_follows(order):
    shipment = send_parcel(part_for(order, "Lamp", 1, status="shipped"), "LP1")
    part_for(order, "Cushion", 2)
    owe(order, Notice.Kind.SHIPPED, shipment=shipment)

    send(Notice.objects.get().pk)

    (message,) = mail.outbox
    for text in (message.body, message.alternatives[0][0]):
        assert "Lamp" in text
        assert "Cushion" not in text
        assert "The rest of your order follows" in text


def test_mail_of_the_last_parcel_promises_no_more(order):
    shipment = send_parcel(part_for(order, "Lamp", status="shipped"), "LP1")
    owe(order, Notice.Kind.SHIPPED, shipment=shipment)

    send(Notice.objects.get().pk)

    assert "The rest of your order follows" not in mail.outbox[0].body
