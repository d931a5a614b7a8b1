"""Checkout Sessions: created, read, expired, and paid on the hosted page.

Vendor's page: https://docs.stripe.com/api/checkout/sessions. A card is paid at once; a bank debit leaves the session
`complete` and `unpaid` until the bank has decided.
"""

import re
import threading
from typing import Any

from integrations.sandbox.emulator import Emulator
from integrations.sandbox.stripe import objects
from integrations.sandbox.stripe.errors import StripeRefusal, invalid, missing, no_such

PAGE_PATH = "/stripe/pay"
_SHORTEST_S, _LONGEST_S = 30 * 60, 24 * 3600
#: Sessions change under one lock: two clicks on *Pay* are one payment.
_LOCK = threading.RLock()
_TEXTS = ("client_reference_id", "customer_email", "locale")
_KNOWN = {
    "mode", "line_items", "success_url", "cancel_url", "metadata", "payment_intent_data", "expires_at", "expand",
    "shipping_options", *_TEXTS,
}  # fmt: skip


def create(emulator: Emulator, params: dict[str, Any]) -> dict[str, Any]:
    """Make an open session. Raises StripeRefusal."""
    unknown = sorted(set(params) - _KNOWN)
    if unknown:
        raise StripeRefusal(
            400, f"Received unknown parameter: {unknown[0]}", code="parameter_unknown", param=unknown[0]
        )
    if params.get("mode") != "payment":
        raise invalid("mode", "Only mode=payment is emulated.")
    success = params.get("success_url") or ""
    if not success.startswith(("http://", "https://")):
        raise invalid("success_url", "Not a valid URL")
    amount, currency, items = _items(params.get("line_items"))
    created = objects.now_s()
    session_id = objects.new_id("cs_test")
    value: dict[str, Any] = {
        "id": session_id,
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "cancel_url": params.get("cancel_url"),
        "created": created,
        "currency": currency,
        "expires_at": _expires_at(params.get("expires_at"), created),
        "livemode": False,
        "metadata": params.get("metadata") or {},
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card", "sepa_debit"],
        "payment_status": "unpaid",
        "status": "open",
        "success_url": success,
        "ui_mode": "hosted_page",
        "url": f"{emulator.public_url}{PAGE_PATH}/{session_id}",
    }
    value |= {name: params.get(name) for name in _TEXTS}
    objects.save(emulator.store, value)
    hidden = {
        "id": _hidden_id(session_id),
        "object": "_session_details",
        "lines": items,
        "payment_intent_data": params.get("payment_intent_data") or {},
    }
    objects.save(emulator.store, hidden)
    return value


def retrieve(emulator: Emulator, session_id: str) -> dict[str, Any]:
    """A session as it stands now. Raises StripeRefusal."""
    value = objects.find(emulator.store, session_id, "checkout.session")
    if value is None:
        raise no_such("checkout.session", session_id)
    if value["status"] == "open" and value["expires_at"] <= objects.now_s():
        return expire(emulator, session_id)
    return value


def expire(emulator: Emulator, session_id: str) -> dict[str, Any]:
    """Close an open session. Raises StripeRefusal if it is open no more."""
    with _LOCK:
        value = objects.find(emulator.store, session_id, "checkout.session")
        if value is None:
            raise no_such("checkout.session", session_id)
        if value["status"] != "open":
            raise StripeRefusal(
                400, f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {value["status"]}.'
            )
        value |= {"status": "expired", "url": None}
        objects.save(emulator.store, value)
        objects.add_event(emulator.store, "checkout.session.expired", value)
    return value


def lines_of(emulator: Emulator, session_id: str) -> list[dict[str, Any]]:
    """What the page shows."""
    hidden = objects.find(emulator.store, _hidden_id(session_id), "_session_details")
    return list(hidden["lines"]) if hidden else []


def pay(emulator: Emulator, session_id: str, *, is_delayed: bool = False, will_fail: bool = False) -> dict[str, Any]:
    """The customer pays on the page. `is_delayed`: the bank decides later. Raises StripeRefusal if it is not open."""
    with _LOCK:
        value = retrieve(emulator, session_id)
        if value["status"] != "open":
            raise StripeRefusal(400, "The session is not open.")
        fault = emulator.stripe_faults.take("wrong_amount", "wrong_currency")
        if fault and fault.kind == "wrong_amount":
            value |= {"amount_total": value["amount_total"] - 1}
        elif fault:
            value |= {"currency": "chf" if value["currency"] != "chf" else "eur"}
        intent = _new_intent(emulator, value, "processing" if is_delayed else "succeeded")
        if will_fail:
            intent["_will_fail"] = True
        objects.save(emulator.store, intent)
        value |= {
            "status": "complete",
            "url": None,
            "payment_intent": intent["id"],
            "payment_status": "unpaid" if is_delayed else "paid",
        }
        objects.save(emulator.store, value)
        if not is_delayed:
            _charge(emulator, intent)
        objects.add_event(emulator.store, "checkout.session.completed", value)
    return value


