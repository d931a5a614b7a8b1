"""Products, search, categories, freight and addresses."""

import json
from typing import Any

import pytest

from .wire import BEAR_ID, MAT, SAGE, SAGE_ID, TRAY, WHISK, Supplier, item, purchase


def search(supplier: Supplier, **changes: str) -> Any:
    asked = {"keyWord": "bath", "local": "en_US", "countryCode": "US", "currency": "USD"} | changes
    return supplier.call("aliexpress.ds.text.search", **asked)


def found(answer: Any) -> list[str]:
    return [hit["itemId"] for hit in answer["data"]["products"].get("selection_search_product", [])]


def options(result: Any) -> list[Any]:
    return list(result["delivery_options"]["delivery_option_d_t_o"])


def test_product_has_the_documented_fields(supplier: Supplier) -> None:
    answer = supplier.product()
    result = answer["result"]

    assert (answer["rsp_code"], answer["rsp_msg"]) == (200, "Call succeeds")
    base = result["ae_item_base_info_dto"]
    assert (base["product_id"], base["product_status_type"]) == (MAT, "onSelling")
    assert (base["sales_count"], base["evaluation_count"]) == ("5000+", "1446")
    assert base["detail"] == "<p>A mat.</p>"
    urls = result["ae_multimedia_info_dto"]["image_urls"].split(";")
    assert urls[0] == f"http://127.0.0.1:{supplier.port}/_media/mat.webp"
    assert len(urls) == 2
    (attribute,) = result["ae_item_properties"]["ae_item_property"]
    assert (attribute["attr_name"], attribute["attr_value"]) == ("Brand Name", "NONE")
    assert result["package_info_dto"]["gross_weight"] == "0.213"
    assert result["ae_store_info"]["store_id"] == 11


def test_sku_has_the_documented_fields(supplier: Supplier) -> None:
    sku = supplier.skus()[SAGE_ID]

    assert sku["sku_attr"] == sku["id"] == SAGE
    assert (sku["sku_price"], sku["offer_sale_price"], sku["currency_code"]) == ("22.23", "8.01", "USD")
    assert sku["sku_available_stock"] == 27
    assert sku["ae_sku_property_dtos"]["ae_sku_property_d_t_o"][0] == {
        "sku_property_id": 14,
        "sku_property_name": "Color",
        "property_value_id": 193,
        "sku_property_value": "Green",
        "property_value_definition_name": "Sage",
    }


@pytest.mark.parametrize(("currency", "price"), [("EUR", "7.37"), ("GBP", "6.33"), ("XXX", "8.01")])
def test_prices_are_converted_or_stay_in_dollars(supplier: Supplier, currency: str, price: str) -> None:
    sku = supplier.skus(currency=currency)[SAGE_ID]

    assert (sku["offer_sale_price"], sku["currency_code"]) == (price, "USD" if currency == "XXX" else currency)


def test_unknown_product_is_refused_with_605(supplier: Supplier) -> None:
    answer = supplier.product(999)

    assert (answer["rsp_code"], answer["rsp_msg"]) == (605, "ITEM_ID_NOT_FOUND")


@pytest.mark.parametrize(("product_id", "country"), [(WHISK, "FR"), (MAT, "GB")])
def test_product_not_sold_to_a_country_is_refused_with_602(supplier: Supplier, product_id: int, country: str) -> None:
    answer = supplier.product(product_id, country)

    assert (answer["rsp_code"], answer["rsp_msg"]) == (602, "Item is not allowed to this country")


@pytest.mark.parametrize("name", ["product_id", "ship_to_country"])
def test_product_get_needs_product_and_country(supplier: Supplier, name: str) -> None:
    asked = {"product_id": str(MAT), "ship_to_country": "US"}
    del asked[name]

    assert supplier.call("aliexpress.ds.product.get", **asked)["error_response"]["code"] == "MissingParameter"


def test_guides_product_is_always_there_with_one_sku(supplier: Supplier) -> None:
    assert list(supplier.skus(1234567890)) == ["9876543210"]


