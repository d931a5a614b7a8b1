"""A SKU that means something else is found by the sync, and not sold from then on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog import drifts
from catalog.availability import can_serve
from catalog.models import Listing, MappingDrift, SyncRule, Variant, WatchedProduct
from catalog.syncing import checking, meanings
from integrations.errors import MalformedReply
from integrations.types import ProductSnapshot
from shop.money import Money
from tests.factories import ListingFactory, SupplierAccountFactory
from tests.fake_supplier import sku, usd

pytestmark = pytest.mark.django_db

SKU = "12000040000010101"
SAGE = {"options": [["Color", "Sage"]]}
MARK = "00000000000000ff"
PICTURE = {"picture": {"url": "https://pictures.example/old.jpg", "mark": MARK}}
NEW_PICTURE = "https://pictures.example/new.jpg"


@pytest.fixture
def account(supplier):
    return SupplierAccountFactory(provider="fake")


@pytest.fixture
def seen(monkeypatch):
    """What pictures show, by address; None cannot be seen. Every look is kept under ``looks``."""
    shown: dict[str, str | None] = {}
    looks: list[str] = []

    def look(url: str) -> str | None:
        looks.append(url)
        return shown.get(url)

    monkeypatch.setattr(meanings, "looking_for", lambda account: look)
    return shown, looks


def listing_of(account, **values) -> Listing:
    listing: Listing = ListingFactory(
        **{"account": account, "external_product_id": "1", "external_sku_id": SKU, "stock": 100, **values}
    )
    return listing


def check(listing: Listing) -> checking.Checked:
    watched, _is_new = WatchedProduct.objects.get_or_create(
        account=listing.account, external_product_id=listing.external_product_id
    )
    found = checking.check(watched)
    listing.refresh_from_db()
    return found


def variant_of(listing: Listing) -> Variant:
    return Variant.objects.get(pk=listing.variant_id)


def test_a_listing_that_means_something_else_is_neither_followed_nor_sold(account, supplier):
    listing = listing_of(account, fingerprint=SAGE)
    supplier.skus = [sku(stock=1)]

    found = check(listing)

    assert (found.drifted, listing.stock) == (1, 100)
    assert not can_serve(variant_of(listing))
    assert MappingDrift.objects.get(listing=listing).status == "open"


def test_other_skus_of_the_product_are_followed(account, supplier):
    listing_of(account, fingerprint=SAGE)
    other = listing_of(account, external_sku_id="2")
    supplier.skus = [sku(), sku("2", stock=3)]

    check(other)

    assert (other.stock, other.is_usable) == (3, True)


def test_what_waits_for_staff_is_noted_once(account, supplier):
    listing = listing_of(account, fingerprint=SAGE)

    check(listing)
    check(listing)

    assert MappingDrift.objects.count() == 1


def test_after_staff_accepted_the_new_meaning_it_is_followed(account, supplier):
    listing = listing_of(account, fingerprint=SAGE)
    supplier.skus = [sku(stock=7)]
    check(listing)
    drifts.accept(MappingDrift.objects.get(), actor="ada")

    check(listing)

    assert (listing.stock, listing.is_usable) == (7, True)


def test_an_answer_that_is_not_whole_marks_nothing(account, supplier):
    listing = listing_of(account, fingerprint=SAGE)
    listing_of(account, external_sku_id="2", cost="5.00", currency="EUR")
    supplier.skus = [sku(), sku("2", price=Money(Decimal("36.00"), "CNY"))]

    with pytest.raises(MalformedReply):
        check(listing)

    listing.refresh_from_db()
    assert listing.is_usable
    assert not MappingDrift.objects.exists()


def test_a_drifted_listing_whose_sku_is_gone_has_no_stock(account, supplier):
    listing = listing_of(account, fingerprint=SAGE)
    check(listing)
    supplier.skus = [sku("2")]

    check(listing)

    assert listing.stock == 0


def test_a_drifted_listing_keeps_no_variant_in_the_shop(account, supplier):
    SyncRule.objects.create(out_of_stock="hide")
    other = listing_of(account, external_product_id="2", fingerprint=SAGE)
    listing = listing_of(account, variant=other.variant)
    check(other)
    supplier.skus = [sku(stock=0)]

    check(listing)

    assert not variant_of(listing).is_active


def test_mapped_anew_while_the_supplier_answered_is_left_alone(account):
    listing = listing_of(account, fingerprint=SAGE)
    product = ProductSnapshot("1", "Thing", True, (sku(),))
    found = meanings.compare([listing], product)
    Listing.objects.filter(pk=listing.pk).update(fingerprint={"options": [["Color", "Bear"]]})

    assert meanings.note(found.drifted) == 0

    listing.refresh_from_db()
    assert listing.is_usable


class TestPictures:
    """Only a picture at another address is looked at."""

    def test_the_same_picture_at_another_address_is_the_same(self, account, supplier, seen):
        listing = listing_of(account, fingerprint=PICTURE)
        supplier.skus = [sku(stock=3, image_url=NEW_PICTURE)]
        seen[0][NEW_PICTURE] = MARK

        check(listing)

        assert (listing.stock, listing.is_usable) == (3, True)

    def test_another_picture_is_another_thing(self, account, supplier, seen):
        listing = listing_of(account, fingerprint=PICTURE)
        supplier.skus = [sku(stock=3, image_url=NEW_PICTURE)]
        seen[0][NEW_PICTURE] = "ff00ff00ff00ff00"

        check(listing)

        assert (listing.stock, listing.is_usable) == (100, False)

    def test_a_picture_that_cannot_be_seen_proves_nothing(self, account, supplier, seen):
        listing = listing_of(account, fingerprint=PICTURE)
        supplier.skus = [sku(stock=3, image_url=NEW_PICTURE)]

        found = check(listing)

        assert (found.drifted, listing.stock, listing.is_usable) == (1, 100, True)

    def test_a_picture_that_cannot_be_seen_excuses_no_other_change(self, account, supplier, seen):
        listing = listing_of(account, fingerprint=PICTURE | {"price": {"low": "1", "high": "2", "currency": "USD"}})
        supplier.skus = [sku(image_url=NEW_PICTURE, price=usd("8.01"))]

        check(listing)

        assert not listing.is_usable

    def test_a_picture_is_fetched_once_for_all_checks_of_a_day(self, account, supplier, seen):
        listing = listing_of(account, fingerprint=PICTURE)
        listing_of(account, external_sku_id="2", fingerprint=PICTURE)
        supplier.skus = [sku(image_url=NEW_PICTURE), sku("2", image_url=NEW_PICTURE)]
        seen[0][NEW_PICTURE] = MARK

        check(listing)
        check(listing)

        assert seen[1] == [NEW_PICTURE]

    def test_looking_ends_when_its_time_is_up(self, account, supplier, seen, monkeypatch):
        monkeypatch.setattr(meanings, "_LOOKS_S", 0.0)
        listing = listing_of(account, fingerprint=PICTURE)
        supplier.skus = [sku(image_url=NEW_PICTURE)]

        found = check(listing)

        assert (found.drifted, seen[1]) == (1, [])
