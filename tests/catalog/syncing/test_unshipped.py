"""Suppliers' answers about freight tell that goods are not sent somewhere any more."""

from __future__ import annotations

import pytest

from catalog import delivery
from catalog.models import FreightQuote, Listing, SyncChange, SyncRule, WatchedProduct
from catalog.syncing import checking
from integrations.errors import Rejected
from integrations.types import Refusal
from tests.factories import ListingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(supplier):
    return ListingFactory(account__provider="fake", stock=100, destination_countries=["US", "DE"])


def shipped_and_does_no_more(listing: Listing, supplier, *, country: str = "US", quantity: int = 1) -> None:
    delivery.look_up(listing, country=country, quantity=quantity)
    supplier.freight = []
    delivery.look_up(listing, country=country, quantity=quantity)
    listing.refresh_from_db()


def test_staff_are_asked_about_goods_that_are_not_sent_any_more(listing, supplier):
    shipped_and_does_no_more(listing, supplier)

    change = SyncChange.objects.get()
    assert (change.kind, change.status, change.details["country"]) == ("shipping_gone", "waiting", "US")
    assert listing.stock == 100


def test_the_rule_is_followed(listing, supplier):
    SyncRule.objects.create(shipping_gone="follow")

    shipped_and_does_no_more(listing, supplier)

    assert (listing.destination_countries, listing.stock) == (["DE"], 100)


def test_the_same_answer_again_is_no_news(listing, supplier):
    shipped_and_does_no_more(listing, supplier)

    delivery.look_up(listing, country="US")

    assert SyncChange.objects.count() == 1


def test_what_never_was_sent_there_is_no_change(listing, supplier):
    supplier.freight = []

    delivery.look_up(listing, country="US")

    assert not SyncChange.objects.exists()


def test_another_country_is_left_to_its_customers(listing, supplier):
    shipped_and_does_no_more(listing, supplier, country="DE")

    assert not SyncChange.objects.exists()
    assert delivery.known_options(listing, country="DE") == ()


def test_too_many_at_once_say_nothing_about_one(listing, supplier):
    shipped_and_does_no_more(listing, supplier, quantity=10)

    assert not SyncChange.objects.exists()


def test_a_sku_that_is_gone_is_not_told_as_a_country(listing, supplier, monkeypatch):
    delivery.look_up(listing, country="US")

    def refuse(*args, **kwargs):
        raise Rejected("no such SKU", refusal=Refusal.SKU_GONE)

    monkeypatch.setattr(type(supplier), "fetch_freight", refuse)
    delivery.look_up(listing, country="US")

    assert not FreightQuote.objects.get().ships
    assert not SyncChange.objects.exists()


def test_a_check_that_is_refused_notes_it_once(listing, supplier):
    delivery.look_up(listing, country="US")
    supplier.read_error = Rejected("no", refusal=Refusal.SHIPPING)
    watched = WatchedProduct.objects.create(account=listing.account, external_product_id=listing.external_product_id)

    found = checking.check(watched)

    assert (found.changes, SyncChange.objects.count()) == (1, 1)
    assert delivery.known_options(listing, country="US") == ()
