"""Rounds of the sync against an emulator whose goods move."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F

from catalog.models import Listing, SyncRun, WatchedProduct
from catalog.syncing import runs
from fulfillment.orders import place_order
from tests.factories import ListingFactory, ProductFactory, VariantFactory
from tests.faults.processes import Emulator
from tests.fulfillment.scenes import CONTACT
from tests.running_emulator import aliexpress_account, running_emulator

pytestmark = pytest.mark.django_db

PRODUCTS = 25


@pytest.fixture
def emulator():
    with running_emulator() as control:
        control.call("POST", "/_control/moves", {"seed": 5, "steps": 0, "products": PRODUCTS})
        yield control


def fill(emulator: Emulator) -> None:
    account = aliexpress_account(emulator)
    goods = emulator.call("GET", "/_control/goods")
    made_up = {pk: skus for pk, skus in goods.items() if pk.startswith("100599")}
    product = ProductFactory()
    for product_id, skus in made_up.items():
        for sku_id, sku in skus.items():
            ListingFactory(
                variant=VariantFactory(product=product, price=Decimal(1000)),
                account=account,
                external_product_id=product_id,
                external_sku_id=sku_id,
                external_sku_attr="",
                cost=Decimal(sku["price"]),
                stock=sku["stock"],
            )


def expected(goods, listing: Listing) -> tuple[Decimal, int]:
    sku = goods.get(listing.external_product_id, {}).get(listing.external_sku_id)
    return (Decimal(sku["price"]), sku["stock"]) if sku else (listing.cost or Decimal(0), 0)


def let_time_pass() -> None:
    WatchedProduct.objects.update(checked_at=F("checked_at") - timedelta(hours=2))
    Listing.objects.update(checked_at=F("checked_at") - timedelta(hours=2))
    SyncRun.objects.update(started_at=F("started_at") - timedelta(hours=2))


def test_after_each_round_the_shop_equals_the_supplier(emulator):
    fill(emulator)
    for _round in range(4):
        emulator.call("POST", "/_control/moves", {"steps": 5})
        while runs.tick():
            pass
        goods = emulator.call("GET", "/_control/goods")
        for listing in Listing.objects.all():
            assert (listing.cost, listing.stock) == expected(goods, listing), listing
        let_time_pass()
    assert SyncRun.objects.filter(failed__gt=0).count() == 0


def test_pieces_of_an_unbought_order_stay_taken_through_the_rounds(emulator):
    fill(emulator)
    listing = Listing.objects.filter(stock__gte=20).first()
    assert listing is not None
    place_order(checkout_key="k", lines=[(listing.variant, 2)], contact=CONTACT)
    while runs.tick():
        pass

    listing.refresh_from_db()
    goods = emulator.call("GET", "/_control/goods")
    assert listing.stock == expected(goods, listing)[1] - 2
