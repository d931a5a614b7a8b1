"""Which of staff's tax rates counts for an address."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from fulfillment.models import TaxRate
from fulfillment.taxes import NO_TAX, TaxTerms, terms_for

pytestmark = pytest.mark.django_db


def rate(country: str, percent: str, region: str = "", **fields) -> TaxRate:
    return TaxRate.objects.create(country=country, region=region, name="VAT", percent=Decimal(percent), **fields)


def test_without_a_rate_there_is_no_tax():
    rate("DE", "19")

    assert terms_for("US") == NO_TAX
    assert terms_for("") == NO_TAX


def test_rate_of_the_country_says_how_it_is_reckoned():
    rate("DE", "19", is_included=False, on_shipping=False)

    assert terms_for("de") == TaxTerms("VAT", Decimal("19.000"), includes=False, on_shipping=False)


def test_rate_that_is_off_does_not_count():
    rate("DE", "19", is_active=False)

    assert terms_for("DE") == NO_TAX


@pytest.mark.parametrize(
    ("province", "postcode", "percent"),
    [
        ("Madrid", "28001", "21"),
        ("Las Palmas", "35001", "7"),
        ("Las Palmas", "35 510", "5"),
        ("santa cruz", "99999", "3"),
        ("", "", "21"),
    ],
)
def test_most_exact_rate_counts_alone(province, postcode, percent):
    rate("ES", "21")
    rate("ES", "7", "35*")
    rate("ES", "5", "355*")
    rate("ES", "3", "Santa Cruz")
    rate("ES", "1", "*", is_active=False)

    assert terms_for("ES", province, postcode).percent == Decimal(percent)


def test_star_alone_fits_no_postcode():
    rate("ES", "7", "*")

    assert terms_for("ES", "", "35001") == NO_TAX


def test_country_has_one_rate_for_a_region():
    rate("DE", "19")

    with pytest.raises(IntegrityError), transaction.atomic():
        rate("DE", "7")
