"""Stock changes only by UPDATEs that carry their condition."""

from __future__ import annotations

import pytest

from catalog import stock
from catalog.models import Listing
from tests.factories import ListingFactory
from tests.fulfillment.scenes import together

pytestmark = pytest.mark.django_db


def left(listing: Listing) -> int | None:
    return Listing.objects.get(pk=listing.pk).stock


@pytest.mark.parametrize(
    ("before", "wanted", "taken", "after"),
    [(5, 5, True, 0), (5, 6, False, 5), (None, 9, True, None), (0, 1, False, 0), (5, 1, True, 4)],
)
def test_pieces_are_taken_if_there_are_enough(before, wanted, taken, after):
    listing = ListingFactory(stock=before)

    assert stock.take(listing.pk, wanted) is taken

    assert left(listing) == after


def test_pieces_are_given_back():
    listing = ListingFactory(stock=1)

    stock.give_back(listing.pk, 2)

    assert left(listing) == 3


def test_stock_that_is_not_known_any_more_stays_unknown():
    listing = ListingFactory(stock=None)

    stock.give_back(listing.pk, 2)

    assert left(listing) is None


def test_other_listings_are_not_touched():
    listing, other = ListingFactory(stock=5), ListingFactory(stock=5)

    stock.take(listing.pk, 2)

    assert left(other) == 5


@pytest.mark.django_db(transaction=True)
def test_ten_who_take_at_once_take_what_is_there():
    listing = ListingFactory(stock=7)

    found = together(10, lambda _: stock.take(listing.pk, 2))

    assert (found.count(True), left(listing)) == (3, 1)
