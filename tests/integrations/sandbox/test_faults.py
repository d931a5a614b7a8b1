"""Misbehaviour of gateway and business, and how faults are aimed and counted."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .wire import (
    BEAR,
    BEAR_ID,
    CREATE,
    MAT,
    ORDER_GET,
    PRODUCT,
    SAGE_ID,
    TRACKING,
    TRAY,
    WHISK,
    Supplier,
    item,
    purchase,
)


def orders(supplier: Supplier) -> list[Any]:
    return list(supplier.control("GET", "orders"))


# At the gateway


def test_call_limit_bans_for_its_time_and_ends(supplier: Supplier) -> None:
    supplier.faults({"kind": "call_limit", "ban_s": 30, "method": CREATE})

    first = supplier.create(purchase())["error_response"]
    supplier.advance(20)
    second = supplier.create(purchase())["error_response"]
    supplier.advance(11)

    assert (first["type"], first["code"]) == ("ISV", "ApiCallLimit")
    assert first["msg"] == "Api access frequency exceeds the limit. this ban will last 30 seconds"
    assert second["msg"].endswith("this ban will last 10 seconds")
    assert supplier.create(purchase())["is_success"] is True
    assert len(orders(supplier)) == 1


def test_call_limit_of_one_method_leaves_the_others_alone(supplier: Supplier) -> None:
    supplier.faults({"kind": "call_limit", "ban_s": 30, "method": CREATE})
    supplier.create(purchase())

    assert supplier.product()["rsp_code"] == 200


def test_token_expires_once(supplier: Supplier) -> None:
    supplier.faults({"kind": "token_expired"})

    assert supplier.create(purchase())["error_response"]["code"] == "IllegalAccessToken"
    assert supplier.create(purchase())["is_success"] is True


# In the business


def test_sku_gone_disappears_for_buyers_and_lookers(supplier: Supplier) -> None:
    supplier.faults({"kind": "sku_gone", "sku_id": SAGE_ID})

    assert list(supplier.skus()) == [BEAR_ID]
    assert supplier.freight()["code"] == 501
    assert supplier.create(purchase())["error_code"] == "SKU_NOT_EXIST"


def test_out_of_stock_shows_none_and_refuses(supplier: Supplier) -> None:
    supplier.faults({"kind": "out_of_stock", "product_id": str(MAT)})

    assert supplier.skus()[SAGE_ID]["sku_available_stock"] == 0
    assert supplier.create(purchase())["error_code"] == "INVENTORY_HOLD_ERROR"


@pytest.mark.parametrize("change", [{"factor": 1.5}, {"sale_price": "12.02"}])
def test_changed_price_is_shown_and_charged(supplier: Supplier, change: dict[str, Any]) -> None:
    supplier.faults({"kind": "price_changed", "sku_id": SAGE_ID} | change)

    shown = supplier.skus()
    order = supplier.order(supplier.buy())

    assert shown[SAGE_ID]["offer_sale_price"] == "12.02"
    assert shown[BEAR_ID]["offer_sale_price"] == "9.50"
    assert order["order_amount"]["amount"] == "14.01"


def test_looking_does_not_use_up_what_is_true_of_the_goods(supplier: Supplier) -> None:
    supplier.faults({"kind": "out_of_stock", "sku_id": SAGE_ID})
    supplier.skus()
    supplier.skus()

    refused, accepted = supplier.create(purchase()), supplier.create(purchase())

    assert refused["error_code"] == "INVENTORY_HOLD_ERROR"
    assert accepted["is_success"] is True


def test_fault_aimed_at_looking_is_used_up_by_looking(supplier: Supplier) -> None:
    supplier.faults({"kind": "out_of_stock", "sku_id": SAGE_ID, "method": PRODUCT})

    stocks = [supplier.skus()[SAGE_ID]["sku_available_stock"] for _ in range(2)]

    assert stocks == [0, 27]


def test_fault_aimed_at_a_sku_spares_the_others(supplier: Supplier) -> None:
    supplier.faults({"kind": "sku_gone", "sku_id": SAGE_ID, "times": None})

    assert supplier.buy(item(sku_attr=BEAR))


def test_wrong_currency_is_shown_and_ordered(supplier: Supplier) -> None:
    supplier.faults({"kind": "wrong_currency", "currency": "CNY"})

    sku = supplier.skus(currency="USD")[SAGE_ID]
    fee = supplier.freight()["delivery_options"]["delivery_option_d_t_o"][0]
    order = supplier.order(supplier.buy())

    assert (sku["offer_sale_price"], sku["currency_code"]) == ("57.67", "CNY")
    assert fee["shipping_fee_currency"] == "CNY"
    assert order["order_amount"] == {"amount": "72.00", "currency_code": "CNY"}


def test_wrong_currency_can_be_a_matter_of_reading_the_order(supplier: Supplier) -> None:
    supplier.faults({"kind": "wrong_currency", "currency": "EUR", "method": ORDER_GET})
    order_id = supplier.buy()

    amounts = [supplier.order(order_id)["order_amount"] for _ in range(2)]

    assert [amount["currency_code"] for amount in amounts] == ["EUR", "USD"]


def test_created_unpaid_is_a_success_with_a_warning(supplier: Supplier) -> None:
    supplier.faults({"kind": "created_unpaid"})

    result = supplier.create(purchase())

    assert result["is_success"] is True
    assert result["error_msg"] == "OrderCreated, autoPay fail:APIPayFail"
    supplier.advance(60)
    assert supplier.order(result["order_list"]["number"][0])["order_status"] == "PLACE_ORDER_SUCCESS"


def test_success_without_ids_has_placed_the_order(supplier: Supplier) -> None:
    supplier.faults({"kind": "success_without_ids"})

    first = supplier.create(purchase(out_order_id="R-1"))
    second = supplier.create(purchase(out_order_id="R-1"))

    assert first == {"is_success": True}
    assert [order["order_id"] for order in orders(supplier)] == [str(i) for i in second["order_list"]["number"]]


def test_success_without_ids_may_also_have_placed_nothing(supplier: Supplier) -> None:
    supplier.faults({"kind": "no_ids_not_created"})

    assert supplier.create(purchase(out_order_id="R-1")) == {"is_success": True}
    assert orders(supplier) == []


def test_split_makes_one_order_for_each_line(supplier: Supplier) -> None:
    supplier.faults({"kind": "split_orders"})

    result = supplier.create(purchase(item(), item(TRAY, "14:10#Natural")))

    assert len(result["order_list"]["number"]) == 2
    assert [len(order["items"]) for order in orders(supplier)] == [1, 1]


def test_repeated_order_error_is_for_repeats(supplier: Supplier) -> None:
    supplier.faults({"kind": "repeated_order_error"})

    first = supplier.create(purchase(out_order_id="R-1"))
    second = supplier.create(purchase(out_order_id="R-1"))
    third = supplier.create(purchase(out_order_id="R-1"))

    assert second["error_code"] == "REPEATED_ORDER_ERROR"
    assert third == first


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        ({"kind": "address_error"}, "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL", "Please enter a city"),
        (
            {"kind": "address_error", "error_msg": "Please use English only"},
            "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL",
            "Please use English only",
        ),
        ({"kind": "reject", "error_code": "A003_SUSPICIOUS_BUYER", "error_msg": "no"}, "A003_SUSPICIOUS_BUYER", "no"),
    ],
)
def test_refusals_on_command_create_nothing(supplier: Supplier, fault: dict[str, Any], code: str, text: str) -> None:
    supplier.faults(fault)

    result = supplier.create(purchase())

    assert (result["is_success"], result["error_code"], result["error_msg"]) == (False, code, text)
    assert orders(supplier) == []


def test_order_that_never_gets_paid_lapses(supplier: Supplier) -> None:
    supplier.faults({"kind": "never_pays"})
    order_id = supplier.buy()
    supplier.advance(3600)
    waiting = supplier.order(order_id)["order_status"]
    supplier.advance(86_400)

    assert waiting == "PLACE_ORDER_SUCCESS"
    assert supplier.order(order_id)["order_status"] == "FINISH"


@pytest.mark.parametrize(("fields", "reason"), [({}, "CANCELED"), ({"marks_lines": False}, "")])
def test_seller_cancels_a_paid_order(supplier: Supplier, fields: dict[str, Any], reason: str) -> None:
    supplier.faults({"kind": "seller_cancels"} | fields)
    order_id = supplier.buy()
    supplier.advance(60)

    order = supplier.order(order_id)

    assert order["order_status"] == "FINISH"
    assert order["order_paidtime_string"]
    assert order["child_order_list"]["aeop_child_order_info"][0]["end_reason"] == reason
    assert supplier.tracking(order_id)["code"] == "1001"


def test_two_parcels_on_command(supplier: Supplier) -> None:
    supplier.faults({"kind": "two_parcels"})
    order_id = supplier.buy(item(count=2))
    supplier.advance(40)

    assert len(supplier.order(order_id)["logistics_info_list"]["aeop_order_logistics_info"]) == 2


# Aim and count


def test_times_counts_requests(supplier: Supplier) -> None:
    supplier.faults({"kind": "reject", "error_code": "X", "times": 2})

    assert [supplier.create(purchase())["is_success"] for _ in range(3)] == [False, False, True]


def test_times_null_lasts_until_cleared(supplier: Supplier) -> None:
    supplier.faults({"kind": "reject", "error_code": "X", "times": None})
    before = [supplier.create(purchase())["is_success"] for _ in range(3)]

    assert supplier.control("DELETE", "faults") == {"cleared": 1}

    assert before == [False] * 3
    assert supplier.create(purchase())["is_success"] is True


def test_fault_can_be_aimed_at_a_reference(supplier: Supplier) -> None:
    supplier.faults({"kind": "reject", "error_code": "X", "out_order_id": "R-2"})

    results = {name: supplier.create(purchase(out_order_id=name))["is_success"] for name in ("R-1", "R-2", "R-3")}

    assert results == {"R-1": True, "R-2": False, "R-3": True}


def test_fault_can_be_aimed_at_reading_the_order_of_a_reference(supplier: Supplier) -> None:
    first, second = supplier.buy(out_order_id="R-1"), supplier.buy(out_order_id="R-2")
    supplier.faults({"kind": "token_expired", "method": ORDER_GET, "out_order_id": "R-2"})

    assert "error_response" not in supplier.order(first)
    assert "error_response" in supplier.order(second)


def test_fault_can_be_aimed_at_a_product(supplier: Supplier) -> None:
    supplier.faults({"kind": "reject", "error_code": "X", "product_id": WHISK})

    assert supplier.create(purchase())["is_success"] is True
    assert supplier.create(purchase(item(WHISK, "14:1#Steel")))["is_success"] is False


def test_fault_of_one_method_spares_the_others(supplier: Supplier) -> None:
    supplier.faults({"kind": "drop", "method": TRACKING})

    order_id = supplier.buy()

    with pytest.raises(http.client.RemoteDisconnected):
        supplier.tracking(order_id)


def test_faults_are_met_in_the_order_they_were_given(supplier: Supplier) -> None:
    supplier.faults({"kind": "reject", "error_code": "A"}, {"kind": "reject", "error_code": "B"})

    assert [supplier.create(purchase())["error_code"] for _ in range(2)] == ["A", "B"]


def test_parallel_requests_share_one_fault(supplier: Supplier) -> None:
    supplier.faults({"kind": "reject", "error_code": "X", "times": 3})
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: supplier.create(purchase())["is_success"], range(12)))

    assert results.count(False) == 3


def test_one_fault_need_not_be_in_a_list(supplier: Supplier) -> None:
    answer = supplier.control("POST", "faults", {"kind": "drop", "method": CREATE})

    assert [(fault["kind"], fault["method"], fault["left"]) for fault in answer["faults"]] == [("drop", CREATE, 1)]
    assert supplier.control("GET", "faults") == answer


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"kind": "explode"}, "unknown fault kind 'explode'"),
        ({}, "unknown fault kind None"),
        ("drop", "a fault is a JSON object"),
        ({"kind": "drop", "second": 1}, "unknown field 'second'"),
        ({"kind": "drop", "method": "aliexpress.nothing"}, "cannot happen in method"),
        ({"kind": "split_orders", "method": PRODUCT}, "cannot happen in method"),
        ({"kind": "delay", "seconds": -1}, "seconds must be"),
        ({"kind": "delay", "seconds": "5"}, "seconds must be"),
        ({"kind": "http_5xx", "status": 404}, "status must be"),
        ({"kind": "reject"}, "error_code must be given"),
        ({"kind": "price_changed"}, "either factor or sale_price"),
        ({"kind": "price_changed", "factor": 2, "sale_price": "1"}, "either factor or sale_price"),
        ({"kind": "wrong_currency", "currency": "XXX"}, "currency must be one of"),
        ({"kind": "drop", "times": 0}, "times must be"),
        ({"kind": "drop", "times": True}, "times must be"),
        ({"kind": "drop", "sku_id": []}, "sku_id must be a text"),
    ],
)
def test_wrong_faults_are_refused_with_a_reason(supplier: Supplier, fault: Any, text: str) -> None:
    body = json.dumps([{"kind": "drop"}, fault]).encode()

    status, answer = supplier.send("POST", "/_control/faults", body)

    assert status == 400
    assert text in json.loads(answer)["error"]
    assert supplier.control("GET", "faults") == {"faults": []}
