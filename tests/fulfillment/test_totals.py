"""The sums of an order: tables of worked examples, and what must hold for every order."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfillment.coupons import CouponTerms
from fulfillment.taxes import NO_TAX, TaxTerms
from fulfillment.totals import LineInput, ShippingInput, Totals, reckon
from shop.money import CurrencyMismatch, Money


def money(amount: str, currency: str = "USD") -> Money:
    return Money(Decimal(amount), currency)


def line(price: str, quantity: int = 1, *, key: str = "a", currency: str = "USD") -> LineInput:
    return LineInput(key, quantity, money(price, currency))


def percent(value: str) -> CouponTerms:
    return CouponTerms("CODE", "percent", Decimal(value))


def fixed(value: str, currency: str = "USD") -> CouponTerms:
    return CouponTerms("CODE", "fixed", Decimal(value), currency)


FREE_SHIPPING = CouponTerms("CODE", "free_shipping", Decimal(0))


def tax(value: str, *, includes: bool, on_shipping: bool = True) -> TaxTerms:
    return TaxTerms("VAT", Decimal(value), includes=includes, on_shipping=on_shipping)


def amounts(totals: Totals) -> dict[str, str]:
    names = ("items", "discount", "shipping", "tax", "total")
    return {name: str(getattr(totals, name).amount) for name in names}


def test_goods_alone_cost_what_they_cost():
    totals = reckon([line("24.90", 2), line("3.05", key="b")], tax=NO_TAX)

    assert amounts(totals) == {
        "items": "52.85", "discount": "0.00", "shipping": "0.00", "tax": "0.00", "total": "52.85",
    }  # fmt: skip
    assert totals.tax_lines == ()
    assert [str(row.total.amount) for row in totals.lines] == ["49.80", "3.05"]


@pytest.mark.parametrize(
    ("coupon", "discount", "total"),
    [
        (percent("10"), "5.28", "51.57"),
        (percent("33.33"), "17.60", "39.25"),
        (percent("100"), "52.80", "4.05"),
        (fixed("5.00"), "5.00", "51.85"),
        (fixed("500.00"), "52.80", "4.05"),
        (FREE_SHIPPING, "0.00", "52.80"),
    ],
)
def test_coupon_takes_off_goods_or_shipping(coupon, discount, total):
    totals = reckon([line("17.60", 3)], shipping=[ShippingInput("p", money("4.05"))], coupon=coupon, tax=NO_TAX)

    assert str(totals.discount.amount) == discount
    assert str(totals.total.amount) == total


def test_discount_is_shared_to_the_last_cent():
    lines = [line("10.00", key=key) for key in "abc"]

    totals = reckon(lines, coupon=fixed("10.00"), tax=NO_TAX)

    assert [str(row.discount.amount) for row in totals.lines] == ["3.34", "3.33", "3.33"]


def test_free_shipping_coupon_frees_every_parcel():
    parcels = [ShippingInput("p", money("4.00")), ShippingInput("q", money("6.00"))]

    totals = reckon([line("10.00")], shipping=parcels, coupon=FREE_SHIPPING, tax=tax("19", includes=True))

    assert [row.price for row in totals.shippings] == [money("0.00"), money("0.00")]
    assert str(totals.shipping.amount) == "0.00"


def test_included_tax_is_taken_out_of_the_price():
    totals = reckon([line("119.00")], tax=tax("19", includes=True))

    (row,) = totals.tax_lines
    assert (row.net, row.tax) == (money("100.00"), money("19.00"))
    assert totals.total == money("119.00")
    assert totals.prices_include_tax


def test_tax_beside_the_price_is_added():
    totals = reckon([line("100.00")], tax=tax("8.875", includes=False))

    assert (totals.tax, totals.total) == (money("8.88"), money("108.88"))
    assert totals.tax_lines[0].net == money("100.00")


@pytest.mark.parametrize(("on_shipping", "taxed"), [(True, "2.20"), (False, "2.00")])
def test_shipping_is_taxed_where_the_rate_says_so(on_shipping, taxed):
    parcels = [ShippingInput("p", money("1.00"))]

    totals = reckon([line("10.00")], shipping=parcels, tax=tax("20", includes=False, on_shipping=on_shipping))

    assert str(totals.tax.amount) == taxed


def test_tax_is_on_what_is_left_after_the_discount():
    totals = reckon([line("100.00")], coupon=percent("50"), tax=tax("10", includes=False))

    assert (totals.tax, totals.total) == (money("5.00"), money("55.00"))


@pytest.mark.parametrize(
    ("currency", "price", "expected"),
    [("JPY", "999", "899"), ("KRW", "12345", "11110"), ("USD", "9.99", "8.99"), ("KWD", "9.99", "8.99")],
)
def test_amounts_are_whole_coins_of_their_currency(currency, price, expected):
    totals = reckon([line(price, currency=currency)], coupon=percent("10"), tax=NO_TAX)

    assert str(totals.total.amount) == expected


@pytest.mark.parametrize(
    "lines", [[], [line("1.00", 0)], [line("-1.00")]], ids=["no lines", "no pieces", "negative price"]
)
def test_nonsense_is_refused(lines):
    with pytest.raises(ValueError, match=r"no lines|below one|negative"):
        reckon(lines, tax=NO_TAX)


@pytest.mark.parametrize(
    "order",
    [
        {"lines": [line("1.00"), line("1.00", currency="EUR")]},
        {"lines": [line("1.00")], "shipping": [ShippingInput("p", money("1.00", "EUR"))]},
        {"lines": [line("1.00")], "coupon": fixed("1.00", "EUR")},
    ],
    ids=["lines", "shipping", "coupon"],
)
def test_currencies_do_not_mix(order):
    with pytest.raises(CurrencyMismatch):
        reckon(tax=NO_TAX, **order)


prices = st.integers(0, 500_000)
percents = st.decimals(0, 100, places=3)


@st.composite
def orders(draw):
    """(arguments of reckon) for one to six lines, up to three parcels, any coupon and any tax."""
    currency, places = draw(st.sampled_from([("USD", 2), ("JPY", 0), ("KWD", 2)]))

    def drawn_price() -> Money:
        return Money(Decimal(draw(prices)).scaleb(-places), currency)

    lines = [LineInput(str(i), draw(st.integers(1, 20)), drawn_price()) for i in range(draw(st.integers(1, 6)))]
    shipping = [ShippingInput(str(i), drawn_price()) for i in range(draw(st.integers(0, 3)))]
    coupon = draw(
        st.one_of(
            st.none(),
            st.just(FREE_SHIPPING),
            percents.filter(bool).map(lambda value: CouponTerms("CODE", "percent", value)),
            prices.map(lambda value: CouponTerms("CODE", "fixed", Decimal(value).scaleb(-places), currency)),
        )
    )
    terms = TaxTerms("VAT", draw(percents), includes=draw(st.booleans()), on_shipping=draw(st.booleans()))
    return {"lines": lines, "shipping": shipping, "coupon": coupon, "tax": terms}


@given(orders())
def test_every_sum_is_made_of_its_parts(order):
    totals = reckon(**order)

    added = Decimal(0) if totals.prices_include_tax else totals.tax.amount
    assert totals.total.amount == totals.items.amount - totals.discount.amount + totals.shipping.amount + added
    assert sum(row.total.amount for row in totals.lines) == totals.items.amount
    assert sum(row.discount.amount for row in totals.lines) == totals.discount.amount
    assert sum(row.price.amount for row in totals.shippings) == totals.shipping.amount
    assert sum(row.tax.amount for row in (*totals.lines, *totals.shippings)) == totals.tax.amount


@given(orders())
def test_nothing_is_negative_and_no_line_gives_more_than_it_has(order):
    totals = reckon(**order)

    for amount in (totals.items, totals.discount, totals.shipping, totals.tax, totals.total):
        assert amount.amount >= 0
    for row in totals.lines:
        assert 0 <= row.discount.amount <= row.total.amount
        assert row.tax.amount >= 0
        if totals.prices_include_tax:
            assert row.tax.amount <= row.total.amount - row.discount.amount


@given(orders())
def test_net_and_tax_are_the_gross(order):
    totals = reckon(**order)

    for row in totals.tax_lines:
        taxed = totals.items.amount - totals.discount.amount
        taxed += totals.shipping.amount if order["tax"].on_shipping else 0
        assert row.net.amount + (row.tax.amount if totals.prices_include_tax else 0) == taxed
        assert row.tax == totals.tax


@given(orders(), st.integers(1, 100))
def test_more_goods_never_cost_less_without_a_coupon(order, more):
    first, *others = order["lines"]
    dearer = LineInput(first.key, first.quantity + more, first.unit_price)

    small = reckon(**{**order, "coupon": None})
    large = reckon(**{**order, "coupon": None, "lines": [dearer, *others]})

    assert large.total.amount >= small.total.amount
    assert large.tax.amount >= small.tax.amount


@given(orders())
def test_a_coupon_never_makes_it_dearer(order):
    assert reckon(**order).total.amount <= reckon(**{**order, "coupon": None}).total.amount
