"""The readers that every adapter shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations import fields
from integrations.errors import MalformedReply
from shop.money import Money


@pytest.mark.parametrize(
    ("value", "amount"),
    [("8.01", "8.01"), (8, "8"), (Decimal("8.01"), "8.01"), (Decimal("1E+2"), "100"), ("0", "0")],
)
def test_amount_is_read_from_text_or_number(value: Any, amount: str) -> None:
    assert fields.as_money(value, "EUR", "price") == Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("-1", "EUR"), ("1,5", "EUR"), ("", "EUR"), (None, "EUR"), (True, "EUR"), (1.5, "EUR"),
        (Decimal("1E+30"), "EUR"), (Decimal("NaN"), "EUR"), ("1", "eur"), ("1", ""), ("1", None), ("1", 5),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_told_by_its_name(value: Any, currency: Any) -> None:
    with pytest.raises(MalformedReply, match="price") as raised:
        fields.as_money(value, currency, "price")

    assert raised.value.field == "price"


@pytest.mark.parametrize("value", ["007", 7, "7"])
def test_id_is_text_without_leading_zeros(value: Any) -> None:
    assert fields.identifier({"id": value}, "id") == "7"


@pytest.mark.parametrize("value", [None, "", "0", 0, -1, True, 1.0, "1e3", "9" * 20, [1]])
def test_what_is_no_id_is_malformed(value: Any) -> None:
    with pytest.raises(MalformedReply):
        fields.identifier({"id": value}, "id")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN", b'{"a": Infinity}', b"[" * 100_000])
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedReply, match="body"):
        fields.opened(body)


def test_numbers_with_a_point_stay_exact() -> None:
    assert fields.opened_node(b'{"price": 0.1}') == {"price": Decimal("0.1")}


def test_text_loses_what_cannot_be_stored_and_an_exact_one_is_refused() -> None:
    row = {"name": " a\x00b\ud800 "}

    assert fields.text(row, "name") == "ab"
    with pytest.raises(MalformedReply):
        fields.exact_text(row, "name")


def test_words_of_a_supplier_lose_addresses_and_tokens() -> None:
    told = fields.said("see https://x.example or a@b.example\n token 50000601c30exampleAccess1234")

    assert told == "see [...] or [...] token [...]"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("//x.example/1", "https://x.example/1"),
        ("http://x.example", "http://x.example"),
        ("javascript:1", ""),
        ("", ""),
    ],
)
def test_web_address_gets_its_scheme(url: str, address: str) -> None:
    assert fields.web_address(url) == address
