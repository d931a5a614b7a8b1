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
from django.utils import timezone

from fulfillment import payment_events
from fulfillment.models import Order, OrderLink, PaymentEvent, Refund, ReturnLine, ReturnRequest
from fulfillment.transitions import record
from shop import devices, hooks
from shop.accounts import wishes
from shop.accounts.models import SavedAddress
from tests.factories import (
    ExternalOrderFactory,
    ListingFactory,
    OrderFactory,
    OrderLineFactory,
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


def refund(status: str = "to_do") -> Refund:
    payment = PaymentFactory(method="bank_transfer", status="succeeded", order__paid=True)
    return Refund.objects.create(
        payment=payment, key=f"k-{payment.pk}", amount=5, currency=payment.currency, status=status
    )


def held() -> object:
    return SupplierOrderFactory(status="held", next_attempt_at=None, attention="price", attention_note="It doubled.")


def asked_back() -> ReturnRequest:
    number = f"RET-{next(_numbers)}"
    line = OrderLineFactory(order__paid=True)
    found = ReturnRequest.objects.create(order=line.order, number=number, key=number, reason="damaged")
    ReturnLine.objects.create(request=found, order_line=line, quantity=1)
    return found


def to_pay() -> object:
    return ExternalOrderFactory(state="awaiting_payment", supplier_order__account__pays_automatically=False)


def stray() -> object:
    number = next(_numbers)
    return PaymentEvent.objects.create(
        provider="stripe",
        event_id=f"evt_{number}",
        kind="session",
        note="paid",
        session_id=f"cs_{number}",
        outcome=payment_events.UNKNOWN_PAYMENT,
        body={"reference": f"R{number}"},
    )


def unread_page() -> object:
    long_ago = timezone.now() - timedelta(days=3)
    return PaymentFactory(method="stripe", session_id=f"cs_{next(_numbers)}", session_expires_at=long_ago)


def colored() -> object:
    return ListingFactory(variant__options={f"Name {next(_numbers)}": "Sage"})


#: Path, and behind "#" the list's member where it is not ``results`` -> what makes one row more in it, given the
#: account that asks; and how many queries are enough.
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
    "product-filters/#facets": (lambda boss: colored(), 4),
    "products/": (lambda boss: ListingFactory(), 4),
    "staff/attention/#mismatches": (lambda boss: PaymentFactory(status="mismatch", order__paid=True), 11),
    "staff/attention/#refunds": (lambda boss: refund(), 11),
    "staff/attention/#returns": (lambda boss: asked_back(), 12),
    "staff/attention/#supplier_orders": (lambda boss: held(), 12),
    "staff/attention/#to_pay": (lambda boss: to_pay(), 12),
    "staff/attention/#failed_refunds": (lambda boss: refund("failed"), 11),
    "staff/attention/#strays": (lambda boss: stray(), 11),
    "staff/attention/#unread_pages": (lambda boss: unread_page(), 11),
    "staff/attention/#transfers": (lambda boss: PaymentFactory(method="bank_transfer"), 11),
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
    path, _hash, member = path.partition("#")
    with CaptureQueriesContext(connection) as queries:
        answer = app.get(path)
    assert answer.status_code == 200, answer.content
    return len(queries), len(answer.json()[member or "results"])


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
        members = schemas.get(name, {}).get("properties", {})
        path = path.removeprefix("/api/v1/")
        if "results" in members:
            lists.add(path)
        elif "next_cursor" in members or "facets" in members:
            lists |= {f"{path}#{member}" for member, schema in members.items() if schema.get("type") == "array"}

    assert lists == set(LISTS)
