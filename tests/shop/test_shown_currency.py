"""Prices in the visitor's currency: estimates beside what is charged, by stored rates however old."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client, override_settings
from django.utils import translation

from catalog.models import ExchangeRate
from catalog.rates import last_known_rates, today
from shop.money import Money
from shop.shown_currency import ShownCurrency
from shop.visitor import CURRENCY_COOKIE
from tests.factories import ListingFactory, VariantFactory

pytestmark = pytest.mark.django_db


def store(currency: str, rate: str, *, days: int = 0, source: str = "ecb") -> None:
    ExchangeRate.objects.create(
        currency=currency, rate=Decimal(rate), date=today() - timedelta(days=days), source=source
    )


def page_in(client: Client, currency: str, path: str) -> str:
    client.post("/preferences/", {"currency": currency})
    return client.get(path).content.decode()


def test_price_is_estimated_by_the_stored_rate() -> None:
    store("USD", "1.25")

    assert ShownCurrency("EUR").estimate(Money(Decimal("24.90"), "USD")) == Money(Decimal("19.92"), "EUR")
    with translation.override("de"):
        assert ShownCurrency("EUR").about(Money(Decimal("24.90"), "USD")) == "ca. 19,92\xa0€"


def test_last_known_rate_is_kept_and_its_age_is_said() -> None:
    store("USD", "1.25", days=40)

    shown = ShownCurrency("EUR")

    assert shown.about(Money(Decimal(10), "USD")) == "about €8.00"
    assert "(40 days ago)" in shown.note
    assert "You pay in USD." in shown.note


def test_newer_of_two_sources_counts_where_both_are_old() -> None:
    store("USD", "1.25", days=300)
    store("USD", "2", days=200, source="manual")

    assert last_known_rates().convert(Money(Decimal(10), "USD"), "EUR").amount.amount == 5


def test_nothing_is_converted_without_a_rate() -> None:
    store("USD", "1.25")

    shown = ShownCurrency("GBP")

    assert shown.estimate(Money(Decimal(10), "USD")) is None
    assert shown.about(Money(Decimal(10), "USD")) == ""
    assert shown.note == "No exchange rate of GBP is known at the moment. Prices are in USD."


@pytest.mark.parametrize("currency", ["", "USD"])
def test_nothing_is_said_about_the_shop_s_own_currency(currency: str, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        shown = ShownCurrency(currency)
        assert (shown.note, shown.about(Money(Decimal(10), "USD"))) == ("", "")


def test_estimate_stands_beside_the_price_on_lists_and_pages(client: Client) -> None:
    store("USD", "1.25")
    variant = VariantFactory(price=Decimal(10), currency="USD")
    ListingFactory(variant=variant)

    for path in (variant.product.category.get_absolute_url(), variant.product.get_absolute_url()):
        page = page_in(client, "EUR", path)
        assert "$10.00" in page
        assert "about €8.00" in page
        assert "You pay in USD." in page


def test_basket_and_checkout_state_the_currency_that_is_charged(client: Client) -> None:
    store("USD", "1.25")
    variant = VariantFactory(price=Decimal(10), currency="USD")
    ListingFactory(variant=variant)
    client.post("/basket/add/", {"product": variant.product.slug, "sku": variant.sku, "quantity": "1"})

    for path in ("/basket/", "/checkout/?of=cart"):
        page = page_in(client, "EUR", path)
        assert '<span class="totals-currency">USD</span>' in page
        assert "about €8.00" in page
        assert "You pay in USD." in page


def test_script_gets_the_estimate_of_each_choice(client: Client) -> None:
    store("USD", "1.25")
    first = VariantFactory(price=Decimal(10), options={"Color": "Sage"}, product__option_names=["Color"])
    VariantFactory(product=first.product, price=Decimal(20), options={"Color": "Oat"})

    page = page_in(client, "EUR", first.product.get_absolute_url())

    assert '"about": "about \\u20ac8.00"' in page or '"about": "about €8.00"' in page
    assert '"about": "about \\u20ac16.00"' in page or '"about": "about €16.00"' in page


def test_list_in_another_currency_reads_the_rates_once(client: Client, django_assert_max_num_queries) -> None:
    store("USD", "1.25")
    variant = VariantFactory(price=Decimal(10), currency="USD")
    for _ in range(5):
        VariantFactory(product__category=variant.product.category)
    path = variant.product.category.get_absolute_url()

    with django_assert_max_num_queries(8):
        page_in(client, "EUR", path)
    with django_assert_max_num_queries(6):
        client.get(path)


@pytest.mark.parametrize("currency", ["XXX", "", "eur", "<script>"])
def test_currency_that_is_not_offered_is_passed_over(client: Client, currency: str) -> None:
    response = client.post("/preferences/", {"currency": currency})
    client.cookies[CURRENCY_COOKIE] = currency

    assert CURRENCY_COOKIE not in response.cookies
    assert "rate-note" not in client.get("/").content.decode()


@override_settings(DISPLAY_CURRENCIES=["EUR"])
def test_shop_s_own_currency_is_always_offered(client: Client) -> None:
    page = client.get("/").content.decode()

    assert "<option>USD</option>" in page
    assert "<option>EUR</option>" in page