def test_freight_lists_the_options_cheapest_first(supplier: Supplier) -> None:
    result = supplier.freight()

    assert (result["success"], result["code"]) == (True, 200)
    assert [option["code"] for option in options(result)] == ["CAINIAO_FULFILLMENT_STD", "CAINIAO_PREMIUM"]
    first = options(result)[0]
    assert (first["shipping_fee_cent"], first["shipping_fee_currency"]) == ("1.99", "USD")
    assert (first["min_delivery_days"], first["max_delivery_days"], first["tracking"]) == (6, 10, True)


def test_freight_fee_is_converted(supplier: Supplier) -> None:
    first = options(supplier.freight(currency="EUR"))[0]

    assert (first["shipping_fee_cent"], first["shipping_fee_format"]) == ("1.83", "1,83€")


def test_free_shipping_has_no_fee_field(supplier: Supplier) -> None:
    (option,) = options(supplier.freight(productId=str(TRAY), selectedSkuId="12000040000010201"))

    assert option["free_shipping"] is True
    assert "shipping_fee_cent" not in option


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"productId": "999"}, 501),
        ({"selectedSkuId": SAGE}, 501),
        ({"productId": str(WHISK), "selectedSkuId": "12000040000010301", "shipToCountry": "FR"}, 505),
    ],
)
def test_freight_without_an_option_is_refused(supplier: Supplier, changes: dict[str, str], code: int) -> None:
    result = supplier.freight(**changes)

    assert (result["success"], result["code"]) == (False, code)


@pytest.mark.parametrize("name", ["productId", "selectedSkuId", "quantity", "shipToCountry", "locale", "currency"])
def test_freight_needs_every_field(supplier: Supplier, name: str) -> None:
    assert supplier.freight(**{name: None})["error_response"]["code"] == "MissingParameter"


def older_freight(supplier: Supplier, **changes: Any) -> Any:
    query = {"product_id": MAT, "product_num": 1, "country_code": "US", "sku_id": SAGE_ID} | changes
    answer = supplier.call(
        "aliexpress.logistics.buyer.freight.calculate", param_aeop_freight_calculate_for_buyer_d_t_o=json.dumps(query)
    )
    return answer.get("result", answer)


@pytest.mark.parametrize(("currency", "amount", "cent"), [("USD", "1.99", 199), ("EUR", "1.83", 183)])
def test_older_freight_method_tells_main_units_and_cents(
    supplier: Supplier, currency: str, amount: str, cent: int
) -> None:
    result = older_freight(supplier, price_currency=currency)

    cheapest, dearest = result["aeop_freight_calculate_result_for_buyer_d_t_o_list"][
        "aeop_freight_calculate_result_for_buyer_d_t_o"
    ]
    assert result["success"] is True
    assert cheapest["freight"] == {"amount": amount, "cent": cent, "currency_code": currency}
    assert (cheapest["service_name"], dearest["service_name"]) == ("CAINIAO_FULFILLMENT_STD", "CAINIAO_PREMIUM")
    assert (cheapest["estimated_delivery_time"], cheapest["tracking_available"]) == ("6-10", "true")


@pytest.mark.parametrize(
    "changes", [{"product_id": 999}, {"sku_id": "1"}, {"product_id": WHISK, "sku_id": None, "country_code": "FR"}]
)
def test_older_freight_method_refuses_without_an_option(supplier: Supplier, changes: dict[str, Any]) -> None:
    result = older_freight(supplier, **changes)

    assert result["success"] is False
    assert result["error_desc"].startswith("DELIVERY_")


@pytest.mark.parametrize("name", ["product_id", "product_num", "country_code"])
def test_older_freight_method_needs_its_fields(supplier: Supplier, name: str) -> None:
    assert older_freight(supplier, **{name: None})["error_response"]["code"] == "MissingParameter"


def test_older_freight_method_meets_faults_of_its_sku(supplier: Supplier) -> None:
    supplier.faults({"kind": "sku_gone", "sku_id": SAGE_ID})

    assert older_freight(supplier)["success"] is False


def test_freight_refuses_both_forms_of_the_province(supplier: Supplier) -> None:
    answer = supplier.freight(province="New York", provinceCode="1")

    assert answer["error_response"]["code"] == "InvalidParameter"


def test_search_finds_by_words_and_country(supplier: Supplier) -> None:
    assert found(search(supplier)) == [str(MAT), str(TRAY)]
    assert found(search(supplier, keyWord="WHISK steel")) == [str(WHISK)]
    assert found(search(supplier, keyWord="whisk", countryCode="FR")) == []


