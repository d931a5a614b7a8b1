"""Counting what visitors want."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import demand
from catalog.models import WatchedProduct
from catalog.shelf import count_sold
from tests.factories import ListingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    demand._counts.clear()
    yield
    demand._counts.clear()


def watched(listing, **values) -> WatchedProduct:
    row: WatchedProduct = WatchedProduct.objects.create(
        account=listing.account, external_product_id=listing.external_product_id, **values
    )
    return row


def test_view_of_a_page_writes_nothing_at_once_and_counts_later(client):
    listing = ListingFactory()
    row = watched(listing)
    for _ in range(3):
        assert client.get(listing.variant.product.get_absolute_url()).status_code == 200
    row.refresh_from_db()
    assert row.demand == 0

    demand.write()

    row.refresh_from_db()
    assert row.demand == pytest.approx(3)


def test_sale_counts_more_than_a_basket_and_that_more_than_a_view(client):
    looked, kept, sold = (ListingFactory() for _ in range(3))
    rows = [watched(listing) for listing in (looked, kept, sold)]
    client.get(looked.variant.product.get_absolute_url())
    client.post("/basket/add/", {"sku": kept.variant.sku, "quantity": 1})
    count_sold([(sold.variant_id, 1)])

    demand.write()

    demands = [WatchedProduct.objects.get(pk=row.pk).demand for row in rows]
    assert demands == sorted(demands)
    assert len(set(demands)) == 3


def test_older_wishes_fade():
    listing = ListingFactory()
    row = watched(listing, demand=8.0, demand_at=timezone.now() - timedelta(days=7))
    demand.note_view(listing.variant.product_id)

    demand.write()

    row.refresh_from_db()
    assert row.demand == pytest.approx(5.0, abs=0.01)


def test_views_of_what_nobody_watches_are_forgotten():
    listing = ListingFactory()
    demand.note_view(listing.variant.product_id)

    assert demand.write() == 1
    assert demand.write() == 0
