"""The last digits of a price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing.rounding import COIN, NEAREST, UP, Rounding, coin, rounded, rounded_up

D = Decimal
AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=4)
CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])


@st.composite
def roundings(draw, modes=(COIN, NEAREST, UP)) -> Rounding:
    step = draw(st.decimals(min_value="0.01", max_value=100, places=2))
    ending = draw(st.decimals(min_value=0, max_value=step, places=2).filter(lambda ending: ending < step))
    return Rounding(draw(st.sampled_from(modes)), step, ending)


@pytest.mark.parametrize(
    ("amount", "rounding", "currency", "expected"),
    [
        ("11.214", Rounding(COIN), "USD", "11.21"),
        ("11.215", Rounding(COIN), "USD", "11.22"),
        ("11.5", Rounding(COIN), "JPY", "12"),
        ("1.2345", Rounding(COIN), "KWD", "1.23"),
        ("11.21", Rounding(UP, D(1), D("0.99")), "USD", "11.99"),
        ("11.99", Rounding(UP, D(1), D("0.99")), "USD", "11.99"),
        ("11.995", Rounding(UP, D(1), D("0.99")), "USD", "12.99"),
        ("0.10", Rounding(UP, D(1), D("0.99")), "USD", "0.99"),
        ("11.21", Rounding(UP, D("0.05")), "USD", "11.25"),
        ("21.00", Rounding(UP, D(10), D("9.90")), "USD", "29.90"),
        ("11.21", Rounding(NEAREST, D(1), D("0.99")), "USD", "10.99"),
        ("11.49", Rounding(NEAREST, D(1), D("0.99")), "USD", "11.99"),
        ("11.60", Rounding(NEAREST, D(1), D("0.99")), "USD", "11.99"),
        ("0.10", Rounding(NEAREST, D(1), D("0.99")), "USD", "0.99"),
        ("1234", Rounding(NEAREST, D(100)), "JPY", "1200"),
        ("11.02", Rounding(UP, D(1), D("0.95")), "JPY", "12"),
    ],
)
def test_amount_becomes_a_price_that_fits(amount, rounding, currency, expected):
    assert rounded(D(amount), rounding, currency=currency) == D(expected)


@given(AMOUNTS, roundings(modes=(UP,)), CURRENCIES)
def test_rounding_up_only_goes_up_and_less_than_one_step(amount, rounding, currency):
    price = rounded(amount, rounding, currency=currency)

    assert 0 <= price - amount < rounding.step + rounding.ending + coin(currency)


@given(AMOUNTS, roundings(), CURRENCIES)
def test_rounding_up_on_demand_only_goes_up_whatever_the_rule(amount, rounding, currency):
    assert rounded_up(amount, rounding, currency=currency) >= amount


@given(AMOUNTS, AMOUNTS, roundings(), CURRENCIES)
def test_higher_amount_never_becomes_a_lower_price(one, other, rounding, currency):
    low, high = sorted([one, other])

    assert rounded(low, rounding, currency=currency) <= rounded(high, rounding, currency=currency)
    assert rounded_up(low, rounding, currency=currency) <= rounded_up(high, rounding, currency=currency)


@given(AMOUNTS, roundings(), CURRENCIES)
def test_price_has_no_part_of_a_coin(amount, rounding, currency):
    assert rounded(amount, rounding, currency=currency) % coin(currency) == 0


@given(AMOUNTS, roundings())
def test_rounded_price_stays_as_it_is(amount, rounding):
    price = rounded(amount, rounding, currency="USD")

    assert rounded(price, rounding, currency="USD") == price
