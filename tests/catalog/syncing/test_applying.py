"""Readings of suppliers become figures, changes and what the rules say about them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from catalog import stock
from catalog.models import DEFAULT_ACTIONS, ChangeKind, Product, ShelfEntry, SyncAction, SyncChange, SyncRule
from catalog.syncing import applying
from catalog.syncing.applying import apply_readings
from catalog.syncing.readings import Reading
from fulfillment.models import OrderLine
from integrations.clock import database_now
from tests.factories import (
    ExchangeRateFactory,
    ListingFactory,
    OrderFactory,
    OrderLineFactory,
    PriceRuleFactory,
    SupplierOrderFactory,
    SupplierOrderLineFactory,
)

pytestmark = pytest.mark.django_db


def read(listing, **changes) -> Reading:
    values = {"cost": listing.cost, "currency": listing.currency, "stock": listing.stock}
    return Reading(listing.pk, **{**values, **changes})


def apply(*readings, started_at=None):
    return apply_readings(readings, started_at=started_at or database_now())


def kinds() -> list[tuple[str, str]]:
    return list(SyncChange.objects.order_by("pk").values_list("kind", "status"))


def test_what_the_supplier_says_is_written():
    listing = ListingFactory(cost=Decimal("8.01"), stock=100, quantity_limit=3)

    apply(read(listing, cost=Decimal("8.50"), stock=40))

    listing.refresh_from_db()
    assert (listing.cost, listing.stock, listing.quantity_limit) == (Decimal("8.50"), 40, None)


def test_listing_that_is_as_it_was_only_notes_the_check():
    listing = ListingFactory()
    started_at = database_now()

    applied = apply(read(listing), started_at=started_at)

    listing.refresh_from_db()
    assert (applied.written, applied.unchanged, applied.changes) == (0, 1, 0)
    assert listing.checked_at == started_at


def test_what_is_not_told_stays():
    listing = ListingFactory(cost=Decimal("8.01"), stock=100)

    apply(Reading(listing.pk))

    listing.refresh_from_db()
    assert (listing.cost, listing.stock) == (Decimal("8.01"), 100)


def test_check_that_began_before_a_later_one_changes_nothing():
    now = database_now()
    listing = ListingFactory(cost=Decimal("8.01"), stock=100, checked_at=now)

    applied = apply(read(listing, cost=Decimal("1.00"), stock=1), started_at=now - timedelta(seconds=1))

    listing.refresh_from_db()
    assert (listing.cost, listing.stock, listing.checked_at) == (Decimal("8.01"), 100, now)
    assert applied.written == applied.unchanged == 0


def test_first_reading_of_a_listing_is_no_change():
    listing = ListingFactory(cost=None, stock=None)

    apply(read(listing, cost=Decimal("8.01"), currency="USD", stock=5))

    listing.refresh_from_db()
    assert (listing.cost, listing.stock) == (Decimal("8.01"), 5)
    assert kinds() == []


def test_many_listings_are_written_in_several_transactions(monkeypatch):
    monkeypatch.setattr(applying, "CHUNK", 2)
    listings = [ListingFactory(stock=10) for _ in range(5)]

    applied = apply(*(read(listing, stock=7) for listing in listings))

    assert applied.written == 5
    assert {row.stock for row in type(listings[0]).objects.all()} == {7}


def test_number_of_queries_does_not_grow_with_the_listings(django_assert_max_num_queries):
    listings = [ListingFactory(stock=10) for _ in range(30)]
    apply(read(listings[0], stock=10))

    with django_assert_max_num_queries(30):
        apply(*(read(listing, stock=0) for listing in listings))


# --- what orders keep ------------------------------------------------------------------------------------------------


def reserved(listing, quantity: int, **order) -> OrderLine:
    assert stock.take(listing.pk, quantity)
    line: OrderLine = OrderLineFactory(
        order=OrderFactory(**order),
        variant=listing.variant,
        listing=listing,
        quantity=quantity,
        quantity_reserved=quantity,
    )
    return line


def bought(line, listing, *, placed_at):
    supplier_order = SupplierOrderFactory(order=line.order, account=listing.account, status="placed")
    type(supplier_order).objects.filter(pk=supplier_order.pk).update(placed_at=placed_at)
    SupplierOrderLineFactory(supplier_order=supplier_order, order_line=line, listing=listing)


def test_pieces_of_an_order_that_is_not_bought_yet_stay_taken():
    listing = ListingFactory(stock=10)
    reserved(listing, 3)

    apply(read(listing, stock=10))

    listing.refresh_from_db()
    assert listing.stock == 7


def test_pieces_stay_taken_when_the_supplier_sold_as_many_to_others():
    listing = ListingFactory(stock=10)
    reserved(listing, 3)

    apply(read(listing, stock=7))

    listing.refresh_from_db()
    assert listing.stock == 4


def test_pieces_that_were_bought_before_the_check_are_not_taken_off_twice():
    listing = ListingFactory(stock=10)
    line = reserved(listing, 3)
    bought(line, listing, placed_at=database_now() - timedelta(seconds=5))

    apply(read(listing, stock=7))

    listing.refresh_from_db()
    assert listing.stock == 7


def test_purchase_during_the_check_never_leaves_too_much():
    listing = ListingFactory(stock=10)
    line = reserved(listing, 3)
    started_at = database_now()
    bought(line, listing, placed_at=started_at + timedelta(milliseconds=1))

    apply(read(listing, stock=10), started_at=started_at)

    listing.refresh_from_db()
    assert listing.stock == 7


def test_given_back_pieces_count_again_after_the_next_check():
    listing = ListingFactory(stock=10)
    line = reserved(listing, 3)
    OrderLine.objects.filter(pk=line.pk).update(quantity_reserved=0)
    stock.give_back(listing.pk, 3)

    apply(read(listing, stock=10))

    listing.refresh_from_db()
    assert listing.stock == 10


@pytest.mark.skipif(connection.vendor == "sqlite", reason="nobody else writes during a transaction of SQLite")
def test_order_that_takes_stock_between_reading_and_writing_is_not_overwritten(monkeypatch):
    listing = ListingFactory(stock=10)
    original = applying.stock.kept

    def order_comes_in(ids, **kwargs):
        found = original(ids, **kwargs)
        reserved(listing, 2)
        return found

    monkeypatch.setattr(applying.stock, "kept", order_comes_in)
    applied = apply(read(listing, stock=9))

    listing.refresh_from_db()
    assert listing.stock == 8
    assert applied.passed_over == 1


# --- kinds and actions ------------------------------------------------------------------------------------------------


def test_price_follows_the_cost_by_the_pricing_rule():
    PriceRuleFactory()
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"))

    apply(read(listing, cost=Decimal("11.00")))

    listing.variant.refresh_from_db()
    assert listing.variant.price == Decimal("15.40")
    assert kinds() == [("price_up", "done")]


def test_price_that_would_be_below_cost_is_not_sold_until_staff_decide():
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"), stock=5)

    apply(read(listing, cost=Decimal("15.00")))

    listing.refresh_from_db()
    change = SyncChange.objects.get()
    assert (change.status, change.withholds, listing.stock) == ("waiting", True, 0)
    assert "loss" in change.note


def in_euro(**changes):
    """Sold for 9.00 EUR at a fixed price, bought for 10.00 USD: 8.00 EUR."""
    values = {
        "variant__currency": "EUR",
        "variant__price": Decimal("9.00"),
        "variant__price_is_fixed": True,
        "stock": 5,
    }
    return ListingFactory(cost=Decimal("10.00"), **{**values, **changes})


@pytest.mark.parametrize(
    ("cost", "fee_percent", "stock_after"), [("11.00", "0", 5), ("11.50", "0", 0), ("11.00", "5", 0)]
)
def test_loss_in_another_currency_or_by_fees_is_not_sold(settings, cost, fee_percent, stock_after):
    settings.EXCHANGE_MARGIN_PERCENT = 0
    ExchangeRateFactory(currency="USD", rate=Decimal("1.25"))
    listing = in_euro(account__fee_percent=Decimal(fee_percent))

    apply(read(listing, cost=Decimal(cost)))

    listing.refresh_from_db()
    assert listing.stock == stock_after
    assert SyncChange.objects.filter(status="waiting", withholds=True).exists() is (stock_after == 0)


def test_higher_cost_without_a_usable_rate_counts_as_a_loss():
    listing = in_euro()

    apply(read(listing, cost=Decimal("10.10")))

    listing.refresh_from_db()
    change = SyncChange.objects.get()
    assert (change.status, change.withholds, listing.stock) == ("waiting", True, 0)
    assert "exchange rate" in change.note


def test_withheld_listing_stays_out_of_stock_at_the_next_check():
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"), stock=5)
    apply(read(listing, cost=Decimal("15.00")))

    apply(read(listing, cost=Decimal("15.00"), stock=5))

    listing.refresh_from_db()
    assert listing.stock == 0
    assert SyncChange.objects.count() == 1


@pytest.mark.parametrize(
    ("action", "status", "stock_after", "is_sold"),
    [
        ("nothing", "ignored", 5, True),
        ("follow", "done", 0, True),
        ("zero", "done", 0, True),
        ("hide", "done", 0, False),
        ("ask", "waiting", 5, True),
    ],
)
def test_each_action_for_what_is_out_of_stock(action, status, stock_after, is_sold):
    SyncRule.objects.create(out_of_stock=action)
    listing = ListingFactory(stock=5)

    apply(read(listing, stock=0))

    listing.refresh_from_db()
    assert kinds() == [("out_of_stock", status)]
    assert listing.stock == stock_after
    assert listing.variant.is_active is is_sold


@pytest.mark.parametrize(
    ("action", "status", "stock_after"), [("nothing", "ignored", 0), ("follow", "done", 9), ("ask", "waiting", 0)]
)
def test_each_action_for_what_is_back_in_stock(action, status, stock_after):
    SyncRule.objects.create(back_in_stock=action)
    listing = ListingFactory(stock=0)

    apply(read(listing, stock=9))

    listing.refresh_from_db()
    assert kinds() == [("back_in_stock", status)]
    assert listing.stock == stock_after


@pytest.mark.parametrize("kind", ["sku_gone", "product_gone", "shipping_gone"])
@pytest.mark.parametrize(
    ("action", "status", "stock_after", "is_sold"),
    [
        ("nothing", "ignored", 5, True),
        ("zero", "done", 0, True),
        ("hide", "done", 0, False),
        ("ask", "waiting", 5, True),
    ],
)
def test_each_action_for_what_is_gone(kind, action, status, stock_after, is_sold):
    SyncRule.objects.create(**{kind: action})
    listing = ListingFactory(stock=5)

    apply(Reading(listing.pk, gone=kind))

    listing.refresh_from_db()
    assert kinds() == [(kind, status)]
    assert listing.stock == stock_after
    assert listing.variant.is_active is is_sold


def test_followed_sku_that_is_gone_ends_the_use_of_its_listing():
    SyncRule.objects.create(sku_gone="follow")
    listing = ListingFactory(stock=5)

    apply(Reading(listing.pk, gone="sku_gone"))

    listing.refresh_from_db()
    assert (listing.is_active, listing.stock) == (False, 0)


def test_followed_end_of_shipping_takes_the_country_off_the_listing():
    SyncRule.objects.create(shipping_gone="follow")
    listing = ListingFactory(stock=5, destination_countries=["US", "DE"])

    apply_readings([Reading(listing.pk, gone="shipping_gone")], started_at=database_now(), country="US")

    listing.refresh_from_db()
    assert (listing.destination_countries, listing.stock) == (["DE"], 5)


@pytest.mark.parametrize(
    ("action", "status", "price", "stock_after"),
    [
        ("nothing", "ignored", "14.00", 5),
        ("follow", "done", "12.60", 5),
        ("ask", "waiting", "14.00", 5),
        ("zero", "waiting", "14.00", 0),
        ("hide", "waiting", "14.00", 0),
    ],
)
def test_each_action_for_a_lower_price(action, status, price, stock_after):
    PriceRuleFactory()
    SyncRule.objects.create(price_down=action)
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"), stock=5)

    apply(read(listing, cost=Decimal("9.00")))

    listing.refresh_from_db()
    assert kinds() == [("price_down", status)]
    assert (listing.cost, listing.stock) == (Decimal("9.00"), stock_after)
    assert listing.variant.price == Decimal(price)
    assert listing.variant.is_active is (action != "hide")


def test_variant_that_another_listing_can_serve_is_not_hidden():
    SyncRule.objects.create(product_gone="hide")
    listing = ListingFactory(stock=5)
    ListingFactory(variant=listing.variant, stock=3)

    apply(Reading(listing.pk, gone="product_gone"))

    listing.variant.refresh_from_db()
    assert listing.variant.is_active


def test_product_whose_last_variant_is_hidden_is_archived_and_comes_back_with_its_stock():
    listing = ListingFactory(stock=5)
    apply(Reading(listing.pk, gone="product_gone"))
    product = Product.objects.get()
    assert product.status == Product.Status.ARCHIVED

    apply(read(listing, stock=5))

    product.refresh_from_db()
    assert product.status == Product.Status.ACTIVE
    assert ShelfEntry.objects.get().in_stock


def test_what_staff_have_hidden_is_not_shown_again():
    listing = ListingFactory(stock=0)
    type(listing.variant).objects.update(is_active=False)

    apply(read(listing, stock=5))

    listing.variant.refresh_from_db()
    assert not listing.variant.is_active


def test_product_that_staff_have_archived_stays_archived_when_its_variant_is_back():
    listing = ListingFactory(stock=5)
    ListingFactory(variant__product=listing.variant.product)
    apply(Reading(listing.pk, gone="product_gone"))
    Product.objects.update(status=Product.Status.ARCHIVED)

    apply(read(listing, stock=5))

    assert Product.objects.get().status == Product.Status.ARCHIVED


def test_variant_that_a_higher_cost_has_hidden_is_shown_again_when_the_cost_falls():
    PriceRuleFactory()
    SyncRule.objects.create(price_up="hide")
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"), stock=5)
    apply(read(listing, cost=Decimal("12.00")))
    listing.variant.refresh_from_db()
    assert not listing.variant.is_active

    for _check in range(2):
        apply(read(listing, cost=Decimal("10.00"), stock=5))

    listing.refresh_from_db()
    product = Product.objects.get()
    assert (listing.variant.is_active, product.status, listing.stock) == (True, Product.Status.ACTIVE, 5)
    assert kinds() == [("price_up", "superseded"), ("price_down", "done"), ("back_in_stock", "done")]


@pytest.mark.parametrize("action", ["follow", "nothing", "ask"])
def test_lower_cost_that_is_still_too_high_stays_withheld(action):
    SyncRule.objects.create(price_up="hide", price_down=action)
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"), stock=5)
    apply(read(listing, cost=Decimal("16.00")))

    for _check in range(2):
        apply(read(listing, cost=Decimal("15.00"), stock=5))

    listing.refresh_from_db()
    assert kinds() == [("price_up", "superseded"), ("price_down", "waiting")]
    assert (listing.stock, listing.variant.is_active) == (0, False)


@pytest.mark.parametrize("action", ["nothing", "ask"])
def test_what_was_noted_is_not_noted_again_at_each_check(action):
    SyncRule.objects.create(out_of_stock=action)
    listing = ListingFactory(stock=5)

    for _ in range(3):
        apply(read(listing, stock=0))

    assert SyncChange.objects.count() == 1


def test_sku_that_stays_gone_is_told_once_and_again_after_it_was_back():
    listing = ListingFactory(stock=5)
    for _ in range(2):
        apply(Reading(listing.pk, gone="sku_gone"))
    apply(read(listing, stock=5))
    apply(Reading(listing.pk, gone="sku_gone"))

    assert [kind for kind, _ in kinds()] == ["sku_gone", "back_in_stock", "sku_gone"]


def test_later_price_overtakes_the_one_that_waits():
    SyncRule.objects.create(price_up="ask", price_down="ask")
    listing = ListingFactory(cost=Decimal("8.00"))
    apply(read(listing, cost=Decimal("9.00")))
    apply(read(listing, cost=Decimal("8.50")))

    assert kinds() == [("price_up", "superseded"), ("price_down", "waiting")]


def test_lists_show_the_new_stock_at_once():
    listing = ListingFactory(stock=5)

    apply(read(listing, stock=0))

    assert not ShelfEntry.objects.get(product=listing.variant.product).in_stock


def test_only_a_price_in_the_same_currency_is_compared():
    listing = ListingFactory(cost=Decimal("8.01"), currency="USD")

    apply(read(listing, cost=Decimal("60.00"), currency="CNY"))

    listing.refresh_from_db()
    assert (listing.cost, listing.currency) == (Decimal("8.01"), "USD")


def test_every_kind_has_a_default_action():
    assert set(DEFAULT_ACTIONS) == set(ChangeKind.values)
    assert set(DEFAULT_ACTIONS.values()) <= set(SyncAction.values)
