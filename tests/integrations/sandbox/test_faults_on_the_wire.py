"""Misbehaviour on the wire: waits, broken connections, error pages, half answers."""

import http.client
import json
import socket
import threading
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from .conftest import Start
from .wire import (
    CREATE,
    Supplier,
    purchase,
    wait_until,
)

NOT_READABLE = (http.client.HTTPException, OSError, ValueError)


def orders(supplier: Supplier) -> list[Any]:
    return list(supplier.control("GET", "orders"))


def create_request(supplier: Supplier, **fields: Any) -> dict[str, str]:
    text = json.dumps(purchase(**fields))
    return supplier.signed(method=CREATE, param_place_order_request4_open_api_d_t_o=text)


def create_raw(supplier: Supplier, timeout_s: float = 10, **fields: Any) -> tuple[int, bytes]:
    body = urlencode(create_request(supplier, **fields)).encode()
    return supplier.send("POST", "/sync", body, "application/x-www-form-urlencoded", timeout_s)


def test_delay_comes_before_and_then_all_is_well(supplier: Supplier) -> None:
    supplier.faults({"kind": "delay", "seconds": 0.2})
    started = time.monotonic()

    supplier.buy()

    assert time.monotonic() - started >= 0.2


def test_delayed_order_is_still_placed_after_the_client_has_given_up(supplier: Supplier) -> None:
    supplier.faults({"kind": "delay", "seconds": 30})

    with pytest.raises(TimeoutError):
        create_raw(supplier, timeout_s=0.2, out_order_id="R-1")

    wait_until(lambda: len(orders(supplier)) == 1)


def test_timeout_before_commit_does_nothing(supplier: Supplier) -> None:
    supplier.faults({"kind": "timeout_before_commit", "seconds": 0.2, "method": CREATE})

    with pytest.raises(http.client.RemoteDisconnected):
        create_raw(supplier)

    assert orders(supplier) == []


def test_timeout_after_commit_has_placed_the_order(supplier: Supplier) -> None:
    supplier.faults({"kind": "timeout_after_commit", "seconds": 30, "method": CREATE})

    with pytest.raises(TimeoutError):
        create_raw(supplier, timeout_s=0.3)

    assert len(orders(supplier)) == 1


def test_order_can_be_seen_while_its_reply_is_held(supplier: Supplier) -> None:
    supplier.faults({"kind": "timeout_after_commit", "seconds": 30})
    client = threading.Thread(target=lambda: pytest.raises(NOT_READABLE, create_raw, supplier), daemon=True)
    client.start()

    wait_until(lambda: len(orders(supplier)) == 1)

    assert client.is_alive()
    assert supplier.buy()
    supplier.control("DELETE", "faults")
    client.join(2)
    assert not client.is_alive()


def test_hold_ends_when_the_client_leaves(start: Start) -> None:
    server, supplier = start()
    supplier.faults({"kind": "timeout_before_commit", "seconds": 60})

    with pytest.raises(TimeoutError):
        create_raw(supplier, timeout_s=0.1)

    wait_until(lambda: any("fault:timeout_before_commit" in line for line in server.lines), timeout_s=1)


def test_hold_ends_when_the_emulator_stops(start: Start) -> None:
    server, supplier = start()
    supplier.faults({"kind": "timeout_before_commit", "seconds": 60})
    client = threading.Thread(target=lambda: pytest.raises(NOT_READABLE, create_raw, supplier), daemon=True)
    client.start()
    wait_until(lambda: supplier.control("GET", "faults")["faults"][0]["left"] == 0)

    server.emulator.stopping.set()

    client.join(2)
    assert not client.is_alive()


@pytest.mark.parametrize(("kind", "placed"), [("drop", 0), ("drop_after_commit", 1)])
def test_dropped_connection_gives_no_reply(supplier: Supplier, kind: str, placed: int) -> None:
    supplier.faults({"kind": kind})

    with pytest.raises(http.client.RemoteDisconnected):
        create_raw(supplier)

    assert len(orders(supplier)) == placed


def test_half_reply_breaks_off_after_the_order_is_placed(supplier: Supplier) -> None:
    supplier.faults({"kind": "half_reply"})

    with pytest.raises(http.client.IncompleteRead) as caught:
        create_raw(supplier)

    assert caught.value.partial
    assert len(orders(supplier)) == 1


@pytest.mark.parametrize(
    ("fault", "status", "placed"),
    [
        ({"kind": "http_5xx"}, 503, 0),
        ({"kind": "http_5xx", "status": 500}, 500, 0),
        ({"kind": "http_5xx_after_commit"}, 502, 1),
        ({"kind": "http_5xx_after_commit", "status": 504}, 504, 1),
        ({"kind": "html_error_page"}, 200, 0),
        ({"kind": "html_error_page", "status": 403}, 403, 0),
    ],
)
def test_error_pages_are_html(supplier: Supplier, fault: dict[str, Any], status: int, placed: int) -> None:
    supplier.faults(fault)

    seen, body = create_raw(supplier)

    assert seen == status
    assert body.startswith(b"<html>")
    assert len(orders(supplier)) == placed


def test_malformed_json_comes_after_the_order_is_placed(supplier: Supplier) -> None:
    supplier.faults({"kind": "malformed_json"})

    status, body = create_raw(supplier)

    assert status == 200
    with pytest.raises(ValueError, match="JSON|Unterminated|Expecting"):
        json.loads(body)
    assert len(orders(supplier)) == 1


def test_repeat_after_a_lost_reply_gives_the_order(supplier: Supplier) -> None:
    supplier.faults({"kind": "drop_after_commit"})
    with pytest.raises(http.client.RemoteDisconnected):
        create_raw(supplier, out_order_id="R-1")

    result = supplier.create(purchase(out_order_id="R-1"))

    assert [order["order_id"] for order in orders(supplier)] == [str(i) for i in result["order_list"]["number"]]


def test_client_that_hangs_up_at_once_harms_nobody(start: Start) -> None:
    server, supplier = start()
    with socket.create_connection(("127.0.0.1", supplier.port)) as connection:
        connection.sendall(b"POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")

    wait_until(lambda: len(server.lines) == 1)

    assert server.lines[0].startswith("/sync client gone")
    assert supplier.buy()
