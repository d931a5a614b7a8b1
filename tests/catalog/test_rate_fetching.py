"""Fetching exchange rates, keeping them by day, and prices that follow."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog import rate_fetching
from catalog.models import ExchangeRate, RateFetch, Variant
from catalog.pricing.repricing import Repriced
from catalog.rate_fetching import fetch_if_due, fetch_rates, follow_rates
from integrations import ecb
from integrations.ecb import DayRates
from integrations.errors import MalformedReply, Transient
from shop.errors import DomainError
from tests.factories import ExchangeRateFactory, ListingFactory, PriceRuleFactory
from tests.running_emulator import running_server

pytestmark = pytest.mark.django_db
D = Decimal
FRIDAY = date(2026, 1, 9)
EVENING = "2026-01-09 18:00:00+00:00"


class Bank:
    """A bank in memory: what it publishes, and what it was asked."""

    def __init__(self) -> None:
        self.days: list[tuple[date, dict[str, str]]] = [(FRIDAY, {"USD": "1.10", "CNY": "7.70"})]
        self.error: Exception | None = None
        self.asked: list[dict[str, object]] = []

    def fetch(self, base: str, **asked) -> ecb.Fetched:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        days = [DayRates(day, {name: D(rate) for name, rate in rates.items()}) for day, rates in self.days]
        return ecb.Fetched(tuple(days), f"version of {self.days[-1][0]}")


@pytest.fixture
def bank(monkeypatch, settings) -> Bank:
    settings.ECB_RATES_URL = "https://bank.example.com/files"
    bank = Bank()
    monkeypatch.setattr(ecb, "fetch", bank.fetch)
    return bank


@pytest.fixture(autouse=True)
def _friday_evening():
    with time_machine.travel(EVENING, tick=False):
        yield


def stored() -> dict[tuple[str, str], Decimal]:
    return {(str(row.date), row.currency): row.rate for row in ExchangeRate.objects.all()}


def test_rates_are_stored_by_day(bank):
    done = fetch_rates()

    assert (done.count, done.newest, done.doubted) == (2, FRIDAY, ())
    assert stored() == {("2026-01-09", "USD"): D("1.10"), ("2026-01-09", "CNY"): D("7.70")}


def test_first_time_the_last_ninety_days_are_asked_for(bank):
    fetch_rates()
    fetch_rates()

    assert [asked["history"] for asked in bank.asked] == [True, False]


def test_version_of_the_file_is_sent_back(bank):
    fetch_rates()
    fetch_rates()

    assert bank.asked[-1]["last_modified"] == "version of 2026-01-09"


def test_same_rates_again_change_nothing(bank):
    fetch_rates()

    assert fetch_rates().count == 0
    assert len(stored()) == 2


def test_corrected_rate_takes_the_place_of_the_old_one(bank):
    fetch_rates()
    bank.days = [(FRIDAY, {"USD": "1.11", "CNY": "7.70"})]

    assert fetch_rates().count == 1
    assert stored()[("2026-01-09", "USD")] == D("1.11")


def test_earlier_days_are_kept(bank):
    fetch_rates()
    bank.days = [(FRIDAY + timedelta(days=3), {"USD": "1.12"})]

    fetch_rates()

    assert set(stored()) == {("2026-01-09", "USD"), ("2026-01-09", "CNY"), ("2026-01-12", "USD")}


def test_rate_that_moved_absurdly_is_not_stored_and_is_told(bank):
    fetch_rates()
    bank.days = [(FRIDAY + timedelta(days=3), {"USD": "1.12", "CNY": "77.0"})]

    done = fetch_rates()

    assert done.doubted == ("CNY",)
    assert ("2026-01-12", "CNY") not in stored()
    assert ("2026-01-12", "USD") in stored()
    assert "CNY" in RateFetch.objects.get().error


def test_rate_is_believed_once_the_old_one_does_not_count_any_more(bank):
    fetch_rates()
    bank.days = [(FRIDAY + timedelta(days=8), {"USD": "1.12", "CNY": "77.0"})]

    assert fetch_rates().doubted == ()
    assert stored()[("2026-01-17", "CNY")] == D("77.0")


@pytest.mark.parametrize("error", [Transient("not now"), MalformedReply("not readable", field="Cube")])
def test_failure_changes_no_rate_and_is_noted(bank, error):
    fetch_rates()
    bank.error = error

    with pytest.raises(type(error)):
        fetch_rates()

    assert len(stored()) == 2
    assert RateFetch.objects.get().error == error.message


def test_answer_clears_what_went_wrong(bank):
    bank.error = Transient("not now")
    with pytest.raises(Transient):
        fetch_rates()
    bank.error = None

    fetch_rates()

    assert RateFetch.objects.get().error == ""


def test_nothing_is_asked_where_no_address_is_set(bank, settings):
    settings.ECB_RATES_URL = ""

    assert fetch_if_due() == 0
    with pytest.raises(DomainError, match="ECB_RATES_URL"):
        fetch_rates()
    assert not bank.asked


def test_bank_is_asked_every_few_hours_only(bank):
    assert fetch_if_due() == 2
    fetch_if_due()
    with time_machine.travel(timezone.now() + timedelta(hours=7), tick=False):
        fetch_if_due()

    assert len(bank.asked) == 2


def test_after_a_failure_the_bank_is_asked_again_soon_and_not_at_once(bank):
    bank.error = Transient("not now")
    fetch_if_due()
    fetch_if_due()
    with time_machine.travel(timezone.now() + timedelta(minutes=15), tick=False):
        fetch_if_due()

    assert len(bank.asked) == 2


def test_command_says_what_was_stored(bank, capsys):
    call_command("fetch_exchange_rates")

    assert "2 stored, the newest of 2026-01-09" in capsys.readouterr().out


def test_command_says_what_went_wrong(bank):
    bank.error = Transient("not now")

    with pytest.raises(CommandError, match="not now"):
        call_command("fetch_exchange_rates", "--history")


def test_rates_come_from_the_emulator_over_http(settings):
    with running_server() as server:
        settings.ECB_RATES_URL = f"http://127.0.0.1:{server.server_port}/stats/eurofxref"
        first, again = fetch_rates(), fetch_rates()

    assert first.count > 1500
    assert again.count == 0


class TestPricesFollow:
    def bought_in_yuan(self, **kwargs):
        for currency, rate in (("USD", "1.10"), ("CNY", "7.70")):
            ExchangeRateFactory(currency=currency, rate=D(rate), date=FRIDAY - timedelta(days=1))
        # 10.20 USD with the safety margin, times 1.4.
        return ListingFactory(
            variant__price=D("14.28"), cost=D("70.00"), currency="CNY", account__currency="CNY", **kwargs
        )

    def test_new_rates_move_the_price_of_what_is_bought_abroad(self, bank):
        PriceRuleFactory()
        listing = self.bought_in_yuan()
        bank.days = [(FRIDAY, {"USD": "1.10", "CNY": "7.00"})]

        fetch_rates()
        changed = follow_rates()

        assert changed == 1
        assert Variant.objects.get(pk=listing.variant_id).price == D("15.71")

    def test_they_are_followed_once(self, bank, monkeypatch):
        PriceRuleFactory()
        self.bought_in_yuan()
        fetch_rates()
        follow_rates()
        monkeypatch.setattr(rate_fetching, "reprice", lambda *args, **kwargs: pytest.fail("asked again"))

        assert follow_rates() == 0

    def test_they_are_followed_in_steps(self, bank, monkeypatch):
        monkeypatch.setattr(rate_fetching, "_CHUNK", 1)
        PriceRuleFactory()
        for _ in range(3):
            ListingFactory(variant__price=D("14.28"), cost=D("70.00"), currency="CNY")
        bank.days = [(FRIDAY, {"USD": "1.10", "CNY": "7.70"})]
        fetch_rates()

        follow_rates(seconds=0)
        assert RateFetch.objects.get().followed_up_to == 0
        follow_rates()
        assert RateFetch.objects.get().followed_up_to is None

    def test_variant_with_a_further_listing_at_home_follows_too(self, bank):
        PriceRuleFactory()
        listing = self.bought_in_yuan()
        ListingFactory(variant=listing.variant, priority=9, is_active=False)
        ListingFactory(variant=listing.variant, priority=5)
        bank.days = [(FRIDAY, {"USD": "1.10", "CNY": "7.00"})]
        fetch_rates()

        assert follow_rates() == 1

    def test_listing_that_is_not_used_makes_nothing_follow(self, bank, monkeypatch):
        PriceRuleFactory()
        home = ListingFactory()
        ListingFactory(variant=home.variant, currency="CNY", is_active=False)
        looked_at = []
        monkeypatch.setattr(
            rate_fetching, "reprice", lambda ids, *, reason: looked_at.extend(ids) or Repriced((), (), ())
        )
        fetch_rates()

        follow_rates()

        assert looked_at == []

    def test_prices_that_the_rules_refuse_are_kept_for_staff(self, bank, monkeypatch):
        monkeypatch.setattr(rate_fetching, "_CHUNK", 1)
        PriceRuleFactory()
        listings = [self.bought_in_yuan(), ListingFactory(variant__price=D("1.00"), cost=D("70.00"), currency="CNY")]
        fetch_rates()
        follow_rates()

        (told,) = RateFetch.objects.get().refused
        assert told["variant"] == listings[1].variant_id
        assert "look at it first" in str(told["why"])

    def test_rates_that_come_during_the_first_step_are_followed_from_the_beginning(self, bank, monkeypatch):
        PriceRuleFactory()
        self.bought_in_yuan()
        fetch_rates()
        steps = []

        def reprice(ids, **kwargs):
            steps.append(ids)
            if len(steps) == 1:
                with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False):
                    rate_fetching.follow_anew()
            return Repriced((), (), tuple(ids))

        monkeypatch.setattr(rate_fetching, "reprice", reprice)

        follow_rates()

        assert len(steps) == 2

    def test_what_is_bought_at_home_is_not_looked_at(self, bank, monkeypatch):
        PriceRuleFactory()
        ListingFactory()
        abroad = ListingFactory(currency="CNY")
        looked_at = []
        monkeypatch.setattr(
            rate_fetching, "reprice", lambda ids, *, reason: looked_at.extend(ids) or Repriced((), (), ())
        )
        fetch_rates()

        follow_rates()

        assert looked_at == [abroad.variant_id]
