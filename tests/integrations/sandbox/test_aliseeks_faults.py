"""Misbehaviour of the Aliseeks half, shared with the other half where it can be."""

import http.client
import json
from typing import Any

import pytest

from .aliseeks_wire import PLACE, Aliseeks, purchase
from .wire import MAT, SAGE_ID, wait_until


def place(aliseeks: Aliseeks, timeout_s: float = 10) -> tuple[int, bytes]:
    status, _, body = aliseeks.call("POST", "/orders", purchase(), timeout_s=timeout_s)
    return status, body


@pytest.mark.parametrize(
    ("kind", "placed"),
    [("timeout_before_commit", 0), ("timeout_after_commit", 1), ("drop", 0), ("drop_after_commit", 1)],
)
def test_connection_ends_without_a_reply(aliseeks: Aliseeks, kind: str, placed: int) -> None:
    seconds = {"seconds": 0.1} if kind.startswith("timeout") else {}
    aliseeks.supplier.faults({"kind": kind, "method": PLACE} | seconds)

    with pytest.raises(http.client.RemoteDisconnected):
        place(aliseeks)

    assert len(aliseeks.stored()) == placed


def test_half_reply_breaks_off_after_the_order_is_placed(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "half_reply"})

    with pytest.raises(http.client.IncompleteRead):
        place(aliseeks)

    assert len(aliseeks.stored()) == 1


def test_delayed_order_is_placed_after_the_client_has_left(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "delay", "seconds": 30})

    with pytest.raises(TimeoutError):
        place(aliseeks, timeout_s=0.2)

    wait_until(lambda: len(aliseeks.stored()) == 1)


@pytest.mark.parametrize(
    ("fault", "status", "placed"),
    [
        ({"kind": "http_5xx"}, 503, 0),
        ({"kind": "http_5xx_after_commit"}, 502, 1),
        ({"kind": "html_error_page"}, 200, 0),
    ],
)
def test_error_pages_are_html(aliseeks: Aliseeks, fault: dict[str, Any], status: int, placed: int) -> None:
    aliseeks.supplier.faults(fault)

    seen, body = place(aliseeks)

    assert seen == status
    assert body.startswith(b"<html>")
    assert len(aliseeks.stored()) == placed


@pytest.mark.parametrize(("kind", "placed"), [("http_5xx", 0), ("http_5xx_after_commit", 1)])
def test_status_500_is_an_error_of_aliseeks_itself(aliseeks: Aliseeks, kind: str, placed: int) -> None:
    aliseeks.supplier.faults({"kind": kind, "status": 500})

    status, headers, body = aliseeks.call("POST", "/orders", purchase())

    assert (status, headers["x-error-code"]) == (500, "InternalServerError")
    assert json.loads(body)["exception"] == "InternalServerError"
    assert len(aliseeks.stored()) == placed


@pytest.mark.parametrize(("shape", "body"), [("text", b"An unexpected error occurred"), ("empty", b"")])
def test_body_of_an_error_can_be_other_than_an_object(aliseeks: Aliseeks, shape: str, body: bytes) -> None:
    aliseeks.supplier.control("POST", "settings", {"aliseeks_error_body": shape})
    aliseeks.supplier.faults({"kind": "http_5xx", "status": 500})

    assert place(aliseeks) == (500, body)


@pytest.mark.parametrize(
    ("fault", "setting", "expected"), [(True, False, "30"), (False, True, None), (None, True, "30")]
)
def test_call_limit_is_status_429_with_and_without_the_time(
    aliseeks: Aliseeks, fault: bool | None, setting: bool, expected: str | None
) -> None:
    aliseeks.supplier.control("POST", "settings", {"aliseeks_retry_after": setting})
    aliseeks.supplier.faults({"kind": "call_limit", "ban_s": 30, "retry_after": fault})

    status, headers, _ = aliseeks.call("POST", "/orders", purchase())
    aliseeks.supplier.advance(31)

    assert (status, headers["Retry-After"]) == (429, expected)
    assert aliseeks.buy()
    assert len(aliseeks.stored()) == 1


@pytest.mark.parametrize(("kind", "placed"), [("success_without_ids", 1), ("no_ids_not_created", 0)])
def test_success_may_come_without_ids(aliseeks: Aliseeks, kind: str, placed: int) -> None:
    aliseeks.supplier.faults({"kind": kind})

    assert aliseeks.buy() == []
    assert len(aliseeks.stored()) == placed


@pytest.mark.parametrize(
    ("fault", "field", "code"),
    [
        ({"kind": "sku_gone"}, "items[0].properties", "SkuNotFound"),
        ({"kind": "out_of_stock"}, "items[0].quantity", "OutOfStock"),
        ({"kind": "address_error"}, "mailingAddress.address.city", "Address"),
        ({"kind": "reject", "error_code": "Blocked"}, "", "Blocked"),
    ],
)
def test_business_refusals_are_violations(aliseeks: Aliseeks, fault: dict[str, Any], field: str, code: str) -> None:
    aliseeks.supplier.faults(fault)

    (violation,) = aliseeks.refusal("/orders", purchase())

    assert (violation["field"], violation["code"]) == (field, code)
    assert aliseeks.stored() == []
    assert aliseeks.buy()


def test_text_of_a_fault_cannot_break_out_of_a_header(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "reject", "error_code": "A\r\nX-Evil: 1", "error_msg": "ü"})

    _, headers, _ = aliseeks.call("POST", "/orders", purchase())

    assert headers["X-Evil"] is None
    assert headers["x-error-detailed-message"] == "A??X-Evil: 1 ?"


def test_goods_faults_are_seen_by_lookers_and_used_up_by_buyers(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "price_changed", "sale_price": "9.99", "sku_id": SAGE_ID})
    looked = aliseeks.post("/products", {"productId": str(MAT), "components": ["variations"]})["prices"][0]

    first, second = aliseeks.buy()[0], aliseeks.buy()[0]

    assert looked["discountedPrice"]["value"] == "9.99"
    assert aliseeks.order(first)["items"][0]["price"]["value"] == "9.99"
    assert aliseeks.order(second)["items"][0]["price"]["value"] == "8.01"


def test_ended_authorization_of_one_call(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "token_expired", "method": PLACE})

    assert place(aliseeks)[0] == 403
    assert aliseeks.buy()


def test_two_parcels_have_two_numbers(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "two_parcels"})
    body = purchase()
    body["items"][0]["quantity"] = 2
    (order_id,) = aliseeks.post("/orders", body)["orderIds"]
    aliseeks.supplier.control("POST", f"orders/{order_id}/pay")
    aliseeks.supplier.advance(13)
    first = aliseeks.order(order_id)["shipping"]
    aliseeks.supplier.advance(30)

    assert (len(first), len(aliseeks.order(order_id)["shipping"])) == (1, 2)


def test_fault_of_one_supplier_waits_for_it(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "http_5xx", "supplier": "aliseeks"})

    assert aliseeks.supplier.buy()
    assert place(aliseeks)[0] == 503


def test_fault_that_cannot_happen_here_is_left_for_the_other_half(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.faults({"kind": "never_pays"}, {"kind": "seller_cancels"})

    aliseeks.buy()

    assert [fault["left"] for fault in aliseeks.supplier.control("GET", "faults")["faults"]] == [1, 1]


def test_unknown_supplier_of_a_fault_is_refused(aliseeks: Aliseeks) -> None:
    body = json.dumps({"kind": "drop", "supplier": "other"}).encode()

    assert aliseeks.supplier.send("POST", "/_control/faults", body)[0] == 400
