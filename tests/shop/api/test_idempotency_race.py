"""Many requests with one key at the same moment, on a database that is shared for real."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client

from fulfillment.models import Order, SupplierOrder
from shop.models import IdempotentRequest
from tests.shop.api.conftest import PATH, body

pytestmark = pytest.mark.django_db(transaction=True)

CALLERS = 20


@pytest.fixture
def shared_database(account, headers, tmp_path, monkeypatch) -> Iterator[None]:
    """What new threads open: on SQLite a file like the shop's own, because memory locks whole tables."""
    if connection.vendor == "sqlite":
        import sqlite3

        copy = sqlite3.connect(tmp_path / "shared.sqlite3")
        connection.connection.backup(copy)
        copy.close()
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "shared.sqlite3"))
    yield
    monkeypatch.undo()


def in_threads(count: int, work: Callable[[], object]) -> list[object]:
    """``work`` in ``count`` threads that start together, each with connections of its own."""
    together = threading.Barrier(count)

    def run() -> object:
        together.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]


@pytest.mark.parametrize("abandoned", [False, True])
def test_twenty_requests_with_one_key_make_one_order(shared_database, headers, supplier, settings, abandoned):
    settings.ORDER_CALL_WAIT_S = 0.2

    def call() -> tuple[int, str, bool]:
        response = Client().post(
            PATH, json.dumps(body()), content_type="application/json",
            headers={**headers, "Idempotency-Key": "one"},
        )  # fmt: skip
        return response.status_code, response.json().get("code", ""), "Idempotent-Replayed" in response

    if abandoned:
        in_threads(1, call)
        in_threads(1, lambda: IdempotentRequest.objects.update(status=None, created_at="2026-01-01T00:00:00Z"))

    answers = in_threads(CALLERS, call)

    assert set(answers) <= {(202, "", False), (202, "", True), (409, "in_progress", False)}
    assert answers.count((202, "", False)) == 1
    counts = in_threads(1, lambda: (Order.objects.count(), SupplierOrder.objects.count()))
    assert counts == [(1, 1)]
