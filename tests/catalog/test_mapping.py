"""Mapping a listing to a supplier's SKU."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog import stock
from catalog.mapping import map_listing, read_product
from catalog.models import Listing, SyncChange
from catalog.syncing.applying import apply_readings
from catalog.syncing.readings import Reading
from integrations.clock import database_now
from integrations.errors import Transient
from integrations.types import ProductSnapshot
from shop.errors import DomainError
from tests.factories import ListingFactory, OrderFactory, OrderLineFactory, PriceRuleFactory
from tests.fake_supplier import sku, usd

pytestmark = pytest.mark.django_db

PRODUCT = ProductSnapshot(
    "1005006000000101",
    "Stoneware mug",
    True,
    (
        sku(),
        sku(
            "77", sku_attr="14:175#Sage", options=(("Color", "Sage"),), price=usd("9.50"), stock=None, quantity_limit=4
        ),
    ),
)


def test_the_chosen_sku_is_taken_over_with_its_meaning():
    listing = ListingFactory(fingerprint={"title": "Old"})

    map_listing(listing, product=PRODUCT, sku_id="77")

    listing.refresh_from_db()
    assert (listing.external_product_id, listing.external_sku_id) == ("1005006000000101", "77")
    assert (listing.external_sku_attr, listing.cost, listing.stock) == ("14:175#Sage", Decimal("9.50"), None)
    assert listing.quantity_limit == 4
    assert listing.fingerprint == {
        "title": "Stoneware mug",
        "options": [["Color", "Sage"]],
        "sku_text": "14:175#Sage",
        "price": {"amount": "9.50", "currency": "USD", "low": "4.75", "high": "19.00"},
    }
    assert listing.checked_at is not None


def read_before(**changes):
    return ListingFactory(
        external_product_id=PRODUCT.product_id, external_sku_id="12000040000010101", checked_at=database_now(),
        **{"cost": Decimal("8.01"), "stock": 5, **changes},
    )  # fmt: skip


def reserve(listing, quantity: int) -> None:
    assert stock.take(listing.pk, quantity)
    OrderLineFactory(
        order=OrderFactory(), variant=listing.variant, listing=listing, quantity=quantity, quantity_reserved=quantity
    )


@pytest.mark.parametrize("sku_id", ["12000040000010101", "78"])
def test_pieces_that_an_unbought_order_keeps_are_not_sold_again_when_the_sku_is_read_or_another_one_mapped(sku_id):
    listing = read_before()
    reserve(listing, 3)
    product = replace(PRODUCT, skus=(sku(stock=5), sku("78", stock=5)))

    map_listing(listing, product=product, sku_id=sku_id)

    listing.refresh_from_db()
    assert listing.stock == 2


def test_reading_the_same_sku_again_does_not_sell_what_waits_for_a_decision():
    listing = read_before(variant__price=Decimal("14.00"))
    apply_readings([Reading(listing.pk, cost=Decimal("15.00"), currency="USD", stock=5)], started_at=database_now())
    listing.refresh_from_db()
    change = SyncChange.objects.get(status="waiting", withholds=True)

    map_listing(listing, product=replace(PRODUCT, skus=(sku(price=usd("15.00")),)), sku_id="12000040000010101")

    listing.refresh_from_db()
    change.refresh_from_db()
    assert (listing.stock, change.status) == (0, "waiting")


def test_what_waits_about_another_sku_is_past_when_staff_map_the_listing_to_this_one():
    listing = read_before(variant__price=Decimal("14.00"))
    apply_readings([Reading(listing.pk, cost=Decimal("15.00"), currency="USD", stock=5)], started_at=database_now())
    listing.refresh_from_db()

    map_listing(listing, product=replace(PRODUCT, skus=(sku("78", stock=7),)), sku_id="78")

    listing.refresh_from_db()
    assert listing.stock == 7
    assert not SyncChange.objects.filter(status="waiting").exists()


def test_price_follows_when_staff_read_the_same_sku_again():
    PriceRuleFactory()
    listing = read_before(variant__price=Decimal("11.21"))

    map_listing(listing, product=replace(PRODUCT, skus=(sku(price=usd("10.00")),)), sku_id="12000040000010101")

    listing.variant.refresh_from_db()
    assert (listing.cost, listing.variant.price) == (Decimal("10.00"), Decimal("14.00"))


@pytest.mark.parametrize("checked_at", [None, datetime(2026, 1, 1, tzinfo=UTC)])
def test_number_that_no_column_holds_is_kept_as_the_most_that_can_be(checked_at):
    listing = read_before()
    Listing.objects.update(checked_at=checked_at)
    listing.refresh_from_db()
    product = replace(PRODUCT, skus=(sku(stock=10**12, quantity_limit=10**12),))

    map_listing(listing, product=product, sku_id="12000040000010101")

    listing.refresh_from_db()
    assert (listing.stock, listing.quantity_limit) == (2_000_000_000, 2_000_000_000)


def test_a_sku_that_the_product_has_not_is_refused():
    listing = ListingFactory()

    with pytest.raises(DomainError) as error:
        map_listing(listing, product=PRODUCT, sku_id="404")

    assert error.value.code == "no_such_sku"


def test_one_sku_is_bought_by_one_listing_of_an_account():
    first = ListingFactory()
    map_listing(first, product=PRODUCT, sku_id="77")
    second = ListingFactory(account=first.account)

    with pytest.raises(DomainError) as error:
        map_listing(second, product=PRODUCT, sku_id="77")

    assert error.value.code == "already_mapped"
    assert second.external_sku_id != "77"


def test_the_product_is_read_through_the_account(supplier):
    listing = ListingFactory(account__provider="fake")

    assert read_product(listing).product_id == listing.external_product_id


def test_a_supplier_that_cannot_be_asked_is_said(supplier):
    supplier.read_error = Transient("busy")

    with pytest.raises(Transient):
        read_product(ListingFactory(account__provider="fake"))


def test_an_account_of_a_supplier_that_is_not_installed_is_said():
    with pytest.raises(DomainError) as error:
        read_product(ListingFactory(account__provider="gone"))

    assert error.value.code == "unknown_provider"
