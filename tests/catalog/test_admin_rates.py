"""The staff's page of exchange rates."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from catalog import rate_fetching
from catalog.models import ExchangeRate, RateFetch
from catalog.rates import today
from integrations.errors import Transient
from tests.factories import ExchangeRateFactory, VariantFactory
from tests.staff import signed_in, superuser

pytestmark = pytest.mark.django_db
NOW = "/admin/catalog/exchangerate/now/"
FETCH = "/admin/catalog/exchangerate/fetch/"
ADD = "/admin/catalog/exchangerate/add/"
D = Decimal


def test_newest_rates_are_shown_with_their_age():
    ExchangeRateFactory(currency="CNY", rate=D("7.70"), date=today() - timedelta(days=3))
    ExchangeRateFactory(currency="USD", rate=D("1.10"))

    page = signed_in("catalog.view_exchangerate").get(NOW).content.decode()

    assert "3 days" in page
    assert "0.1429" in page  # One yuan in the shop's dollars.


def test_rate_that_is_too_old_is_marked():
    ExchangeRateFactory(currency="CNY", rate=D("7.70"), date=today() - timedelta(days=9))

    page = superuser().get(NOW).content.decode()

    assert "9 days, too old" in page
    assert "One rate is too old to count." in page


def test_what_went_wrong_is_shown():
    RateFetch.objects.create(source="ecb", error="CNY moved by more than 20 %")

    assert "CNY moved by more than 20 %" in superuser().get(NOW).content.decode()


def test_rates_are_fetched_by_a_click(monkeypatch, settings):
    settings.ECB_RATES_URL = "https://bank.example.com"
    monkeypatch.setattr(rate_fetching, "fetch_rates", lambda: rate_fetching.Stored(3, today(), ()))

    page = superuser().post(FETCH, follow=True)

    assert "3 new rates were stored." in page.content.decode()


def test_failed_fetch_says_why(monkeypatch):
    def fails():
        raise Transient("the file is not given out now (HTTP 503)")

    monkeypatch.setattr(rate_fetching, "fetch_rates", fails)

    assert "HTTP 503" in superuser().post(FETCH, follow=True).content.decode()


def test_looking_fetches_nothing(monkeypatch):
    monkeypatch.setattr(rate_fetching, "fetch_rates", lambda: pytest.fail("a GET asked the bank"))

    assert superuser().get(FETCH).status_code == 405
    assert signed_in("catalog.view_exchangerate").post(FETCH).status_code == 403


def test_rate_is_entered_by_hand():
    superuser().post(ADD, {"currency": "aed", "rate": "4.04", "date": str(today())})

    row = ExchangeRate.objects.get()
    assert (row.currency, row.rate, row.source) == ("AED", D("4.04"), "manual")


def test_prices_follow_a_rate_that_is_entered_or_taken_away():
    client = superuser()
    client.post(ADD, {"currency": "AED", "rate": "4.04", "date": str(today())})
    assert RateFetch.objects.get().followed_up_to == 0
    RateFetch.objects.update(followed_up_to=None)

    client.post(reverse("admin:catalog_exchangerate_delete", args=[ExchangeRate.objects.get().pk]), {"post": "yes"})

    assert RateFetch.objects.get().followed_up_to == 0


def test_prices_that_did_not_follow_are_shown_with_the_reason():
    variant = VariantFactory()
    told = [{"variant": variant.pk, "why": "More than 50 %"}, {"variant": variant.pk + 1, "why": "It is gone"}]
    RateFetch.objects.create(source="ecb", refused=told)

    page = superuser().get(NOW).content.decode()

    assert variant.sku in page
    assert "More than 50 %" in page
    assert "It is gone" not in page


@pytest.mark.parametrize(
    "wrong", [{"currency": "EUR"}, {"currency": "A"}, {"rate": "0"}, {"rate": "-1"}, {"date": "2999-01-01"}]
)
def test_rate_that_makes_no_sense_is_refused(wrong):
    page = superuser().post(ADD, {"currency": "AED", "rate": "4.04", "date": str(today())} | wrong)

    assert page.status_code == 200
    assert not ExchangeRate.objects.exists()


def test_fetched_rate_is_a_fact():
    fetched = ExchangeRateFactory(currency="USD", rate=D("1.10"))
    url = reverse("admin:catalog_exchangerate_change", args=[fetched.pk])

    assert superuser().post(url, {"currency": "USD", "rate": "9", "date": str(today())}).status_code == 403
    fetched.refresh_from_db()
    assert fetched.rate == D("1.10")
