"""Stripe's objects as our words. Strict: a missing or badly typed field raises ``MalformedReply`` with its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.errors import MalformedReply
from integrations.payments import (
    EventKind,
    EventUnreadable,
    ProviderEvent,
    ProviderRefund,
    RefundState,
    Session,
    SessionState,
)
from integrations.stripe.amounts import from_wire

_REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
#: A finished session that is not paid: what its payment intent says about it.
_UNPAID_STATES = {
    "processing": SessionState.PROCESSING,
    "requires_action": SessionState.PROCESSING,
    "requires_confirmation": SessionState.PROCESSING,
    "requires_capture": SessionState.PROCESSING,
    "requires_payment_method": SessionState.FAILED,
    "canceled": SessionState.FAILED,
    # The session lags behind its payment for a moment; the next look sees it paid.
    "succeeded": SessionState.PROCESSING,
}
_KINDS = {
    "checkout.session.completed": EventKind.SESSION,
    "checkout.session.async_payment_succeeded": EventKind.SESSION,
    "checkout.session.async_payment_failed": EventKind.SESSION,
    "checkout.session.expired": EventKind.SESSION,
    "charge.refunded": EventKind.REFUND,
    "charge.refund.updated": EventKind.REFUND,
    "refund.created": EventKind.REFUND,
    "refund.updated": EventKind.REFUND,
    "refund.failed": EventKind.REFUND,
    "charge.dispute.created": EventKind.DISPUTE_OPENED,
    "charge.dispute.closed": EventKind.DISPUTE_CLOSED,
}
#: What of the object is noted in words. Whether a session is paid is a hint; the truth is read from the session.
_NOTED_FIELDS = {
    EventKind.DISPUTE_OPENED: "status",
    EventKind.DISPUTE_CLOSED: "status",
    EventKind.SESSION: "payment_status",
}
_ID = re.compile(r"[A-Za-z0-9_]{1,255}")
#: As ``Payment.public_id``; another shop on the account may send anything, a name for instance.
_OWN_REFERENCE = re.compile(r"[A-Za-z0-9_-]{20,40}")


def session(wire: Mapping[str, Any], *, livemode: bool) -> Session:
    """A Checkout Session, its payment intent expanded or not."""
    if wire.get("livemode") is not livemode:
        raise MalformedReply("the session is of another mode than the key", field="livemode")
    intent = wire.get("payment_intent")
    return Session(
        session_id=_id(wire, "id"),
        state=_state(wire, intent),
        money=from_wire(wire.get("amount_total"), wire.get("currency"), field="amount_total"),
        reference=_text(wire, "client_reference_id"),
        payment_reference=_intent_id(intent),
        url=_text(wire, "url"),
        is_test=not livemode,
    )


def refund(wire: Mapping[str, Any]) -> ProviderRefund:
    """A refund. An unlisted status counts as pending: nothing is said to be done that perhaps is not."""
    metadata = wire.get("metadata")
    key = metadata.get("refund_key") if isinstance(metadata, Mapping) else None
    return ProviderRefund(
        refund_id=_id(wire, "id"),
        state=_REFUND_STATES.get(_text(wire, "status"), RefundState.PENDING),
        money=from_wire(wire.get("amount"), wire.get("currency"), field="amount"),
        key=key if isinstance(key, str) else "",
    )


def event(wire: Mapping[str, Any], *, livemode: bool) -> ProviderEvent:
    """An event whose signature was checked. Raises ``EventUnreadable``."""
    word, event_id = wire.get("type"), wire.get("id")
    if not isinstance(word, str) or not isinstance(event_id, str) or not _ID.fullmatch(event_id):
        raise EventUnreadable("the event has no id or type", code="no_id")
    if wire.get("livemode") is not livemode:
        raise EventUnreadable("the event is of another mode than the key", code="wrong_mode")
    data = wire.get("data")
    item = data.get("object") if isinstance(data, Mapping) else None
    item = item if isinstance(item, Mapping) else {}
    kind = _KINDS.get(word, EventKind.OTHER)
    is_session = item.get("object") == "checkout.session" or kind == EventKind.SESSION
    status = item.get(_NOTED_FIELDS[kind]) if kind in _NOTED_FIELDS else ""
    return ProviderEvent(
        event_id=event_id,
        kind=kind,
        word=word[:80],
        session_id=_loose_id(item.get("id")) if is_session else "",
        payment_reference=_loose_id(_intent_id(item.get("payment_intent"))),
        reference=_own_reference(item.get("client_reference_id")) if is_session else "",
        note=status[:40] if isinstance(status, str) and status.isascii() and status.isprintable() else "",
        body={"created": wire.get("created") if isinstance(wire.get("created"), int) else None,
              "object": _loose_id(item.get("id"))},
    )  # fmt: skip


def _state(wire: Mapping[str, Any], intent: object) -> SessionState:
    status, payment_status = wire.get("status"), wire.get("payment_status")
    if status == "open":
        return SessionState.OPEN
    if status == "expired":
        return SessionState.EXPIRED
    if status != "complete":
        return SessionState.UNKNOWN
    if payment_status in ("paid", "no_payment_required"):
        return SessionState.PAID
    if payment_status != "unpaid":
        return SessionState.UNKNOWN
    told = intent.get("status") if isinstance(intent, Mapping) else "processing"
    return _UNPAID_STATES.get(told, SessionState.UNKNOWN) if isinstance(told, str) else SessionState.UNKNOWN


def _intent_id(intent: object) -> str:
    value = intent.get("id") if isinstance(intent, Mapping) else intent
    return value if isinstance(value, str) else ""


def _id(wire: Mapping[str, Any], name: str) -> str:
    value = wire.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise MalformedReply(f"{name} is no id", field=name)
    return value


def _loose_id(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 120 and _ID.fullmatch(value) else ""


def _own_reference(value: object) -> str:
    return value if isinstance(value, str) and _OWN_REFERENCE.fullmatch(value) else ""


def _text(wire: Mapping[str, Any], name: str) -> str:
    value = wire.get(name)
    return value if isinstance(value, str) else ""
