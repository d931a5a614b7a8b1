"""From a cost to a price."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.pricing.formula import Band, PriceRefused, Terms, margin_after_fees, price_of
from catalog.pricing.rounding import COIN, NEAREST, UP, Rounding
from shop.money import CurrencyMismatch, Money

D = Decimal
NINETY_NINE = Rounding(UP, D(1), D("0.99"))


def usd(amount: str | Decimal) -> Money:
    return Money(D(amount), "USD")


def terms(kind: str = "percent", **kwargs) -> Terms:
    return Terms(currency="USD", kind=kind, **kwargs)


BANDS = (Band(D(5), D(150), D(0)), Band(D(20), D(80), D(1)), Band(None, D(40), D(0)))


@pytest.mark.parametrize(
    ("cost", "rule", "price"),
    [
        # Cost x 1.4, rounded to the cent.
        ("8.01", terms(percent=D(40)), "11.21"),
        ("8.50", terms(percent=D(40)), "11.90"),
        ("0.02", terms(percent=D(40)), "0.03"),
        ("8.01", terms("fixed", fixed=D(5)), "13.01"),
        # A kind takes only what it is about.
        ("10", terms(percent=D(40), fixed=D(5)), "14.00"),
        ("10", terms("fixed", percent=D(40), fixed=D(5)), "15.00"),
        ("10", terms("formula", percent=D(40), fixed=D(5)), "19.00"),
        # Of 19.88 the provider takes 2.9 % and 0.30, and 19.00 stay.
        (
            "10",
            terms("formula", percent=D(40), fixed=D(5), selling_fee_percent=D("2.9"), selling_fee_fixed=D("0.30")),
            "19.88",
        ),
        ("10", terms("margin", percent=D(50)), "20.00"),
        ("10", terms("margin", percent=D(50), selling_fee_percent=D(10)), "25.00"),
        ("4.00", terms("bands", bands=BANDS), "10.00"),
        ("5.00", terms("bands", bands=BANDS), "12.50"),
        # A range begins no lower than the one before it ends.
        ("5.01", terms("bands", bands=BANDS), "12.50"),
        ("10.00", terms("bands", bands=BANDS), "19.00"),
        ("20.01", terms("bands", bands=BANDS), "37.00"),
        ("100", terms("bands", bands=BANDS), "140.00"),
        ("8.01", terms(percent=D(40), rounding=NINETY_NINE), "11.99"),
        ("8.01", terms(percent=D(40), rounding=Rounding(NEAREST, D(1), D("0.99"))), "10.99"),
        # The least margin goes before the percentage, and before a rounding that would lead below it.
        ("10", terms(percent=D(10), minimum_margin_percent=D(20)), "12.50"),
        ("10", terms(percent=D(10), minimum_margin_percent=D(20), rounding=Rounding(NEAREST, D(5))), "15.00"),
        # Never below the cost.
        ("10.40", terms(percent=D(0), rounding=Rounding(NEAREST, D(1))), "11.00"),
    ],
)
def test_cost_becomes_a_price(cost, rule, price):
    assert price_of(usd(cost), rule) == usd(price)


@pytest.mark.parametrize(
    ("cost", "rule", "code"),
    [
        ("0", terms(percent=D(40)), "no_cost"),
        ("-1", terms(percent=D(40)), "no_cost"),
        ("10", terms("margin", percent=D(95), selling_fee_percent=D(5)), "impossible_rule"),
        ("10", terms(minimum_margin_percent=D(60), selling_fee_percent=D(40)), "impossible_rule"),
        ("10", terms("bands", bands=(Band(D(5), D(10), D(0)),)), "impossible_rule"),
        ("9999999999", terms(percent=D(40)), "absurd_price"),
    ],
)
def test_no_price_is_made_where_none_is_sensible(cost, rule, code):
    with pytest.raises(PriceRefused) as refused:
        price_of(usd(cost), rule)

    assert refused.value.code == code


def test_cost_in_another_currency_is_never_taken_for_ours():
    with pytest.raises(CurrencyMismatch):
        price_of(Money(D(10), "EUR"), terms(percent=D(40)))


@pytest.mark.parametrize(
    ("price", "rule", "margin"),
    [
        ("20", terms(), "50.0"),
        ("20", terms(selling_fee_percent=D(10), selling_fee_fixed=D(1)), "35.0"),
        ("8", terms(), "-25.0"),
    ],
)
def test_margin_is_what_is_left_after_cost_and_fees(price, rule, margin):
    assert margin_after_fees(usd(price), usd("10"), rule) == D(margin)


def test_price_of_nothing_has_no_margin():
    assert margin_after_fees(usd("0"), usd("10"), terms()) is None


PERCENTS = st.decimals(min_value=0, max_value=300, places=2)
AMOUNTS = st.decimals(min_value=0, max_value=500, places=2)
COSTS = st.decimals(min_value="0.01", max_value=20_000, places=2)


@st.composite
def bands(draw) -> tuple[Band, ...]:
    limits = sorted(draw(st.sets(st.decimals(min_value="0.01", max_value=20_000, places=2), max_size=4)))
    return tuple(Band(limit, draw(PERCENTS), draw(AMOUNTS)) for limit in [*limits, None])


@st.composite
def rules(draw) -> Terms:
    kind = draw(st.sampled_from(["percent", "fixed", "formula", "margin", "bands"]))
    step = draw(st.sampled_from([D("0.05"), D("0.10"), D(1), D(5), D(10)]))
    ending = draw(st.sampled_from([D(0), step - D("0.01")]))
    return Terms(
        currency="USD",
        kind=kind,
        percent=draw(st.decimals(min_value=0, max_value=60, places=2)) if kind == "margin" else draw(PERCENTS),
        fixed=draw(AMOUNTS),
        bands=draw(bands()),
        selling_fee_percent=draw(st.decimals(min_value=0, max_value=15, places=2)),
        selling_fee_fixed=draw(st.decimals(min_value=0, max_value=2, places=2)),
        minimum_margin_percent=draw(st.none() | st.decimals(min_value=0, max_value=60, places=1)),
        rounding=Rounding(draw(st.sampled_from([COIN, NEAREST, UP])), step, ending),
    )


@given(COSTS, rules())
def test_price_never_leaves_less_than_the_least_margin(cost, rule):
    price = price_of(usd(cost), rule).amount

    kept = price * (1 - rule.selling_fee_percent / 100) - rule.selling_fee_fixed - cost
    assert kept >= price * (rule.minimum_margin_percent or 0) / 100


@given(COSTS, COSTS, rules())
def test_dearer_goods_never_become_cheaper(one, other, rule):
    low, high = sorted([one, other])

    assert price_of(usd(low), rule) <= price_of(usd(high), rule)


@given(COSTS, rules())
def test_price_that_is_rounded_up_is_not_below_the_exact_one(cost, rule):
    assume(rule.rounding.mode == UP)
    exact = price_of(
        usd(cost), Terms(**{name: getattr(rule, name) for name in Terms.__slots__} | {"rounding": Rounding()})
    )

    # The exact one is itself rounded to the cent, by half a cent at most.
    assert price_of(usd(cost), rule).amount >= exact.amount - D("0.005")


@given(COSTS, COSTS)
def test_cost_times_one_point_four_keeps_its_margin_to_the_cent(one, other):
    rule = terms(percent=D(40))

    for cost in (one, other):
        assert abs(price_of(usd(cost), rule).amount - cost * D("1.4")) <= D("0.005")


@pytest.mark.parametrize(
    ("cost", "wanted", "told"),
    [
        ("0", terms(), "Was nichts kostet"),
        ("9", terms("fixed", fixed=D("1e12")), "Die Regel macht 1000000000009.00 USD aus 9 USD."),
        ("9", terms(selling_fee_percent=D(100)), "Gebühren und Marge"),
        ("9", terms("bands", bands=(Band(D(5), D(1), D(0)),)), "Kosten von 9."),
    ],
)
def test_staff_are_told_in_their_language_why_there_is_no_price(cost, wanted, told):
    with translation.override("de"), pytest.raises(PriceRefused, match=re.escape(told)):
        price_of(usd(cost), wanted)
