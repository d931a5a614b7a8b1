"""Every list costs the same number of queries for one row and for many."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fulfillment.models import Order, OrderLink, Refund
from fulfillment.transitions import record
from shop import devices, hooks
from shop.accounts import wishes
from shop.accounts.models import SavedAddress
from tests.factories import (
    ListingFactory,
    OrderFactory,
    PaymentFactory,
    ShipmentFactory,
    SupplierOrderFactory,
)
from tests.shop.api.v1.app import ADDRESS, App

pytestmark = pytest.mark.django_db

_numbers = itertools.count()


def save_address(boss: User) -> None:
    SavedAddress.objects.create(user=boss, **{**ADDRESS, "line1": f"{next(_numbers)} Main St"})


def own_order(boss: User) -> Order:
    return Order.objects.filter(customer=boss).first() or OrderFactory(customer=boss)


def refund() -> Refund:
    payment = PaymentFactory(method="bank_transfer", status="succeeded", order__paid=True)
    return Refund.objects.create(payment=payment, key=f"k-{payment.pk}", amount=5, currency=payment.currency)


def held() -> object:
    return SupplierOrderFactory(status="held", next_attempt_at=None, attention="price", attention_note="It doubled.")


#: Path -> what makes one row more in its list, given the account that asks; and how many queries are enough.
LISTS: dict[str, tuple[Callable[[User], Any], int]] = {
    "account/addresses/": (save_address, 2),
    "account/events/": (lambda boss: record(OrderFactory(customer=boss).pk, "order.paid"), 4),
    "account/orders/": (lambda boss: OrderFactory(customer=boss), 2),
    "account/webhooks/": (
        lambda boss: hooks.register(boss, url=f"https://push.example.com/{next(_numbers)}", scope="own"),
        2,
    ),
    "account/emails/": (lambda boss: EmailAddress.objects.create(user=boss, email=f"{next(_numbers)}@example.com"), 2),
    "account/wishes/": (lambda boss: wishes.add_wish(boss, ListingFactory().variant), 6),
    "auth/devices/": (devices.open_device, 2),
    "categories/": (lambda boss: ListingFactory(), 3),
    "countries/": (lambda boss: ListingFactory(), 1),
    "orders/{number}/events/": (lambda boss: record(own_order(boss).pk, "order.paid"), 20),
    "products/": (lambda boss: ListingFactory(), 4),
    "staff/listings/": (lambda boss: ListingFactory(), 5),
    "staff/orders/": (lambda boss: PaymentFactory(order__paid=True), 5),
    "staff/refunds/": (lambda boss: refund(), 5),
    "staff/shipments/": (lambda boss: ShipmentFactory(), 5),
    "staff/supplier-orders/": (lambda boss: held(), 5),
}


@pytest.fixture
def boss(app: App) -> User:
    user = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    app.log_in(user)
    return user


def count(app: App, path: str) -> tuple[int, int]:
    """(queries, rows) of a list; nothing is remembered from the time before."""
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = app.get(path)
    assert answer.status_code == 200, answer.content
    return len(queries), len(answer.json()["results"])


@pytest.mark.parametrize("path", LISTS)
def test_list_costs_the_same_for_any_number_of_rows(app: App, boss: User, path: str, monkeypatch) -> None:
    # Events of several orders are told a while after they happened.
    monkeypatch.setattr("shop.order_feed.SETTLED_AFTER", timedelta(seconds=-1))
    make, enough = LISTS[path]
    if "{number}" in path:
        order = own_order(boss)
        app.headers["Order-Token"] = OrderLink.mint(order)
        path = path.format(number=order.number)
    make(boss)
    one, few_rows = count(app, path)
    for _ in range(3):
        make(boss)

    many, rows = count(app, path)

    assert rows > few_rows or path == "countries/"
    assert one == many <= enough


def test_what_waits_for_a_person_costs_the_same_for_any_number(app: App, boss: User) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            held()
        with CaptureQueriesContext(connection) as queries:
            assert len(app.get("staff/attention/").json()["supplier_orders"]) >= number
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 5


def test_basket_costs_the_same_for_any_number_of_lines(app: App) -> None:
    counts = []
    for _ in range(3):
        sku = ListingFactory().variant.sku
        app.headers["Basket-Token"] = app.post("basket/lines/", {"sku": sku}).json()["token"]
        with CaptureQueriesContext(connection) as queries:
            app.get("basket/")
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_every_list_of_the_document_is_counted_here(client: Client) -> None:
    document = client.get("/api/schema/?format=json").json()
    schemas = document["components"]["schemas"]
    lists = set()
    for path, item in document["paths"].items():
        content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "results" in schemas.get(name, {}).get("properties", {}):
            lists.add(path.removeprefix("/api/v1/"))

    assert lists == set(LISTS)
