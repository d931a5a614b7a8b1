"""An answer that lacks most of a product's SKUs is not believed before a person has looked."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from catalog.models import Listing, Product, SyncChange, SyncRule, WatchedProduct
from catalog.syncing import answering, checking
from catalog.syncing.readings import lacks_most
from integrations.types import ProductSnapshot
from tests.factories import ListingFactory, ProductFactory, SupplierAccountFactory, VariantFactory
from tests.fake_supplier import sku

pytestmark = pytest.mark.django_db

IDS = ["a", "b", "c", "d"]


@pytest.fixture
def listings(supplier) -> list[Listing]:
    """Four SKUs of one product, checked once."""
    account, product = SupplierAccountFactory(provider="fake"), ProductFactory()
    made = [
        ListingFactory(
            variant=VariantFactory(product=product), account=account, external_product_id="1", external_sku_id=one,
            external_sku_attr="", stock=9,
        )
        for one in IDS
    ]  # fmt: skip
    show(supplier, *IDS)
    check()
    return made


def show(supplier, *ids: str) -> None:
    supplier.skus = [sku(one, sku_attr="", stock=9) for one in ids]


def check() -> int:
    listing = Listing.objects.select_related("account").get(external_sku_id="a")
    row, _is_new = WatchedProduct.objects.get_or_create(account=listing.account, external_product_id="1")
    return checking.check(row).changes


def stocks() -> list[int | None]:
    return list(Listing.objects.order_by("external_sku_id").values_list("stock", flat=True))


def waiting() -> list[str]:
    rows = SyncChange.objects.filter(status="waiting").order_by("external_sku_id")
    return [f"{row.kind} {row.external_sku_id}" for row in rows]


@pytest.mark.parametrize(
    ("known", "shown", "is_doubtful"),
    [
        ("abcd", "d", True),
        ("abcd", "cd", False),
        ("ab", "a", False),
        ("ab", "x", True),
        ("a", "x", False),
        ("", "x", False),
    ],
)
def test_more_than_half_and_two_at_least_are_too_many(known, shown, is_doubtful):
    product = ProductSnapshot("1", "Mat", True, tuple(sku(one) for one in shown))

    bought = [Listing(external_sku_id=one) for one in known]
    assert lacks_most(product, bought) is is_doubtful


@pytest.mark.parametrize("action", ["", "follow", "hide", "zero", "ask", "nothing"])
def test_what_is_missing_is_not_sold_and_nothing_is_hidden_or_ended_whatever_the_rule(listings, supplier, action):
    SyncRule.objects.create(sku_gone=action)
    show(supplier, "d")

    check()

    assert stocks() == [0, 0, 0, 9]
    assert waiting() == ["sku_gone a", "sku_gone b", "sku_gone c"]
    assert Listing.objects.filter(is_active=True, variant__is_active=True).count() == 4
    assert Product.objects.get().status == "active"


def test_one_that_is_missing_is_answered_by_the_rule(listings, supplier):
    show(supplier, "a", "b", "c")

    check()

    assert stocks() == [9, 9, 9, 0]
    assert waiting() == []


def test_it_stays_doubtful_at_the_next_check_and_is_asked_once(listings, supplier):
    show(supplier, "d")
    check()

    assert check() == 0

    assert (stocks(), len(waiting())) == ([0, 0, 0, 9], 3)


def test_what_is_seen_again_is_sold_again_without_a_person_and_is_no_new_variant(listings, supplier):
    show(supplier, "d")
    check()
    show(supplier, *IDS)

    check()

    assert (stocks(), waiting()) == ([9, 9, 9, 9], [])
    assert not SyncChange.objects.filter(kind="new_variant").exists()


def test_staff_can_accept_that_it_is_gone(listings, supplier):
    show(supplier, "d")
    check()

    for change in SyncChange.objects.filter(status="waiting"):
        answering.accept(change, by=get_user_model().objects.create(username=f"ada {change.pk}"))

    assert (stocks(), waiting(), check()) == ([0, 0, 0, 9], [], 0)


def test_what_staff_do_not_believe_gone_is_sold_as_soon_as_it_is_seen(listings, supplier):
    show(supplier, "d")
    check()
    for change in SyncChange.objects.filter(status="waiting"):
        answering.refuse(change, by=get_user_model().objects.create(username=f"ada {change.pk}"))
    check()
    assert (stocks(), waiting()) == ([0, 0, 0, 9], [])
    show(supplier, *IDS)

    check()

    assert stocks() == [9, 9, 9, 9]
