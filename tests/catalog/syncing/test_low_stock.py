"""What is running out is told once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.models import Listing, LowStock
from catalog.syncing import low_stock
from tests.factories import ListingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.STAFF_EMAILS = ["staff@example.com"]
    settings.LOW_STOCK_QUANTITY = 5


def test_what_is_running_out_is_listed_and_told_once(mailoutbox):
    low = ListingFactory(stock=5)
    ListingFactory(stock=6)

    assert low_stock.refresh_and_tell() == 1
    assert low_stock.refresh_and_tell() == 0

    assert LowStock.objects.get().variant == low.variant
    (mail,) = mailoutbox
    assert low.variant.sku in mail.body


def test_it_is_told_again_after_there_was_enough(mailoutbox):
    listing = ListingFactory(stock=2)
    low_stock.refresh_and_tell()
    Listing.objects.update(stock=50)
    low_stock.refresh_and_tell()
    assert not LowStock.objects.exists()
    Listing.objects.filter(pk=listing.pk).update(stock=1)

    low_stock.refresh_and_tell()

    assert len(mailoutbox) == 2


def test_what_another_listing_has_enough_of_is_not_low():
    listing = ListingFactory(stock=1)
    ListingFactory(variant=listing.variant, stock=50)

    low_stock.refresh()

    assert not LowStock.objects.exists()


def test_listing_that_means_something_else_counts_for_nothing():
    listing = ListingFactory(stock=1)
    ListingFactory(variant=listing.variant, stock=50, drifted_at=timezone.now())

    low_stock.refresh()

    assert LowStock.objects.get().quantity == 1


def test_stock_that_is_not_known_is_not_low():
    ListingFactory(stock=None)

    low_stock.refresh()

    assert not LowStock.objects.exists()


def test_stock_counts_in_pieces_of_ours():
    listing = ListingFactory(stock=20, quantity_per_unit=4)

    low_stock.refresh()

    assert LowStock.objects.get(variant=listing.variant).quantity == 5


def test_list_can_be_switched_off(settings):
    settings.LOW_STOCK_QUANTITY = 0
    ListingFactory(stock=0)

    low_stock.refresh()

    assert not LowStock.objects.exists()


def test_mail_that_does_not_go_out_is_sent_again(monkeypatch, mailoutbox):
    ListingFactory(stock=1)
    monkeypatch.setattr(low_stock, "tell_staff", lambda *args, **kwargs: False)
    assert low_stock.refresh_and_tell() == 0
    monkeypatch.undo()

    assert low_stock.tell() == 1
