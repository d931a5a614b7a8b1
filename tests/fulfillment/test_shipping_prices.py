"""What a customer pays for a parcel, by staff's table."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog.delivery import DeliveryOption
from fulfillment.models import ShippingRate
from fulfillment.shipping_prices import customer_price
from shop.money import Money

pytestmark = pytest.mark.django_db


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def option(fee: Money) -> DeliveryOption:
    return DeliveryOption("STANDARD", "Standard", fee, True, 7, 12, "CN", datetime(2026, 1, 2, tzinfo=UTC))


def price(*, country: str = "US", items: str = "24.90", fee: Money | None = None) -> Money:
    return customer_price(option(fee) if fee else None, country=country, items=usd(items))


def test_without_a_rate_shipping_is_free():
    assert price(fee=usd("1.99")) == usd("0")


def test_flat_price_is_free_from_a_value_of_goods():
    ShippingRate.objects.create(kind="flat", amount=Decimal("4.90"), free_from=Decimal(50), currency="USD")

    assert price(items="49.99") == usd("4.90")
    assert price(items="50.00") == usd("0")


def test_row_of_the_country_counts_before_the_one_for_everywhere():
    ShippingRate.objects.create(kind="flat", amount=Decimal("9.90"), currency="USD")
    ShippingRate.objects.create(country="US", kind="free", currency="USD")

    assert price(country="us") == usd("0")
    assert price(country="DE") == usd("9.90")


def test_row_in_another_currency_does_not_count():
    ShippingRate.objects.create(kind="flat", amount=Decimal("9.90"), currency="EUR")

    assert price() == usd("0")


def test_row_that_is_off_does_not_count():
    ShippingRate.objects.create(kind="flat", amount=Decimal("9.90"), currency="USD", is_active=False)

    assert price() == usd("0")


@pytest.mark.parametrize(
    ("fee", "expected"),
    [(usd("3.21"), "3.21"), (None, "6.00"), (Money(Decimal("3.21"), "EUR"), "6.00")],
    ids=["known", "not known", "another currency"],
)
def test_suppliers_fee_is_handed_on_where_it_is_known(fee, expected):
    ShippingRate.objects.create(kind="supplier_fee", amount=Decimal("6.00"), currency="USD")

    assert price(fee=fee) == usd(expected)
