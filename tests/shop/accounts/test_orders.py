"""Which orders an account sees: its own, and those made as a guest with an address that it has confirmed."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from fulfillment.models import Order, OrderLink
from shop.accounts.orders import join_guest_orders
from tests.customers import browser_of, customer, link_in, log_in, mails, sign_up
from tests.factories import ListingFactory, OrderFactory
from tests.shop.baskets import submit

pytestmark = pytest.mark.django_db


def test_guest_order_joins_when_its_address_is_confirmed_and_not_before(client: Client) -> None:
    order = OrderFactory(email="Ada@Example.com")
    sign_up(client, "ada@example.com")
    order.refresh_from_db()
    before = order.customer

    client.post(link_in(mails()[0], "/confirm-email/"))

    order.refresh_from_db()
    assert before is None
    assert order.customer == EmailAddress.objects.get().user
    assert order.number in client.get("/account/orders/").content.decode()
    assert order.events.filter(kind="order.joined_account").count() == 1


def test_unconfirmed_account_gets_nothing() -> None:
    order = OrderFactory(email="ada@example.com")

    assert join_guest_orders(customer(confirmed=False)) == 0
    order.refresh_from_db()
    assert order.customer is None


def test_unconfirmed_second_address_gets_nothing_until_it_is_confirmed() -> None:
    order = OrderFactory(email="second@example.com")
    user = customer()
    second = EmailAddress.objects.create(user=user, email="second@example.com", verified=False)
    first_try = join_guest_orders(user)
    EmailAddress.objects.filter(pk=second.pk).update(verified=True)

    assert (first_try, join_guest_orders(user), join_guest_orders(user)) == (0, 1, 0)
    order.refresh_from_db()
    assert order.customer == user


def test_letter_that_only_looks_the_same_is_another_mailbox() -> None:
    order = OrderFactory(email="mike@example.com")

    assert join_guest_orders(customer("mıke@example.com")) == 0
    order.refresh_from_db()
    assert order.customer is None


def test_order_of_another_account_stays_there() -> None:
    owner = customer("owner@example.com")
    order = OrderFactory(email="ada@example.com", customer=owner)

    join_guest_orders(customer())

    order.refresh_from_db()
    assert order.customer == owner


def test_order_of_another_program_joins_nobody() -> None:
    OrderFactory(email="ada@example.com", source=Order.Source.API)

    assert join_guest_orders(customer()) == 0


def test_later_guest_order_joins_at_the_next_login() -> None:
    user = customer()
    order = OrderFactory(email="ada@example.com")

    log_in(Client())

    order.refresh_from_db()
    assert order.customer == user


def test_order_made_while_logged_in_belongs_to_the_account_whatever_its_address() -> None:
    user = customer()
    browser = browser_of(user)
    variant = ListingFactory().variant
    browser.post("/buy/", {"sku": variant.sku, "quantity": 1})

    submit(browser, email="a-friend@example.com")

    order = Order.objects.get()
    assert (order.customer, order.email) == (user, "a-friend@example.com")


def test_order_of_a_guest_belongs_to_nobody(client: Client) -> None:
    variant = ListingFactory().variant
    client.post("/buy/", {"sku": variant.sku, "quantity": 1})

    submit(client)

    assert Order.objects.get().customer is None


def test_account_opens_its_own_order_and_no_other() -> None:
    user = customer()
    mine, other = OrderFactory(customer=user), OrderFactory(customer=customer("bob@example.com"))
    browser = browser_of(user)

    assert browser.get(f"/account/orders/{mine.number}/", follow=True).status_code == 200
    assert browser.get(f"/account/orders/{other.number}/").status_code == 404


def test_signed_link_of_a_joined_order_keeps_working(client: Client) -> None:
    order = OrderFactory(email="ada@example.com")
    token = OrderLink.mint(order)
    join_guest_orders(customer())

    assert client.get(f"/o/{token}/").status_code == 200


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    response = client.get("/account/orders/")

    assert response.url == "/account/login/?next=/account/orders/"


def test_history_is_read_in_the_same_number_of_queries_whatever_its_length(django_assert_max_num_queries) -> None:
    user = customer()
    browser = browser_of(user)
    OrderFactory.create_batch(25, customer=user)

    with django_assert_max_num_queries(8):
        page = browser.get("/account/orders/").content.decode()

    earlier = re.search(r'href="(/account/orders/\?before=[^"]+)"', page)
    assert page.count('href="/account/orders/ORD-') == 20
    assert earlier
    assert browser.get(earlier[1]).content.decode().count('href="/account/orders/ORD-') == 5
