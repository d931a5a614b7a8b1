"""A guest pays through the API on the emulated Stripe's page; the webhook's event makes the order paid."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fulfillment import payment_events
from fulfillment.models import Payment, SupplierOrder
from tests.factories import ListingFactory, SupplierAccountFactory
from tests.faults.processes import Emulator
from tests.shop.api.v1.app import App
from tests.stripe_shop import control, emulated_stripe, event, pay, signature

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def emulator(settings) -> Iterator[Emulator]:
    with emulated_stripe(settings) as running:
        yield running


def test_payment_by_stripe_is_started_paid_and_told_by_the_webhook(app: App, emulator, supplier) -> None:
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"), stock=5)
    app.buy_now(listing.variant.sku)
    order = app.order()
    address = f"orders/{order['number']}/payments/"

    started = app.post(address, {"method": "stripe"})
    again = app.post(address, {"method": "stripe"})
    payment = Payment.objects.get()
    body = event("checkout.session.completed", pay(emulator, payment))
    told = app.client.post("/webhooks/stripe/", body, content_type="application/json", headers=signature(body))
    for event_id in payment_events.unhandled():
        payment_events.handle(event_id)
    shown = app.get(f"{address}{started.json()['id']}/").json()

    assert (started.status_code, started.json()["status"]) == (201, "pending")
    assert started.json()["pay_url"].startswith(emulator.base)
    assert again.json()["pay_url"] == started.json()["pay_url"]
    assert len(control(emulator, "sessions")["sessions"]) == 1
    assert told.status_code == 200
    assert (shown["status"], shown["pay_url"]) == ("succeeded", None)
    assert app.get(f"orders/{order['number']}/").json()["status"] == "paid"
    assert SupplierOrder.objects.get().order.number == order["number"]


def test_page_that_closed_is_shown_and_another_can_be_opened(app: App, emulator, supplier) -> None:
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"), stock=5)
    app.buy_now(listing.variant.sku)
    address = f"orders/{app.order()['number']}/payments/"
    first = app.post(address, {"method": "stripe"}).json()
    control(emulator, "expire", {"id": Payment.objects.get().session_id})

    shown = app.get(f"{address}{first['id']}/").json()
    second = app.post(address, {"method": "stripe"}).json()

    assert (shown["status"], shown["pay_url"]) == ("abandoned", None)
    assert second["id"] != first["id"]
    assert second["pay_url"].startswith(emulator.base)
