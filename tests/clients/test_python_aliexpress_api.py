"""The PyPI package python-aliexpress-api 3.1.0, unmodified: MD5 signatures, parameters in query and body.

Its own functions are affiliate ones, for which the platform wants another approval. Its base class calls anything.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.clients.goods import ADDRESS, ITEM, MAT, PAYMENT, SAGE, SAGE_ID, STANDARD
from tests.clients.programs import python_aliexpress_api
from tests.faults.processes import Emulator

pytestmark = pytest.mark.clients

ASKED = {"product_id": str(MAT), "ship_to_country": "US", "target_currency": "EUR"}
PRODUCT = "aliexpress.ds.product.get"


def called(emulator: Emulator, method: str, **params: str) -> Any:
    (outcome,) = python_aliexpress_api(emulator, ["method", method, params])
    return outcome["returned"][method.replace(".", "_") + "_response"]


def test_product_is_read_under_an_md5_signature(emulator):
    answer = called(emulator, PRODUCT, **ASKED)

    sage = answer["result"]["ae_item_sku_info_dtos"]["ae_item_sku_info_d_t_o"][0]
    assert (sage["sku_attr"], sage["offer_sale_price"], sage["currency_code"]) == (SAGE, "7.37", "EUR")


def test_freight_is_told(emulator):
    query = {"productId": str(MAT), "selectedSkuId": SAGE_ID, "quantity": "1", "shipToCountry": "US",
             "language": "en_US", "locale": "en_US", "currency": "USD"}  # fmt: skip

    answer = called(emulator, "aliexpress.ds.freight.query", queryDeliveryReq=json.dumps(query))

    options = answer["result"]["delivery_options"]["delivery_option_d_t_o"]
    assert [(option["code"], option["shipping_fee_cent"]) for option in options][0] == (STANDARD, "1.99")


def test_order_is_placed_once_read_and_tracked(emulator):
    order = {"out_order_id": "PY-1", "logistics_address": ADDRESS | {"city": "Nové Město"}, "product_items": [ITEM]}
    params = {
        "param_place_order_request4_open_api_d_t_o": json.dumps(order, ensure_ascii=False),
        "ds_extend_request": json.dumps(PAYMENT),
    }

    refused = called(emulator, "aliexpress.ds.order.create", **params)

    # Letters beyond ASCII arrive as they were signed; the refusal is about what they say.
    assert refused["result"]["is_success"] is False
    assert refused["result"]["error_msg"] == "Please use English only"

    params["param_place_order_request4_open_api_d_t_o"] = json.dumps(order | {"logistics_address": ADDRESS})
    create = ["method", "aliexpress.ds.order.create", params]
    results = [
        outcome["returned"]["aliexpress_ds_order_create_response"]["result"]
        for outcome in python_aliexpress_api(emulator, create, create)
    ]

    (held,) = emulator.orders()
    assert [result["order_list"]["number"] for result in results] == [[int(held["order_id"])]] * 2
    assert (held["items"][0]["sku_id"], held["address"], held["out_order_id"]) == (SAGE_ID, ADDRESS, "PY-1")

    emulator.call("POST", "/_control/clock", {"advance_s": 60})
    shown = called(emulator, "aliexpress.trade.ds.order.get", single_order_query=f'{{"order_id": {held["order_id"]}}}')
    assert (shown["result"]["order_status"], shown["result"]["order_amount"]["amount"]) == ("FINISH", "18.01")
    tracked = called(emulator, "aliexpress.ds.order.tracking.get", ae_order_id=held["order_id"], language="en_US")
    (parcel,) = tracked["result"]["data"]["tracking_detail_line_list"]["tracking_detail"]
    (held,) = emulator.orders()
    assert [parcel["mail_no"]] == held["tracking_numbers"]
    assert parcel["detail_node_list"]["detail_node"][0]["tracking_name"] == "Delivered"


def test_wrong_secret_is_refused(emulator):
    (outcome,) = python_aliexpress_api(emulator, ["method", PRODUCT, ASKED], app_secret="another-secret")

    assert (outcome["raised"], outcome["code"]) == ("TopException", "IncompleteSignature")


def test_affiliate_methods_are_not_granted_to_a_dropshippers_app(emulator):
    (outcome,) = python_aliexpress_api(emulator, ["products", [str(MAT)]])

    # The signature was found good: a wrong one is refused before the permission is looked at.
    assert outcome["raised"] == "ApiRequestException"
    assert outcome["message"] == "The app has no permission to call this api"
