"""The API's door: the key, the idempotency key, the routes, and the faults of the wire."""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.account import DEMO_STRIPE
from integrations.sandbox.answers import Reply, to_json
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.stripe import forms, objects, refunds, sessions
from integrations.sandbox.stripe.errors import StripeRefusal, invalid, missing

_API = f"{DEMO_STRIPE.path}/v1/"
_ID = r"([A-Za-z0-9_]{1,80})"
_LONGEST_KEY = 255
#: Calls with an idempotency key wait for each other, so that of two at once the later one replays the earlier one.
_LOCK = threading.RLock()

_Action = Callable[[Emulator, str, dict[str, Any]], dict[str, Any]]


def _create_session(emulator: Emulator, _id: str, params: dict[str, Any]) -> dict[str, Any]:
    return sessions.create(emulator, params)


def _retrieve_session(emulator: Emulator, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    value = sessions.retrieve(emulator, object_id)
    if "payment_intent" in (params.get("expand") or []) and value["payment_intent"]:
        intent = objects.find(emulator.store, value["payment_intent"], "payment_intent") or {}
        value = value | {"payment_intent": sessions.shown_intent(intent)}
    return value


def _expire_session(emulator: Emulator, object_id: str, _params: dict[str, Any]) -> dict[str, Any]:
    return sessions.expire(emulator, object_id)


def _create_refund(emulator: Emulator, _id: str, params: dict[str, Any]) -> dict[str, Any]:
    return refunds.create(emulator, params)


def _list_refunds(emulator: Emulator, _id: str, params: dict[str, Any]) -> dict[str, Any]:
    intent_id = params.get("payment_intent")
    if not isinstance(intent_id, str):
        raise missing("payment_intent")
    limit = params.get("limit", "10")
    if not str(limit).isdecimal() or not 1 <= int(limit) <= 100:
        raise invalid("limit", "limit must be 1 to 100")
    found = refunds.of_payment(emulator, intent_id)
    return {"object": "list", "url": "/v1/refunds", "has_more": len(found) > int(limit), "data": found[: int(limit)]}


_ROUTES: tuple[tuple[str, str, str, _Action], ...] = (
    ("POST", r"checkout/sessions", "sessions.create", _create_session),
    ("GET", rf"checkout/sessions/{_ID}", "sessions.retrieve", _retrieve_session),
    ("POST", rf"checkout/sessions/{_ID}/expire", "sessions.expire", _expire_session),
    ("POST", r"refunds", "refunds.create", _create_refund),
    ("GET", r"refunds", "refunds.list", _list_refunds),
)


def is_api_path(target: str) -> bool:
    """Tell whether a request is for this half."""
    return target.startswith(_API)


def answer(emulator: Emulator, verb: str, target: str, headers: Message, body: bytes) -> tuple[str, Reply]:
    """Carry out one call: its name for the log, and the reply. An outcome that begins with `cut:` is not to be sent."""
    name, action, object_id = _route(verb, urlsplit(target).path)
    emulator.count_call(f"stripe {name}")
    fault = emulator.stripe_faults.take("http_500", "drop", "rate_limited", operation=name)
    if fault:
        return name, _fault_reply(fault.kind)
    try:
        _check_key(headers.get("Authorization", ""))
        if action is None:
            raise StripeRefusal(404, f"Unrecognized request URL ({verb}).")
        text = body.decode("utf-8", "replace") if verb == "POST" else urlsplit(target).query
        status, value = _once(emulator, headers.get("Idempotency-Key", "") if verb == "POST" else "", name, text,
                              lambda: action(emulator, object_id, forms.parse(text)))  # fmt: skip
    except StripeRefusal as refusal:
        status, value = refusal.status, refusal.as_dict()
    fault = emulator.stripe_faults.take("http_500_after", "drop_after", operation=name)
    if fault:
        return name, _fault_reply(fault.kind)
    outcome = "ok" if status < 400 else f"refused:{status}"
    return name, Reply(to_json(value), outcome, status=status, content_type="application/json",
                       headers={"Request-Id": objects.new_id("req")})  # fmt: skip


def _route(verb: str, path: str) -> tuple[str, _Action | None, str]:
    for wanted, pattern, name, action in _ROUTES:
        found = re.fullmatch(pattern, path.removeprefix(_API))
        if found and verb == wanted:
            return name, action, found[1] if found.groups() else ""
    return "unknown", None, ""


def _check_key(authorization: str) -> None:
    scheme, _, key = authorization.partition(" ")
    if scheme != "Bearer" or not key:
        raise StripeRefusal(401, "You did not provide an API key.")
    if key != DEMO_STRIPE.secret_key:
        raise StripeRefusal(401, "Invalid API Key provided.", code="api_key_invalid")


def _once(
    emulator: Emulator, key: str, name: str, text: str, work: Callable[[], dict[str, Any]]
) -> tuple[int, dict[str, Any]]:
    """Do the work once per key: a repeat gets the first answer, errors included; other parameters are refused."""
    if not key:
        return 200, work()
    if len(key) > _LONGEST_KEY:
        raise StripeRefusal(400, "The idempotency key is too long.", param="Idempotency-Key")
    digest = hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()
    with _LOCK:
        with emulator.store.reading() as connection:
            row = connection.execute("SELECT * FROM stripe_key WHERE key = ?", (key,)).fetchone()
        if row is not None:
            if row["digest"] != digest:
                raise StripeRefusal(
                    400,
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                    type="idempotency_error",
                )
            return int(row["status"]), json.loads(row["body"])
        try:
            status, value = 200, work()
        except StripeRefusal as refusal:
            status, value = refusal.status, refusal.as_dict()
        with emulator.store.writing() as connection:
            connection.execute(
                "INSERT INTO stripe_key (key, digest, status, body) VALUES (?, ?, ?, ?)",
                (key, digest, status, json.dumps(value)),
            )
    return status, value


def _fault_reply(kind: str) -> Reply:
    if kind == "rate_limited":
        body = {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."}}
        return Reply(to_json(body), "fault:rate_limited", status=429, content_type="application/json")
    if kind.startswith("drop"):
        return Reply(b"", f"cut:{kind}", status=500)
    body = {"error": {"type": "api_error", "message": "Something went wrong on our side."}}
    return Reply(to_json(body), f"fault:{kind}", status=500, content_type="application/json")
