"""A customer's place in a supplier's list: the same name in any spelling, and never another place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.place_names import latin, match
from integrations.types import Address, PlaceMatch, PlaceNode

HERE = Address("Maria", "Silva", "Rua 1", city="", country="BR")
BRAZIL = PlaceNode(
    "BR",
    "country",
    (
        PlaceNode("Sao Paulo", "province", (PlaceNode("Sao Paulo", "city"), PlaceNode("Campinas", "city"))),
        PlaceNode("Rio de Janeiro", "province", (PlaceNode("Niteroi", "city"),)),
        PlaceNode("Acre", "province"),
    ),
)


def found(province: str, city: str = "", tree: PlaceNode = BRAZIL, country: str = "BR") -> PlaceMatch:
    return match(tree, replace(HERE, province=province, city=city, country=country))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Улица Ленина", "Ulitsa Lenina"),
        ("Αθήνα", "Athina"),
        ("北京", "BeiJing"),
        ("Grüße, Straße 5", "Grusse, Strasse 5"),
        ("São  Paulo", "Sao Paulo"),
    ],
)
def test_text_becomes_latin(text: str, expected: str) -> None:
    assert latin(text) == expected


def test_arabic_becomes_latin_letters_only() -> None:
    assert latin("العتيبي").isalpha()
    assert latin("العتيبي").isascii()


@pytest.mark.parametrize("province", ["São Paulo", "sao paulo", "SP", "SAO-PAULO"])
def test_name_in_any_spelling_is_the_lists_own(province: str) -> None:
    assert found(province, "CAMPINAS") == PlaceMatch("Sao Paulo", "Campinas")


@pytest.mark.parametrize(("iso", "ours", "theirs"), [("JP", "東京都", "Tokyo"), ("RU", "Москва", "Moskva")])
def test_name_in_the_local_script_is_found_by_its_latin_one(iso: str, ours: str, theirs: str) -> None:
    tree = PlaceNode(iso, "country", (PlaceNode("Other", "province"), PlaceNode(theirs, "province")))

    assert found(ours, tree=tree, country=iso).province == theirs


def test_unknown_name_is_proposed_and_not_taken() -> None:
    assert found("Sao Paolo") == PlaceMatch(unknown=("province",), nearest=(("province", "Sao Paulo"),))


def test_unknown_city_is_looked_for_in_its_province_only() -> None:
    assert found("Rio de Janeiro", "Niterói") == PlaceMatch("Rio de Janeiro", "Niteroi")
    assert found("São Paulo", "Niterói") == PlaceMatch("Sao Paulo", unknown=("city",))
    assert found("São Paulo", "Campina") == PlaceMatch("Sao Paulo", "", ("city",), (("city", "Campinas"),))


def test_name_like_nothing_gets_no_proposal() -> None:
    assert found("Bavaria") == PlaceMatch(unknown=("province",))


def test_two_names_as_near_as_each_other_are_not_proposed() -> None:
    tree = PlaceNode("XX", "country", (PlaceNode("Norland", "province"), PlaceNode("Nordand", "province")))

    assert found("Norand", tree=tree) == PlaceMatch(unknown=("province",))


def test_short_name_gets_no_proposal() -> None:
    assert found("Acr").nearest == ()


@pytest.mark.parametrize("city", ["", "Rio Branco"])
def test_list_without_cities_says_nothing_about_a_city(city: str) -> None:
    assert found("Acre", city) == PlaceMatch("Acre")


def test_address_without_a_province_is_not_guessed() -> None:
    assert found("", "Campinas") == PlaceMatch()
