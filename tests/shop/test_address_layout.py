"""Each country's address form: its fields, their order and their names."""

from __future__ import annotations

import pytest

from shop.address_layout import address_layout
from shop.addresses import known_countries, province_choices, province_named


@pytest.mark.parametrize(
    ("country", "fields"),
    [
        ("US", "line1 line2 city province postcode"),
        ("DE", "line1 line2 postcode city"),
        ("JP", "postcode province line1 line2"),
        ("SG", "line1 line2 postcode"),
        ("AE", "line1 line2 province"),
        ("CN", "postcode province city line1 line2"),
    ],
)
def test_fields_come_in_the_country_s_order(country: str, fields: str) -> None:
    assert [field.name for field in address_layout(country)] == fields.split()


@pytest.mark.parametrize(
    ("country", "name", "label"),
    [
        ("US", "postcode", "ZIP code"),
        ("US", "province", "State"),
        ("IN", "postcode", "PIN code"),
        ("IE", "postcode", "Eircode"),
        ("IE", "province", "County"),
        ("JP", "province", "Prefecture"),
        ("GB", "city", "Town or city"),
        ("AU", "city", "Suburb or city"),
        ("DE", "postcode", "Postcode"),
    ],
)
def test_fields_have_the_country_s_names(country: str, name: str, label: str) -> None:
    assert {field.name: field.label for field in address_layout(country)}[name] == label


@pytest.mark.parametrize(("country", "inputmode"), [("DE", "numeric"), ("US", "text"), ("GB", "text")])
def test_digits_are_asked_for_only_where_nothing_else_occurs(country: str, inputmode: str) -> None:
    assert {field.name: field.inputmode for field in address_layout(country)}["postcode"] == inputmode


def test_what_a_country_requires_is_not_called_optional() -> None:
    required = {field.name: field.required for field in address_layout("IE")}

    assert (required["city"], required["province"], required["postcode"]) == (True, False, False)


def test_every_country_has_a_form_with_a_street() -> None:
    for country in known_countries():
        names = [field.name for field in address_layout(country)]

        assert "line1" in names
        assert len(names) == len(set(names))


def test_provinces_are_listed_once_in_latin_letters() -> None:
    names = [name for name, _label in province_choices("JP")]

    assert len(names) == 47
    assert all(name.isascii() for name in names)


@pytest.mark.parametrize(
    ("country", "typed", "name"),
    [
        ("US", "ny", "New York"),
        ("JP", "東京都", "Tokyo"),
        ("US", "Bavaria", "Bavaria"),
        ("XX", "NY", "NY"),
        ("DE", "", ""),
    ],
)
def test_province_is_known_by_code_and_name(country: str, typed: str, name: str) -> None:
    assert province_named(country, typed) == name
