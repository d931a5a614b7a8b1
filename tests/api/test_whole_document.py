"""Requests made up from the OpenAPI document, by a guest, a customer and staff: no 5xx, no answer outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shop import devices
from shop.wsgi import application
from tests.factories import ListingFactory, PaymentFactory, ShipmentFactory, SupplierAccountFactory
from tests.shop.api.v1.app import App

pytestmark = [pytest.mark.api, pytest.mark.django_db]

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture
def document(settings, db, monkeypatch) -> Iterator[Any]:
    settings.API_RATE_LIMITS = dict.fromkeys(settings.API_RATE_LIMITS, 10**9)
    # Nobody is posted to, and no supplier asked.
    monkeypatch.setattr("shop.hooks.post", lambda *args: pytest.fail("a webhook was sent"))
    # As Django's own test client does: a request must not end the test's connection.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/", application)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


Aim = Callable[[Any], dict[str, str]]


def try_everything(document: Any, aim: Aim) -> None:
    """Make requests up for every operation. ``aim`` may change a case, and gives the headers that go with it."""
    wrong = []
    for result in document.get_all_operations():
        operation = result.ok()

        @SETTINGS
        @hypothesis.given(case=operation.as_strategy())
        def attempt(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, headers=aim(case))

        try:
            attempt()
        except (Exception, BaseExceptionGroup) as exc:
            wrong.append(f"{operation.label}: {exc}")
    assert not wrong, "\n\n".join(wrong)


class Known:
    """Things that exist, by the names of the document's path parameters, and the tokens that open them."""

    def __init__(self, app: App) -> None:
        listing = ListingFactory(account=SupplierAccountFactory(provider="fake"), stock=10**6)
        app.buy_now(listing.variant.sku)
        order = app.order()
        payment = app.post(f"orders/{order['number']}/payments/", {"method": "sandbox"}).json()
        app.headers.pop("Basket-Token")
        basket = app.post("basket/lines/", {"sku": listing.variant.sku}).json()
        self.headers = {"Basket-Token": basket["token"], "Order-Token": order["token"]}
        self.path = {
            "slug": listing.variant.product.slug,
            "number": order["number"],
            "payment_id": payment["id"],
            "line": basket["lines"][0]["id"],
            "country": "US",
        }
        self.query = {"sku": listing.variant.sku, "country": "US", "category": listing.variant.product.category.slug}


@pytest.fixture
def known(client: Client, supplier, settings) -> Known:
    settings.RETURN_DAYS = 30
    return Known(App(client))


def _token(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {devices.open_device(user).access}"}


def _aim(case: Any, known: Known) -> None:
    """Let the case be about something that exists."""
    for name, value in known.path.items():
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = value
    for name, value in known.query.items():
        if name in (case.query or {}):
            case.query[name] = value


def test_guest_gets_only_what_is_documented(document) -> None:
    try_everything(document, lambda case: {})


def test_customer_gets_only_what_is_documented(known, document) -> None:
    user = User.objects.create(username="customer-1")

    def aim(case: Any) -> dict[str, str]:
        _aim(case, known)
        # A case before may have logged the device out.
        return {**known.headers, **_token(user)}

    try_everything(document, aim)


def test_staff_get_only_what_is_documented(known, document) -> None:
    user = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    payment, shipment = PaymentFactory(status="succeeded", order__paid=True), ShipmentFactory()
    keys = {
        "/staff/orders/": shipment.supplier_order.order.number,
        "/staff/supplier-orders/": shipment.supplier_order.public_id,
        "/staff/payments/": payment.public_id,
    }

    def aim(case: Any) -> dict[str, str]:
        _aim(case, known)
        if "key" in (case.path_parameters or {}):
            case.path_parameters["key"] = next((key for part, key in keys.items() if part in case.path), "none")
        return _token(user)

    try_everything(document, aim)
