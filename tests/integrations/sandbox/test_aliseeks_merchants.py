"""Registering merchants and the one-time page."""

import json
from urllib.parse import urlsplit

from .aliseeks_wire import API_KEY, MERCHANT, Aliseeks, purchase
from .conftest import Start
from .wire import MAT, Supplier, wait_until

BACK = "http://127.0.0.1:1/aliseeks/done?x=1"


def test_account_gives_what_a_shop_needs(supplier: Supplier) -> None:
    aliseeks = supplier.control("GET", "account")["aliseeks"]

    endpoint = f"http://127.0.0.1:{supplier.port}/aliseeks/v1"
    assert aliseeks == {"api_key": API_KEY, "merchant_id": MERCHANT, "endpoint": endpoint}


def test_new_merchant_acts_only_after_authorizing(aliseeks: Aliseeks) -> None:
    answer = aliseeks.post("/merchants", {"redirectUrl": BACK})
    merchant_id, page = answer["merchantId"], urlsplit(answer["redirectUrl"]).path

    before = aliseeks.call("POST", "/orders", purchase(merchantId=merchant_id))[0]
    shown, body = aliseeks.supplier.send("GET", page)
    status, headers, _ = aliseeks.supplier.exchange("POST", page)

    assert answer["redirectUrl"].startswith(f"http://127.0.0.1:{aliseeks.supplier.port}/aliseeks/authorize/")
    assert before == 403
    assert (shown, b"<button" in body) == (200, True)
    assert (status, headers["Location"]) == (303, BACK)
    assert aliseeks.buy(merchantId=merchant_id)


def test_page_works_once(aliseeks: Aliseeks) -> None:
    page = urlsplit(aliseeks.post("/merchants", {"redirectUrl": BACK})["redirectUrl"]).path
    aliseeks.supplier.send("GET", page)
    aliseeks.supplier.send("GET", page)
    first, _ = aliseeks.supplier.send("POST", page)

    second, headers, body = aliseeks.supplier.exchange("POST", page)
    shown, again = aliseeks.supplier.send("GET", page)

    assert (first, second, shown) == (303, 410, 410)
    assert headers["Location"] is None
    assert b"used before" in body
    assert b"used before" in again


def test_known_merchant_authorizes_again_under_its_id(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.advance(31 * 86_400)
    answer = aliseeks.post("/merchants", {"redirectUrl": BACK, "merchantId": MERCHANT})

    aliseeks.supplier.send("POST", urlsplit(answer["redirectUrl"]).path)

    assert answer["merchantId"] == MERCHANT
    assert aliseeks.buy()


def test_orders_belong_to_their_merchant(aliseeks: Aliseeks) -> None:
    answer = aliseeks.post("/merchants", {"redirectUrl": BACK})
    aliseeks.supplier.send("POST", urlsplit(answer["redirectUrl"]).path)
    (order_id,) = aliseeks.buy()

    assert aliseeks.get_order(order_id, answer["merchantId"])[0] == 422


def test_unknown_merchant_cannot_authorize_again(aliseeks: Aliseeks) -> None:
    assert aliseeks.call("POST", "/merchants", {"redirectUrl": BACK, "merchantId": "Nobody"})[0] == 403


def test_way_back_must_lead_to_this_machine_or_the_registered_address(aliseeks: Aliseeks) -> None:
    elsewhere = "https://shop.example/done"
    for wrong in (elsewhere, "javascript:1", ""):
        assert aliseeks.refusal("/merchants", {"redirectUrl": wrong})[0]["field"] == "redirectUrl"

    aliseeks.supplier.control("POST", "settings", {"oauth_callback": elsewhere})

    assert aliseeks.post("/merchants", {"redirectUrl": elsewhere})["merchantId"]


def test_missing_way_back_is_a_violation(aliseeks: Aliseeks) -> None:
    _, _, body = aliseeks.call("POST", "/merchants", {})

    assert json.loads(body) == [{"code": "NotNull", "field": "redirectUrl", "violation": "NotNull may not be null"}]


def test_unknown_link_is_not_found(supplier: Supplier) -> None:
    assert supplier.send("GET", "/aliseeks/authorize/x")[0] == 404
    assert supplier.send("POST", "/aliseeks/authorize/x")[0] == 404


def test_log_has_no_key_and_no_link(start: Start) -> None:
    server, supplier = start()
    aliseeks = Aliseeks(supplier)
    page = urlsplit(aliseeks.post("/merchants", {"redirectUrl": BACK})["redirectUrl"]).path
    supplier.send("GET", page)
    aliseeks.buy()

    wait_until(lambda: len(server.lines) == 3)
    log = "\n".join(server.lines)
    assert page.rpartition("/")[2] not in log
    assert API_KEY not in log
    assert "Main St" not in log
    assert "aliseeks.orders.create ok" in log


# Who may act


def test_unknown_merchant_is_forbidden(aliseeks: Aliseeks) -> None:
    status, headers, _ = aliseeks.call("POST", "/orders", purchase(merchantId="Nobody"))

    assert (status, headers["x-error-code"]) == (403, "UnknownMerchant")


def test_unknown_merchant_can_be_a_violation_by_setting(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.control("POST", "settings", {"aliseeks_unknown_merchant": 422})

    (violation,) = aliseeks.refusal("/orders", purchase(merchantId="Nobody"))

    assert violation["field"] == "merchantId"


def test_merchant_must_authorize_again_after_a_month(start: Start, tmp_path: object) -> None:
    store = f"{tmp_path}/sandbox.sqlite3"
    aliseeks = Aliseeks(start(store=store)[1])
    (order_id,) = aliseeks.buy()
    aliseeks.supplier.advance(30 * 86_400 + 1)

    assert aliseeks.call("POST", "/orders", purchase())[1]["x-error-code"] == "MerchantNotAuthorized"
    assert aliseeks.get_order(order_id)[0] == 403
    assert aliseeks.call("POST", "/products", {"productId": str(MAT)})[0] == 200
    again = Aliseeks(start(store=store)[1])
    assert again.get_order(order_id)[0] == 200


def test_authorization_can_be_ended_by_setting(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.control("POST", "settings", {"aliseeks_authorization": "ended"})

    assert aliseeks.call("POST", "/orders", purchase())[0] == 403
    assert aliseeks.stored() == []
