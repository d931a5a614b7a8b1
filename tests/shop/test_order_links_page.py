"""The form for order links, and the page that cancels an order."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from fulfillment.models import LinkRequest, OrderLink
from fulfillment.states import OrderStatus
from tests.factories import OrderFactory, PaymentFactory, SupplierOrderFactory

pytestmark = pytest.mark.django_db


def test_answer_is_the_same_whether_the_address_has_orders_or_not(client: Client) -> None:
    OrderFactory(email="anna@example.com")

    answers = [
        client.post("/orders/links/", {"email": email}, follow=True)
        for email in ("anna@example.com", "nobody@example.com")
    ]

    assert answers[0].content == answers[1].content
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert "anna" not in str(answers[0].redirect_chain)


def test_asking_looks_nothing_up_and_mails_nothing_itself(client: Client, settings: object) -> None:
    OrderFactory(email="anna@example.com")

    client.post("/orders/links/", {"email": "anna@example.com"})

    assert LinkRequest.objects.get().handled_at is None
    assert mail.outbox == []


def test_nonsense_is_explained_at_the_field(client: Client) -> None:
    response = client.post("/orders/links/", {"email": "anna"})

    assert response.status_code == 400
    assert "does not look like an email address" in response.content.decode()
    assert not LinkRequest.objects.exists()


def test_order_is_canceled_after_being_asked_once_more(client: Client) -> None:
    order = OrderFactory()
    address = f"/o/{OrderLink.mint(order)}/cancel/"

    question = client.get(address).content.decode()
    answer = client.post(address, follow=True).content.decode()

    order.refresh_from_db()
    assert "Cancel this order?" in question
    assert "This order was canceled" in answer
    assert order.status == OrderStatus.CANCELED


def test_order_that_is_being_bought_says_that_it_is_too_late(client: Client) -> None:
    order = OrderFactory(paid=True)
    SupplierOrderFactory(order=order, status="placed")

    response = client.post(f"/o/{OrderLink.mint(order)}/cancel/")

    assert response.status_code == 409
    assert "too late" in response.content.decode()


def test_order_whose_bank_is_at_work_says_why_it_cannot_be_canceled(client: Client) -> None:
    order = OrderFactory()
    PaymentFactory(order=order, status="processing")

    response = client.post(f"/o/{OrderLink.mint(order)}/cancel/")

    assert response.status_code == 409
    assert "Your bank is still at it" in response.content.decode()


@pytest.mark.parametrize(("status", "is_offered"), [("due", True), ("placed", False)])
def test_status_page_offers_cancelling_only_while_it_is_possible(client: Client, status: str, is_offered: bool) -> None:
    order = OrderFactory(paid=True)
    SupplierOrderFactory(order=order, status=status)

    page = client.get(f"/o/{OrderLink.mint(order)}/").content.decode()

    assert ("Cancel this order" in page) is is_offered


def test_another_order_s_link_cancels_nothing_of_mine(client: Client) -> None:
    mine = OrderFactory()

    assert client.post("/o/unknown/cancel/").status_code == 404
    mine.refresh_from_db()
    assert mine.status == OrderStatus.AWAITING_PAYMENT
