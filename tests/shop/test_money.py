"""Money is exact, keeps its currency, and refuses what it cannot be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.money import CurrencyMismatch, Money, minor_unit

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@pytest.mark.parametrize("amount", [1.5, 1, "1.50", None])
def test_only_decimals_are_amounts(amount):
    with pytest.raises(TypeError):
        Money(amount, "USD")


@pytest.mark.parametrize("currency", ["", "US", "usd", "USDT", "ÄÖÜ", "   "])
def test_only_iso_codes_are_currencies(currency):
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(Decimal(1), currency)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("1.005", "USD", "1.01"), ("1.004", "USD", "1.00"), ("-1.005", "USD", "-1.01"), ("150.5", "JPY", "151"),
     ("1.0005", "KWD", "1.001"), ("2", "EUR", "2.00")],
)  # fmt: skip
def test_rounding_is_half_up_to_the_currencys_minor_unit(amount, currency, rounded):
    result = Money(Decimal(amount), currency).rounded()

    assert str(result.amount) == rounded


def test_minor_units():
    assert [minor_unit(code) for code in ("USD", "JPY", "KWD")] == [Decimal("0.01"), Decimal(1), Decimal("0.001")]


@pytest.mark.parametrize("operation", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b])
def test_two_currencies_never_meet(operation):
    with pytest.raises(CurrencyMismatch):
        operation(Money(Decimal(1), "USD"), Money(Decimal(1), "EUR"))


def test_two_currencies_are_never_equal():
    assert Money(Decimal(1), "USD") != Money(Decimal(1), "EUR")


def test_trailing_zeros_make_no_difference():
    assert Money(Decimal("1.5"), "USD") == Money(Decimal("1.50"), "USD")


def test_factor_is_never_a_float():
    with pytest.raises(TypeError):
        Money(Decimal(1), "USD") * 1.1  # type: ignore[operator]


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away(a, b):
    assert Money(a, "USD") + Money(b, "USD") - Money(b, "USD") == Money(a, "USD")


@given(amounts, st.integers(min_value=0, max_value=1000))
def test_so_many_times_is_the_same_as_adding(amount, times):
    total = Money(Decimal(0), "USD")
    for _ in range(min(times, 50)):
        total = total + Money(amount, "USD")

    assert Money(amount, "USD") * min(times, 50) == total
