"""Addresses by country: what is asked for, how it is written on the wire, and which field a refusal means."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from integrations.aliexpress import address_rules, build, refusals
from integrations.types import Address, Purchase, PurchaseItem
from tests.integrations.aliexpress.test_build import JOHN, ORDER, sent_address

CODE = "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL"
ITEM = PurchaseItem(product_id="1005006361450153", sku_id="12000000000000001", quantity=1)


def request(address: Address, *, pays_automatically: bool = False, **purchase: str) -> dict[str, str]:
    whole = Purchase(reference="R-1", address=address, items=(ITEM,), **purchase)
    return build.order_create(whole, pays_automatically=pays_automatically)


def extend(**kwargs: Any) -> Any:
    address = replace(JOHN, country="SA", phone="+966512345678", national_address="rrrd 2929")
    params = request(replace(address, **kwargs.pop("changes", {})), **kwargs)
    return json.loads(params.get("ds_extend_request", "null"))


@pytest.mark.parametrize(
    ("country", "asked"),
    [
        ("US", {}),
        ("DE", {}),
        ("IT", {}),
        ("BR", {"tax_id": True}),
        ("KR", {"tax_id": True}),
        ("IL", {"tax_id": True}),
        ("AR", {"tax_id": True, "phone": True}),
        ("CL", {"tax_id": False}),
        ("MX", {"tax_id": False}),
        ("SA", {"national_address": True, "phone": True}),
    ],
)
def test_only_what_the_country_needs_is_asked_for(country: str, asked: dict[str, bool]) -> None:
    assert {need.field: need.is_required for need in address_rules.needs(country)} == asked


def test_rules_name_their_version_and_date() -> None:
    assert (address_rules.rules().version, address_rules.rules().as_of) == (1, "2025-12-04")


@pytest.mark.parametrize(
    "rule", [{"wire": ["x"], "need": "perhaps"}, {"wire": ["x"], "number": "no_such", "need": "required"}]
)
def test_rule_that_says_nothing_known_is_an_error(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a"):
        address_rules._number(rule)


def test_misspelt_rule_is_an_error() -> None:
    with pytest.raises(TypeError):
        address_rules._country({"name_max": 32, "other_province": True, "tax_id": {"wire": ["x"]}, "streetmax": 35})


@pytest.mark.parametrize(
    ("country", "typed", "fields"),
    [
        ("AR", "20123456786", {"passport_no": "20-12345678-6", "foreigner_passport_no": "20-12345678-6"}),
        ("IL", "12345678-2", {"passport_no": "123456782", "foreigner_passport_no": "123456782"}),
        ("KR", "p123 456 789 012", {"foreigner_passport_no": "P123456789012"}),
        ("CL", "12.345.678-5", {"rut_no": "12.345.678-5"}),
    ],
)
def test_number_is_written_as_the_country_wants_it(country: str, typed: str, fields: dict[str, str]) -> None:
    sent = sent_address(country=country, tax_id=typed)

    assert {name: sent[name] for name in fields} == fields


def test_national_address_goes_beside_the_order_and_the_payment() -> None:
    assert extend() == {"trade_extra_param": {"nat_addr": "RRRD2929"}}
    assert extend(pays_automatically=True)["payment"]["try_to_pay"] == "true"
    assert extend(changes={"national_address": ""}) is None
    assert extend(changes={"country": "DE"}) is None


def test_names_of_the_platforms_list_go_as_they_are() -> None:
    params = request(replace(JOHN, city="Mnchen"), province="SP", city="München-Land")

    sent = json.loads(params[ORDER])["logistics_address"]

    assert (sent["province"], sent["city"]) == ("SP", "München-Land")


@pytest.mark.parametrize(
    ("line1", "line2", "sent"),
    [
        ("123 Main St", "", ("123 Main St", None)),
        ("1234 North Martin Luther King Junior Boulevard", "", ("1234 North Martin Luther King", "Junior Boulevard")),
        (
            "1234 North Martin Luther King Junior Boulevard",
            "Apt 5",
            ("1234 North Martin Luther King", "Junior Boulevard, Apt 5"),
        ),
        ("x" * 40, "Apt 5", ("x" * 40, "Apt 5")),
    ],
)
def test_street_too_long_for_the_first_line_goes_on_in_the_second(
    line1: str, line2: str, sent: tuple[str, str | None]
) -> None:
    address = sent_address(line1=line1, line2=line2)

    assert (address["address"], address.get("address2")) == sent


def test_long_name_is_whole_where_the_country_takes_it() -> None:
    name = {"first_name": "Maximiliana Wilhelmina", "last_name": "Freifrau von Hohenstein"}

    assert sent_address(country="SA", **name)["full_name"] == "Maximiliana Wilhelmina Freifrau von Hohenstein"


def test_name_has_letters_only_where_the_country_wants_that() -> None:
    sent = sent_address(country="AU", first_name="Zoë-Anne", last_name="O'Brien Jr.")

    assert sent["full_name"] == "Zoe Anne O Brien Jr"


@pytest.mark.parametrize(
    ("country", "phone", "digits"),
    [
        ("AR", "+54 9 11 2345-6789", "1123456789"),
        ("AR", "+54 11 2345-6789", "1123456789"),
        ("AR", "+5599123456789", "99123456789"),
        ("SA", "+966512345678", "512345678"),
    ],
)
def test_mobile_mark_of_a_country_is_not_sent(country: str, phone: str, digits: str) -> None:
    assert sent_address(country=country, phone=phone)["mobile_no"] == digits


@pytest.mark.parametrize(
    ("text", "latin"),
    [("улица Мира 5", "ulitsa Mira 5"), ("Οδός Ερμού 3", "Odos Ermoy 3"), ("北京路 8", "BeiJingLu 8")],
)
def test_other_scripts_go_in_latin_letters(text: str, latin: str) -> None:
    assert sent_address(country="DE", line1=text)["address"] == latin


@pytest.mark.parametrize(
    ("code", "text", "field"),
    [
        (CODE, "Please select a State/Province/County", "province"),
        (CODE, "Please enter a City", "city"),
        (CODE, "Please enter between 2 - 32 characters", "first_name"),
        (CODE, "Please enter your first name", "first_name"),
        (CODE, "Please enter the country code and phone number without any spaces or special characters", "phone"),
        (CODE, "Please enter between 5 - 35 characters", "line1"),
        (CODE, "Please enter a valid zip code", "postcode"),
        (CODE, "Please enter a valid tax or identity number", "tax_id"),
        (CODE, "Please enter a valid national address", "national_address"),
        (CODE, "Please use English only", ""),
        (CODE, "", ""),
        ("B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_NOT_MATCH", "", "tax_id"),
        ("B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID", "The CPF is not valid", "tax_id"),
        ("A005_INVALID_COUNTRIES", "", "country"),
        ("INVENTORY_HOLD_ERROR", "no stock in this city", ""),
    ],
)
def test_refusal_names_the_field_it_means(code: str, text: str, field: str) -> None:
    assert refusals.field(code, text) == field
