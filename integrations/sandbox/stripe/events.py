"""Events on their way to the shop: signed, at least once, and on command twice, late, in the wrong order or not at all.

Vendor's page: https://docs.stripe.com/webhooks.
"""

import hashlib
import hmac
import http.client
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.account import DEMO_STRIPE
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.stripe import sessions

_PAUSE_S = 0.2
_ANSWER_TIMEOUT_S = 5
_LONGEST_WAIT_S = 60.0
_KEEP_TRYING_S = 3 * 24 * 3600
#: How long an event that shall be overtaken waits for another one.
_OVERTAKEN_S = 3.0


def sign(secret: str, at: int, body: bytes) -> str:
    """The header `Stripe-Signature`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def send(url: str, body: bytes, *, secret: str = DEMO_STRIPE.webhook_secret, age_s: float = 0) -> int:
    """Post one event and return the HTTP status, 0 if there was no answer."""
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_ANSWER_TIMEOUT_S)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(secret, int(time.time() - age_s), body),
    }
    try:
        connection.request("POST", parts.path or "/", body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class StripeTime(threading.Thread):
    """Lets sessions expire, banks decide and events go out, while the emulator runs."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(name="stripe", daemon=True)
        self._emulator = emulator

    def run(self) -> None:
        """Look again and again until the emulator stops."""
        while not self._emulator.stopping.wait(_PAUSE_S):
            sessions.let_time_pass(self._emulator)
            if self._emulator.settings.stripe_webhook_url:
                deliver_due(self._emulator)


def deliver_due(emulator: Emulator) -> int:
    """Send what is due; what gets no 2xx is tried again, each time later. How many were delivered."""
    url = emulator.settings.stripe_webhook_url or ""
    now = time.time()
    with emulator.store.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM stripe_event WHERE delivered_at IS NULL AND due_at <= ? ORDER BY due_at, rowid LIMIT 50",
            (now,),
        ).fetchall()
    count = 0
    for row in rows:
        if emulator.stopping.is_set():
            break
        count += _deliver(emulator, url, dict(row))
    return count


def _deliver(emulator: Emulator, url: str, row: dict[str, Any]) -> bool:
    fault = emulator.stripe_faults.take("duplicate", "late", "out_of_order", "lost", operation=row["word"])
    kind = fault.kind if fault else ""
    if fault and kind in ("late", "out_of_order"):
        wait_s = fault.seconds if kind == "late" else _OVERTAKEN_S
        _update(emulator, row["id"], due_at=time.time() + wait_s)
        return False
    body = row["body"].encode()
    statuses = [send(url, body) for _ in range(2 if kind == "duplicate" else 1)] if kind != "lost" else [200]
    if 200 <= statuses[0] < 300:
        _update(emulator, row["id"], delivered_at=time.time())
        return True
    tries = row["tries"] + 1
    wait_s = min(2.0**tries / 2, _LONGEST_WAIT_S)
    is_over = time.time() - row["created_at"] > _KEEP_TRYING_S
    _update(emulator, row["id"], tries=tries, due_at=time.time() + wait_s, **({"delivered_at": 0} if is_over else {}))
    return False


def _update(emulator: Emulator, event_id: str, **columns: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    with emulator.store.writing() as connection:
        connection.execute(f"UPDATE stripe_event SET {names} WHERE id = ?", (*columns.values(), event_id))  # noqa: S608