def test_search_answers_ok_in_letters_with_target_prices(supplier: Supplier) -> None:
    answer = search(supplier, currency="EUR")
    hit = answer["data"]["products"]["selection_search_product"][0]

    assert (answer["code"], answer["data"]["totalCount"]) == ("00", 2)
    assert (hit["targetSalePrice"], hit["targetOriginalPriceCurrency"]) == ("7.37", "EUR")
    assert hit["itemUrl"].startswith("//")


def test_search_sorts_and_pages(supplier: Supplier) -> None:
    assert found(search(supplier, sortBy="min_price,desc")) == [str(TRAY), str(MAT)]
    assert found(search(supplier, pageIndex="2", pageSize="1")) == [str(TRAY)]


def test_search_filters_by_category(supplier: Supplier) -> None:
    assert found(search(supplier, categoryId="200")) == []


def test_categories_form_a_tree(supplier: Supplier) -> None:
    answer = supplier.call("aliexpress.ds.category.get", categoryId="100")["resp_result"]

    assert answer["resp_code"] == 200
    assert answer["result"]["categories"]["category"] == [
        {"category_id": 100, "category_name": "Home"},
        {"category_id": 101, "category_name": "Bath", "parent_category_id": 100},
    ]


def test_address_tree_is_json_inside_json(supplier: Supplier) -> None:
    result = supplier.call("aliexpress.ds.address.get", countryCode="US")["result"]

    provinces = {node["name"]: node for node in json.loads(result["data"]["children"])}
    assert result["ret"] is True
    assert len(provinces) == 51
    assert provinces["New York"]["children"][0] == {"name": "New York", "type": "CITY", "hasChildren": False}


def test_address_tree_of_an_unknown_country_is_refused(supplier: Supplier) -> None:
    assert supplier.call("aliexpress.ds.address.get", countryCode="GB")["result"]["ret"] is False


def test_stock_shown_is_what_is_left(supplier: Supplier) -> None:
    assert supplier.skus()[BEAR_ID]["sku_available_stock"] == 1


VERSION, VERSION_SKU_ID = 3256806000000102, "12000050000010201"
NATURAL = "14:10#Natural"


def test_product_names_the_ids_under_which_countries_get_it(supplier: Supplier) -> None:
    converter = supplier.product(TRAY)["result"]["product_id_converter_result"]

    assert converter == {"main_product_id": TRAY, "sub_product_id": f'{{"US":{VERSION}}}'}


def test_version_for_a_country_is_read_quoted_and_bought_under_its_own_ids(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"sub_products": "only"})

    result = supplier.product(VERSION)["result"]
    (option,) = options(supplier.freight(productId=str(VERSION), selectedSkuId=VERSION_SKU_ID))
    order = supplier.order(supplier.buy(item(VERSION, NATURAL)))

    assert result["ae_item_base_info_dto"]["product_id"] == VERSION
    assert result["product_id_converter_result"]["main_product_id"] == TRAY
    assert option["code"] == "CAINIAO_STANDARD"
    (child,) = order["child_order_list"]["aeop_child_order_info"]
    assert (child["product_id"], child["sku_id"]) == (VERSION, VERSION_SKU_ID)


def test_version_is_sold_to_its_country_only(supplier: Supplier) -> None:
    assert supplier.product(VERSION, "FR")["rsp_code"] == 602
    assert supplier.product(TRAY, "FR")["rsp_code"] == 200


def test_main_product_can_be_closed_to_a_country_with_a_version(supplier: Supplier) -> None:
    main = {"productId": str(TRAY), "selectedSkuId": "12000040000010201"}
    assert supplier.freight(**main)["success"] is True

    supplier.control("POST", "settings", {"sub_products": "only"})

    assert supplier.freight(**main)["code"] == 501
    older = older_freight(supplier, product_id=TRAY, sku_id=None)
    assert older["error_desc"] == "DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS"
    assert supplier.create(purchase(item(TRAY, NATURAL)))["error_code"] == "ERROR_WHEN_BUILD_FOR_PLACE_ORDER"


def test_search_finds_products_and_no_versions_of_them(supplier: Supplier) -> None:
    assert str(VERSION) not in found(search(supplier, keyWord="tray"))
