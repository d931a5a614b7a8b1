"""The supplier's names of categories in the map of categories."""

from __future__ import annotations

import pytest

from catalog.importing import items
from catalog.importing.category_names import learn, paths
from catalog.importing.staging import choose_category, stage
from catalog.models import CategoryMapping
from integrations.errors import Transient
from integrations.types import CategoryNode
from tests import fake_supplier
from tests.catalog.importing.goods import imported, product, results
from tests.factories import CategoryFactory
from tests.sourcing_supplier import SearchableSupplier

pytestmark = pytest.mark.django_db


@pytest.fixture
def searchable(account) -> SearchableSupplier:
    """The supplier, whose categories can be read."""
    found = SearchableSupplier(products={"1005": product("1005", category_id="16")})
    fake_supplier.install(found)
    return found


def asked(searchable: SearchableSupplier) -> int:
    return searchable.asked.count({"what": "categories"})


def test_a_category_that_staff_choose_is_noted_with_its_name_at_the_supplier(account, searchable):
    imported(account, "1005")
    items.work()

    row = stage(account, product("1005", category_id="16"), country="US").staged
    choose_category(row, CategoryFactory())

    assert CategoryMapping.objects.get().name == "Home › Mats"


def test_the_next_import_names_what_was_mapped_without_a_name(account, searchable):
    mats = CategoryMapping.objects.create(provider="fake", external_category_id="16", category=CategoryFactory())
    ours = CategoryMapping.objects.create(
        provider="fake", external_category_id="15", name="Household", category=CategoryFactory()
    )

    learn(account)
    learn(account)

    mats.refresh_from_db()
    ours.refresh_from_db()
    assert (mats.name, ours.name, asked(searchable)) == ("Home › Mats", "Household", 1)


def test_a_supplier_that_does_not_tell_stops_no_import_and_is_not_asked_for_each_product(account, searchable):
    searchable.fetch_categories = fails = FailingCategories()
    searchable.products["1006"] = product("1006")
    run = imported(account, "1005", "1006")

    while items.work():
        pass

    assert results(run) == [("1005", "imported"), ("1006", "imported")]
    assert fails.count == 1


class FailingCategories:
    count = 0

    def __call__(self):
        self.count += 1
        raise Transient("Too busy just now.")


def test_a_circle_of_categories_ends():
    found = paths([CategoryNode("1", "A", parent_id="2"), CategoryNode("2", "B", parent_id="1")])

    assert found["1"].endswith("A")
