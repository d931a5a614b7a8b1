"""Searching a supplier's goods with filters of our own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog import sourcing
from catalog.sourcing import ProductSearch
from integrations.errors import Rejected, Transient, Unsupported
from integrations.registry import PROVIDERS, Provider
from shop.money import Money
from tests import fake_supplier
from tests.factories import SupplierAccountFactory
from tests.fake_supplier import FakeSupplier, usd
from tests.sourcing_supplier import SearchableSupplier, hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier(monkeypatch) -> SearchableSupplier:
    fake = SearchableSupplier()
    fake_supplier.install(fake)
    monkeypatch.setitem(PROVIDERS, "fake", Provider("Fake", "tests.fake_supplier"))
    return fake


@pytest.fixture
def account(supplier):
    return SupplierAccountFactory(provider="fake")


def wanted(**changes) -> ProductSearch:
    return ProductSearch(**{"keywords": "mat", "country": "US", "currency": "USD", **changes})


def ids(found: sourcing.Found) -> list[str]:
    return [found_hit.product_id for found_hit in found.hits]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"min_price": Decimal("10.00")}, ["1", "3", "4"]),
        ({"max_price": Decimal("10.00")}, ["1", "2", "4"]),
        ({"min_price": Decimal("9.99"), "max_price": Decimal("10.01")}, ["1", "4"]),
        ({"min_orders": 100}, ["1", "2"]),
        ({"min_orders": 1}, ["1", "2", "3"]),
        ({"min_orders": 0}, ["1", "2", "3", "4"]),
    ],
)
def test_only_what_passes_every_bound_is_found(account, supplier, filters, passing):
    supplier.hits = [
        hit(1),
        hit(2, price=usd("9.98")),
        hit(3, price=usd("10.02"), quantity_sold=99),
        hit(4, quantity_sold=None),
    ]

    assert ids(sourcing.search(account, wanted(**filters))) == passing


def test_search_goes_on_over_the_pages_until_enough_pass(account, supplier):
    supplier.hits = [hit(n, quantity_sold=n) for n in range(1, 301)]

    found = sourcing.search(account, wanted(min_orders=120, limit=10))

    assert ids(found) == [str(n) for n in range(120, 130)]
    assert [asked["page"] for asked in supplier.asked] == [1, 2, 3]
    assert (found.searched, found.has_more) == (150, True)


def test_search_ends_at_the_stated_bound(account, supplier):
    supplier.hits = [hit(n) for n in range(1, 1001)]

    found = sourcing.search(account, wanted(min_price=Decimal(1000)))

    assert (ids(found), found.searched, found.has_more) == ([], sourcing.MAX_HITS, True)
    assert len(supplier.asked) == sourcing.MAX_PAGES


def test_search_ends_where_the_suppliers_hits_do(account, supplier):
    supplier.hits = [hit(n) for n in range(1, 61)]

    found = sourcing.search(account, wanted(limit=500))

    assert (len(found.hits), found.searched, found.has_more) == (60, 60, False)
    assert len(supplier.asked) == 2


def test_search_begins_no_page_after_its_time(account, supplier, monkeypatch):
    monkeypatch.setattr(sourcing, "MAX_DURATION_S", -1)
    supplier.hits = [hit(n) for n in range(1, 301)]

    found = sourcing.search(account, wanted(limit=500))

    assert (len(supplier.asked), found.searched, found.has_more) == (1, 50, True)


def test_product_on_two_pages_is_found_once(account, supplier):
    supplier.hits = [*(hit(n) for n in range(1, 51)), hit(50), hit(51)]

    found = sourcing.search(account, wanted(limit=500))

    assert ids(found) == [str(n) for n in range(1, 52)]


def test_page_of_fillers_alone_does_not_end_the_search(account, supplier):
    supplier.fillers = 5

    found = sourcing.search(account, wanted())

    assert (found.hits, found.has_more) == ((), False)


def test_first_page_that_cannot_be_had_fails(account, supplier):
    supplier.page_errors = {1: Transient("busy")}

    with pytest.raises(Transient):
        sourcing.search(account, wanted())


def test_later_page_that_cannot_be_had_ends_the_search_with_what_there_is(account, supplier):
    supplier.hits = [hit(n) for n in range(1, 301)]
    supplier.page_errors = {2: Transient("busy")}

    found = sourcing.search(account, wanted(limit=100))

    assert (len(found.hits), found.searched, found.has_more) == (50, 50, True)


def test_hit_in_another_currency_is_left_out(account, supplier):
    supplier.hits = [hit(1, price=Money(Decimal(10), "CNY")), hit(2)]

    assert ids(sourcing.search(account, wanted())) == ["2"]


def test_supplier_that_answers_in_another_currency_alone_is_a_refusal(account, supplier):
    supplier.hits = [hit(1, price=Money(Decimal(10), "CNY"))]

    with pytest.raises(Rejected) as caught:
        sourcing.search(account, wanted())

    assert caught.value.code == "currency_not_offered"


def test_supplier_without_a_search_is_unsupported(monkeypatch, account):
    fake_supplier.install(FakeSupplier())

    with pytest.raises(Unsupported):
        sourcing.search(account, wanted())


def test_categories_are_asked_for_once_a_day(account, supplier):
    first = sourcing.categories(account)

    assert sourcing.categories(account) == first
    assert len(supplier.asked) == 1


def test_places_are_kept_for_each_country(account, supplier):
    for country in ("GB", "US", "GB"):
        sourcing.address_tree(account, country)

    assert supplier.asked == [{"what": "GB"}, {"what": "US"}]


def test_places_of_another_account_are_asked_anew(account, supplier):
    sourcing.address_tree(account, "GB")
    sourcing.address_tree(SupplierAccountFactory(provider="fake"), "GB")

    assert len(supplier.asked) == 2


def test_failure_is_not_kept(account, supplier):
    supplier.read_error = Transient("busy")
    with pytest.raises(Transient):
        sourcing.address_tree(account, "GB")
    supplier.read_error = None

    assert sourcing.address_tree(account, "GB").children
