"""Signed push messages of the topic DROPSHIPPER_ORDER_STATUS_UPDATE.

Vendor's page: https://openservice.aliexpress.com/doc/doc.htm#/?docId=1478. Delivery is at least once and in
no guaranteed order; here a push is sent once when its instant has come, and again, late or forged on command.
"""

import http.client
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox import orders
from integrations.sandbox.account import DEMO_ACCOUNT
from integrations.sandbox.answers import to_json
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.settings import is_number
from integrations.sandbox.signing import sign_push
from integrations.sandbox.timeline import pushes_of

WORDS = (
    "OrderCreated",
    "PaymentAuthorized",
    "paymentFailedEvent",
    "OrderShipped",
    "OrderConfirmed",
    "OrderClosed",
)
_MESSAGE_TYPE = 53
_ANSWER_TIMEOUT_S = 5
_PAUSE_S = 0.25
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
_FIELDS = {"url", "order_id", "order_status", "repeat", "age_s", "is_forged"}


class PushRefused(Exception):
    """A push cannot be sent as asked; the text says why."""


def push_on_command(emulator: Emulator, wanted: dict[str, Any]) -> dict[str, Any]:
    """Send one push now, `repeat` times, dated `age_s` ago, or with a wrong signature. Raises PushRefused."""
    unknown = sorted(set(wanted) - _FIELDS)
    if unknown:
        raise PushRefused(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(_FIELDS))}")
    url = wanted.get("url") or emulator.settings.push_url
    if not isinstance(url, str) or urlsplit(url).hostname not in _LOCAL_HOSTS:
        raise PushRefused("url must be an http address on this machine")
    if wanted.get("order_status") not in WORDS:
        raise PushRefused(f"order_status must be one of {', '.join(WORDS)}")
    order_id, repeat, age_s = str(wanted.get("order_id")), wanted.get("repeat", 1), wanted.get("age_s", 0)
    if not order_id.isdecimal():
        raise PushRefused("order_id must be given")
    if not isinstance(repeat, int) or not 1 <= repeat <= 20 or not is_number(age_s):
        raise PushRefused("repeat must be 1 to 20 and age_s a number of seconds")
    at_ms = emulator.clock.now_ms() - round(age_s * 1000)
    statuses = [
        send(url, int(order_id), wanted["order_status"], at_ms, is_forged=wanted.get("is_forged") is True)
        for _ in range(repeat)
    ]
    return {"statuses": statuses}


def send(url: str, order_id: int, word: str, at_ms: int, *, is_forged: bool = False) -> int:
    """Post one push and return the HTTP status, 0 if there was no answer."""
    message = {
        "data": {"buyerId": int(DEMO_ACCOUNT.user_id), "orderId": order_id, "orderStatus": word},
        "message_type": _MESSAGE_TYPE,
        "seller_id": DEMO_ACCOUNT.seller_id,
        "site": "ae_global",
        "timestamp": at_ms // 1000,
    }
    body = to_json(message)
    secret = "not-the-secret" if is_forged else DEMO_ACCOUNT.app_secret
    headers = {
        "Content-Type": "application/json",
        "Authorization": sign_push(DEMO_ACCOUNT.app_key, secret, body),
    }
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_ANSWER_TIMEOUT_S)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class Pusher(threading.Thread):
    """Sends each due push once to `push_url`, while that setting is given."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(name="pusher", daemon=True)
        self._emulator = emulator

    def run(self) -> None:
        """Look for due pushes until the emulator stops."""
        while not self._emulator.stopping.wait(_PAUSE_S):
            if self._emulator.settings.push_url:
                self.push_due()

    def push_due(self) -> None:
        """Send what is due; a push that got no 2xx is tried again at the next look."""
        url = self._emulator.settings.push_url or ""
        now_ms = self._emulator.clock.now_ms()
        for order_id, word, at_ms in self._due(now_ms):
            if self._emulator.stopping.is_set():
                return
            if 200 <= send(url, order_id, word, at_ms) < 300:
                with self._emulator.store.writing() as connection:
                    connection.execute("INSERT OR IGNORE INTO pushed (order_id, word) VALUES (?, ?)", (order_id, word))
            else:
                time.sleep(_PAUSE_S)

    def _due(self, now_ms: int) -> list[tuple[int, str, int]]:
        with self._emulator.store.reading() as connection:
            rows = connection.execute("SELECT order_id, word FROM pushed").fetchall()
        done = {(row["order_id"], row["word"]) for row in rows}
        return [
            (order.order_id, word, at_ms)
            for order in orders.with_pushes_to_come(self._emulator.store)
            for at_ms, word in pushes_of(order, now_ms)
            if (order.order_id, word) not in done
        ]
