"""Lists of places: asked for once in days, kept for each account, and never in the way of a purchase."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import address_trees
from integrations.errors import Rejected, Transient
from integrations.models import AddressTree
from integrations.types import PlaceNode
from tests.factories import SupplierAccountFactory
from tests.fake_supplier import FakeSupplier
from tests.sourcing_supplier import SearchableSupplier

pytestmark = pytest.mark.django_db

UK = PlaceNode("GB", "country", (PlaceNode("England", "province", (PlaceNode("London", "city"),)),))


@pytest.fixture
def account():
    return SupplierAccountFactory(provider="fake")


@pytest.fixture
def supplier() -> SearchableSupplier:
    return SearchableSupplier()


def grow_old(days: float) -> None:
    AddressTree.objects.update(fetched_at=timezone.now() - timedelta(days=days))


def test_list_comes_back_from_the_table_as_it_was_told(account, supplier):
    first = address_trees.tree(account, supplier, "GB")

    assert first == address_trees.tree(account, supplier, "GB") == address_trees.known([account.pk], "GB") == UK
    assert len(supplier.asked) == 1


def test_list_is_asked_for_again_after_the_days_of_the_setting(account, supplier, settings):
    settings.ADDRESS_TREE_DAYS = 3
    address_trees.tree(account, supplier, "GB")
    grow_old(2.9)
    address_trees.tree(account, supplier, "GB")
    grow_old(3.1)

    address_trees.tree(account, supplier, "GB")

    assert len(supplier.asked) == 2
    assert AddressTree.objects.count() == 1


def test_that_there_is_no_list_is_remembered(account, supplier):
    supplier.read_error = Rejected("no data")

    for _ in range(2):
        with pytest.raises(Rejected):
            address_trees.tree(account, supplier, "GB")

    assert len(supplier.asked) == 1
    assert address_trees.known([account.pk], "GB") is None


def test_purchase_goes_on_without_a_list_and_asks_no_second_time_soon(account, supplier):
    supplier.read_error = Transient("busy")

    assert address_trees.tree_if_told(account, supplier, "GB") is None
    assert address_trees.tree_if_told(account, supplier, "GB") is None
    assert len(supplier.asked) == 1


def test_old_list_serves_while_a_new_one_cannot_be_had(account, supplier):
    address_trees.tree(account, supplier, "GB")
    grow_old(30)
    supplier.read_error = Transient("busy")

    assert address_trees.tree_if_told(account, supplier, "GB") == UK


def test_supplier_without_lists_is_not_asked(account):
    assert address_trees.tree_if_told(account, FakeSupplier(), "GB") is None
