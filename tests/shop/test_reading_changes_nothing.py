"""A GET changes no row: every address of the shop is read, of things that are there, and each write is a failure."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path
from rest_framework.authtoken.models import Token

from catalog.models import Variant
from fulfillment.models import Order, OrderLink
from shop import devices
from shop.models import Basket
from tests.addresses import Route, routes
from tests.customers import PASSWORD, customer
from tests.fake_supplier import FakeSupplier
from tests.shop.whole_shop import furnish, values_for

pytestmark = pytest.mark.django_db

_WRITE = re.compile(r"(?:INSERT (?:OR \w+ )?INTO|UPDATE(?: OR \w+)?|DELETE FROM|REPLACE INTO) [\"`](\w+)[\"`]")
#: What a session remembers, and when it was last used.
SESSION = {"django_session", "usersessions_usersession"}
#: Address -> what reading it writes all the same.
ALLOWED = {
    # The session's own link to the order, made when it is first needed; the same one from then on.
    "account-order": {"fulfillment_orderlink"},
    # The supplier's ways of sending, kept for the next visitors (the API's address finds them), and the asking counted.
    "product-delivery": {"catalog_freightquote", "integrations_ratewindow"},
    # allauth takes over the address of a member of staff who was made without its form, not confirmed.
    "account_email": {"account_emailaddress"},
}
#: What has to stand behind an address, for its page to have something to show: the SKU follows.
QUERIES = {
    "product-delivery": "?country=US&variant=",
    "v1-product-delivery": "?country=US&sku=",
    "stock-watch": "?sku=",
}
#: The pages that must have opened, beside the admin's lists and forms: without them the test would prove little.
OPENED = {
    "home", "category", "search", "page", "product", "basket", "checkout", "thanks", "order",
    "order-cancel", "order-invoice", "order-return", "order-return-shown", "order-return-photo", "account",
    "account-orders", "account-addresses", "account-address", "account-wishes", "account-data", "account-export",
    "account_email", "mfa_index", "usersessions_list", "stock-watch", "stock-watch-confirm", "stock-watch-stop",
    "pay-sandbox", "sitemap", "sitemap-part", "robots", "api-schema", "v1-product", "v1-product-delivery", "v1-basket",
    "v1-order", "v1-order-events", "v1-payment", "v1-return", "v1-return-photo", "v1-invoice", "v1-account",
    "v1-addresses", "v1-account-orders", "v1-account-events", "v1-wishes", "v1-devices", "v1-staff-orders",
    "v1-staff-order", "v1-staff-supplier-order", "v1-staff-attention",
}  # fmt: skip


@pytest.fixture
def owner(supplier: FakeSupplier) -> User:
    user = customer()
    furnish(user)
    return user


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("root", "root@example.com", PASSWORD)


def browser(user: User | None) -> Client:
    """A browser whose session knows a basket, an order, and a password typed just now."""
    client = Client()
    if user is not None:
        client.force_login(user)
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    session = client.session
    order = Order.objects.get()
    session["cart"] = Basket.objects.get().public_id
    # A guest came with the order's link; an account has none before it looks at its order.
    session["orders"] = {} if user else {order.number: OrderLink.mint(order)}
    session.save()
    return client


def written(client: Client, address: str, headers: dict[str, str]) -> tuple[int, set[str]]:
    """(status, tables that were written to while ``address`` was read)."""
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        status = client.get(address, headers=headers).status_code
    return status, {table for query in queries for table in _WRITE.findall(query["sql"])}


def keys_of(route: Route, user: User) -> dict[str, str]:
    """What a program sends to open everything."""
    if not route.text.startswith("api/"):
        return {}
    if not route.text.startswith("api/v1/"):
        return {"Authorization": f"Token {Token.objects.get_or_create(user=user)[0].key}"}
    return {
        "Authorization": f"Bearer {devices.open_device(user).access}",
        "Order-Token": OrderLink.mint(Order.objects.get(lines__isnull=False)),
        "Basket-Token": Basket.objects.get().public_id,
    }


def test_every_kind_of_row_that_staff_look_at_is_there(owner: User, boss: User) -> None:
    assert [model for model in admin.site._registry if not model._default_manager.exists()] == []


def test_reading_any_address_writes_nothing(owner: User, boss: User) -> None:
    clients = [(browser(None), owner), (browser(owner), owner), (browser(boss), boss)]
    sku = Variant.objects.get().sku
    wrote: dict[str, set[str]] = {}
    opened = set()

    for route in routes():
        for client, user in clients:
            query = QUERIES[route.name] + sku if route.name in QUERIES else ""
            status, tables = written(client, route.path(values_for(route, owner)) + query, keys_of(route, user))
            if status == 200:
                opened.add(route.name)
            if tables - SESSION:
                wrote.setdefault(route.name, set()).update(tables - SESSION)

    lists = {f"admin:{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
    expected = OPENED | {f"{name}_{view}" for name in lists for view in ("changelist", "change")}
    # An invoice has no form: its address leads to the document.
    assert expected - opened == {"admin:fulfillment_invoice_change"}
    assert wrote == ALLOWED


def test_write_would_be_seen(owner: User) -> None:
    client = browser(owner)

    def noisy(*args: object, **kwargs: object) -> HttpResponse:
        Order.objects.update(total=F("total"))
        return HttpResponse()

    with override_settings(ROOT_URLCONF=type("urls", (), {"urlpatterns": [path("", noisy)]})):
        assert written(client, "/", {}) == (200, {"fulfillment_order"})
