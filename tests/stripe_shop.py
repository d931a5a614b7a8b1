"""The shop set up with the emulated Stripe, and orders that are paid through it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe

from fulfillment import payment_pages
from fulfillment.models import Order, Payment
from fulfillment.states import PaymentStatus
from integrations.sandbox.account import DEMO_STRIPE
from tests.faults.processes import Emulator
from tests.running_emulator import running_emulator


@contextmanager
def emulated_stripe(settings: Any) -> Iterator[Emulator]:
    """An emulator, and settings under which the shop takes payments through it."""
    with running_emulator() as emulator:
        settings.PAYMENT_METHODS = ["sandbox", "stripe"]
        settings.STRIPE_SECRET_KEY = DEMO_STRIPE.secret_key
        settings.STRIPE_WEBHOOK_SECRETS = [DEMO_STRIPE.webhook_secret]
        settings.STRIPE_API_BASE = emulator.base + DEMO_STRIPE.path
        settings.STRIPE_PAGE_ORIGINS = [emulator.base]
        yield emulator


def return_urls(public_id: str) -> tuple[str, str]:
    return f"https://shop.example/pay/{public_id}/return/", f"https://shop.example/pay/{public_id}/return/?left=1"


def open_page(order: Order) -> Payment:
    """The payment whose page at Stripe is open for ``order``."""
    payment_pages.open_page(order, method="stripe", return_urls=return_urls)
    return order.payments.get(method="stripe", status=PaymentStatus.PENDING)


def control(emulator: Emulator, name: str, body: Any = None, verb: str = "") -> Any:
    return emulator.call(verb or ("GET" if body is None else "POST"), f"/_control/stripe/{name}", body)


def pay(emulator: Emulator, payment: Payment, **changes: Any) -> dict[str, Any]:
    """The customer pays on the open page; the session as it is then."""
    found: dict[str, Any] = control(emulator, "pay", {"id": payment.session_id, **changes})
    return found


def paid(emulator: Emulator, order: Order) -> Payment:
    """A payment of ``order`` that succeeded and is known to have."""
    payment = open_page(order)
    pay(emulator, payment)
    payment_pages.look(payment.pk)
    payment.refresh_from_db()
    return payment


def event(word: str, item: dict[str, Any], *, event_id: str = "evt_1", **changes: Any) -> bytes:
    return json.dumps(
        {"id": event_id, "object": "event", "type": word, "livemode": False, "created": 1767225600,
         "data": {"object": item}, **changes}
    ).encode()  # fmt: skip


def signature(body: bytes, secret: str = DEMO_STRIPE.webhook_secret) -> dict[str, str]:
    return {"Stripe-Signature": stripe.WebhookSignature.generate_signature_header(body.decode(), secret)}
