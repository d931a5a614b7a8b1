"""What lists read is kept true, whoever writes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction

from catalog import stock
from catalog.models import Listing, Product, ProductFacet, SearchWord, ShelfEntry, Variant
from catalog.search import Find, find
from catalog.shelf import count_sold, refresh, refresh_variants
from catalog.spelling import corrected, slips
from tests.factories import ListingFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def entry_of(product: Product) -> ShelfEntry:
    return ShelfEntry.objects.get(product=product)


def test_lowest_price_of_what_is_sold_counts() -> None:
    product = ProductFactory()
    VariantFactory(product=product, price=Decimal(30))
    VariantFactory(product=product, price=Decimal(20))
    VariantFactory(product=product, price=Decimal(10), is_active=False)

    assert (entry_of(product).price, entry_of(product).currency) == (Decimal(20), "USD")


def test_options_of_what_is_not_sold_any_more_are_forgotten() -> None:
    variant = VariantFactory(options={"Color": "Sage"})
    VariantFactory(product=variant.product, options={"Color": "Oat"})
    Variant.objects.filter(pk=variant.pk).update(is_active=False)

    refresh([variant.product_id])

    assert list(ProductFacet.objects.values_list("value", flat=True)) == ["Oat"]


def test_last_piece_sells_out_and_its_return_brings_it_back(django_capture_on_commit_callbacks) -> None:
    listing = ListingFactory(stock=2)
    product = listing.variant.product

    with django_capture_on_commit_callbacks(execute=True):
        stock.take(listing.pk, 2)
    sold_out = entry_of(product).in_stock
    with django_capture_on_commit_callbacks(execute=True):
        stock.give_back(listing.pk, 1)

    assert (sold_out, entry_of(product).in_stock) == (False, True)


def test_another_listing_keeps_the_product_in_stock(django_capture_on_commit_callbacks) -> None:
    listing = ListingFactory(stock=1)
    ListingFactory(variant=listing.variant, stock=None)

    with django_capture_on_commit_callbacks(execute=True):
        stock.take(listing.pk, 1)

    assert entry_of(listing.variant.product).in_stock


@pytest.mark.django_db(transaction=True)
def test_stock_that_was_not_committed_changes_nothing() -> None:
    listing = ListingFactory(stock=1)

    with transaction.atomic():
        stock.take(listing.pk, 1)
        transaction.set_rollback(True)

    assert entry_of(listing.variant.product).in_stock


def test_stock_below_one_unit_is_sold_out() -> None:
    listing = ListingFactory(stock=2, quantity_per_unit=3)

    assert not entry_of(listing.variant.product).in_stock


def test_times_sold_survive_a_refresh() -> None:
    one = VariantFactory()
    other = VariantFactory(product=one.product)

    count_sold([(one.pk, 2), (other.pk, 3), (987654, 5)])
    refresh([one.product_id])

    assert entry_of(one.product).quantity_sold == 5


def test_change_of_prices_in_bulk_is_followed() -> None:
    variant = VariantFactory(price=Decimal(20))
    Variant.objects.filter(pk=variant.pk).update(price=Decimal(15))

    refresh_variants([variant.pk])

    assert entry_of(variant.product).price == Decimal(15)


def test_command_mends_what_was_written_past_everything() -> None:
    listing = ListingFactory(variant__product__title="Lamp")
    Product.objects.update(title="Lantern")
    Listing.objects.update(stock=0)

    call_command("reindex_search", verbosity=0)

    assert find(Find(text="lantern")).count == 1
    assert not entry_of(listing.variant.product).in_stock
    assert not SearchWord.objects.filter(word="lamp").exists()


def test_missing_products_are_worked_out_and_others_are_left_alone() -> None:
    old, new = ListingFactory(), ListingFactory()
    ShelfEntry.objects.filter(pk=new.variant.product_id).delete()
    Listing.objects.update(stock=0)

    call_command("reindex_search", missing=True)

    assert entry_of(old.variant.product).in_stock
    assert not entry_of(new.variant.product).in_stock


@pytest.mark.parametrize(
    ("one", "other", "number"),
    [("lamp", "lamp", 0), ("lmap", "lamp", 1), ("lap", "lamp", 1), ("lampp", "lamp", 1), ("pmal", "lamp", 3)],
)
def test_slips_are_counted(one: str, other: str, number: int) -> None:
    assert slips(one, other) == slips(other, one) == number


def test_words_that_are_known_or_far_from_all_others_stay() -> None:
    VariantFactory(product__title="Stoneware Mug")

    assert corrected(["stoneware", "mug"]) is None
    assert corrected(["xylophone"]) is None
    assert corrected(["stonewear", "mug"]) == ["stoneware", "mug"]
