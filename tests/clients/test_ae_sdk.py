"""The npm package ae_sdk 0.6.0, unmodified, gets from the emulator what it would get from the platform.

It always asks for ``simplify=true`` and then takes lists out of their inner arrays, as if nothing had been simplified.
With ``simplify`` set to ``ignored`` the emulator leaves them there.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.clients.goods import ADDRESS, ITEM, MAT, PAYMENT, SAGE, SAGE_ID, STANDARD
from tests.clients.programs import ae_sdk
from tests.faults.processes import Emulator

pytestmark = pytest.mark.clients

CREATE = "aliexpress.ds.order.create"
ASKED = {"product_id": MAT, "ship_to_country": "US", "target_currency": "USD", "target_language": "en"}


@pytest.fixture(autouse=True)
def _lists_stay_nested(emulator: Emulator) -> None:
    emulator.call("POST", "/_control/settings", {"simplify": "ignored"})


def bought(emulator: Emulator, reference: str) -> int:
    """Buy two mats by the SDK's way of calling any method and return the order's id."""
    order = {"out_order_id": reference, "logistics_address": ADDRESS, "product_items": [ITEM]}
    params = {
        "param_place_order_request4_open_api_d_t_o": json.dumps(order),
        "ds_extend_request": json.dumps(PAYMENT),
    }
    (made,) = ae_sdk(emulator, ["callAPIDirectly", CREATE, params])
    result = made["returned"]["data"]["aliexpress_ds_order_create_response"]["result"]
    assert result["is_success"] is True
    (order_id,) = result["order_list"]["number"]
    return int(order_id)


def details(emulator: Emulator, method: str, **params: Any) -> Any:
    (answer,) = ae_sdk(emulator, ["callAPIDirectly", method, params])
    return answer["returned"]["data"][method.replace(".", "_") + "_response"]


def test_tokens_are_created_and_refreshed(emulator):
    code = emulator.call("POST", "/_control/codes")["code"]

    (created,) = ae_sdk(emulator, ["generateToken", {"code": code}])

    first = created["returned"]["data"]
    known = emulator.call("GET", "/_control/account")
    assert (first["access_token"], first["refresh_token"]) == (known["access_token"], known["refresh_token"])
    assert (first["code"], first["account_platform"], first["expires_in"]) == ("0", "buyerApp", 2_592_000)

    refreshed, again = ae_sdk(emulator, *[["refreshToken", {"refresh_token": first["refresh_token"]}]] * 2)

    second = refreshed["returned"]["data"]
    known = emulator.call("GET", "/_control/account")
    assert second["access_token"] == known["access_token"] != first["access_token"]
    assert second["refresh_token"] == known["refresh_token"] != first["refresh_token"]
    assert again["returned"]["data"]["code"] == "IllegalRefreshToken"
    (product,) = ae_sdk(emulator, ["productDetails", ASKED], session=second["access_token"])
    assert product["returned"]["ok"] is True


def test_product_is_read_with_its_skus(emulator):
    (answer,) = ae_sdk(emulator, ["productDetails", ASKED])

    product = answer["returned"]["data"]["aliexpress_ds_product_get_response"]["result"]
    assert product["ae_item_base_info_dto"]["product_id"] == MAT
    assert product["ae_item_base_info_dto"]["subject"] == "Absorbent bath mat"
    sage, bear = product["ae_item_sku_info_dtos"]
    assert (sage["sku_id"], sage["sku_attr"], sage["offer_sale_price"]) == (SAGE_ID, SAGE, "8.01")
    assert (sage["currency_code"], sage["sku_available_stock"]) == ("USD", 27)
    assert [prop["sku_property_value"] for prop in sage["aeop_s_k_u_propertys"]] == ["Green", "50x80"]
    assert (bear["offer_sale_price"], bear["sku_available_stock"]) == ("9.50", 1)
    assert product["ae_item_properties"][0]["attr_name"] == "Brand Name"


def test_product_loses_its_skus_where_lists_are_flattened(emulator):
    # The client looks for the inner array and finds a plain one: that is why the emulator can do both.
    emulator.call("POST", "/_control/settings", {"simplify": "flattened"})

    (answer,) = ae_sdk(emulator, ["productDetails", ASKED])

    product = answer["returned"]["data"]["aliexpress_ds_product_get_response"]["result"]
    assert product["ae_item_base_info_dto"]["subject"] == "Absorbent bath mat"
    assert product["ae_item_sku_info_dtos"] == []


def test_freight_is_told_by_the_older_method(emulator):
    query = {"product_id": MAT, "product_num": 1, "country_code": "US", "send_goods_country_code": "CN",
             "sku_id": SAGE_ID, "price_currency": "USD"}  # fmt: skip
    method = "aliexpress.logistics.buyer.freight.calculate"

    (own,) = ae_sdk(emulator, ["shippingInfo", query])
    raw = details(emulator, method, param_aeop_freight_calculate_for_buyer_d_t_o=json.dumps(query))

    # The client looks for an inner array `..._dto`, the platform's is `..._d_t_o`: its list is empty, the wire's not.
    result = own["returned"]["data"]["aliexpress_logistics_buyer_freight_calculate_response"]["result"]
    assert result["success"] is True
    listed = raw["result"]["aeop_freight_calculate_result_for_buyer_d_t_o_list"]
    cheapest, premium = listed["aeop_freight_calculate_result_for_buyer_d_t_o"]
    assert cheapest["freight"] == {"amount": "1.99", "cent": 199, "currency_code": "USD"}
    assert (cheapest["service_name"], cheapest["estimated_delivery_time"]) == (STANDARD, "6-10")
    assert premium["freight"]["amount"] == "9.50"


def test_freight_is_told_by_todays_method(emulator):
    query = {"productId": str(MAT), "selectedSkuId": SAGE_ID, "quantity": "1", "shipToCountry": "US",
             "language": "en_US", "locale": "en_US", "currency": "USD"}  # fmt: skip

    raw = details(emulator, "aliexpress.ds.freight.query", queryDeliveryReq=json.dumps(query))

    option = raw["result"]["delivery_options"]["delivery_option_d_t_o"][0]
    assert (option["code"], option["shipping_fee_cent"], option["max_delivery_days"]) == (STANDARD, "1.99", 10)


def test_its_own_order_call_buys_once_and_then_stumbles(emulator):
    order = {"logistics_address": ADDRESS, "product_items": [ITEM], "promo_and_payment": PAYMENT}

    (outcome,) = ae_sdk(emulator, ["createOrder", order])

    # It calls ds.order.create and reads the wrapper of its older twin, trade.buy.placeorder: whatever the platform
    # answers, the client throws after the order was made. What counts is what arrived.
    assert outcome["thrown"] == "TypeError"
    (held,) = emulator.orders()
    (line,) = held["items"]
    assert (line["product_id"], line["sku_id"], line["sku_attr"]) == (str(MAT), SAGE_ID, SAGE)
    assert (line["quantity"], line["price"], line["logistics_service_name"]) == (2, "8.01", STANDARD)
    assert held["address"] == ADDRESS
    assert held["out_order_id"] is None


def test_order_is_placed_read_and_tracked(emulator):
    order_id = bought(emulator, "SDK-1")
    (held,) = emulator.orders()
    assert (held["order_id"], held["out_order_id"]) == (str(order_id), "SDK-1")
    assert bought(emulator, "SDK-1") == order_id
    assert len(emulator.orders()) == 1

    emulator.call("POST", "/_control/clock", {"advance_s": 20})
    (shown,) = ae_sdk(emulator, ["orderDetails", {"order_id": order_id}])

    order = shown["returned"]["data"]["aliexpress_trade_ds_order_get_response"]["result"]
    assert (order["order_status"], order["logistics_status"]) == ("WAIT_BUYER_ACCEPT_GOODS", "SELLER_SEND_GOODS")
    assert order["order_amount"] == {"amount": str(2 * Decimal("8.01") + Decimal("1.99")), "currency_code": "USD"}
    assert order["store_info"]["store_name"] == "Soft Store"

    # orderDetails takes the lines out of the inner names of an older method, so they are read as they came.
    raw = details(emulator, "aliexpress.trade.ds.order.get", single_order_query=json.dumps({"order_id": order_id}))
    (child,) = raw["result"]["child_order_list"]["aeop_child_order_info"]
    assert (child["product_id"], child["sku_id"], child["product_count"]) == (MAT, SAGE_ID, 2)

    raw = details(emulator, "aliexpress.ds.order.tracking.get", ae_order_id=str(order_id), language="en_US")
    (parcel,) = raw["result"]["data"]["tracking_detail_line_list"]["tracking_detail"]
    (held,) = emulator.orders()
    assert [parcel["mail_no"]] == held["tracking_numbers"]
    assert parcel["carrier_name"] == "AliExpress Selection Standard"


def test_order_without_parcels_has_no_tracking_yet(emulator):
    order_id = bought(emulator, "SDK-2")

    raw = details(emulator, "aliexpress.ds.order.tracking.get", ae_order_id=str(order_id), language="en_US")

    assert (raw["result"]["ret"], raw["result"]["code"]) == (False, "1001")


@pytest.mark.parametrize(
    ("credentials", "code"),
    [({"app_secret": "another-secret"}, "IncompleteSignature"), ({"session": "another-token"}, "IllegalAccessToken")],
)
def test_wrong_credentials_are_refused_in_words_it_understands(emulator, credentials, code):
    (answer,) = ae_sdk(emulator, ["productDetails", ASKED], **credentials)

    assert answer["returned"]["ok"] is False
    assert answer["returned"]["error_response"]["code"] == code
