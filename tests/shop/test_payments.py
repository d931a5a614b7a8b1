"""Choosing how to pay, going there, coming back; events at the shop's door; transfers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from fulfillment.models import Order, Payment, PaymentEvent
from fulfillment.payments import settle_payment
from fulfillment.states import PaymentStatus
from tests.faults.processes import Emulator
from tests.shop.test_checkout import put_into_basket, submit
from tests.stripe_shop import control, emulated_stripe, event, pay, signature

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def emulator(settings) -> Iterator[Emulator]:
    with emulated_stripe(settings) as running:
        yield running


@pytest.fixture
def transfers(settings) -> None:
    settings.PAYMENT_METHODS = ["bank_transfer"]
    settings.BANK_ACCOUNT_HOLDER, settings.BANK_ACCOUNT_NUMBER = "Shop Ltd", "DE02120300000000202051"


def go(client: Client, **changes: str) -> tuple[Payment, Any]:
    """Check out by Stripe; the payment, and the answer."""
    put_into_basket(client)
    response = submit(client, **{"payment_method": "stripe", **changes})
    return Payment.objects.get(), response


def waits_in_the_basket(client: Client) -> bool:
    """Whether what was chosen can still be checked out."""
    return 'id="checkout-form"' in client.get("/checkout/").content.decode()


def back(client: Client, payment: Payment, query: str = "") -> Any:
    return client.get(f"/pay/{payment.public_id}/return/{query}")


class TestChoice:
    """The ways to pay on the checkout page."""

    def test_several_ways_are_offered_and_the_first_is_chosen(self, client, emulator):
        put_into_basket(client)

        page = client.get("/checkout/").content.decode()

        assert page.count('name="payment_method"') == 2
        assert 'value="sandbox" id="id_payment_method_0" checked' in page

    def test_only_way_is_named_and_not_asked_for(self, client):
        put_into_basket(client)

        page = client.get("/checkout/").content.decode()

        assert 'name="payment_method"' not in page
        assert "Test payment" in page

    def test_way_that_is_not_offered_is_refused(self, client, emulator):
        put_into_basket(client)

        response = submit(client, payment_method="bank_transfer")

        assert response.status_code == 400
        assert not Order.objects.exists()

    def test_unknown_way_on_the_orders_page_leads_nowhere(self, client, emulator):
        go(client)
        order = Order.objects.get()
        address = back(client, Payment.objects.get(), "?left=1").url

        response = client.post(f"{address}pay/", {"payment_method": "free"})

        assert response.url == f"{address}?unavailable=1"
        assert order.payments.count() == 1

    def test_order_can_be_paid_later_from_its_page(self, client, emulator):
        payment, _ = go(client)
        address = back(client, payment, "?left=1").url

        response = client.post(f"{address}pay/", {"payment_method": "stripe"})

        assert payment.session_id in response.url


class TestReturn:
    """The browser comes back; what it says proves nothing."""

    def test_checkout_leads_to_the_hosted_page(self, client, emulator):
        payment, response = go(client)

        assert response.url == f"{emulator.base}/stripe/pay/{payment.session_id}"
        assert waits_in_the_basket(client)

    def test_start_that_fails_says_so_and_keeps_the_basket(self, client, emulator, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_wrong"

        _, response = go(client)

        assert response.status_code == 400
        assert "Nothing was charged" in response.content.decode()
        assert waits_in_the_basket(client)
        assert submit(client, payment_method="sandbox").status_code == 302

    def test_return_after_paying_leads_to_the_thanks_and_empties_the_basket(self, client, emulator):
        payment, _ = go(client)
        pay(emulator, payment)

        response = back(client, payment)

        assert response.url == f"/orders/{payment.order.number}/thanks/"
        assert not waits_in_the_basket(client)

    def test_return_without_paying_pays_nothing_and_keeps_the_basket(self, client, emulator):
        payment, _ = go(client)

        response = back(client, payment)

        assert "asking about your payment" in response.content.decode()
        assert Order.objects.get().status == "awaiting_payment"
        assert waits_in_the_basket(client)

    def test_who_left_the_page_sees_the_unpaid_order(self, client, emulator):
        payment, _ = go(client)

        page = client.get(back(client, payment, "?left=1").url).content.decode()

        assert "Not paid yet" in page
        assert 'value="stripe"' in page

    def test_bank_that_takes_its_time_is_told_of(self, client, emulator):
        payment, _ = go(client)
        pay(emulator, payment, is_delayed=True)

        page = back(client, payment).content.decode()
        order_page = client.get(f"/orders/{payment.order.number}/thanks/", follow=True).content.decode()

        assert "waiting for your bank" in page
        assert "Waiting for your bank" in order_page
        assert "pay-now" not in order_page

    def test_bank_that_says_no_is_told_and_keeps_the_basket(self, client, emulator):
        payment, _ = go(client)
        pay(emulator, payment, is_delayed=True)
        control(emulator, "settle", {"id": payment.session_id, "succeeds": False})

        page = back(client, payment).content.decode()

        assert "declined" in page
        assert waits_in_the_basket(client)

    def test_expired_page_leads_back_to_the_order(self, client, emulator):
        payment, _ = go(client)
        control(emulator, "expire", {"id": payment.session_id})

        assert back(client, payment).url.startswith("/o/")

    def test_stranger_with_the_address_sees_no_person_and_no_link(self, client, emulator):
        payment, _ = go(client)
        pay(emulator, payment)

        page = back(Client(), payment).content.decode()

        assert "Ada" not in page
        assert "/o/" not in page

    def test_unknown_payment_is_not_found(self, client, emulator):
        assert client.get("/pay/nobody/return/").status_code == 404

    def test_sandbox_payment_has_no_return(self, client, emulator):
        payment, _ = go(client, payment_method="sandbox")

        assert back(client, payment).status_code == 404


class TestDoor:
    """``POST /webhooks/stripe/``."""

    def post(self, client: Client, body: bytes, **headers: str) -> int:
        return client.post(
            "/webhooks/stripe/", body, content_type="application/json", headers=headers or signature(body)
        ).status_code

    def test_good_event_is_kept_and_answered_at_once(self, client, emulator):
        body = event("checkout.session.completed", {"id": "cs_1"})

        assert [self.post(client, body) for _ in range(3)] == [200, 200, 200]
        assert PaymentEvent.objects.get().handled_at is None

    @pytest.mark.parametrize("headers", [{"Stripe-Signature": "t=1,v1=00"}, {"X-Other": "1"}])
    def test_forged_event_is_refused(self, client, emulator, headers):
        assert self.post(client, event("x.y", {}), **headers) == 400
        assert not PaymentEvent.objects.exists()

    def test_old_event_is_refused(self, client, emulator):
        body = event("x.y", {})
        import stripe

        from integrations.sandbox.account import DEMO_STRIPE

        old = stripe.WebhookSignature.generate_signature_header(
            body.decode(), DEMO_STRIPE.webhook_secret, timestamp=1767225600
        )

        assert self.post(client, body, **{"Stripe-Signature": old}) == 400

    def test_live_event_at_a_test_shop_is_refused(self, client, emulator):
        assert self.post(client, event("checkout.session.completed", {"id": "cs_1"}, livemode=True)) == 400

    @pytest.mark.parametrize("body", [b"nonsense", b"{}"])
    def test_signed_nonsense_is_refused(self, client, emulator, body):
        assert self.post(client, body) == 400

    def test_endless_event_is_refused(self, client, emulator):
        assert self.post(client, b"x" * 300_000) == 413

    def test_shop_without_stripe_has_no_door(self, client, settings):
        settings.STRIPE_SECRET_KEY = ""

        assert self.post(client, event("x.y", {})) == 404
        assert client.post("/webhooks/nobody/", b"{}", content_type="application/json").status_code == 404


class TestTransfer:
    """Where to transfer how much; the money is confirmed by staff."""

    def test_customer_sees_account_reference_and_amount(self, client, transfers):
        put_into_basket(client)

        page = client.get(submit(client).url).content.decode()

        number = Order.objects.get().number
        assert all(text in page for text in ("Shop Ltd", "DE02120300000000202051", number, "$24.90"))

    def test_stranger_sees_no_link_to_the_order(self, client, transfers):
        put_into_basket(client)
        address = submit(client).url

        assert "/o/" not in Client().get(address).content.decode()

    def test_paid_transfer_shows_no_account_any_more(self, client, transfers):
        put_into_basket(client)
        address = submit(client).url
        payment = Payment.objects.get()
        settle_payment(payment, outcome=PaymentStatus.SUCCEEDED, money=payment.money, reference="1")

        assert "DE0212" not in client.get(address).content.decode()

    def test_without_an_account_it_is_not_offered(self, client, transfers, settings):
        settings.BANK_ACCOUNT_NUMBER = ""
        put_into_basket(client)

        response = submit(client)

        assert "cannot take payments" in response.content.decode()
        assert not Order.objects.exists()
