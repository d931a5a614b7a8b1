"""Signed push messages."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from integrations.sandbox.pushes import Pusher
from integrations.sandbox.server import SandboxServer

from .wire import KEY, SECRET, Supplier


class Shop(BaseHTTPRequestHandler):
    """Takes pushes and answers with the statuses it was given, then 200."""

    def do_POST(self) -> None:
        received: list[Any] = self.server.received  # type: ignore[attr-defined]
        statuses: list[int] = self.server.statuses  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received.append((self.headers["Authorization"], body))
        self.send_response(statuses.pop(0) if statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Be quiet."""


@pytest.fixture
def shop() -> Iterator[Any]:
    server = HTTPServer(("127.0.0.1", 0), Shop)
    server.received, server.statuses = [], []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def url_of(shop: Any) -> str:
    return f"http://127.0.0.1:{shop.server_port}/hook"


def is_genuine(push: tuple[str, bytes]) -> bool:
    expected = hmac.new(SECRET.encode(), KEY.encode() + push[1], hashlib.sha256).hexdigest()
    return push[0] == expected


def words(shop: Any) -> list[str]:
    return [json.loads(body)["data"]["orderStatus"] for _, body in shop.received]


def test_push_on_command_is_signed_and_shaped_like_the_platforms(supplier: Supplier, shop: Any) -> None:
    asked = {"url": url_of(shop), "order_id": "8198352049851315", "order_status": "OrderShipped"}

    assert supplier.control("POST", "pushes", asked) == {"statuses": [200]}

    message = json.loads(shop.received[0][1])
    assert is_genuine(shop.received[0])
    assert message["data"] == {"buyerId": 2637900001, "orderId": 8198352049851315, "orderStatus": "OrderShipped"}
    assert (message["message_type"], message["site"]) == (53, "ae_global")
    assert len(str(message["timestamp"])) == 10


def test_push_can_be_repeated_late_and_forged(supplier: Supplier, shop: Any) -> None:
    asked = {"url": url_of(shop), "order_id": "1", "order_status": "OrderCreated", "repeat": 2}
    supplier.control("POST", "pushes", asked)
    supplier.control("POST", "pushes", asked | {"repeat": 1, "age_s": 86_400})
    supplier.control("POST", "pushes", asked | {"repeat": 1, "is_forged": True})

    times = [json.loads(body)["timestamp"] for _, body in shop.received]
    assert shop.received[0][1] == shop.received[1][1] or times[1] - times[0] <= 1
    assert times[0] - times[2] >= 86_399
    assert [is_genuine(push) for push in shop.received] == [True, True, True, False]


@pytest.mark.parametrize(
    "changes", [{"url": "http://192.0.2.1/"}, {"order_status": "Lost"}, {"order_id": "x"}, {"repeat": 0}, {"x": 1}]
)
def test_wrong_pushes_are_refused(supplier: Supplier, changes: dict[str, Any]) -> None:
    asked = {"url": "http://127.0.0.1:1/", "order_id": "1", "order_status": "OrderCreated"} | changes

    assert supplier.send("POST", "/_control/pushes", json.dumps(asked).encode())[0] == 400


def test_unreachable_shop_is_status_zero(supplier: Supplier) -> None:
    asked = {"url": "http://127.0.0.1:1/", "order_id": "1", "order_status": "OrderCreated"}

    assert supplier.control("POST", "pushes", asked) == {"statuses": [0]}


def test_each_step_of_an_order_is_pushed_once(server: SandboxServer, supplier: Supplier, shop: Any) -> None:
    supplier.control("POST", "settings", {"push_url": url_of(shop)})
    pusher = Pusher(server.emulator)
    supplier.buy()

    for step_s in (0, 0, 4, 15, 100, 0):
        supplier.advance(step_s)
        pusher.push_due()

    assert words(shop) == ["OrderCreated", "PaymentAuthorized", "OrderShipped", "OrderConfirmed"]


def test_lapsed_order_is_pushed_as_closed(server: SandboxServer, supplier: Supplier, shop: Any) -> None:
    supplier.control("POST", "settings", {"push_url": url_of(shop)})
    supplier.buy(pays=False)
    supplier.advance(86_401)

    Pusher(server.emulator).push_due()

    assert words(shop) == ["OrderCreated", "OrderClosed"]


def test_refused_push_is_sent_again(server: SandboxServer, supplier: Supplier, shop: Any) -> None:
    supplier.control("POST", "settings", {"push_url": url_of(shop)})
    shop.statuses.append(503)
    pusher = Pusher(server.emulator)
    supplier.buy()

    pusher.push_due()
    pusher.push_due()

    assert words(shop) == ["OrderCreated", "OrderCreated"]
