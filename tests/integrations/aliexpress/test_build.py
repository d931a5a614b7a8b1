"""Requests equal the files, and addresses are put into AliExpress' words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from integrations.aliexpress import build
from integrations.errors import Rejected, Unsupported
from integrations.types import Address, Purchase, PurchaseItem
from tests.integrations.aliexpress.payloads import payload_json

ORDER = "param_place_order_request4_open_api_d_t_o"

MARIA = Address(
    first_name="Maria",
    last_name="Silva",
    line1="Rua das Flores 123",
    line2="Apto 45",
    city="São Paulo",
    province="SP",
    postcode="01310-100",
    country="BR",
    phone="+5511987654321",
    tax_id="123.456.789-09",
)
JOHN = Address(
    first_name="John",
    last_name="Doe",
    line1="123 Main St",
    city="New York",
    province="NY",
    postcode="10001",
    country="US",
    phone="+1234567890",
)
MAT = PurchaseItem(
    product_id="1005008177221739",
    sku_id="12000044126059467",
    quantity=2,
    sku_attr="14:29#Bear;183:200007741",
    shipping_service="CAINIAO_FULFILLMENT_STD",
    memo="No invoice, please — merci",
)


def order(address: Address = MARIA, *items: PurchaseItem, reference: str = "SO-2025-000123-1") -> dict[str, Any]:
    purchase = Purchase(reference=reference, address=address, items=items or (MAT,))
    request: dict[str, Any] = json.loads(build.order_create(purchase, pays_automatically=False)[ORDER])
    return request


def sent_address(**changes: str) -> dict[str, Any]:
    address: dict[str, Any] = order(replace(JOHN, **changes))["logistics_address"]
    return address


def test_order_create_equals_the_file() -> None:
    assert order() == payload_json("order_create_request.json")


def test_order_create_without_options_equals_the_file() -> None:
    item = PurchaseItem(product_id="1005006361450153", sku_id="12000000000000001", quantity=1)

    assert order(JOHN, item, reference="BR-1001-1") == payload_json("order_create_request_us.json")


def test_order_create_is_one_compact_json_text_with_letters_as_they_are() -> None:
    text = build.order_create(Purchase("R-1", MARIA, (MAT,)), pays_automatically=False)[ORDER]

    assert text.startswith('{"out_order_id":"R-1","logistics_address":{"contact_person":"Maria Silva",')
    assert "please — merci" in text
    assert '"product_id":1005008177221739,' in text


def test_payment_is_asked_for_only_by_an_account_that_pays_automatically() -> None:
    purchase = Purchase("R-1", MARIA, (MAT,))

    paying = build.order_create(purchase, pays_automatically=True)
    waiting = build.order_create(purchase, pays_automatically=False)

    assert json.loads(paying["ds_extend_request"]) == {"payment": {"try_to_pay": "true", "pay_currency": "USD"}}
    assert "ds_extend_request" not in waiting


@pytest.mark.parametrize("reference", ["", "a b", "x" * 65, "ü", "a\n"])
def test_a_reference_that_cannot_be_a_key_is_refused(reference: str) -> None:
    with pytest.raises(Unsupported):
        order(reference=reference)


@pytest.mark.parametrize("product_id", ["", "abc", "12.5", "-1", "١٢٣", "9" * 20, "1\n"])
def test_a_product_id_that_is_no_number_is_rejected(product_id: str) -> None:
    with pytest.raises(Rejected) as caught:
        order(MARIA, replace(MAT, product_id=product_id))

    assert caught.value.code == "product_id_not_a_number"


def test_order_get_equals_the_file() -> None:
    assert build.order_get("8198352049851315") == payload_json("order_get_request.json")


def test_tracking_get_equals_the_file() -> None:
    assert build.tracking_get("8198352049851315") == payload_json("tracking_get_request.json")


def test_product_get_equals_the_file() -> None:
    params = build.product_get("1005008177221739", country="GB", currency="EUR")

    assert params == payload_json("product_get_request.json")


def test_freight_query_equals_the_file() -> None:
    params = build.freight_query("1005008177221739", "12000044126059467", quantity=1, country="FR", currency="EUR")

    assert json.loads(params["queryDeliveryReq"]) == payload_json("freight_query_request.json")


@pytest.mark.parametrize(
    ("iso", "theirs"),
    [
        ("US", "US"), ("GB", "UK"), ("AX", "ALA"), ("CD", "ZR"), ("GG", "GGY"), ("JE", "JEY"), ("ME", "MNE"),
        ("RS", "SRB"), ("BL", "BLM"), ("MF", "MAF"), ("GS", "SGS"), ("TL", "TLS"), ("XK", "KS"), ("fr", "FR"),
    ],
)  # fmt: skip
def test_country_gets_aliexpress_code(iso: str, theirs: str) -> None:
    assert sent_address(country=iso, phone="+12025550123")["country"] == theirs


@pytest.mark.parametrize(
    "iso",
    [
        "AQ",
        "BV",
        "IO",
        "CU",
        "TF",
        "HM",
        "IR",
        "IM",
        "SH",
        "PN",
        "SD",
        "SJ",
        "SY",
        "TK",
        "UM",
        "EH",
        "KP",
        "",
        "X1",
    ],
)
def test_destination_without_a_safe_code_is_rejected(iso: str) -> None:
    with pytest.raises(Rejected) as caught:
        sent_address(country=iso)

    assert caught.value.code == "destination_not_supported"


@pytest.mark.parametrize(
    ("iso", "ours", "theirs"),
    [
        ("US", "NY", "New York"),
        ("US", "ny", "New York"),
        ("US", "New York", "New York"),
        ("CA", "QC", "Quebec"),
        ("AU", "NSW", "New South Wales"),
        ("BR", "SP", "Sao Paulo"),
        ("ES", "M", "Madrid"),
        ("MX", "Jal.", "Jalisco"),
        ("JP", "東京都", "Tokyo"),
        ("KR", "서울특별시", "Seoul"),
        ("FR", "Hérault", "Herault"),
        ("US", "Neverland", "Neverland"),
    ],
)
def test_province_is_sent_by_its_latin_name(iso: str, ours: str, theirs: str) -> None:
    assert sent_address(country=iso, province=ours)["province"] == theirs


def test_country_without_provinces_sends_other() -> None:
    assert sent_address(country="FR", province="")["province"] == "Other"


@pytest.mark.parametrize("iso", ["US", "BR"])
def test_other_is_never_invented_where_it_is_refused(iso: str) -> None:
    assert "province" not in sent_address(country=iso, province="")


def test_address_is_in_latin_letters_with_single_spaces() -> None:
    sent = sent_address(
        first_name=" Zoë ", last_name="Łukasz  Ångström", line1="Straße\n des 17. Juni 1", city="Kraków"
    )

    assert sent["full_name"] == sent["contact_person"] == "Zoe Lukasz Angstrom"
    assert sent["address"] == "Strasse des 17. Juni 1"
    assert sent["city"] == "Krakow"


def test_arabic_letters_become_latin_ones() -> None:
    sent = sent_address(country="SA", city="الرياض", phone="+966512345678")

    assert sent["city"].isascii()
    assert sent["city"]


@pytest.mark.parametrize(
    ("phone", "country", "calling_code", "digits"),
    [
        ("+1234567890", "US", "+1", "234567890"),
        ("+12025550123", "US", "+1", "2025550123"),
        ("+33612345678", "FR", "+33", "612345678"),
        ("06 12 34 56 78", "FR", "+33", "612345678"),
        ("+390612345678", "IT", "+39", "612345678"),
        ("+44 7700 900123", "GB", "+44", "7700900123"),
        ("+12025550123", "DE", "+1", "2025550123"),
    ],
)
def test_phone_is_split_into_calling_code_and_national_digits(
    phone: str, country: str, calling_code: str, digits: str
) -> None:
    sent = sent_address(phone=phone, country=country)

    assert (sent["phone_country"], sent["mobile_no"]) == (calling_code, digits)


@pytest.mark.parametrize("phone", ["call me", "+999123456789", "x"])
def test_phone_that_is_nonsense_is_rejected(phone: str) -> None:
    with pytest.raises(Rejected) as caught:
        sent_address(phone=phone)

    assert caught.value.code == "phone_not_readable"
    assert phone not in caught.value.message


@pytest.mark.parametrize(
    ("postcode", "theirs"),
    [("SW1A 1AA", "SW1A1AA"), ("01310-100", "01310-100"), ("1000 AB", "1000AB"), ("１０１-00", "101-00")],
)
def test_postcode_has_neither_spaces_nor_signs(postcode: str, theirs: str) -> None:
    assert sent_address(postcode=postcode)["zip"] == theirs


def test_what_is_empty_is_not_sent() -> None:
    sent = sent_address(line2="", postcode="", phone="", tax_id="")

    assert not {"address2", "zip", "phone_country", "mobile_no", "cpf"} & set(sent)
    assert "" not in sent.values()


@pytest.mark.parametrize(
    ("iso", "fields"),
    [
        ("BR", {"cpf": "12345678909"}),
        ("CL", {"rut_no": "123.456.789-09"}),
        ("MX", {"passport_no": "123.456.789-09"}),
        ("KR", {"foreigner_passport_no": "123.456.789-09", "is_foreigner": "false"}),
        (
            "IL",
            {
                "passport_no": "123.456.789-09",
                "foreigner_passport_no": "123.456.789-09",
                "is_foreigner": "false",
            },
        ),
        ("IT", {"vat_no": "123.456.789-09"}),
        ("US", {"tax_number": "123.456.789-09"}),
    ],
)
def test_tax_number_goes_where_the_country_wants_it(iso: str, fields: dict[str, str]) -> None:
    with_number = sent_address(country=iso, tax_id="123.456.789-09")
    without = sent_address(country=iso, tax_id="")

    assert {name: value for name, value in with_number.items() if name not in without} == fields


def test_a_name_longer_than_the_platform_takes_keeps_its_last_name() -> None:
    sent = sent_address(first_name="Maximiliana Wilhelmina", last_name="Freifrau von Hohenstein")

    assert sent["full_name"] == sent["contact_person"] == "M. Freifrau von Hohenstein"
