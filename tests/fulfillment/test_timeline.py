"""The customer's page tells how far the order has come, from what stands in its history."""

from __future__ import annotations

import pytest

from fulfillment.models import Order, TrackingEvent
from fulfillment.parcel_views import parcels
from fulfillment.timeline import steps
from fulfillment.transitions import move_order
from tests.factories import PAID_AT, OrderFactory, ShipmentFactory

pytestmark = pytest.mark.django_db


def page(order: Order) -> Order:
    return Order.objects.for_page().get(pk=order.pk)


def moved(*statuses: str) -> Order:
    order = OrderFactory()
    for status in statuses:
        move_order(order, status, paid_at=PAID_AT)
    return page(order)


def shown(order: Order) -> list[tuple[str, str]]:
    return [(step.key, step.state) for step in steps(order)]


KEYS = ["received", "paid", "placed", "shipped", "delivered"]


@pytest.mark.parametrize(
    ("way", "reached"),
    [
        ([], 1),
        (["paid"], 2),
        (["paid", "in_fulfillment"], 3),
        (["paid", "in_fulfillment", "shipped"], 4),
        (["paid", "in_fulfillment", "shipped", "delivered"], 5),
        (["paid", "in_fulfillment", "shipped", "delivered", "closed"], 5),
    ],
)
def test_steps_up_to_the_present_one_are_done(way, reached):
    states = ["done"] * (reached - 1) + ["current"] + ["todo"] * (5 - reached)

    assert shown(moved(*way)) == list(zip(KEYS, states, strict=True))


@pytest.mark.parametrize("way", [["paid", "delivered"], ["paid", "in_fulfillment", "delivered"]])
def test_step_that_polling_never_saw_has_the_time_of_the_next(way):
    found = {step.key: step.at for step in steps(moved(*way))}

    assert found["shipped"] == found["delivered"]
    assert all(found.values())


def test_steps_to_come_have_no_time():
    assert [step.at for step in steps(moved("paid"))][2:] == [None, None, None]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (["canceled"], ["received", "canceled"]),
        (["paid", "canceled"], ["received", "paid", "canceled"]),
        (["paid", "canceled", "refunded"], ["received", "paid", "refunded"]),
        (["paid", "in_fulfillment", "shipped", "refunded"], ["received", "paid", "placed", "shipped", "refunded"]),
    ],
)
def test_stopped_order_shows_how_far_it_came(way, expected):
    found = steps(moved(*way))

    assert [step.key for step in found] == expected
    assert (found[-1].state, found[-1].at is not None) == ("stopped", True)


def test_parcels_come_with_their_events_newest_first():
    shipment = ShipmentFactory(external_order__supplier_order__order=moved("paid", "shipped"), tracking_number="LP1")
    for hour, label in ((1, "Accepted"), (2, "Departed")):
        TrackingEvent.objects.create(shipment=shipment, at=PAID_AT.replace(hour=hour), label=label)
    order = page(shipment.supplier_order.order)

    (parcel,) = parcels(order)

    assert [event.label for event in parcel.events] == ["Departed", "Accepted"]
    assert "LP1" in next(step.detail for step in steps(order) if step.key == "shipped")


def test_page_needs_no_query_beyond_what_was_fetched(django_assert_num_queries):
    for _ in range(3):
        shipment = ShipmentFactory(external_order__supplier_order__order=OrderFactory(paid=True))
        TrackingEvent.objects.create(shipment=shipment, at=PAID_AT, label="Accepted")
    order = page(shipment.supplier_order.order)

    with django_assert_num_queries(0):
        steps(order)
        parcels(order)
