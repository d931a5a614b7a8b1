"""Calculations about prices, over plain values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.pricing.margin import margin_percent, saving_percent
from shop.money import CurrencyMismatch, Money


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("price", "cost", "margin"),
    [
        ("100", "60", "40.0"), ("24.90", "10.00", "59.8"), ("10", "10", "0.0"), ("10", "15", "-50.0"),
        ("10", "0", "100.0"), ("0", "0", "0"), ("0", "0.01", "-100"), ("3", "2", "33.3"), ("8", "7.996", "0.1"),
    ],
)  # fmt: skip
def test_margin_is_the_share_of_the_price_that_is_left(price, cost, margin):
    assert margin_percent(usd(price), usd(cost)) == Decimal(margin)


def test_margin_over_two_currencies_is_no_number():
    with pytest.raises(CurrencyMismatch):
        margin_percent(usd("1"), Money(Decimal(1), "EUR"))


@pytest.mark.parametrize(
    ("price", "before", "saving"),
    [("75", "100", 25), ("24.90", "34.90", 28), ("99.99", "100", 0), ("10", "10", None), ("11", "10", None)],
)
def test_saving_is_told_in_whole_percent_and_never_rounded_up(price, before, saving):
    assert saving_percent(usd(price), usd(before)) == saving


def test_nothing_to_compare_with_is_no_saving():
    assert saving_percent(usd("10"), None) is None
