"""Stripe's objects in the emulator's store, each as the JSON that the API shows, and the events about them."""

import json
import secrets
import time
from typing import Any

from integrations.sandbox.store import Store

API_VERSION = "2026-10-28.endive"


def now_s() -> int:
    """Stripe's clock: real time, in seconds since 1970."""
    return int(time.time())


def new_id(prefix: str) -> str:
    """An id in Stripe's look, such as `cs_test_a1…`."""
    return f"{prefix}_{secrets.token_hex(14)}"


def save(store: Store, value: dict[str, Any], *, parent: str = "") -> None:
    """Write an object, new or changed. `parent` is what it is listed by."""
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO stripe_object (id, kind, parent, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (value["id"], value["object"], parent, json.dumps(value)),
        )


def find(store: Store, object_id: str, kind: str) -> dict[str, Any] | None:
    """The object with this id, if it is of this kind."""
    with store.reading() as connection:
        row = connection.execute(
            "SELECT body FROM stripe_object WHERE id = ? AND kind = ?", (object_id, kind)
        ).fetchone()
    return None if row is None else json.loads(row["body"])


def listing(store: Store, kind: str, *, parent: str | None = None) -> list[dict[str, Any]]:
    """All objects of a kind (of one parent), newest first."""
    sql, values = "SELECT body FROM stripe_object WHERE kind = ?", [kind]
    if parent is not None:
        sql, values = f"{sql} AND parent = ?", [kind, parent]
    with store.reading() as connection:
        rows = connection.execute(f"{sql} ORDER BY rowid DESC", values).fetchall()
    return [json.loads(row["body"]) for row in rows]


def add_event(store: Store, word: str, value: dict[str, Any]) -> str:
    """Let an event about an object wait for its delivery; return its id."""
    event_id = new_id("evt")
    event = {
        "id": event_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": now_s(),
        "data": {"object": value},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": word,
    }
    now = time.time()
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO stripe_event (id, word, body, created_at, due_at) VALUES (?, ?, ?, ?, ?)",
            (event_id, word, json.dumps(event, ensure_ascii=False), now, now),
        )
    return event_id
