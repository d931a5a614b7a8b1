"""Staff decide about changes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from catalog.models import Listing, SyncChange, SyncRule, Variant, WatchedProduct
from catalog.syncing import answering
from catalog.syncing.answering import CannotDecide
from catalog.syncing.applying import apply_readings
from catalog.syncing.new_variants import note_new
from catalog.syncing.readings import Reading
from integrations.clock import database_now
from integrations.types import ProductSnapshot
from shop.errors import DomainError
from tests.factories import ListingFactory, PriceRuleFactory
from tests.fake_supplier import sku, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return get_user_model().objects.create(username="ada")


def asked(listing, reading: Reading) -> SyncChange:
    SyncRule.objects.create(**{kind: "ask" for kind in ("price_up", "out_of_stock", "back_in_stock", "sku_gone")})
    apply_readings([reading], started_at=database_now())
    change: SyncChange = SyncChange.objects.get(status="waiting")
    return change


def test_accepted_price_follows_the_rule(person):
    PriceRuleFactory()
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"))
    change = asked(listing, Reading(listing.pk, Decimal("11.00"), "USD", 5))

    answering.accept(change, by=person)

    listing.variant.refresh_from_db()
    assert listing.variant.price == Decimal("15.40")
    assert (change.status, change.decided_by) == ("accepted", person)


def test_price_that_no_rule_lifts_above_the_cost_cannot_be_accepted(person):
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"))
    change = asked(listing, Reading(listing.pk, Decimal("15.00"), "USD", 5))

    with pytest.raises(CannotDecide, match="loss"):
        answering.accept(change, by=person)

    change.refresh_from_db()
    assert change.status == "waiting"


def test_refused_change_leaves_everything_and_is_not_asked_again(person):
    listing = ListingFactory(stock=5)
    change = asked(listing, Reading(listing.pk, stock=0))
    answering.refuse(change, by=person)

    apply_readings([Reading(listing.pk, stock=0)], started_at=database_now())

    listing.refresh_from_db()
    assert listing.stock == 5
    assert SyncChange.objects.get().status == "refused"


def test_refusing_lets_what_was_withheld_be_sold_on(person):
    listing = ListingFactory(cost=Decimal("10.00"), variant__price=Decimal("14.00"), stock=5)
    WatchedProduct.objects.create(
        account=listing.account, external_product_id=listing.external_product_id, checked_at=database_now()
    )
    reading = Reading(listing.pk, Decimal("15.00"), "USD", 5)
    apply_readings([reading], started_at=database_now())
    answering.refuse(SyncChange.objects.get(), by=person)

    apply_readings([reading], started_at=database_now())

    listing.refresh_from_db()
    assert listing.stock == 5
    assert WatchedProduct.objects.get().checked_at is None


def test_accepted_stock_is_the_suppliers(person):
    listing = ListingFactory(stock=0)
    change = asked(listing, Reading(listing.pk, stock=7))

    answering.accept(change, by=person)

    listing.refresh_from_db()
    assert listing.stock == 7


def test_stock_that_moved_since_cannot_be_accepted(person):
    listing = ListingFactory(stock=5)
    change = asked(listing, Reading(listing.pk, stock=0))
    type(listing).objects.update(stock=4)

    with pytest.raises(CannotDecide) as refusal:
        answering.accept(change, by=person)

    assert refusal.value.code == "stock_moved"


@pytest.mark.parametrize(("later", "accepted"), [(2, 2), (0, None), (80, 80)])
def test_accepted_stock_is_what_the_last_check_found(person, later, accepted):
    listing = ListingFactory(stock=0)
    change = asked(listing, Reading(listing.pk, stock=50))
    apply_readings([Reading(listing.pk, stock=later)], started_at=database_now())

    if accepted is None:
        with pytest.raises(CannotDecide):
            answering.accept(change, by=person)
    else:
        answering.accept(change, by=person)

    listing.refresh_from_db()
    assert listing.stock == (accepted or 0)
    assert SyncChange.objects.count() == 1


def test_stock_that_moved_can_be_accepted_after_the_next_check(person):
    listing = ListingFactory(stock=5)
    change = asked(listing, Reading(listing.pk, stock=0))
    type(listing).objects.update(stock=4)
    apply_readings([Reading(listing.pk, stock=0)], started_at=database_now())

    answering.accept(change, by=person)

    listing.refresh_from_db()
    assert listing.stock == 0


def test_what_is_there_again_is_not_to_be_decided_any_more_and_is_asked_when_it_goes_again():
    listing = ListingFactory(stock=5)
    change = asked(listing, Reading(listing.pk, gone="sku_gone"))

    apply_readings([Reading(listing.pk, stock=5)], started_at=database_now())
    change.refresh_from_db()
    assert change.status == "superseded"
    apply_readings([Reading(listing.pk, gone="sku_gone")], started_at=database_now())

    assert SyncChange.objects.get(status="waiting").kind == "sku_gone"


def test_goods_that_are_gone_cannot_be_put_on_sale_by_an_older_change(person):
    listing = ListingFactory(stock=0)
    change = asked(listing, Reading(listing.pk, stock=50))
    apply_readings([Reading(listing.pk, gone="product_gone")], started_at=database_now())

    with pytest.raises(CannotDecide):
        answering.accept(change, by=person)


def test_stock_is_not_accepted_while_the_cost_waits(person):
    SyncRule.objects.create(price_up="zero", back_in_stock="ask")
    listing = ListingFactory(cost=Decimal("10.00"), stock=0)
    apply_readings([Reading(listing.pk, Decimal("20.00"), "USD", 5)], started_at=database_now())

    with pytest.raises(CannotDecide) as refusal:
        answering.accept(SyncChange.objects.get(kind="back_in_stock"), by=person)

    assert refusal.value.code == "withheld"


def test_accepted_stock_shows_again_what_the_sync_has_hidden(person):
    SyncRule.objects.create(out_of_stock="hide", back_in_stock="ask")
    listing = ListingFactory(stock=5)
    for stock in (0, 7):
        apply_readings([Reading(listing.pk, stock=stock)], started_at=database_now())

    answering.accept(SyncChange.objects.get(kind="back_in_stock"), by=person)

    listing.variant.refresh_from_db()
    assert listing.variant.is_active


def test_decision_is_taken_once(person):
    listing = ListingFactory(stock=5)
    change = asked(listing, Reading(listing.pk, gone="sku_gone"))
    answering.accept(change, by=person)

    with pytest.raises(CannotDecide):
        answering.refuse(change, by=person)


def test_what_a_rule_has_hidden_can_be_shown_again(person):
    SyncRule.objects.create(sku_gone="hide")
    listing = ListingFactory(stock=5)
    apply_readings([Reading(listing.pk, gone="sku_gone")], started_at=database_now())

    answering.show_again(SyncChange.objects.get(), by=person)

    listing.variant.refresh_from_db()
    assert listing.variant.is_active
    assert listing.variant.product.status == "active"


def with_new_sku(listing) -> SyncChange:
    old, new = sku(listing.external_sku_id), sku("777", options=(("Color", "Ink"),), price=usd("9.00"), stock=4)
    watched = WatchedProduct.objects.create(
        account=listing.account,
        external_product_id=listing.external_product_id,
        known_skus={listing.external_sku_id: None},
    )
    product = ProductSnapshot(listing.external_product_id, "Absorbent bath mat", True, (old, new))
    note_new(watched, [(listing, product)], mapped={listing.external_sku_id})
    note_new(watched, [(listing, product)], mapped={listing.external_sku_id})
    change: SyncChange = SyncChange.objects.get()
    return change


def test_new_variant_is_asked_about_once_and_sold_when_accepted(person):
    PriceRuleFactory()
    listing = ListingFactory(variant__product__option_names=["Color"])

    answering.accept(with_new_sku(listing), by=person)

    added = Variant.objects.get(listings__external_sku_id="777")
    assert (added.product, added.price, added.options) == (listing.variant.product, Decimal("12.60"), {"Color": "Ink"})
    assert added.listings.get().stock == 4


def test_new_variant_that_waited_is_as_old_as_what_was_read_of_it(person):
    PriceRuleFactory()
    change = with_new_sku(ListingFactory(variant__product__option_names=["Color"]))
    found_at = timezone.now() - timedelta(days=2)
    SyncChange.objects.update(found_at=found_at)
    change.refresh_from_db()

    answering.accept(change, by=person)

    assert Listing.objects.get(external_sku_id="777").checked_at == found_at


def test_new_variant_without_a_price_stays_to_be_decided(person):
    change = with_new_sku(ListingFactory())

    with pytest.raises(DomainError) as refusal:
        answering.accept(change, by=person)

    change.refresh_from_db()
    assert refusal.value.code == "no_rule"
    assert change.status == "waiting"
