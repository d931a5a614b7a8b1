"""Refunds, in full and in part, and disputes. Vendor's page: https://docs.stripe.com/api/refunds."""

import threading
from typing import Any

from integrations.sandbox.emulator import Emulator
from integrations.sandbox.stripe import objects
from integrations.sandbox.stripe.errors import StripeRefusal, missing, no_such

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_LOCK = threading.RLock()


def create(emulator: Emulator, params: dict[str, Any]) -> dict[str, Any]:
    """Give money back; without `amount` everything that is left. Raises StripeRefusal."""
    intent_id = params.get("payment_intent")
    if not isinstance(intent_id, str):
        raise missing("payment_intent")
    if params.get("reason") not in (None, *_REASONS):
        raise StripeRefusal(400, f"Invalid reason: must be one of {', '.join(_REASONS)}", param="reason")
    with _LOCK:
        charge = _charge_of(emulator, intent_id)
        left = charge["amount"] - charge["amount_refunded"]
        amount = _amount(params.get("amount"), left)
        if left == 0:
            raise StripeRefusal(
                400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
            )
        if amount > left:
            raise StripeRefusal(400, f"Refund amount ({amount}) is greater than unrefunded amount ({left})",
                                param="amount")  # fmt: skip
        fault = emulator.stripe_faults.take("refund_waits", "refund_fails")
        refund = {
            "id": objects.new_id("re"),
            "object": "refund",
            "amount": amount,
            "charge": charge["id"],
            "created": objects.now_s(),
            "currency": charge["currency"],
            "metadata": params.get("metadata") or {},
            "payment_intent": intent_id,
            "reason": params.get("reason"),
            "status": "pending" if fault else "succeeded",
        }
        objects.save(emulator.store, refund, parent=intent_id)
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        objects.save(emulator.store, charge)
        objects.add_event(emulator.store, "refund.created", refund)
        objects.add_event(emulator.store, "charge.refunded", charge)
        if fault and fault.kind == "refund_fails":
            finish(emulator, refund["id"], succeeds=False)
    return refund


def finish(emulator: Emulator, refund_id: str, *, succeeds: bool) -> dict[str, Any]:
    """A waiting refund arrives, or fails: then the money is back on our side."""
    with _LOCK:
        refund = objects.find(emulator.store, refund_id, "refund")
        if refund is None:
            raise no_such("refund", refund_id)
        if refund["status"] != "pending":
            raise StripeRefusal(400, "The refund is not pending.")
        refund["status"] = "succeeded" if succeeds else "failed"
        objects.save(emulator.store, refund)
        if not succeeds:
            charge = _charge_of(emulator, refund["payment_intent"])
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            objects.save(emulator.store, charge)
        objects.add_event(emulator.store, "refund.updated" if succeeds else "refund.failed", refund)
    return refund


def of_payment(emulator: Emulator, intent_id: str) -> list[dict[str, Any]]:
    """All refunds of a payment, newest first."""
    return objects.listing(emulator.store, "refund", parent=intent_id)


def dispute(emulator: Emulator, intent_id: str, *, status: str = "needs_response") -> dict[str, Any]:
    """The customer's bank takes the money back for now; with another `status` a dispute that is over."""
    with _LOCK:
        charge = _charge_of(emulator, intent_id)
        known = objects.listing(emulator.store, "dispute", parent=intent_id)
        value = known[0] if known else {
            "id": objects.new_id("du"),
            "object": "dispute",
            "amount": charge["amount"],
            "charge": charge["id"],
            "created": objects.now_s(),
            "currency": charge["currency"],
            "livemode": False,
            "payment_intent": intent_id,
            "reason": "fraudulent",
        }  # fmt: skip
        value["status"] = status
        objects.save(emulator.store, value, parent=intent_id)
        is_over = status in ("won", "lost", "warning_closed")
        objects.add_event(emulator.store, f"charge.dispute.{'closed' if is_over else 'created'}", value)
    return value


def _charge_of(emulator: Emulator, intent_id: str) -> dict[str, Any]:
    charges = objects.listing(emulator.store, "charge", parent=intent_id)
    if not charges:
        if objects.find(emulator.store, intent_id, "payment_intent") is None:
            raise no_such("payment_intent", intent_id)
        raise StripeRefusal(400, "This PaymentIntent does not have a successful charge to refund.")
    return charges[0]


def _amount(raw: Any, left: int) -> int:
    if raw is None:
        return left
    if not isinstance(raw, str) or not raw.isdecimal() or not int(raw[:13]) > 0:
        raise StripeRefusal(400, "Invalid integer: amount", code="parameter_invalid_integer", param="amount")
    return int(raw)
