"""Which listings can serve a variant, and how many of it there are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.availability import in_stock, quantity_available, stock_known, usable_listings
from catalog.models import Listing, Variant
from tests.factories import ListingFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant() -> Variant:
    return VariantFactory()


def listing(variant: Variant, **values) -> Listing:
    return ListingFactory(variant=variant, **values)


@pytest.mark.parametrize(
    ("values", "quantity", "country", "usable"),
    [
        ({"stock": 5}, 5, "", True),
        ({"stock": 5}, 6, "", False),
        ({"stock": 0}, 1, "", False),
        ({"stock": None}, 1000, "", True),
        ({"stock": 5, "quantity_per_unit": 3}, 1, "", True),
        ({"stock": 5, "quantity_per_unit": 3}, 2, "", False),
        ({"quantity_limit": 2}, 2, "", True),
        ({"quantity_limit": 2}, 3, "", False),
        ({"quantity_limit": 5, "quantity_per_unit": 3}, 2, "", False),
        ({"is_active": False}, 1, "", False),
        ({"destination_countries": []}, 1, "US", True),
        ({"destination_countries": ["US", "DE"]}, 1, "DE", True),
        ({"destination_countries": ["DE"]}, 1, "US", False),
        ({"destination_countries": ["DE"]}, 1, "", True),
    ],
)
def test_listing_is_usable_if_it_is_in_use_ships_there_and_has_enough(variant, values, quantity, country, usable):
    listing(variant, **values)

    assert bool(usable_listings(variant, country=country, quantity=quantity)) is usable


def test_best_listing_comes_first(variant):
    third, first, second = (listing(variant, priority=priority) for priority in (3, 1, 1))

    assert usable_listings(variant) == [first, second, third]


def test_variant_that_is_not_sold_is_not_in_stock(variant):
    listing(variant)
    assert in_stock(variant)

    variant.is_active = False

    assert not in_stock(variant)


@pytest.mark.parametrize(
    ("stocks", "available"),
    [([], 0), ([3], 3), ([3, 7], 7), ([3, None], None), ([0], 0)],
)
def test_available_is_what_the_best_stocked_listing_holds(variant, stocks, available):
    for stock in stocks:
        listing(variant, stock=stock)
    listing(variant, stock=99, is_active=False)

    assert quantity_available(variant) == available


def test_available_counts_whole_units(variant):
    listing(variant, stock=8, quantity_per_unit=3)

    assert quantity_available(variant) == 2


def test_available_for_a_country_counts_what_ships_there(variant):
    listing(variant, stock=9, destination_countries=["DE"])
    listing(variant, stock=2)

    assert (quantity_available(variant), quantity_available(variant, country="US")) == (9, 2)


def test_prefetched_listings_need_no_query(variant, django_assert_num_queries):
    listing(variant)
    found = Variant.objects.prefetch_related("listings").get(pk=variant.pk)

    with django_assert_num_queries(0):
        usable_listings(found, country="US")
        quantity_available(found)


@pytest.mark.parametrize(
    ("listings", "available"),
    [
        ([(9, 2)], 2),
        ([(1, 2)], 1),
        ([(None, 2)], 2),
        ([(None, None), (9, 2)], None),
        ([(9, 2), (4, None)], 4),
    ],
)
def test_supplier_s_limit_bounds_what_can_be_had_at_once(variant, listings, available):
    for stock, limit in listings:
        listing(variant, stock=stock, quantity_limit=limit)

    assert quantity_available(variant) == available


EARLY, LATE = datetime(2026, 1, 1, 10, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("listings", "quantity", "checked_at"),
    [
        ([], 0, None),
        ([(7, EARLY)], 7, EARLY),
        ([(7, EARLY), (3, LATE)], 7, EARLY),
        ([(7, EARLY), (7, LATE)], 7, LATE),
        ([(7, None)], 7, None),
        ([(None, LATE), (7, EARLY)], None, LATE),
        ([(None, None), (7, EARLY)], None, None),
        ([(0, EARLY), (0, LATE)], 0, EARLY),
        ([(0, EARLY), (0, None)], 0, None),
    ],
    ids=["none", "one", "best stocked", "newest of equals", "never", "not told", "unknown", "sold out", "half known"],
)
def test_stock_is_as_old_as_the_check_it_rests_on(variant, listings, quantity, checked_at):
    for stock, moment in listings:
        listing(variant, stock=stock, checked_at=moment)
    listing(variant, stock=99, checked_at=LATE, is_active=False)

    known = stock_known(variant)

    assert (known.quantity, known.checked_at) == (quantity, checked_at)
