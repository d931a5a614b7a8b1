"""What tests and demonstrations may ask of the Stripe half, under `/_control/stripe/`."""

import time
from typing import Any

from integrations.sandbox.account import DEMO_STRIPE
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.stripe import events, objects, refunds, sessions
from integrations.sandbox.stripe.errors import StripeRefusal
from integrations.sandbox.stripe.faults import StripeFaultRefused


class StripeControlRefused(Exception):
    """A request cannot be carried out; the text says why."""


_KINDS = {"sessions": "checkout.session", "refunds": "refund", "payment_intents": "payment_intent",
          "charges": "charge", "disputes": "dispute"}  # fmt: skip


def handle(emulator: Emulator, verb: str, name: str, wanted: Any) -> Any:
    """Carry out `verb` on `/_control/stripe/<name>`; `wanted` is the decoded body. Raises StripeControlRefused."""
    try:
        if verb == "GET":
            return _show(emulator, name)
        if name == "faults":
            if verb == "DELETE":
                return {"cleared": emulator.stripe_faults.clear()}
            emulator.stripe_faults.add(wanted)
            return {"faults": emulator.stripe_faults.listing()}
        if verb == "POST" and isinstance(wanted, dict):
            return _act(emulator, name, wanted)
    except (StripeRefusal, StripeFaultRefused) as exc:
        raise StripeControlRefused(str(exc)) from exc
    raise StripeControlRefused("no such action; see docs/emulator.md")


def _show(emulator: Emulator, name: str) -> Any:
    if name == "account":
        return {
            "secret_key": DEMO_STRIPE.secret_key,
            "webhook_secret": DEMO_STRIPE.webhook_secret,
            "api_base": emulator.public_url + DEMO_STRIPE.path,
        }
    if name == "faults":
        return {"faults": emulator.stripe_faults.listing()}
    if name == "events":
        with emulator.store.reading() as connection:
            rows = connection.execute(
                "SELECT id, word, tries, delivered_at FROM stripe_event ORDER BY rowid"
            ).fetchall()
        return {"events": [dict(row) for row in rows]}
    if name in _KINDS:
        found = objects.listing(emulator.store, _KINDS[name])
        return {name: [sessions.shown_intent(item) for item in found]}
    raise StripeControlRefused("no such list; see docs/emulator.md")


def _act(emulator: Emulator, name: str, wanted: dict[str, Any]) -> Any:
    object_id = str(wanted.get("id", ""))
    if name == "expire":
        return sessions.expire(emulator, object_id)
    if name == "pay":
        return sessions.pay(emulator, object_id, is_delayed=wanted.get("is_delayed") is True)
    if name == "settle":
        return sessions.settle_delayed(emulator, object_id, succeeds=wanted.get("succeeds", True) is True)
    if name == "refund":
        amount = {"amount": str(wanted["amount"])} if "amount" in wanted else {}
        return refunds.create(emulator, {"payment_intent": object_id, **amount})
    if name == "finish_refund":
        return refunds.finish(emulator, object_id, succeeds=wanted.get("succeeds", True) is True)
    if name == "dispute":
        return refunds.dispute(emulator, object_id, status=str(wanted.get("status", "needs_response")))
    if name == "events":
        return _send_again(emulator, object_id, wanted)
    raise StripeControlRefused("no such action; see docs/emulator.md")


def _send_again(emulator: Emulator, event_id: str, wanted: dict[str, Any]) -> Any:
    """Send an event that was sent before: `repeat` times, dated `age_s` ago, or with a wrong signature."""
    url = emulator.settings.stripe_webhook_url
    with emulator.store.reading() as connection:
        row = connection.execute("SELECT body FROM stripe_event WHERE id = ?", (event_id,)).fetchone()
    repeat, age_s = wanted.get("repeat", 1), wanted.get("age_s", 0)
    if row is None or not url:
        raise StripeControlRefused("no such event, or no stripe_webhook_url is set")
    if not isinstance(repeat, int) or not 1 <= repeat <= 20 or not isinstance(age_s, int | float):
        raise StripeControlRefused("repeat must be 1 to 20 and age_s a number of seconds")
    secret = "whsec_not_the_secret" if wanted.get("is_forged") is True else DEMO_STRIPE.webhook_secret  # noqa: S105
    started = time.monotonic()
    statuses = [events.send(url, row["body"].encode(), secret=secret, age_s=age_s) for _ in range(repeat)]
    return {"statuses": statuses, "seconds": round(time.monotonic() - started, 3)}
