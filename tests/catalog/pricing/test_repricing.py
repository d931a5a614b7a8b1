"""Prices that follow their costs, the first price of something new, and the history of both."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import delivery
from catalog.models import FreightQuote, PriceBand, PriceChange, PriceRule, ShelfEntry, Variant
from catalog.pricing.formula import PriceRefused
from catalog.pricing.repricing import apply, propose, reprice, starting_price
from catalog.rates import NoRate, today
from integrations.types import FreightOption
from shop.money import Money
from tests.factories import ExchangeRateFactory, ListingFactory, PriceRuleFactory, SupplierAccountFactory

pytestmark = pytest.mark.django_db


def listed(*, price="14.00", cost="10.00", **kwargs):
    """A listing at 10.00 of a variant sold for 14.00: what a rule of 40 % makes of it."""
    cost = Decimal(cost) if cost is not None else None
    return ListingFactory(variant__price=Decimal(price), cost=cost, **kwargs)


def price_of(listing) -> Decimal:
    return Variant.objects.get(pk=listing.variant_id).price


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_price_follows_the_cost_at_the_same_margin():
    PriceRuleFactory(percent=Decimal(40))
    listing = listed(cost="11.00")

    done = reprice([listing.variant_id], reason="the cost moved")

    assert (done.changed, done.refused, done.unchanged) == ((listing.variant_id,), (), ())
    assert price_of(listing) == Decimal("15.40")


def test_change_of_a_price_is_written_down_with_its_reason():
    rule = PriceRuleFactory(percent=Decimal(40), name="Forty")
    listing = listed(cost="11.00")

    reprice([listing.variant_id], reason="the cost moved")

    change = PriceChange.objects.get()
    assert (change.variant_id, change.sku) == (listing.variant_id, listing.variant.sku)
    assert (change.old_price, change.new_price, change.currency) == (Decimal("14.00"), Decimal("15.40"), "USD")
    assert (change.cost, change.margin_percent) == (Decimal("11.00"), Decimal("28.6"))
    assert (change.reason, change.note, change.rule_name, change.actor) == (
        "cost",
        "the cost moved",
        rule.name,
        "system",
    )


def test_lists_show_the_new_price_at_once():
    PriceRuleFactory()
    listing = listed(cost="11.00")

    reprice([listing.variant_id], reason="x")

    assert ShelfEntry.objects.get(product=listing.variant.product).price == Decimal("15.40")


def test_price_that_is_right_is_left_alone():
    PriceRuleFactory()
    listing = listed()

    done = reprice([listing.variant_id], reason="x")

    assert done.unchanged == (listing.variant_id,)
    assert not PriceChange.objects.exists()


@pytest.mark.parametrize("exempt", ["by hand", "rule not automatic", "rule off", "no rule", "other currency"])
def test_price_that_no_automatic_rule_is_for_is_left_alone(exempt):
    listing = listed(cost="11.00", variant__price_is_fixed=exempt == "by hand")
    if exempt != "no rule":
        PriceRuleFactory(
            is_automatic=exempt != "rule not automatic",
            is_active=exempt != "rule off",
            currency="EUR" if exempt == "other currency" else "USD",
        )

    done = reprice([listing.variant_id], reason="x")

    assert (done.changed, done.refused, done.unchanged) == ((), (), (listing.variant_id,))
    assert price_of(listing) == Decimal("14.00")


@pytest.mark.parametrize(
    ("cost", "code"), [("0", "no_cost"), (None, "no_cost"), ("0.10", "large_change"), ("1000.00", "large_change")]
)
def test_absurd_cost_changes_no_price(cost, code):
    PriceRuleFactory()
    listing = listed(cost=cost)

    done = reprice([listing.variant_id], reason="x")

    assert [(refused.variant_id, refused.code) for refused in done.refused] == [(listing.variant_id, code)]
    assert price_of(listing) == Decimal("14.00")
    assert not PriceChange.objects.exists()


def test_missing_rate_refuses_the_price_and_not_the_others():
    PriceRuleFactory()
    in_yuan, in_dollars = listed(currency="CNY"), listed(cost="11.00")

    done = reprice([in_yuan.variant_id, in_dollars.variant_id], reason="x")

    assert [refused.code for refused in done.refused] == ["no_rate"]
    assert done.changed == (in_dollars.variant_id,)


def test_stale_rate_stops_the_price():
    PriceRuleFactory()
    listing = listed(cost="71.00", currency="CNY")
    for currency, rate in (("USD", "1.10"), ("CNY", "7.70")):
        ExchangeRateFactory(currency=currency, rate=Decimal(rate), date=today() - timedelta(days=8))

    done = reprice([listing.variant_id], reason="x")

    assert [refused.code for refused in done.refused] == ["stale_rate"]


def test_cost_in_another_currency_is_converted_with_the_safety_margin(settings):
    settings.EXCHANGE_MARGIN_PERCENT = 2
    PriceRuleFactory()
    listing = listed(cost="70.00", currency="CNY", account__currency="CNY")
    ExchangeRateFactory(currency="USD", rate=Decimal("1.10"))
    ExchangeRateFactory(currency="CNY", rate=Decimal("7.70"))

    reprice([listing.variant_id], reason="x")

    # 70 CNY are 10 USD, with 2 % 10.20 USD; times 1.4.
    assert price_of(listing) == Decimal("14.28")
    assert PriceChange.objects.get().rate_date == today()


def test_fees_of_the_account_are_part_of_the_cost():
    PriceRuleFactory()
    account = SupplierAccountFactory(fee_percent=Decimal(5), fee_fixed=Decimal("0.30"))
    listing = listed(account=account)

    reprice([listing.variant_id], reason="x")

    # (10 + 0.50 + 0.30) x 1.4
    assert price_of(listing) == Decimal("15.12")


def test_listing_that_is_tried_first_makes_the_price():
    PriceRuleFactory()
    second = listed(cost="11.00", priority=2)
    ListingFactory(variant=second.variant, cost=Decimal("12.00"), priority=1)
    ListingFactory(variant=second.variant, cost=Decimal("9.00"), priority=0, is_active=False)

    reprice([second.variant_id], reason="x")

    assert price_of(second) == Decimal("16.80")


def test_price_that_somebody_changed_meanwhile_is_passed_over():
    PriceRuleFactory()
    listing = listed(cost="11.00")
    proposals = propose([listing.variant_id])
    Variant.objects.filter(pk=listing.variant_id).update(price=Decimal("19.00"))

    done = apply(proposals, reason=PriceChange.Reason.RULE, actor="staff:1")

    assert (done.changed, done.passed_over) == ((), (listing.variant_id,))
    assert price_of(listing) == Decimal("19.00")
    assert not PriceChange.objects.exists()


def test_queries_do_not_grow_with_the_variants():
    PriceRuleFactory()
    few = [listed(cost="11.00").variant_id for _ in range(2)]
    many = [listed(cost="11.00").variant_id for _ in range(12)]

    with CaptureQueriesContext(connection) as of_few:
        reprice(few, reason="x")
    with CaptureQueriesContext(connection) as of_many:
        reprice(many, reason="x")

    assert len(of_many) == len(of_few)


def test_proposals_applied_twice_change_a_price_once():
    PriceRuleFactory()
    listing = listed(cost="11.00")
    proposals = propose([listing.variant_id])

    apply(proposals, reason=PriceChange.Reason.RULE, actor="staff:1")
    again = apply(proposals, reason=PriceChange.Reason.RULE, actor="staff:2")

    assert again.passed_over == (listing.variant_id,)
    assert PriceChange.objects.count() == 1


def test_price_that_has_become_exempt_meanwhile_is_passed_over():
    PriceRuleFactory()
    listing = listed(cost="11.00")
    proposals = propose([listing.variant_id])
    Variant.objects.filter(pk=listing.variant_id).update(price_is_fixed=True)

    assert apply(proposals, reason=PriceChange.Reason.RULE, actor="staff:1").changed == ()
    assert price_of(listing) == Decimal("14.00")


def test_pieces_of_one_of_ours_are_all_paid_for():
    PriceRuleFactory()
    listing = listed(cost="5.50", quantity_per_unit=2)

    reprice([listing.variant_id], reason="x")

    assert price_of(listing) == Decimal("15.40")


class TestShippingInThePrice:
    """The goods cost 10.00; of 12.00 in all a rule of 40 % makes 16.80."""

    def told(self, listing, *ways: tuple[str, str, bool], days_old: int = 0) -> None:
        account = listing.account_id
        question = delivery.Question(account, listing.external_product_id, listing.external_sku_id, "US", 1)
        delivery.keep(question, [FreightOption(name, name, usd(fee), tracked) for name, fee, tracked in ways])
        FreightQuote.objects.update(checked_at=timezone.now() - timedelta(days=days_old))

    def rule(self, **kwargs) -> PriceRule:
        return PriceRuleFactory(includes_shipping=True, shipping_country="US", **kwargs)

    def test_is_the_fee_of_the_service_that_would_be_used(self):
        self.rule()
        listing = listed(shipping_service="STANDARD")
        self.told(listing, ("CHEAP", "1.00", True), ("STANDARD", "2.00", True))

        reprice([listing.variant_id], reason="x")

        assert price_of(listing) == Decimal("16.80")

    def test_is_else_the_cheapest_tracked_one(self):
        self.rule()
        listing = listed()
        self.told(listing, ("UNTRACKED", "1.00", False), ("STANDARD", "2.00", True), ("FAST", "9.00", True))

        reprice([listing.variant_id], reason="x")

        assert price_of(listing) == Decimal("16.80")

    def test_does_not_come_and_go_with_the_age_of_the_answer(self):
        self.rule(shipping_fallback=Decimal(5))
        listing = listed()
        self.told(listing, ("STANDARD", "2.00", True), days_old=10)

        reprice([listing.variant_id], reason="x")

        assert price_of(listing) == Decimal("16.80")

    def test_that_is_not_known_is_what_the_rule_says(self):
        self.rule(shipping_fallback=Decimal(2))
        listing = listed()

        reprice([listing.variant_id], reason="x")

        assert price_of(listing) == Decimal("16.80")

    @pytest.mark.parametrize("ways", [None, ()])
    def test_that_is_neither_known_nor_said_makes_no_price(self, ways):
        self.rule()
        listing = listed()
        if ways is not None:
            self.told(listing, *ways)

        done = reprice([listing.variant_id], reason="x")

        assert [refused.code for refused in done.refused] == ["no_shipping"]
        assert price_of(listing) == Decimal("14.00")

    def test_does_not_count_where_no_rule_wants_it(self):
        PriceRuleFactory()
        listing = listed()
        self.told(listing, ("STANDARD", "2.00", True))

        assert reprice([listing.variant_id], reason="x").unchanged == (listing.variant_id,)


class TestCompareAt:
    def changed(self, compare_at: str, *, before: str | None, cost: str = "11.00", **rule) -> Decimal | None:
        PriceRuleFactory(compare_at=compare_at, **rule)
        listing = listed(cost=cost, variant__compare_at_price=Decimal(before) if before else None)
        reprice([listing.variant_id], reason="x")
        return Variant.objects.get(pk=listing.variant_id).compare_at_price

    def test_is_kept_above_the_price(self):
        assert self.changed("keep", before="20.00") == Decimal("20.00")

    def test_goes_where_the_price_has_reached_it(self):
        assert self.changed("keep", before="15.40") is None

    def test_is_taken_away(self):
        assert self.changed("none", before="20.00") is None

    def test_stands_a_percentage_above(self):
        assert self.changed("percent", before=None, compare_at_percent=Decimal(25)) == Decimal("19.25")

    def test_is_the_price_that_was_when_it_falls(self):
        assert self.changed("lowest", before=None, cost="9.00") == Decimal("14.00")

    def test_is_none_when_the_price_rises(self):
        assert self.changed("lowest", before="20.00") is None

    def test_is_the_lowest_price_of_the_last_thirty_days(self):
        rule = PriceRuleFactory(compare_at="lowest")
        listing = listed(cost="11.00")
        for cost in ("11.00", "10.50", "10.40"):
            type(listing).objects.filter(pk=listing.pk).update(cost=Decimal(cost))
            reprice([listing.variant_id], reason=rule.name)

        # 14.00 -> 15.40 -> 14.70 -> 14.56: the reduction may be measured by 14.00 at most, which is below the price.
        assert Variant.objects.get(pk=listing.variant_id).compare_at_price is None


class TestStartingPrice:
    def test_is_made_by_the_rule_of_the_shop(self):
        PriceRuleFactory()

        price = starting_price(usd("8.01"), category_id=None, account_id=None, product_id=None, currency="USD")

        assert price == usd("11.21")

    def test_counts_the_fees_of_the_account(self):
        PriceRuleFactory()
        account = SupplierAccountFactory(fee_percent=Decimal(10))

        price = starting_price(usd("10.00"), category_id=None, account_id=account.pk, product_id=None, currency="USD")

        assert price == usd("15.40")

    def test_is_refused_without_a_rule(self):
        with pytest.raises(PriceRefused) as refused:
            starting_price(usd("8.01"), category_id=None, account_id=None, product_id=None, currency="USD")

        assert refused.value.code == "no_rule"

    def test_is_refused_without_a_rate(self):
        PriceRuleFactory(currency="EUR")

        with pytest.raises(NoRate) as refused:
            starting_price(usd("8.01"), category_id=None, account_id=None, product_id=None, currency="EUR")

        assert refused.value.code == "no_rate"

    def test_is_refused_where_shipping_must_count_and_is_not_known(self):
        PriceRuleFactory(includes_shipping=True, shipping_country="US")

        with pytest.raises(PriceRefused) as refused:
            starting_price(usd("8.01"), category_id=None, account_id=None, product_id=None, currency="USD")

        assert refused.value.code == "no_shipping"

    def test_counts_the_shipping_that_is_known(self):
        PriceRuleFactory(includes_shipping=True, shipping_country="US", shipping_fallback=Decimal(9))

        price = starting_price(
            usd("8.00"), category_id=None, account_id=None, product_id=None, currency="USD", shipping=usd("2.00")
        )

        assert price == usd("14.00")

    def test_follows_the_ranges_of_a_rule(self):
        rule = PriceRuleFactory(kind=PriceRule.Kind.BANDS)
        for up_to, percent in ((Decimal(10), 100), (None, 50)):
            PriceBand.objects.create(rule=rule, up_to=up_to, percent=percent)

        prices = [
            starting_price(usd(cost), category_id=None, account_id=None, product_id=None, currency="USD")
            for cost in ("10.00", "10.01", "40.00")
        ]

        assert prices == [usd("20.00"), usd("20.00"), usd("60.00")]


@pytest.mark.parametrize(
    "exempt", [{"variant__is_bundle": True}, {"drifted_at": timezone.now()}], ids=["bundle", "means something else"]
)
def test_cost_that_says_nothing_moves_no_price(exempt):
    PriceRuleFactory(percent=Decimal(40))
    listing = listed(cost="99.00", **exempt)

    reprice([listing.variant_id], reason="the cost moved")

    assert price_of(listing) == Decimal("14.00")
