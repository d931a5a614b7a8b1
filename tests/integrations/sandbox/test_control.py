"""The control interface."""

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.account import DEMO_ACCOUNT

from .conftest import Start
from .wire import CREATE, KEY, PRODUCT, REFRESH, SECRET, TOKEN, Supplier, purchase


def test_account_gives_what_a_shop_needs(supplier: Supplier) -> None:
    account = supplier.control("GET", "account")

    assert (account["app_key"], account["app_secret"]) == (KEY, SECRET)
    assert (account["access_token"], account["refresh_token"]) == (TOKEN, REFRESH)
    assert 0 < 2_592_000 - account["expires_in"] < 60 or account["expires_in"] == 2_592_000
    assert account["endpoint"] == f"http://127.0.0.1:{supplier.port}"


def test_demo_account_can_be_known_without_the_process() -> None:
    assert (DEMO_ACCOUNT.app_key, DEMO_ACCOUNT.app_secret) == (KEY, SECRET)
    assert (DEMO_ACCOUNT.access_token, DEMO_ACCOUNT.refresh_token) == (TOKEN, REFRESH)


def test_health_counts(supplier: Supplier) -> None:
    supplier.buy()

    health = supplier.control("GET", "health")

    assert (health["status"], health["orders"], health["products"]) == ("ok", 1, 4)


def test_calls_are_counted_by_method(supplier: Supplier) -> None:
    supplier.buy()
    supplier.product()
    supplier.product()
    supplier.call("aliexpress.nothing")

    assert supplier.control("GET", "calls") == {CREATE: 1, PRODUCT: 2, "unknown-method": 1}
    assert supplier.control("DELETE", "calls") == {}
    assert supplier.control("GET", "calls") == {}


def test_settings_are_shown_changed_and_kept_over_a_restart(start: Start, tmp_path: Path) -> None:
    store = str(tmp_path / "sandbox.sqlite3")
    _, before = start(store=store)

    changed = before.control("POST", "settings", {"repeat": "error", "paid_after_s": 1})

    _, after = start(store=store)
    assert changed["repeat"] == "error"
    assert after.control("GET", "settings") == changed


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"colour": "blue"}, "unknown setting 'colour'"),
        ({"repeat": "maybe"}, "repeat: must be one of"),
        ({"paid_after_s": -1}, "paid_after_s: must be"),
        ({"paid_after_s": True}, "paid_after_s: must be"),
        ({"shipped_after_s": 100}, "must hold"),
        ({"speed": 0}, "speed: must be"),
        ({"parcels": 3}, "parcels: must be"),
        ({"push_url": "ftp://x"}, "push_url: must be"),
        ([], "must be a JSON object"),
    ],
)
def test_wrong_settings_are_refused_whole(supplier: Supplier, changes: Any, text: str) -> None:
    before = supplier.control("GET", "settings")
    body = changes | {"simplify": "bare"} if isinstance(changes, dict) else changes

    status, answer = supplier.send("POST", "/_control/settings", json.dumps(body).encode())

    assert status == 400
    assert text in json.loads(answer)["error"]
    assert supplier.control("GET", "settings") == before


def test_clock_moves_forward_and_stays_there_over_a_restart(start: Start, tmp_path: Path) -> None:
    store = str(tmp_path / "sandbox.sqlite3")
    _, before = start(store=store)
    before.advance(100)
    before.advance(0.5)

    _, after = start(store=store)

    assert after.control("GET", "clock")["offset_s"] == 100.5


@pytest.mark.parametrize("body", [b"", b"x", b"{}", b'{"advance_s": -1}', b'{"advance_s": "1"}', b'{"advance": 1}'])
def test_clock_refuses_nonsense(supplier: Supplier, body: bytes) -> None:
    assert supplier.send("POST", "/_control/clock", body)[0] == 400


def test_unknown_control_path_names_the_known_ones(supplier: Supplier) -> None:
    status, body = supplier.send("GET", "/_control/nothing")

    assert status == 404
    assert "/_control/orders" in json.loads(body)["error"]


def test_wrong_verb_is_refused(supplier: Supplier) -> None:
    assert supplier.send("DELETE", "/_control/account")[0] == 405


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_web_pages_elsewhere_cannot_use_the_control_interface(supplier: Supplier, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", supplier.port, timeout=5)
    connection.request("DELETE", "/_control/orders", headers=headers)

    assert connection.getresponse().status == 403
    connection.close()


def test_order_list_shows_every_order_of_a_request(supplier: Supplier) -> None:
    supplier.faults({"kind": "split_orders"})
    items = [{"product_id": 1234567890, "product_count": 1}, {"product_id": 1005006000000102, "product_count": 1}]
    supplier.create(purchase(*items, out_order_id="R-1"))

    found = supplier.control("GET", "orders")

    assert [order["order_ids"] for order in found] == [[order["order_id"] for order in found]] * 2
    assert found[0]["created_at"].endswith("Z")


def test_media_is_served_from_the_folder_only(start: Start, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "mat.webp").write_bytes(b"RIFF")
    (tmp_path / "secret").write_text("no")
    _, supplier = start(media=str(media))

    paths = ["mat.webp", "../secret", "%2e%2e/secret", "other.webp", ".hidden"]
    answers = [supplier.send("GET", f"/_media/{path}") for path in paths]

    assert answers[0] == (200, b"RIFF")
    assert [status for status, _ in answers[1:]] == [404] * 4


def test_unknown_address_is_not_found(supplier: Supplier) -> None:
    assert supplier.send("GET", "/")[0] == 404
