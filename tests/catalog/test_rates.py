"""One currency in another, by stored rates."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from catalog.models import ExchangeRate
from catalog.rates import NoRate, convert, newest_rates, rates_for
from shop.money import Money
from tests.factories import ExchangeRateFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 9)
D = Decimal


def rate(currency: str, value: str, *, days_old: int = 0, source: str = "ecb") -> ExchangeRate:
    return ExchangeRateFactory(currency=currency, rate=D(value), date=DAY - timedelta(days=days_old), source=source)


def usd(amount: str) -> Money:
    return Money(D(amount), "USD")


def test_same_currency_needs_no_rate(django_assert_num_queries):
    with django_assert_num_queries(0):
        done = convert(usd("10.00"), "USD", on=DAY)

    assert (done.amount, done.rate, done.rate_date) == (usd("10.00"), D(1), DAY)


def test_dollars_become_euros():
    rate("USD", "1.25")

    assert convert(usd("10"), "EUR", on=DAY).amount == Money(D(8), "EUR")


def test_euros_become_dollars():
    rate("USD", "1.25")

    assert convert(Money(D(8), "EUR"), "USD", on=DAY).amount == usd("10")


def test_neither_currency_need_be_the_euro(django_assert_num_queries):
    rate("USD", "1.10")
    rate("CNY", "7.70")

    with django_assert_num_queries(1):
        done = convert(Money(D(70), "CNY"), "USD", on=DAY)

    assert done.amount == usd("10")
    assert done.rate == D("1.10") / D("7.70")


def test_day_of_a_conversion_is_that_of_the_older_rate():
    rate("USD", "1.10", days_old=1)
    rate("CNY", "7.70", days_old=3)

    assert convert(Money(D(70), "CNY"), "USD", on=DAY).rate_date == DAY - timedelta(days=3)


def test_newest_rate_counts_and_none_from_the_future():
    rate("USD", "1.10", days_old=2)
    rate("USD", "1.25", days_old=1)
    rate("USD", "2.00", days_old=-1)

    assert convert(usd("10"), "EUR", on=DAY).amount.amount == 8


def test_rate_of_an_earlier_day_is_asked_for_by_that_day():
    rate("USD", "1.00", days_old=30)
    rate("USD", "1.25")

    assert convert(usd("10"), "EUR", on=DAY - timedelta(days=29)).amount.amount == 10


@pytest.mark.parametrize(
    ("source", "days", "counts"), [("ecb", 7, True), ("ecb", 8, False), ("manual", 31, True), ("manual", 32, False)]
)
def test_rate_counts_for_so_many_days(source, days, counts):
    rate("USD", "1.25", days_old=days, source=source)

    if counts:
        assert convert(usd("10"), "EUR", on=DAY).amount.amount == 8
    else:
        with pytest.raises(NoRate) as refused:
            convert(usd("10"), "EUR", on=DAY)
        assert refused.value.code == "stale_rate"


def test_currency_without_a_rate_is_an_error():
    rate("USD", "1.25")

    with pytest.raises(NoRate) as refused:
        convert(Money(D(10), "AED"), "USD", on=DAY)

    assert (refused.value.code, refused.value.data["currency"]) == ("no_rate", "AED")


def test_fetched_rate_goes_before_one_that_was_entered():
    rate("USD", "1.25", days_old=3)
    rate("USD", "5.00", source="manual")

    assert convert(usd("10"), "EUR", on=DAY).amount.amount == 8


def test_entered_rate_helps_out_where_the_fetched_one_is_too_old():
    rate("USD", "5.00", days_old=30)
    rate("USD", "1.25", source="manual")

    assert convert(usd("10"), "EUR", on=DAY).amount.amount == 8


def test_cost_counts_as_dearer_than_the_rate_says(settings):
    settings.EXCHANGE_MARGIN_PERCENT = 2.5
    rate("USD", "1.25")

    rates = rates_for(["USD", "EUR"], on=DAY)

    assert rates.convert_cost(usd("10"), "EUR").amount.amount == D("8.2")
    assert rates.convert_cost(usd("10"), "USD").amount.amount == 10


def test_newest_rates_are_one_for_each_currency_and_source():
    rate("USD", "1.10", days_old=1)
    newest = [rate("CNY", "7.70", days_old=9), rate("USD", "1.25"), rate("USD", "1.30", source="manual")]

    assert newest_rates(on=DAY) == newest


@pytest.mark.parametrize("wrong", [{"rate": D(0)}, {"currency": "EUR"}, {"currency": "usd"}])
def test_database_refuses_a_rate_that_makes_no_sense(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ExchangeRateFactory(**wrong)


def test_rate_of_a_day_is_stored_once():
    rate("USD", "1.25")

    with pytest.raises(IntegrityError), transaction.atomic():
        rate("USD", "1.26")
