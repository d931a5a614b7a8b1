"""The thank-you page and the order's status page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fulfillment.models import Order, OrderLink, Shipment, TrackingEvent
from fulfillment.states import OrderStatus, PaymentStatus
from tests.factories import OrderFactory, OrderLineFactory, PaymentFactory, ShipmentFactory, SupplierOrderLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return OrderLineFactory(order__paid=True).order


def page_of(client: Client, order: Order, **query: str) -> Any:
    return client.get(f"/o/{OrderLink.mint(order)}/", query)


def own(client: Client, order: Order) -> None:
    session = client.session
    session["orders"] = {order.number: None}
    session.save()


def ship(order: Order) -> Shipment:
    shipment = ShipmentFactory(external_order__supplier_order__order=order, tracking_number="LP00000000000042")
    TrackingEvent.objects.create(
        shipment=shipment, at=datetime(2026, 1, 3, tzinfo=UTC), label="In transit", description="Left the hub"
    )
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.SHIPPED)
    return shipment


def put_in(shipment: Shipment, order: Order) -> None:
    """Let the parcel be what the order's first line is bought by."""
    SupplierOrderLineFactory(supplier_order=shipment.supplier_order, order_line=order.lines.first())


def test_thanks_shows_number_and_link_to_its_own_session(client: Client, order: Order) -> None:
    own(client, order)

    response = client.get(f"/orders/{order.number}/thanks/")

    page = response.content.decode()
    assert order.number in page
    assert f"/o/{client.session['orders'][order.number]}/" in page


def test_thanks_reloaded_gives_the_same_link(client: Client, order: Order) -> None:
    own(client, order)

    for _ in range(2):
        client.get(f"/orders/{order.number}/thanks/")

    assert OrderLink.objects.count() == 1


def test_thanks_of_somebody_else_is_not_found(client: Client, order: Order) -> None:
    own(client, OrderFactory(paid=True))

    assert client.get(f"/orders/{order.number}/thanks/").status_code == 404
    assert Client().get(f"/orders/{order.number}/thanks/").status_code == 404


def test_thanks_is_not_said_before_the_money_came(client: Client) -> None:
    unpaid = OrderFactory()
    own(client, unpaid)

    response = client.get(f"/orders/{unpaid.number}/thanks/", follow=True)

    assert "Not paid yet" in response.content.decode()


@pytest.mark.parametrize("token", ["nope", "x" * 43, "ORD-0000", "%00", "..%2f", "é"])
def test_unknown_link_is_not_found(client: Client, token: str) -> None:
    assert client.get(f"/o/{token}/").status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"expires_at": timezone.now() - timedelta(seconds=1)}, {"revoked_at": timezone.now()}],
    ids=["expired", "revoked"],
)
def test_ended_link_is_not_found(client: Client, order: Order, change: dict[str, datetime]) -> None:
    token = OrderLink.mint(order)
    OrderLink.objects.update(**change)

    assert client.get(f"/o/{token}/").status_code == 404


def test_order_s_number_opens_nothing(client: Client, order: Order) -> None:
    assert client.get(f"/o/{order.number}/").status_code == 404


@pytest.mark.parametrize("query", [{}, {"fragment": "1"}])
def test_status_page_stays_out_of_caches_logs_and_search_engines(
    client: Client, order: Order, query: dict[str, str]
) -> None:
    response = page_of(client, order, **query)

    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex"


def test_status_is_on_the_main_element(client: Client, order: Order) -> None:
    assert 'data-order-status="paid"' in page_of(client, order).content.decode()


def test_shipped_order_shows_tracking_number_and_events(client: Client, order: Order) -> None:
    ship(order)

    page = page_of(client, order).content.decode()

    assert "Your parcel is on its way" in page
    assert "LP00000000000042" in page
    assert "Left the hub" in page


def test_parcel_says_what_is_inside_and_what_happens_next(client: Client, order: Order) -> None:
    put_in(ship(order), order)

    page = page_of(client, order).content.decode()

    parcel = page[page.index('class="parcel-contents"') :].partition("</ul>")[0]
    assert str(order.lines.get().title) in parcel
    assert "We write as soon as it has arrived." in page


def test_tracking_page_that_is_no_web_address_is_not_linked(client: Client, order: Order) -> None:
    shipment = ship(order)
    Shipment.objects.filter(pk=shipment.pk).update(tracking_url="javascript:alert(1)")

    assert "javascript:" not in page_of(client, order).content.decode()


def test_fragment_is_only_the_part_that_changes(client: Client, order: Order) -> None:
    by_header = client.get(f"/o/{OrderLink.mint(order)}/", headers={"x-fragment": "1"}).content.decode()
    by_query = page_of(client, order, fragment="1").content.decode()

    for fragment in (by_header, by_query):
        assert fragment.lstrip().startswith('<div class="order" data-status="paid"')
        assert "<html" not in fragment


@pytest.mark.parametrize(("status", "is_final"), [("shipped", False), ("delivered", True), ("canceled", True)])
def test_page_stops_asking_when_nothing_can_change(client: Client, order: Order, status: str, is_final: bool) -> None:
    Order.objects.update(status=status)

    page = page_of(client, order).content.decode()

    assert ("data-final" in page) is is_final
    assert ("http-equiv" in page) is not is_final


def test_unpaid_order_can_be_paid_from_its_page(client: Client) -> None:
    unpaid = OrderFactory()
    token = OrderLink.mint(unpaid)

    page = client.get(f"/o/{token}/").content.decode()
    response = client.post(f"/o/{token}/pay/")

    assert "Pay now" in page
    assert response.url == f"/pay/{unpaid.payments.get().public_id}/"


def test_declined_payment_is_offered_again_from_the_page(client: Client) -> None:
    payment = PaymentFactory(status=PaymentStatus.FAILED)

    page = client.post(f"/o/{OrderLink.mint(payment.order)}/pay/", follow=True).content.decode()

    assert ">Approve</button>" in page


def test_paying_from_the_link_ends_at_the_thank_you_page(client: Client) -> None:
    line = OrderLineFactory()
    token = OrderLink.mint(line.order)

    address = client.post(f"/o/{token}/pay/").url
    thanks = client.post(address, {"action": "approve"}, follow=True).content.decode()

    assert "Thank you, Ada." in thanks
    assert f"/o/{token}/" in thanks


def test_paid_order_is_not_paid_again(client: Client, order: Order) -> None:
    token = OrderLink.mint(order)

    response = client.post(f"/o/{token}/pay/")

    assert response.url == f"/o/{token}/"
    assert not order.payments.exists()


def test_line_whose_variant_was_deleted_is_still_shown(client: Client, order: Order) -> None:
    line = order.lines.get()
    line.variant.delete()

    assert line.title in page_of(client, order).content.decode()


def test_names_are_escaped(client: Client) -> None:
    order = OrderLineFactory(order__paid=True, order__first_name="<script>x</script>").order

    assert "<script>x" not in page_of(client, order).content.decode()


def test_status_page_takes_fifteen_queries(
    client: Client, order: Order, django_assert_num_queries: Callable[..., Any]
) -> None:
    put_in(ship(order), order)
    token = OrderLink.mint(order)

    # Link; order, its lines with variants, products, pictures; history; parcels by three steps; what is in them by two;
    # payments; returns; shelves.
    with django_assert_num_queries(15):
        client.get(f"/o/{token}/")
