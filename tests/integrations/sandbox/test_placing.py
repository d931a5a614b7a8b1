"""`aliexpress.ds.order.create`: what is accepted, what is refused, and that it happens once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .wire import BEAR, CREATE, MAT, SAGE, TRAY, US_ADDRESS, WHISK, Supplier, item, purchase

ADDRESS_ERROR = "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL"
BR = {
    "country": "BR",
    "province": "Sao Paulo",
    "city": "Sao Paulo",
    "address": "Rua das Flores 123",
    "zip": "01310-100",
    "phone_country": "+55",
    "mobile_no": "11987654321",
    "cpf": "12345678909",
    "contact_person": "Maria Silva",
    "full_name": "Maria Silva",
}


def refusal(supplier: Supplier, request: dict[str, Any]) -> tuple[str, str]:
    result = supplier.create(request)
    assert result["is_success"] is False, result
    assert "order_list" not in result
    assert supplier.control("GET", "orders") == []
    return result["error_code"], result["error_msg"]


def ids(result: Any) -> list[int]:
    assert result["is_success"] is True, result
    return list(result["order_list"]["number"])


def test_order_is_created_as_received(supplier: Supplier) -> None:
    order_id = supplier.buy(item(count=2, order_memo="no invoice", logistics_service_name="CAINIAO_PREMIUM"))

    (order,) = supplier.control("GET", "orders")
    assert order["order_id"] == str(order_id)
    assert order["order_ids"] == [str(order_id)]
    assert order["address"] == US_ADDRESS
    assert order["logistics_service"] == "CAINIAO_PREMIUM"
    assert order["amount"] == {"amount": "25.52", "currency_code": "USD"}
    assert order["tracking_numbers"] == []
    assert {
        name: order["items"][0][name] for name in ("product_id", "sku_id", "sku_attr", "quantity", "order_memo")
    } == {
        "product_id": str(MAT),
        "sku_id": "12000040000010101",
        "sku_attr": SAGE,
        "quantity": 2,
        "order_memo": "no invoice",
    }


def test_orders_can_be_asked_for_by_reference(supplier: Supplier) -> None:
    supplier.buy(out_order_id="R-1")
    supplier.buy(out_order_id="R-2")

    found = supplier.control("GET", "orders?out_order_id=R-2")

    assert [order["out_order_id"] for order in found] == ["R-2"]


def test_older_twin_takes_the_payment_inside_the_parameter(supplier: Supplier) -> None:
    request = purchase(ds_extend_request={"payment": {"try_to_pay": True, "pay_currency": "USD"}})
    text = json.dumps(request)

    answer = supplier.call("aliexpress.trade.buy.placeorder", param_place_order_request4_open_api_d_t_o=text)

    (order_id,) = ids(answer["result"])
    assert supplier.order(order_id)["order_status"] == "PAYMENT_PROCESSING"


def test_ids_and_counts_may_be_text(supplier: Supplier) -> None:
    assert supplier.buy({"product_id": str(MAT), "product_count": "1", "sku_attr": SAGE})


def test_missing_parameter_has_the_live_text(supplier: Supplier) -> None:
    error = supplier.call(CREATE)["error_response"]

    assert error["code"] == "MissingParameter"
    assert error["msg"] == "MissingParameter: param_place_order_request4_open_api_dto"


@pytest.mark.parametrize("text", ["{", "[]", "null"])
def test_parameter_that_is_no_json_object_is_refused_by_the_gateway(supplier: Supplier, text: str) -> None:
    answer = supplier.call(CREATE, param_place_order_request4_open_api_d_t_o=text)

    assert answer["error_response"]["code"] == "InvalidParameter"


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([], "ERROR_WHEN_BUILD_FOR_PLACE_ORDER"),
        (["nonsense"], "ERROR_WHEN_BUILD_FOR_PLACE_ORDER"),
        ([item(product_id=999)], "ERROR_WHEN_BUILD_FOR_PLACE_ORDER"),
        ([item(count=0)], "ERROR_WHEN_BUILD_FOR_PLACE_ORDER"),
        ([item(count=-1)], "ERROR_WHEN_BUILD_FOR_PLACE_ORDER"),
        ([item(sku_attr="14:1#Nothing")], "SKU_NOT_EXIST"),
        ([item(sku_attr="")], "SKU_NOT_EXIST"),
        ([item(sku_attr="12000040000010101")], "SKU_NOT_EXIST"),
        ([item(count=28)], "INVENTORY_HOLD_ERROR"),
        ([item(count=20), item(count=20)], "INVENTORY_HOLD_ERROR"),
        ([item(logistics_service_name="TELEPORT")], "DELIVERY_METHOD_NOT_EXIST"),
    ],
)
def test_wrong_items_are_refused(supplier: Supplier, items: list[Any], code: str) -> None:
    assert refusal(supplier, {"logistics_address": US_ADDRESS, "product_items": items})[0] == code


def test_service_that_does_not_reach_the_country_is_refused(supplier: Supplier) -> None:
    assert refusal(supplier, purchase(item(WHISK, "14:1#Steel"), address=BR))[0] == "DELIVERY_METHOD_NOT_EXIST"


def test_product_with_one_sku_needs_no_sku_attr(supplier: Supplier) -> None:
    assert supplier.buy({"product_id": TRAY, "product_count": 1})


@pytest.mark.parametrize("sku", [{}, {"sku_attr": "14:771#Natural"}])
def test_guides_example_order_is_accepted(supplier: Supplier, sku: dict[str, str]) -> None:
    order_id = supplier.buy({"product_id": 1234567890, "product_count": 1} | sku)

    (order,) = supplier.control("GET", "orders")
    assert order["order_id"] == str(order_id)
    assert order["items"][0]["sku_id"] == "9876543210"


def test_failed_order_leaves_nothing_behind(supplier: Supplier) -> None:
    refusal(supplier, purchase(item(), item(sku_attr="wrong"), out_order_id="R-1"))

    assert supplier.skus()["12000040000010101"]["sku_available_stock"] == 27
    assert supplier.buy(out_order_id="R-1")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"province": ""}, "Please select a State/Province/County"),
        ({"province": "NY"}, "Please select a State/Province/County"),
        ({"province": "Other"}, "Please select a State/Province/County"),
        ({"city": ""}, "Please enter a city"),
        ({"city": "Zürich"}, "Please use English only"),
        ({"address2": "Straße"}, "Please use English only"),
        ({"contact_person": "", "full_name": ""}, "Please enter your first name"),
        ({"contact_person": "John"}, "Please enter your first name"),
        ({"contact_person": "J" * 30 + " Doe"}, "Please enter between 2 - 32 characters"),
        ({"address": "1 St"}, "Please enter between 5 - 35 characters"),
        ({"address": ""}, "Please enter an address"),
        ({"zip": "1000"}, "Please enter a valid zip code"),
        (
            {"mobile_no": "234-567-890"},
            "Please enter the country code and phone number without any spaces or special characters",
        ),
        (
            {"phone_country": ""},
            "Please enter the country code and phone number without any spaces or special characters",
        ),
    ],
)
def test_wrong_american_address_is_refused_with_the_platforms_text(
    supplier: Supplier, changes: dict[str, str], text: str
) -> None:
    assert refusal(supplier, purchase(address=changes)) == (ADDRESS_ERROR, text)


@pytest.mark.parametrize("code", ["GB", "RS", "XX", "", "us"])
def test_country_must_be_in_the_platforms_own_codes(supplier: Supplier, code: str) -> None:
    assert refusal(supplier, purchase(address={"country": code}))[0] == "A005_INVALID_COUNTRIES"


def test_uk_is_accepted(supplier: Supplier) -> None:
    assert supplier.buy(address={"country": "UK", "province": "England", "city": "London", "zip": "SW1A1AA"})


@pytest.mark.parametrize("cpf", ["", "123", "123.456.789-09"])
def test_brazil_needs_a_cpf(supplier: Supplier, cpf: str) -> None:
    code, _ = refusal(supplier, purchase(address=BR | {"cpf": cpf}))

    assert code == "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID"


def test_brazil_with_cpf_is_accepted(supplier: Supplier) -> None:
    assert supplier.buy(address=BR)


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "ES", "province": "Madrid", "city": "Madrid", "mobile_no": "12345678"},
        {"country": "FR", "province": "Paris", "city": "Paris", "mobile_no": "0612345678"},
        {"country": "KR", "province": "Seoul", "city": "Jongno"},
        {"country": "IL", "province": "Tel Aviv", "city": "Tel Aviv"},
        {"country": "AR", "province": "Buenos Aires", "city": "La Plata", "mobile_no": "2214567890"},
        {"country": "SA", "province": "Riyadh", "city": "Riyadh", "mobile_no": "512345678"},
        {"country": "AU", "province": "Victoria", "city": "Melbourne", "contact_person": "John O'Doe"},
        {"country": "ZA", "province": "Gauteng", "city": "Pretoria", "contact_person": "John"},
        {"country": "MX", "province": "Jalisco", "city": "Tala", "address2": "x" * 61},
        {"country": "BR", "province": "SP", "cpf": "12345678909", "zip": "01310-100"},
    ],
    ids=lambda changes: str(changes["country"]),
)
def test_rules_of_other_countries_hold(supplier: Supplier, changes: dict[str, str]) -> None:
    assert refusal(supplier, purchase(address=changes))[0] == ADDRESS_ERROR


def test_arabic_letters_are_accepted_for_saudi_arabia_with_a_national_address(supplier: Supplier) -> None:
    address = {"country": "SA", "province": "Riyadh", "city": "الرياض", "mobile_no": "512345678"}
    extend = json.dumps({"trade_extra_param": {"nat_addr": "ABCD1234"}})

    assert ids(supplier.create(purchase(address=address), ds_extend_request=extend))


def test_only_us_dollars_can_be_paid(supplier: Supplier) -> None:
    extend = json.dumps({"payment": {"try_to_pay": "true", "pay_currency": "EUR"}})

    assert supplier.create(purchase(), ds_extend_request=extend)["error_code"] == "PRICE_PAY_CURRENCY_ERROR"


def test_goods_of_two_stores_become_two_orders(supplier: Supplier) -> None:
    result = supplier.create(purchase(item(), item(WHISK, "14:1#Steel"), item(TRAY, "14:10#Natural")))

    products = {
        line["product_id"]: order_id
        for order_id in ids(result)
        for line in supplier.order(order_id)["child_order_list"]["aeop_child_order_info"]
    }
    assert len(ids(result)) == 2
    assert products[MAT] == products[TRAY] != products[WHISK]


def test_repeat_answers_the_same_ids(supplier: Supplier) -> None:
    first = ids(supplier.create(purchase(out_order_id="R-1")))

    second = ids(supplier.create(purchase(out_order_id="R-1")))

    assert first == second
    assert len(supplier.control("GET", "orders")) == 1


def test_repeat_answers_an_error_by_setting(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"repeat": "error"})
    supplier.buy(out_order_id="R-1")

    result = supplier.create(purchase(out_order_id="R-1"))

    assert (result["is_success"], result["error_code"]) == (False, "REPEATED_ORDER_ERROR")
    assert "order_list" not in result


def test_repeat_is_recognised_even_when_the_goods_are_sold_out(supplier: Supplier) -> None:
    first = ids(supplier.create(purchase(item(sku_attr=BEAR), out_order_id="R-1")))

    assert ids(supplier.create(purchase(item(sku_attr=BEAR), out_order_id="R-1"))) == first


def test_reference_is_forgotten_after_24_hours(supplier: Supplier) -> None:
    supplier.buy(out_order_id="R-1")
    supplier.advance(86_399)
    inside = supplier.create(purchase(out_order_id="R-1"))
    supplier.advance(2)
    outside = supplier.create(purchase(out_order_id="R-1"))

    assert ids(inside) != ids(outside)
    assert len(supplier.control("GET", "orders")) == 2


def test_without_a_reference_every_request_buys(supplier: Supplier) -> None:
    assert supplier.buy() != supplier.buy()


def test_parallel_requests_with_one_reference_create_once(supplier: Supplier) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: supplier.create(purchase(out_order_id="R-1")), range(32)))

    assert {tuple(ids(answer)) for answer in answers} == {tuple(ids(answers[0]))}
    assert len(supplier.control("GET", "orders")) == 1


def test_last_piece_is_not_sold_twice(supplier: Supplier) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: supplier.create(purchase(item(sku_attr=BEAR))), range(16)))

    refused = [answer["error_code"] for answer in answers if not answer["is_success"]]
    assert refused == ["INVENTORY_HOLD_ERROR"] * 15


def test_order_takes_its_pieces_from_the_stock(supplier: Supplier) -> None:
    supplier.buy(item(count=7))

    assert supplier.skus()["12000040000010101"]["sku_available_stock"] == 20


def test_stock_can_be_endless_by_setting(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"endless_stock": True})

    assert supplier.buy(item(count=5000))


def test_deleted_orders_give_stock_and_reference_back(supplier: Supplier) -> None:
    first = supplier.buy(item(sku_attr=BEAR), out_order_id="R-1")

    assert supplier.control("DELETE", "orders") == {"deleted": 1}

    assert supplier.buy(item(sku_attr=BEAR), out_order_id="R-1") > first