def settle_delayed(emulator: Emulator, session_id: str, *, succeeds: bool) -> dict[str, Any]:
    """The bank has decided about a delayed payment. Raises StripeRefusal if none is waiting."""
    with _LOCK:
        value = retrieve(emulator, session_id)
        intent = objects.find(emulator.store, value["payment_intent"] or "", "payment_intent")
        if intent is None or intent["status"] != "processing":
            raise StripeRefusal(400, "No delayed payment is waiting there.")
        intent |= {"status": "succeeded" if succeeds else "requires_payment_method"}
        if succeeds:
            intent["amount_received"] = intent["amount"]
        objects.save(emulator.store, intent)
        if succeeds:
            _charge(emulator, intent)
            value |= {"payment_status": "paid"}
            objects.save(emulator.store, value)
        word = "succeeded" if succeeds else "failed"
        objects.add_event(emulator.store, f"checkout.session.async_payment_{word}", value)
    return value


def let_time_pass(emulator: Emulator) -> None:
    """Expire what is over, and let the bank decide what it has had for long enough."""
    now = objects.now_s()
    for value in objects.listing(emulator.store, "checkout.session"):
        if value["status"] == "open" and value["expires_at"] <= now:
            _ignore_refusal(lambda found=value: expire(emulator, found["id"]))
        elif value["status"] == "complete" and value["payment_status"] == "unpaid":
            intent = objects.find(emulator.store, value["payment_intent"], "payment_intent") or {}
            if intent.get("status") == "processing" and intent["created"] + emulator.settings.stripe_delayed_s <= now:
                fails = intent.get("_will_fail", False)
                _ignore_refusal(
                    lambda found=value, fails=fails: settle_delayed(emulator, found["id"], succeeds=not fails)
                )


def shown_intent(intent: dict[str, Any]) -> dict[str, Any]:
    """A payment intent as the API shows it."""
    return {name: value for name, value in intent.items() if not name.startswith("_")}


def _ignore_refusal(work: Any) -> None:
    try:
        work()
    except StripeRefusal:
        pass  # Somebody paid or expired it in this very moment.


def _hidden_id(session_id: str) -> str:
    return f"_{session_id}"


def _new_intent(emulator: Emulator, session: dict[str, Any], status: str) -> dict[str, Any]:
    hidden = objects.find(emulator.store, _hidden_id(session["id"]), "_session_details") or {}
    data = hidden.get("payment_intent_data") or {}
    return {
        "id": objects.new_id("pi"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_received": session["amount_total"] if status == "succeeded" else 0,
        "created": objects.now_s(),
        "currency": session["currency"],
        "description": data.get("description"),
        "latest_charge": None,
        "livemode": False,
        "metadata": data.get("metadata") or {},
        "status": status,
    }


def _charge(emulator: Emulator, intent: dict[str, Any]) -> None:
    charge = {
        "id": objects.new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_refunded": 0,
        "created": objects.now_s(),
        "currency": intent["currency"],
        "disputed": False,
        "livemode": False,
        "paid": True,
        "payment_intent": intent["id"],
        "refunded": False,
        "status": "succeeded",
    }
    objects.save(emulator.store, charge, parent=intent["id"])
    intent["latest_charge"] = charge["id"]
    objects.save(emulator.store, intent)


def _items(raw: Any) -> tuple[int, str, list[dict[str, Any]]]:
    if not isinstance(raw, list) or not raw:
        raise missing("line_items")
    if len(raw) > 100:
        raise invalid("line_items", "At most 100 line items are possible.")
    total, currencies, shown = 0, set(), []
    for number, item in enumerate(raw):
        place = f"line_items[{number}]"
        price = item.get("price_data") if isinstance(item, dict) else None
        if not isinstance(price, dict):
            raise missing(f"{place}[price_data]")
        quantity = _whole(item.get("quantity", "1"), f"{place}[quantity]", lowest=1)
        unit = _whole(price.get("unit_amount"), f"{place}[price_data][unit_amount]", lowest=0)
        currency = price.get("currency")
        if not isinstance(currency, str) or not re.fullmatch(r"[a-z]{3}", currency):
            raise invalid(f"{place}[price_data][currency]", "Invalid currency")
        product = price.get("product_data")
        name = product.get("name") if isinstance(product, dict) else None
        if not isinstance(name, str) or not name:
            raise missing(f"{place}[price_data][product_data][name]")
        total += quantity * unit
        currencies.add(currency)
        shown.append({"name": name, "quantity": quantity, "amount": quantity * unit})
    if len(currencies) > 1:
        raise invalid("line_items", "All line items must have the same currency.")
    if total <= 0:
        raise StripeRefusal(400, "The total must be more than nothing.", code="amount_too_small")
    return total, currencies.pop(), shown


def _expires_at(raw: Any, created: int) -> int:
    if raw is None:
        return created + _LONGEST_S
    value = _whole(raw, "expires_at", lowest=0)
    # A minute of grace, as clocks differ.
    if not created + _SHORTEST_S - 60 <= value <= created + _LONGEST_S + 60:
        raise invalid("expires_at", "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
    return value


def _whole(raw: Any, param: str, *, lowest: int) -> int:
    if raw is None:
        raise missing(param)
    if not isinstance(raw, str) or not raw.isdecimal() or len(raw) > 12 or int(raw) < lowest:
        raise StripeRefusal(400, f"Invalid integer: {param}", code="parameter_invalid_integer", param=param)
    return int(raw)
