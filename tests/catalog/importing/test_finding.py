"""Looking for goods to import, with every filter."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.importing.finding import find
from catalog.importing.staging import stage
from catalog.sourcing import ProductSearch
from integrations.errors import Rejected
from integrations.models import SupplierAccount
from tests import fake_supplier
from tests.catalog.importing.goods import product
from tests.factories import ListingFactory, SupplierAccountFactory
from tests.sourcing_supplier import SearchableSupplier, hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(account: SupplierAccount) -> SearchableSupplier:
    supplier = SearchableSupplier(hits=[hit(1), hit(2), hit(3)])
    fake_supplier.install(supplier)
    return supplier


def found(account, **filters) -> list[str]:
    wanted = ProductSearch("mat", country="US", currency="USD", **filters)
    return [one.hit.product_id for one in find(account, wanted).products]


def test_ratings_below_the_bound_and_untold_ones_do_not_pass(account, shelf):
    shelf.hits = [hit(1, rating_percent=Decimal(95)), hit(2, rating_percent=Decimal(89)), hit(3)]

    assert found(account, min_rating_percent=Decimal(90)) == ["1"]


def test_delivery_days_that_the_search_does_not_tell_are_asked_of_the_product(account, shelf):
    shelf.hits = [hit(1), hit(2), hit(3, ship_days=4), hit(4)]
    shelf.products = {"1": product("1", ship_days=7), "2": product("2", ship_days=30), "4": Rejected("gone")}

    assert found(account, max_ship_days=10) == ["1", "3"]


def test_hits_whose_days_nobody_tells_are_counted(account, shelf):
    shelf.products = {str(n): product(str(n), ship_days=None) for n in (1, 2, 3)}

    result = find(account, ProductSearch("mat", country="US", currency="USD", max_ship_days=10))

    assert (result.products, result.days_unknown) == ((), 3)


def test_a_hit_says_whether_the_shop_has_it_already(account, shelf):
    row = stage(account, product("1"), country="US").staged
    listing = ListingFactory(account=account, external_product_id="2")
    other = ListingFactory(account=SupplierAccountFactory(provider="fake"), external_product_id="3")
    ListingFactory(account=other.account, external_product_id="2")

    result = find(account, ProductSearch("mat", country="US", currency="USD"))

    assert [(one.staged_id, one.product_id) for one in result.products] == [
        (row.pk, None), (None, listing.variant.product_id), (None, other.variant.product_id),
    ]  # fmt: skip
