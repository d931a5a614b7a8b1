"""Bundles: variants that are put together from others."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog import stock
from catalog.availability import can_serve, in_stock, load_parts, quantity_available, reach, stock_known
from catalog.bundles import BadBundle, set_parts, shares_of
from catalog.models import BundlePart, Listing, ShelfEntry, Variant
from shop.money import Money
from tests.factories import ListingFactory, VariantFactory
from tests.fake_supplier import usd


def bundle(*parts: tuple[Listing, int]) -> Variant:
    made = VariantFactory()
    set_parts(made, [(listing.variant, quantity) for listing, quantity in parts])
    return Variant.objects.get(pk=made.pk)


def entry_of(variant: Variant) -> ShelfEntry:
    return ShelfEntry.objects.get(product=variant.product_id)


@pytest.mark.django_db
class TestAvailability:
    def test_the_scarcest_part_says_how_many_there_are(self):
        lamp_with_bulbs = bundle((ListingFactory(stock=5), 1), (ListingFactory(stock=9), 2))

        assert quantity_available(lamp_with_bulbs) == 4
        assert in_stock(lamp_with_bulbs, quantity=4)
        assert not in_stock(lamp_with_bulbs, quantity=5)

    def test_pieces_per_unit_and_per_bundle_multiply(self):
        packs = bundle((ListingFactory(stock=23, quantity_per_unit=3), 2))

        assert quantity_available(packs) == 3

    @pytest.mark.parametrize(("first", "expected"), [(None, 7), (0, 0)])
    def test_an_unknown_stock_binds_nothing(self, first, expected):
        found = bundle((ListingFactory(stock=first), 1), (ListingFactory(stock=7), 1))

        assert quantity_available(found) == expected

    def test_nothing_known_is_not_known(self):
        assert quantity_available(bundle((ListingFactory(stock=None), 1))) is None

    def test_listings_of_its_own_do_not_count(self):
        found = bundle((ListingFactory(stock=0), 1))
        ListingFactory(variant=found, stock=50)

        assert not can_serve(found)

    def test_what_is_known_is_as_old_as_its_oldest_part(self):
        old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
        found = bundle((ListingFactory(stock=5, checked_at=new), 1), (ListingFactory(stock=9, checked_at=old), 1))

        assert (stock_known(found).quantity, stock_known(found).checked_at) == (5, old)

    def test_it_goes_where_all_parts_go(self):
        found = bundle(
            (ListingFactory(destination_countries=["DE", "US"]), 1),
            (ListingFactory(destination_countries=["DE", "FR"]), 1),
            (ListingFactory(), 1),
        )

        assert reach(found) == {"DE"}
        assert entry_of(found).destinations == " DE "

    def test_a_drifted_part_stops_it(self):
        listing = ListingFactory(drifted_at=datetime(2026, 1, 1, tzinfo=UTC))

        assert not can_serve(bundle((listing, 1)))

    def test_without_any_part_it_cannot_be_had(self):
        made = VariantFactory(is_bundle=True)

        assert (can_serve(made), quantity_available(made)) == (False, 0)


@pytest.mark.django_db
class TestShelf:
    def test_the_last_piece_of_a_part_sells_out_the_bundle(self, django_capture_on_commit_callbacks):
        listing = ListingFactory(stock=2)
        found = bundle((listing, 2))
        assert entry_of(found).in_stock

        with django_capture_on_commit_callbacks(execute=True):
            stock.take(listing.pk, 1)

        assert not entry_of(found).in_stock
        assert entry_of(listing.variant).in_stock

    def test_a_part_that_is_not_sold_alone_keeps_the_bundle_on_the_shelf(self, django_capture_on_commit_callbacks):
        product = VariantFactory(is_active=False).product
        part = ListingFactory(variant=product.variants.get(), stock=3)
        made = VariantFactory(product=product)
        set_parts(made, [(part.variant, 1)])

        with django_capture_on_commit_callbacks(execute=True):
            stock.take(part.pk, 1)

        assert entry_of(made).in_stock

    def test_a_bundle_that_is_none_any_more_is_bought_by_its_own_listings(self):
        found = bundle((ListingFactory(stock=0), 1))
        ListingFactory(variant=found)

        set_parts(found, [])

        assert in_stock(Variant.objects.get(pk=found.pk))
        assert entry_of(found).in_stock


@pytest.mark.django_db
class TestRefused:
    def refused(self, made: Variant, *parts: tuple[Variant, int]) -> str:
        with pytest.raises(BadBundle) as error:
            set_parts(made, parts)
        return error.value.code

    def test_a_bundle_of_itself(self):
        made = VariantFactory()

        assert self.refused(made, (made, 1)) == "part_is_bundle"

    def test_a_bundle_of_bundles(self):
        assert self.refused(VariantFactory(), (bundle((ListingFactory(), 1)), 1)) == "part_is_bundle"

    def test_a_part_that_becomes_a_bundle(self):
        found = bundle((ListingFactory(), 1))

        assert self.refused(found.parts.get().variant, (VariantFactory(), 1)) == "bundle_is_part"

    def test_the_same_part_twice(self):
        part = VariantFactory()

        assert self.refused(VariantFactory(), (part, 1), (part, 2)) == "part_twice"

    def test_no_pieces_of_a_part(self):
        assert self.refused(VariantFactory(), (VariantFactory(), 0)) == "part_quantity"

    def test_what_was_there_stays(self):
        found = bundle((ListingFactory(), 3))

        self.refused(found, (found, 1))

        assert BundlePart.objects.get().quantity == 3


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([usd("9.00"), usd("1.00")], ["0.900000", "0.100000"]),
        ([usd("1.00")] * 3, ["0.333333", "0.333333", "0.333334"]),
        ([usd("9.00"), None], ["0.500000", "0.500000"]),
        ([usd("9.00"), Money(Decimal(1), "EUR")], ["0.500000", "0.500000"]),
        ([usd("0.00"), usd("0.00")], ["0.500000", "0.500000"]),
        ([usd("3.00")], ["1"]),
        ([], []),
    ],
)
def test_shares_of_the_price(costs, expected):
    assert shares_of(costs) == [Decimal(share) for share in expected]


@pytest.mark.django_db
def test_parts_load_in_a_fixed_number_of_queries(django_assert_num_queries):
    for _ in range(3):
        bundle((ListingFactory(), 1), (ListingFactory(), 1))
    variants = list(Variant.objects.filter(is_bundle=True))

    with django_assert_num_queries(2):
        load_parts(variants)
        assert all(can_serve(variant) for variant in variants)
