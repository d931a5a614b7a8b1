"""Placing and reading orders through Aliseeks."""

import json
import re
import sqlite3
from typing import Any

import pytest

from .aliseeks_wire import (
    ADDRESS,
    API_KEY,
    BEAR_PROPERTIES,
    MERCHANT,
    SAGE_PROPERTIES,
    Aliseeks,
    address,
    item,
    purchase,
)
from .conftest import Start
from .wire import BEAR, MAT, TRAY, WHISK, Supplier
from .wire import item as aliexpress_item
from .wire import purchase as aliexpress_purchase

TRAY_ITEM = item(TRAY, [{"sku": "14:10#Natural"}], service="CAINIAO_STANDARD")
WHISK_ITEM = item(WHISK, [{"sku": "14:1#Steel"}], service="US_LOCAL")


def change(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a body with one field set; ... takes it away."""
    copy: dict[str, Any] = json.loads(json.dumps(body))
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place: Any = copy
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return copy


# The key


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_without_the_right_key_nothing_opens(aliseeks: Aliseeks, key: str | None) -> None:
    status, headers, body = aliseeks.call("POST", "/orders", purchase(), key=key)

    assert status == 403
    assert headers["x-error-code"] == "Forbidden"
    assert headers["x-error-detailed-message"]
    assert set(json.loads(body)) == {"exception", "type", "cause", "message"}
    assert aliseeks.stored() == []


def test_name_of_the_key_header_ignores_case(supplier: Supplier) -> None:
    body = json.dumps(purchase()).encode()

    assert supplier.exchange("POST", "/aliseeks/v1/orders", body, {"x-api-CLIENT-id": API_KEY})[0] == 200


@pytest.mark.parametrize(("verb", "path"), [("POST", "/nothing"), ("DELETE", "/orders"), ("GET", "/products")])
def test_unknown_call_is_not_found(aliseeks: Aliseeks, verb: str, path: str) -> None:
    assert aliseeks.call(verb, path, {})[0] == 404
    assert aliseeks.supplier.control("GET", "calls") == {"unknown-method": 1}


# Placing


def test_answer_has_the_merchant_and_ids_as_numbers(aliseeks: Aliseeks) -> None:
    answer = aliseeks.post("/orders", purchase())

    assert answer["merchantId"] == MERCHANT
    assert [type(order_id) for order_id in answer["orderIds"]] == [int]
    assert set(answer) == {"merchantId", "orderIds"}


def test_goods_of_two_stores_become_two_orders(aliseeks: Aliseeks) -> None:
    ids = aliseeks.buy(item(), WHISK_ITEM, TRAY_ITEM)

    lines = [[line["product_id"] for line in order["items"]] for order in aliseeks.stored()]
    assert len(ids) == 2
    assert lines == [[str(MAT), str(TRAY)], [str(WHISK)]]


def test_same_request_twice_buys_twice(aliseeks: Aliseeks) -> None:
    first, second = aliseeks.buy(), aliseeks.buy()

    assert first != second
    assert len(aliseeks.stored()) == 2


def test_control_list_tells_the_suppliers_apart(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.buy(out_order_id="R-1")
    (order_id,) = aliseeks.buy()

    own, other = aliseeks.stored()
    assert (own["supplier"], own["merchant_id"]) == ("aliexpress", None)
    assert (other["supplier"], other["merchant_id"]) == ("aliseeks", MERCHANT)
    assert (other["order_id"], other["out_order_id"]) == (str(order_id), None)
    assert other["address"] == ADDRESS
    assert other["is_paid"] is False


def test_both_suppliers_sell_the_same_stock(aliseeks: Aliseeks) -> None:
    aliseeks.buy(item(properties=BEAR_PROPERTIES))

    refusal = aliseeks.supplier.create(aliexpress_purchase(aliexpress_item(sku_attr=BEAR)))
    assert refusal["error_code"] == "INVENTORY_HOLD_ERROR"
    (violation,) = aliseeks.refusal("/orders", purchase(item(properties=BEAR_PROPERTIES)))
    assert (violation["code"], violation["field"]) == ("OutOfStock", "items[0].quantity")
    assert aliseeks.supplier.skus()["12000040000010102"]["sku_available_stock"] == 0


def test_two_lines_of_one_variation_share_its_stock(aliseeks: Aliseeks) -> None:
    bear = item(properties=BEAR_PROPERTIES)

    (violation,) = aliseeks.refusal("/orders", purchase(bear, bear))

    assert violation["field"] == "items[1].quantity"
    assert aliseeks.stored() == []


def test_properties_may_come_in_any_order(aliseeks: Aliseeks) -> None:
    assert aliseeks.buy(item(properties=SAGE_PROPERTIES[::-1]))


@pytest.mark.parametrize(
    "properties",
    [
        [],
        [{"sku": "14:193"}, {"sku": "5:100014064"}],
        [{"sku": "14:193#sage"}, {"sku": "5:100014064"}],
        [{"sku": "14:193#Sage "}, {"sku": "5:100014064"}],
        [{"sku": "14:193#Sage"}],
        [{"sku": "14:193#Sage"}, {"sku": "14:193#Sage"}, {"sku": "5:100014064"}],
    ],
)
def test_property_texts_must_be_exact(aliseeks: Aliseeks, properties: list[dict[str, str]]) -> None:
    (violation,) = aliseeks.refusal("/orders", purchase(item(properties=properties)))

    assert violation["code"] == "SkuNotFound"


@pytest.mark.parametrize(
    "path",
    [
        "merchantId",
        "mailingAddress",
        "mailingAddress.contactName",
        "mailingAddress.phoneNumber",
        "mailingAddress.phoneNumber.number",
        "mailingAddress.phoneNumber.countryPrefix",
        "mailingAddress.address.line1",
        "mailingAddress.address.line2",
        "mailingAddress.address.city",
        "mailingAddress.address.state",
        "mailingAddress.address.country",
        "items",
        "items.0.productId",
        "items.0.quantity",
        "items.0.shippingService",
        "items.0.properties",
    ],
)
@pytest.mark.parametrize("value", [..., None])
def test_missing_field_is_a_violation_in_the_documented_words(aliseeks: Aliseeks, path: str, value: Any) -> None:
    violations = aliseeks.refusal("/orders", change(purchase(), path, value))

    field = re.sub(r"\.(\d+)", r"[\1]", path)
    assert {"code": "NotNull", "field": field, "violation": "NotNull may not be null"} in violations
    assert aliseeks.stored() == []


@pytest.mark.parametrize("path", ["mailingAddress.fullName", "mailingAddress.address.postalCode", "locale"])
def test_optional_field_may_be_missing(aliseeks: Aliseeks, path: str) -> None:
    there = address(country="GB", state="England", city="London", postalCode="SW1A 1AA")

    assert aliseeks.post("/orders", change(purchase(mailingAddress=there, locale="en_US"), path, ...))["orderIds"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("items.0.productId", str(MAT)),
        ("items.0.quantity", "1"),
        ("items.0.quantity", 0),
        ("items.0.quantity", 1.5),
        ("items.0.quantity", True),
        ("items.0.shippingService", 5),
        ("items.0.properties", "14:193#Sage"),
        ("items", []),
        ("items", [1]),
        ("locale", "xx_XX"),
        ("mailingAddress", "Main St"),
        ("mailingAddress.contactName", " "),
        ("mailingAddress.phoneNumber.countryPrefix", "1"),
    ],
)
def test_wrong_type_or_value_is_a_violation(aliseeks: Aliseeks, path: str, value: Any) -> None:
    violations = aliseeks.refusal("/orders", change(purchase(), path, value))

    assert violations[0]["field"].startswith(re.sub(r"\.(\d+)", r"[\1]", path))
    assert aliseeks.stored() == []


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b'"x"', b"[" * 100_000])
def test_body_that_is_no_object_is_a_violation(aliseeks: Aliseeks, body: bytes) -> None:
    status, headers, _ = aliseeks.call("POST", "/orders", body)

    assert status == 422
    assert headers["x-error-code"]


def test_all_violations_are_told_at_once(aliseeks: Aliseeks) -> None:
    fields = [violation["field"] for violation in aliseeks.refusal("/orders", {"items": [{}]})]

    assert {"merchantId", "mailingAddress", "items[0].productId", "items[0].quantity"} <= set(fields)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"state": "NY"}, "mailingAddress.address.state"),
        ({"postalCode": "1"}, "mailingAddress.address.postalCode"),
        ({"line1": "1"}, "mailingAddress.address.line1"),
        ({"country": "XX"}, "mailingAddress.address.country"),
    ],
)
def test_address_is_held_to_the_rules_of_its_country(aliseeks: Aliseeks, changes: dict[str, str], field: str) -> None:
    (violation,) = aliseeks.refusal("/orders", purchase(mailingAddress=address(**changes)))

    assert violation["field"] == field


def test_brazilian_order_needs_the_tax_number(aliseeks: Aliseeks) -> None:
    there = address(country="BR", state="Sao Paulo", city="Sao Paulo", postalCode="01310-100")

    (violation,) = aliseeks.refusal("/orders", purchase(mailingAddress=there))

    assert violation["field"] == "mailingAddress.taxNumber"
    assert aliseeks.buy(mailingAddress=there | {"taxNumber": "12345678909"})


@pytest.mark.parametrize(("style", "taken"), [("iso", ["GB"]), ("aliexpress", ["UK"]), ("both", ["GB", "UK"])])
def test_which_code_means_the_united_kingdom_is_a_setting(aliseeks: Aliseeks, style: str, taken: list[str]) -> None:
    aliseeks.supplier.control("POST", "settings", {"aliseeks_countries": style})
    there = {"state": "England", "city": "London", "postalCode": "SW1A 1AA"}

    calls = [
        aliseeks.call("POST", "/orders", purchase(mailingAddress=address(country=code, **there)))
        for code in ("GB", "UK")
    ]

    assert [code for code, (status, _, _) in zip(("GB", "UK"), calls, strict=True) if status == 200] == taken


def test_freight_service_must_serve_the_product(aliseeks: Aliseeks) -> None:
    (violation,) = aliseeks.refusal("/orders", purchase(item(service="US_LOCAL")))

    assert violation["field"] == "items[0].shippingService"


# Reading


def test_order_reads_as_documented(aliseeks: Aliseeks) -> None:
    (order_id,) = aliseeks.buy(item(quantity=2))
    order = aliseeks.order(order_id)

    assert order["id"] == str(order_id)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", order["created"])
    assert order["total"] == {"currency": "USD", "value": "18.01"}
    assert order["store"] == {"id": "11", "name": "Soft Store", "url": "https://www.aliexpress.com/store/11"}
    price = {"currency": "USD", "value": "8.01"}
    assert order["items"] == [{"productId": MAT, "quantity": 2, "name": "Absorbent bath mat", "price": price}]


def test_amounts_can_be_numbers_by_setting(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.control("POST", "settings", {"aliseeks_amounts": "number"})

    assert aliseeks.order(aliseeks.buy()[0])["total"] == {"currency": "USD", "value": 10.0}


def test_order_is_never_paid_by_itself(aliseeks: Aliseeks) -> None:
    (order_id,) = aliseeks.buy()
    aliseeks.supplier.advance(80_000)

    order = aliseeks.order(order_id)

    assert (order["status"], order["shippingStatus"], order["shipping"]) == ("order_created", "not_shipped", [])


def test_unpaid_order_lapses_after_the_pay_time(aliseeks: Aliseeks) -> None:
    (order_id,) = aliseeks.buy(item(properties=BEAR_PROPERTIES))
    aliseeks.supplier.advance(86_401)

    assert aliseeks.order(order_id)["status"] == "order_closed"
    assert aliseeks.buy(item(properties=BEAR_PROPERTIES))


def test_order_paid_by_a_person_is_shipped_and_stays_completed(aliseeks: Aliseeks) -> None:
    (order_id,) = aliseeks.buy()
    aliseeks.supplier.control("POST", f"orders/{order_id}/pay")
    paid = aliseeks.order(order_id)
    aliseeks.supplier.advance(13)
    shipped = aliseeks.order(order_id)
    aliseeks.supplier.advance(3600)
    delivered = aliseeks.order(order_id)

    assert (paid["status"], paid["shippingStatus"], paid["shipping"]) == ("order_paid", "not_shipped", [])
    assert (shipped["status"], shipped["shippingStatus"]) == ("order_completed", "shipped")
    (parcel,) = shipped["shipping"]
    assert re.fullmatch(r"LP\d{14}", parcel["trackingNumber"])
    assert parcel["shippingService"] == "CAINIAO_FULFILLMENT_STD"
    assert delivered == shipped


def test_shipping_can_be_absent_before_it_ships(aliseeks: Aliseeks) -> None:
    aliseeks.supplier.control("POST", "settings", {"aliseeks_unshipped": "absent"})
    (order_id,) = aliseeks.buy()
    before = aliseeks.order(order_id)
    aliseeks.supplier.control("POST", f"orders/{order_id}/pay")
    aliseeks.supplier.advance(13)

    assert "shipping" not in before
    assert len(aliseeks.order(order_id)["shipping"]) == 1


@pytest.mark.parametrize("text", ["", "1", "x", "9" * 30])
def test_unknown_order_is_a_violation(aliseeks: Aliseeks, text: str) -> None:
    status, _, body = aliseeks.get_order(text)

    assert status == 422
    assert json.loads(body)[0]["field"] == "orderId"


def test_neither_half_shows_the_orders_of_the_other(aliseeks: Aliseeks) -> None:
    own = aliseeks.supplier.buy()
    (other,) = aliseeks.buy()

    assert aliseeks.get_order(own)[0] == 422
    assert aliseeks.supplier.order(other)["error_response"]["sub_code"] == "isv.invalid-authorization"
    assert aliseeks.supplier.tracking(other)["code"] == "1001"


def test_orders_of_an_earlier_versions_store_are_kept(start: Start, tmp_path: object) -> None:
    store = f"{tmp_path}/sandbox.sqlite3"
    server, supplier = start(store=store)
    order_id = supplier.buy()
    server.emulator.store.close()
    with sqlite3.connect(store) as connection:
        connection.execute("ALTER TABLE supplier_order DROP COLUMN supplier")
        connection.execute("ALTER TABLE supplier_order DROP COLUMN merchant_id")
    connection.close()

    _, after = start(store=store)

    assert after.order(order_id)["order_status"]
    assert after.control("GET", "orders")[0]["supplier"] == "aliexpress"
    assert Aliseeks(after).buy()
