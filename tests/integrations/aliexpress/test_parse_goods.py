"""Answers about products and freight."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from integrations.aliexpress import parse_goods
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.errors import MalformedReply, Rejected, Transient
from integrations.types import FreightOption, ProductSnapshot, Refusal, SkuSnapshot
from shop.money import Money
from tests.integrations.aliexpress.payloads import payload, payload_json

PRODUCT = "aliexpress_ds_product_get_response"
FREIGHT = "aliexpress_ds_freight_query_response"


def answer(document: Any) -> Answer:
    return open_answer(json.dumps(document).encode(), write=False)


def product(*, base: dict[str, Any] | None = None, sku: dict[str, Any] | None = None, **parts: Any) -> ProductSnapshot:
    document = payload_json("product_shown.json")
    result = document[PRODUCT]["result"]
    result["ae_item_base_info_dto"] |= base or {}
    result["ae_item_sku_info_dtos"]["ae_item_sku_info_d_t_o"][0] |= sku or {}
    result |= parts
    return parse_goods.product_shown(answer(document))


def test_product_is_read_whole() -> None:
    assert product() == ProductSnapshot(
        product_id="1005008177221739",
        title="Absorbent bath mat",
        orderable=True,
        description_html="<div>Soft.</div>",
        image_urls=("https://ae01.alicdn.com/kf/S1.jpg", "https://ae01.alicdn.com/kf/S2.jpg"),
        store_name="Shop1102602078 Store",
        skus=(
            SkuSnapshot(
                sku_id="12000044126059467",
                sku_attr="14:29#Bear;183:200007741",
                options=(("Color", "Bear"), ("Size", "500MMx800MM")),
                price=Money(Decimal("8.01"), "EUR"),
                stock=27,
                list_price=Money(Decimal("22.23"), "EUR"),
                image_url="https://ae01.alicdn.com/kf/S1.jpg",
            ),
        ),
        country_ids=(("US", "3256807990906987"),),
        category_id="154002",
        url="https://www.aliexpress.com/item/1005008177221739.html",
        rating_percent=Decimal("92.0"),
        quantity_sold=5000,
        ship_days=7,
    )


def test_what_only_helps_to_choose_never_spoils_the_reading() -> None:
    odd = product(
        base={"category_id": {"a": 1}, "avg_evaluation_rating": "very good", "sales_count": ["5"]},
        logistics_info_dto={"delivery_time": "soon"},
        ae_item_properties={
            "ae_item_property": [{"attr_name": 5}, "x", {"attr_name": "Brand Name", "attr_value": "NONE"}]
        },
    )

    assert (odd.category_id, odd.rating_percent, odd.quantity_sold, odd.ship_days) == ("", None, None, None)
    assert (odd.brand, odd.attributes) == ("", ())


def test_brand_stands_by_itself_and_not_among_the_attributes() -> None:
    rows = [{"attr_name": "Brand Name", "attr_value": "Lumi"}, {"attr_name": "Material", "attr_value": "Linen"}]
    read = product(ae_item_properties={"ae_item_property": rows})

    assert (read.brand, read.attributes) == ("Lumi", (("Material", "Linen"),))


@pytest.mark.parametrize(
    ("told", "ids"),
    [
        ('{"UK":3256800000000001,"US":"3256800000000002"}', {"GB": "3256800000000001", "US": "3256800000000002"}),
        ({"FR": 3256800000000001}, {"FR": "3256800000000001"}),
        ("{}", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_ids_for_countries_are_read_from_a_json_text_or_an_object(told: Any, ids: dict[str, str]) -> None:
    shown = product(product_id_converter_result={"main_product_id": 1, "sub_product_id": told})

    assert dict(shown.country_ids) == ids
    assert (shown.id_in("GB"), shown.id_in("DE")) == (ids.get("GB", ""), "")


@pytest.mark.parametrize("told", ["{", "[1]", [1], '{"US":"x"}', '{"US":null}', 5])
def test_unreadable_ids_for_countries_are_told_and_not_guessed(told: Any) -> None:
    with pytest.raises(MalformedReply, match="sub_product_id"):
        product(product_id_converter_result={"sub_product_id": told})


def test_product_without_ids_for_countries_has_none() -> None:
    assert product(product_id_converter_result=None).country_ids == ()


def test_price_is_in_the_skus_currency_and_not_the_products() -> None:
    assert product(base={"currency_code": "CNY"}, sku={"currency_code": "USD"}).skus[0].price.currency == "USD"


@pytest.mark.parametrize("status", ["offline", "auditing"])
def test_only_a_product_on_sale_can_be_ordered_and_another_word_is_kept_as_unknown(status: str) -> None:
    shown = product(base={"product_status_type": status})

    assert (shown.orderable, shown.unknown_status) == (False, status)


@pytest.mark.parametrize("status", ["", None])
def test_product_without_a_status_is_malformed_and_not_gone(status: str | None) -> None:
    with pytest.raises(MalformedReply, match="product_status_type"):
        product(base={"product_status_type": status})


def test_stock_that_is_not_told_is_none_and_zero_is_zero() -> None:
    assert product(sku={"sku_available_stock": None}).skus[0].stock is None
    assert product(sku={"sku_available_stock": 0}).skus[0].stock == 0


@pytest.mark.parametrize(
    ("strategy", "told", "limit"),
    [
        ("create_order_fail", "5", 5),
        ("create_order_fail", 5, 5),
        ("create_order_fail", "0", None),
        ("create_order_fail", "9999999999", None),
        ("create_order_fail", None, None),
        ("back_to_normal_price", "5", None),
        ("", "5", None),
        (None, "not a number", None),
    ],
)
def test_only_a_limit_above_which_the_order_fails_is_a_limit(
    strategy: str | None, told: str | int | None, limit: int | None
) -> None:
    sku = {"limit_strategy": strategy, "buy_amount_limit_set_by_promotion": told}

    assert product(sku=sku).skus[0].quantity_limit == limit


def test_price_that_is_no_reduction_has_no_list_price() -> None:
    assert product(sku={"sku_price": "8.01"}).skus[0].list_price is None
    assert product(sku={"sku_price": None}).skus[0].list_price is None


def test_sku_attr_is_kept_to_the_letter() -> None:
    attr = "14:29#Light\u00a0Blue ;183:5"

    assert product(sku={"sku_attr": attr}).skus[0].sku_attr == attr


def test_sku_attr_falls_back_to_its_alias() -> None:
    assert product(sku={"sku_attr": ""}).skus[0].sku_attr == "14:29#Bear;183:200007741"


def test_product_without_options_has_one_sku_without_any() -> None:
    sku = product(sku={"sku_attr": "", "id": "", "ae_sku_property_dtos": None}).skus[0]

    assert (sku.sku_attr, sku.options, sku.title) == ("", (), "")


def test_flattened_lists_and_single_elements_are_read() -> None:
    bare = {
        "sku_id": 5,
        "offer_sale_price": 3,
        "currency_code": "USD",
        "ae_sku_property_dtos": [{"sku_property_name": "Color", "sku_property_value": "Red"}],
    }

    for listed in (bare, [bare], {"ae_item_sku_info_d_t_o": bare}):
        assert product(ae_item_sku_info_dtos=listed).skus[0].options == (("Color", "Red"),)


def test_image_addresses_get_their_scheme_and_nonsense_is_dropped() -> None:
    media = {"image_urls": "//ae01.alicdn.com/1.jpg; https://ae01.alicdn.com/2.jpg ;;javascript:x"}

    assert product(ae_multimedia_info_dto=media).image_urls == (
        "https://ae01.alicdn.com/1.jpg",
        "https://ae01.alicdn.com/2.jpg",
    )


def test_product_without_pictures_and_store_is_read() -> None:
    found = product(ae_multimedia_info_dto=None, ae_store_info=None)

    assert (found.image_urls, found.store_name) == ((), "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("offer_sale_price", None),
        ("offer_sale_price", "8,01"),
        ("currency_code", None),
        ("sku_id", "abc"),
        ("sku_available_stock", "many"),
        ("sku_attr", 5),
    ],
)
def test_bad_field_of_a_sku_is_malformed_and_named(field: str, value: Any) -> None:
    with pytest.raises(MalformedReply) as caught:
        product(sku={field: value})

    assert caught.value.field == field


@pytest.mark.parametrize(("field", "value"), [("subject", ""), ("subject", 5), ("product_id", None)])
def test_bad_field_of_a_product_is_malformed_and_named(field: str, value: Any) -> None:
    with pytest.raises(MalformedReply) as caught:
        product(base={field: value})

    assert caught.value.field == field


def refused_product(code: Any, message: str) -> Answer:
    return answer({PRODUCT: {"rsp_code": code, "rsp_msg": message, "request_id": "2101abc"}})


def test_unknown_product_is_rejected_in_plain_words() -> None:
    with pytest.raises(Rejected) as caught:
        parse_goods.product_shown(open_answer(payload("product_refused.json"), write=False))

    assert caught.value.code == "605"
    assert caught.value.message == ("AliExpress has no product with this number. AliExpress says: ITEM_ID_NOT_FOUND")


@pytest.mark.parametrize(
    ("code", "words", "refusal"),
    [
        (602, "not sold to the destination", Refusal.SHIPPING),
        ("605", "no product", Refusal.SKU_GONE),
        (999, "does not show this product", Refusal.OTHER),
        ("ALL_SKU_UNSALEABLE", "does not show this product", Refusal.OTHER),
    ],
)
def test_refused_product_is_rejected_with_its_code_and_only_a_listed_one_says_that_it_is_gone(
    code: Any, words: str, refusal: Refusal
) -> None:
    with pytest.raises(Rejected) as caught:
        parse_goods.product_shown(refused_product(code, "x"))

    assert (caught.value.code, caught.value.refusal) == (str(code), refusal)
    assert words in caught.value.message


def test_code_404_is_a_breakdown_and_not_a_missing_product() -> None:
    with pytest.raises(Transient):
        parse_goods.product_shown(refused_product(404, "System Error"))


# --- freight --------------------------------------------------------------------------------------------


def freight(**changes: Any) -> tuple[FreightOption, ...]:
    document = payload_json("freight_shown.json")
    document[FREIGHT]["result"] |= changes
    return parse_goods.freight_offered(answer(document), currency="USD")


def test_freight_options_are_read_whole() -> None:
    assert freight() == (
        FreightOption(
            service="CAINIAO_FULFILLMENT_STD",
            name="AliExpress Selection Standard",
            fee=Money(Decimal("1.99"), "EUR"),
            tracked=True,
            min_days=6,
            max_days=8,
            ship_from="CN",
        ),
        FreightOption(
            service="CAINIAO_STANDARD",
            name="AliExpress Standard Shipping",
            fee=Money(Decimal(0), "USD"),
            tracked=True,
            min_days=12,
            max_days=20,
            ship_from="CN",
        ),
    )


def test_fee_called_cent_is_in_major_units() -> None:
    option = {"code": "X", "shipping_fee_cent": "250", "shipping_fee_currency": "USD"}

    assert freight(delivery_options=option)[0].fee == Money(Decimal(250), "USD")


def test_missing_fee_is_malformed_unless_shipping_is_free() -> None:
    with pytest.raises(MalformedReply) as caught:
        freight(delivery_options=[{"code": "X", "free_shipping": False}])

    assert caught.value.field == "shipping_fee_cent"


@pytest.mark.parametrize("code", [501, "501", 505])
def test_no_way_to_ship_is_an_empty_answer(code: Any) -> None:
    assert freight(success=False, code=code, delivery_options=None) == ()


def test_captured_answer_without_options_is_empty() -> None:
    assert parse_goods.freight_offered(open_answer(payload("freight_none.json"), write=False), currency="USD") == ()


@pytest.mark.parametrize(("success", "code"), [(False, 400), (True, 500), (False, None)])
def test_other_refusal_of_freight_is_rejected(success: bool, code: Any) -> None:
    with pytest.raises(Rejected):
        freight(success=success, code=code, msg="no")
