"""Mapping a listing to a supplier's SKU."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.mapping import map_listing, read_product
from integrations.errors import Transient
from integrations.types import ProductSnapshot
from shop.errors import DomainError
from tests.factories import ListingFactory
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
