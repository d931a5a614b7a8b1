"""Signatures against vectors that two official libraries agree on, and what an event is read as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stripe
import time_machine

from integrations.payments import EventForged, EventKind, EventUnreadable
from integrations.stripe.client import StripeProvider

VECTORS = json.loads((Path(__file__).parent / "payloads" / "signatures.json").read_text())
SECRET = VECTORS["valid"][0]["secret"]


def provider(*secrets: str, key: str = "sk_test_1") -> StripeProvider:
    return StripeProvider(
        secret_key=key, webhook_secrets=secrets, api_base="http://127.0.0.1:9", page_origins=(), timeout_s=3
    )


def signed(payload: dict[str, Any] | bytes, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret)
    return body, {"Stripe-Signature": header}


def event(word: str, item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": "evt_1", "object": "event", "type": word, "livemode": False, "created": 1, "data": {"object": item},
            **changes}  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["event_id"])
def test_valid_event_is_read(vector):
    at = int(vector["Stripe-Signature"].split(",")[0].removeprefix("t="))
    headers = {"Stripe-Signature": vector["Stripe-Signature"]}

    with time_machine.travel(at, tick=False):
        found = provider(vector["secret"]).read_event(vector["body"].encode(), headers)

    assert (found.event_id, found.word) == (vector["event_id"], vector["event_type"])


@pytest.mark.parametrize("vector", VECTORS["verification"], ids=lambda vector: vector["name"])
def test_decision_is_the_libraries(vector):
    headers = {"Stripe-Signature": vector["Stripe-Signature"]}
    subject = provider(vector["secret"])

    with time_machine.travel(vector["verifier_clock"], tick=False):
        if vector["accepted"]:
            assert subject.read_event(vector["body"].encode(), headers).event_id
        else:
            with pytest.raises((EventForged, EventUnreadable)):
                subject.read_event(vector["body"].encode(), headers)


def test_any_of_the_secrets_will_do():
    body, headers = signed(event("x.y", {}), "whsec_old")

    assert provider("whsec_new", "whsec_old").read_event(body, headers).kind == EventKind.OTHER


@pytest.mark.parametrize("headers", [{}, {"Stripe-Signature": ""}, {"Stripe-Signature": "nonsense"}])
def test_event_without_a_signature_is_forged(headers):
    with pytest.raises(EventForged):
        provider(SECRET).read_event(b"{}", headers)


def test_without_a_secret_every_event_is_forged():
    body, headers = signed(event("x.y", {}), "")

    with pytest.raises(EventForged):
        provider().read_event(body, headers)


@pytest.mark.parametrize(
    "body",
    [b"nonsense", b"[]", b"{}", b'"text"', b'{"object": "v2.core.event", "id": "evt_1"}',
     b'{"object": "event", "id": 5, "type": "x", "livemode": false}',
     b'{"object": "event", "id": "../etc", "type": "x", "livemode": false}'],
)  # fmt: skip
def test_signed_nonsense_is_unreadable(body):
    body, headers = signed(body)

    with pytest.raises(EventUnreadable):
        provider(SECRET).read_event(body, headers)


@pytest.mark.parametrize(("key", "livemode"), [("sk_test_1", True), ("sk_live_1", False), ("rk_test_1", True)])
def test_event_of_another_mode_is_refused(key, livemode):
    body, headers = signed(event("checkout.session.completed", {}, livemode=livemode))

    with pytest.raises(EventUnreadable) as refused:
        provider(SECRET, key=key).read_event(body, headers)

    assert refused.value.code == "wrong_mode"


@pytest.mark.parametrize(
    ("word", "item", "kind", "session", "payment"),
    [
        ("checkout.session.completed", {"id": "cs_1", "payment_intent": "pi_1"}, EventKind.SESSION, "cs_1", "pi_1"),
        ("checkout.session.expired", {"id": "cs_1", "payment_intent": None}, EventKind.SESSION, "cs_1", ""),
        ("checkout.session.async_payment_failed", {"id": "cs_1"}, EventKind.SESSION, "cs_1", ""),
        ("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1"}, EventKind.REFUND, "", "pi_1"),
        ("refund.failed", {"id": "re_1", "payment_intent": {"id": "pi_1"}}, EventKind.REFUND, "", "pi_1"),
        ("charge.dispute.created", {"id": "du_1", "payment_intent": "pi_1"}, EventKind.DISPUTE_OPENED, "", "pi_1"),
        ("payment_intent.succeeded", {"id": "pi_1"}, EventKind.OTHER, "", ""),
        ("refund.created", {"id": "re_1", "payment_intent": "'; DROP"}, EventKind.REFUND, "", ""),
    ],
)
def test_event_says_where_to_look(word, item, kind, session, payment):
    body, headers = signed(event(word, item))

    found = provider(SECRET).read_event(body, headers)

    assert (found.kind, found.session_id, found.payment_reference) == (kind, session, payment)
