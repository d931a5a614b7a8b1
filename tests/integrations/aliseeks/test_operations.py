"""Four claims for each operation: what is asked, where it goes, what a good answer and what a refusal means."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from integrations.aliseeks import build
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, Rejected, Transient
from integrations.models import ApiCall
from integrations.types import Address, Placed, Purchase, PurchaseItem, Refusal, SettleClass, SupplierOrderState
from shop.money import Money
from tests.integrations.aliseeks.conftest import KEY
from tests.integrations.aliseeks.payloads import payload, payload_json

BASE = "https://api.aliseeks.com/v1"
MERCHANT = "AbCdEfGh1234"
ORDER_ID = "101274465122817"
PURCHASE = Purchase(
    reference="R-1000-1",
    address=Address(
        "Maria", "Silva", "Rua das Flores 123", "São Paulo", "BR", line2="Apto 45", province="SP",
        postcode="01310-100", phone="+5511987654321", tax_id="123.456.789-09",
    ),
    items=(
        PurchaseItem("32690828906", "x", 1, "14:29#clear;200000061:1454#6x8mm  70pcs", "CAINIAO_STANDARD"),
    ),
)  # fmt: skip
ERROR_HEADERS = {"x-error-code": "NotNull", "x-error-detailed-message": "mailingAddress.address.city may not be null"}
HAS_KEY = matchers.header_matcher({"X-Api-Client-Id": KEY})


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def refuse(gateway: responses.RequestsMock, method: str, path: str, violation: dict[str, str]) -> None:
    gateway.add(method, f"{BASE}{path}", json=[violation], status=422, headers={"x-error-code": violation["code"]})


# --- POST /orders ---


def test_order_is_built_as_in_the_vendors_sample():
    assert build.order_create(PURCHASE, merchant_id=MERCHANT) == payload_json("order_create_request.json")


def test_order_goes_to_orders_with_the_key_in_its_header(adapter, gateway):
    request = matchers.json_params_matcher(payload_json("order_create_request.json"))
    gateway.post(f"{BASE}/orders", body=payload("order_created.json"), match=[request, HAS_KEY])

    adapter.place(PURCHASE)

    assert len(gateway.calls) == 1


def test_created_orders_are_named_as_text_and_wait_for_payment(adapter, gateway):
    gateway.post(f"{BASE}/orders", json={"merchantId": MERCHANT, "orderIds": [101274465122817, 101274465122818]})

    assert adapter.place(PURCHASE) == Placed(
        (ORDER_ID, "101274465122818"), payment_note="Aliseeks never pays: pay it on AliExpress."
    )


@pytest.mark.parametrize(
    ("violation", "refusal"),
    [
        (payload_json("order_refused.json")[0], Refusal.ADDRESS),
        ({"code": "Pattern", "field": "mailingAddress.taxNumber", "violation": "Pattern"}, Refusal.ADDRESS),
        ({"code": "SkuNotFound", "field": "items[0].properties", "violation": "SkuNotFound"}, Refusal.SKU_GONE),
        ({"code": "NotFound", "field": "items[0].productId", "violation": "NotFound"}, Refusal.SKU_GONE),
        ({"code": "OutOfStock", "field": "items[0].quantity", "violation": "OutOfStock"}, Refusal.STOCK),
        ({"code": "NotFound", "field": "items[1].shippingService", "violation": "NotFound"}, Refusal.SHIPPING),
        ({"code": "Strange", "field": "items", "violation": "Strange"}, Refusal.OTHER),
        ({"code": "Unknown", "field": "merchantId", "violation": "Unknown"}, Refusal.OTHER),
    ],
)
def test_violation_refuses_the_order_by_the_field_it_names(adapter, gateway, violation, refusal):
    refuse(gateway, "POST", "/orders", violation)

    with pytest.raises(Rejected) as caught:
        adapter.place(PURCHASE)

    assert (caught.value.refusal, caught.value.code) == (refusal, violation["code"])
    assert violation["field"] in caught.value.message


@pytest.mark.parametrize(
    "answer",
    [
        {"body": b'{"merchantId": "AbCdEfGh1234", "orderIds": []}'},
        {"body": b'{"merchantId": "AbCdEfGh1234"}'},
        {"body": b'{"orderIds": [null]}'},
        {"body": b'{"orderIds": [1'},
        {"body": b"<html>maintenance</html>"},
        {"body": b"[]"},
        {"status": 500, "json": payload_json("error_object.json"), "headers": {"x-error-code": "InternalServerError"}},
        {"status": 502, "body": b"<html>bad gateway</html>"},
        {"status": 404, "body": b""},
        {"status": 422, "body": b"<html>blocked</html>"},
        {"body": requests.ReadTimeout()},
        {"body": requests.ConnectionError("reset")},
    ],
)
def test_order_without_a_clear_answer_is_unknown_and_sent_once(adapter, gateway, answer):
    gateway.post(f"{BASE}/orders", **answer)

    with pytest.raises(OutcomeUnknown):
        adapter.place(PURCHASE)

    assert len(gateway.calls) == 1


def test_merchant_without_access_is_unusable_and_nothing_was_ordered(adapter, gateway):
    gateway.post(f"{BASE}/orders", body=payload("error_object.json"), status=403, headers=ERROR_HEADERS)

    with pytest.raises(AccountUnusable, match="Authorize at Aliseeks"):
        adapter.place(PURCHASE)


@pytest.mark.parametrize(("headers", "wait_s"), [({}, 60), ({"Retry-After": "7"}, 7)])
def test_used_up_allowance_waits_as_long_as_asked_else_a_minute(adapter, gateway, headers, wait_s):
    gateway.post(f"{BASE}/orders", status=429, headers=headers)

    with pytest.raises(Transient) as caught:
        adapter.place(PURCHASE)

    assert caught.value.retry_after_s == wait_s


def test_account_without_merchant_or_key_calls_nobody(account, adapter, gateway):
    account.external_user_id = ""
    with pytest.raises(AccountUnusable, match="merchant"):
        adapter.place(PURCHASE)

    account.app_secret = ""
    with pytest.raises(AccountUnusable, match="API key"):
        adapter.fetch_product("32826897725", country="US", currency="USD")


def test_unclear_purchase_is_left_to_a_person(adapter):
    assert adapter.capabilities.settle_class is SettleClass.NOTHING


# --- GET /orders ---


def test_order_query_names_merchant_and_order():
    assert build.order_get(ORDER_ID, merchant_id=MERCHANT) == payload_json("order_get_request.json")


def test_order_is_asked_for_with_a_query(adapter, gateway):
    query = matchers.query_param_matcher(payload_json("order_get_request.json"))
    gateway.get(f"{BASE}/orders", body=payload("order_shown.json"), match=[query, HAS_KEY])

    adapter.fetch_order(ORDER_ID)

    assert ApiCall.objects.get().reference == ORDER_ID


def test_completed_order_with_parcels_is_shipped_and_not_delivered(adapter, gateway):
    gateway.get(f"{BASE}/orders", body=payload("order_shown.json"))

    order = adapter.fetch_order(ORDER_ID)

    assert (order.state, order.raw_status) == (SupplierOrderState.SHIPPED, "order_completed/shipped")
    assert [(p.tracking_number, p.carrier) for p in order.parcels] == [("LP00068298585456", "CAINIAO_STANDARD")]
    assert order.amount == usd("71.78")
    assert [(item.product_id, item.quantity) for item in order.items] == [("32602496788", 2)]


@pytest.mark.parametrize("changes", [{"shipping": []}, {"shipping": None, "status": "order_completed"}])
def test_words_that_are_not_documented_change_nothing_and_are_told(adapter, gateway, changes):
    shown = {**payload_json("order_shown.json"), "status": "order_created", "shippingStatus": "not_shipped", **changes}
    gateway.get(f"{BASE}/orders", json=shown)

    order = adapter.fetch_order(ORDER_ID)

    assert order.state is SupplierOrderState.UNKNOWN
    assert "not_shipped" in order.needs_person


def test_tracking_number_alone_means_shipped(adapter, gateway):
    gateway.get(f"{BASE}/orders", json={**payload_json("order_shown.json"), "status": "new", "shippingStatus": "soon"})

    assert adapter.fetch_order(ORDER_ID).state is SupplierOrderState.SHIPPED


def test_order_of_another_merchant_is_refused(adapter, gateway):
    refuse(gateway, "GET", "/orders", {"code": "NotFound", "field": "orderId", "violation": "NotFound"})

    with pytest.raises(Rejected, match="orderId"):
        adapter.fetch_order(ORDER_ID)


def test_answer_about_another_order_is_not_believed(adapter, gateway):
    gateway.get(f"{BASE}/orders", json={**payload_json("order_shown.json"), "id": "999"})

    with pytest.raises(MalformedReply, match="id"):
        adapter.fetch_order(ORDER_ID)


# --- POST /products ---


def test_product_is_asked_for_with_aliexpress_country_code():
    built = build.product_get("32826897725", country="GB", currency="USD")

    assert built == payload_json("product_request.json")


def test_product_goes_to_products(adapter, gateway):
    request = matchers.json_params_matcher(payload_json("product_request.json"))
    gateway.post(f"{BASE}/products", body=payload("product_shown.json"), match=[request, HAS_KEY])

    adapter.fetch_product("32826897725", country="GB", currency="USD")

    assert len(gateway.calls) == 1


def test_product_shows_its_skus_with_the_texts_an_order_needs(adapter, gateway):
    gateway.post(f"{BASE}/products", body=payload("product_shown.json"))

    product = adapter.fetch_product("32826897725", country="GB", currency="USD")

    white, black = product.skus
    assert (product.title, product.orderable, product.store_name) == ("Blouse", True, "Example Store")
    assert (white.sku_id, white.sku_attr) == ("14:29#White;5:361385", "14:29#White;5:361385")
    assert (white.price, white.list_price, white.stock) == (usd("14.68"), usd("16.49"), 50)
    assert white.options == (("14", "White"), ("5", "L"))
    assert (black.sku_id, black.sku_attr) == ("65205012345", "14:193#Black  matt")
    assert (black.price, black.list_price, black.options) == (usd("16.09"), None, (("Color", "Black"),))


def test_product_that_is_not_sold_is_refused(adapter, gateway):
    refuse(gateway, "POST", "/products", {"code": "NotFound", "field": "productId", "violation": "NotFound"})

    with pytest.raises(Rejected) as caught:
        adapter.fetch_product("32826897725", country="GB", currency="USD")

    assert caught.value.refusal is Refusal.SKU_GONE


def test_strange_answer_to_a_read_is_asked_for_once_more(adapter, gateway):
    gateway.post(f"{BASE}/products", body=b"{}")
    gateway.post(f"{BASE}/products", body=payload("product_shown.json"))

    assert adapter.fetch_product("32826897725", country="GB", currency="USD").title == "Blouse"


# --- POST /products/shipping ---


def test_shipping_is_asked_for_product_country_and_quantity():
    built = build.shipping_options("32826897725", quantity=2, country="GB", currency="USD")

    assert built == payload_json("shipping_request.json")


def test_shipping_goes_to_products_shipping(adapter, gateway):
    request = matchers.json_params_matcher(payload_json("shipping_request.json"))
    gateway.post(f"{BASE}/products/shipping", body=payload("shipping_shown.json"), match=[request, HAS_KEY])

    adapter.fetch_freight("32826897725", "x", quantity=2, country="GB", currency="USD")

    assert len(gateway.calls) == 1


def test_shipping_shows_the_services_an_order_names(adapter, gateway):
    gateway.post(f"{BASE}/products/shipping", body=payload("shipping_shown.json"))

    (option,) = adapter.fetch_freight("32826897725", "x", quantity=2, country="GB", currency="USD")

    assert (option.service, option.fee, option.tracked) == ("CAINIAO_STANDARD", usd("2.58"), True)
    assert (option.min_days, option.max_days, option.ship_from) == (23, 23, "CN")


def test_country_that_is_not_served_is_refused_as_shipping(adapter, gateway):
    refuse(gateway, "POST", "/products/shipping", {"code": "Enum", "field": "country", "violation": "Enum"})

    with pytest.raises(Rejected) as caught:
        adapter.fetch_freight("32826897725", "x", quantity=2, country="GB", currency="USD")

    assert caught.value.refusal is Refusal.SHIPPING


# --- POST /merchants ---


def test_merchant_keeps_its_id_when_it_authorizes_again():
    assert build.merchant("https://shop.example/aliseeks/done", merchant_id=MERCHANT) == payload_json(
        "merchants_request.json"
    )


def test_authorization_goes_to_merchants(adapter, gateway):
    request = matchers.json_params_matcher(payload_json("merchants_request.json"))
    gateway.post(f"{BASE}/merchants", body=payload("merchants_answer.json"), match=[request, HAS_KEY])

    adapter.authorization_page("https://shop.example/aliseeks/done")

    assert len(gateway.calls) == 1


def test_merchant_is_answered_with_its_page(adapter, gateway):
    gateway.post(f"{BASE}/merchants", body=payload("merchants_answer.json"))

    link = adapter.authorization_page("https://shop.example/aliseeks/done")

    assert (link.merchant_id, link.page_url) == (MERCHANT, "https://authorize.aliseeks.example/one-time")


def test_merchants_of_an_account_that_may_not_register_them_are_refused(adapter, gateway):
    gateway.post(f"{BASE}/merchants", body=payload("error_object.json"), status=403, headers=ERROR_HEADERS)

    with pytest.raises(AccountUnusable):
        adapter.authorization_page("https://shop.example/aliseeks/done")


# --- what is kept of a call ---


def test_call_log_holds_no_key_no_person_and_no_authorization_page(adapter, gateway):
    echo: dict[str, Any] = {"code": "Pattern", "field": "mailingAddress", "violation": "Pattern Rua das Flores 123"}
    gateway.post(f"{BASE}/orders", json=[echo], status=422, headers={"x-error-code": "Pattern"})
    gateway.post(f"{BASE}/merchants", body=payload("merchants_answer.json"))

    with pytest.raises(Rejected) as caught:
        adapter.place(PURCHASE)
    adapter.authorization_page("https://shop.example/aliseeks/done")

    kept = json.dumps(list(ApiCall.objects.values_list("request_body", "reply_body", "error", "path")))
    for private in (KEY, "Maria", "Flores", "98765", "123.456", "one-time", "12345678909"):
        assert private not in kept
    assert "Flores" not in caught.value.message
    assert "CAINIAO_STANDARD" in kept
