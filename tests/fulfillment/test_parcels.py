"""Which listing serves which line, and how its parcel can be sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalog import delivery
from catalog.delivery import Question
from catalog.models import Listing, Variant
from fulfillment.models import ShippingRate
from fulfillment.parcels import Item, Parcel, WayNotOffered, look_up_unknown, pack, parcel_key, serve
from integrations.errors import Transient
from integrations.types import FreightOption
from tests.factories import SupplierAccountFactory
from tests.fake_supplier import FakeSupplier, usd
from tests.fulfillment.scenes import goods

pytestmark = pytest.mark.django_db

SLOW = FreightOption("STANDARD", "Standard", usd("2.00"), tracked=True, min_days=10, max_days=20)
FAST = FreightOption("EXPRESS", "Express", usd("9.00"), tracked=True, min_days=3, max_days=5)
CHEAP = FreightOption("ECONOMY", "Economy", usd("1.00"), tracked=False, min_days=20, max_days=40)


def item(listing: Listing, quantity: int = 1) -> Item:
    variant = Variant.objects.select_related("product").prefetch_related("listings").get(pk=listing.variant_id)
    return Item(variant, quantity)


def say(listing: Listing, *options: FreightOption, quantity: int = 1) -> None:
    """Let the supplier have said that these are its ways to the United States."""
    delivery.keep(
        Question(listing.account_id, listing.external_product_id, listing.external_sku_id, "US", quantity), options
    )


def customers_pay_the_fee() -> None:
    ShippingRate.objects.create(country="", kind="supplier_fee", amount=Decimal("5.00"), currency="USD")


def packed(*items: Item, **changes: Any) -> tuple[Parcel, ...]:
    served, unserved = serve(items, "US")
    assert not unserved
    return pack(served, country="US", **changes)


def other_goods(**changes: Any) -> Listing:
    return goods(external_sku_id=f"other-{Listing.objects.count()}", **changes)


def test_lines_of_one_account_travel_together() -> None:
    first = goods()
    second = other_goods(account=first.account)

    (parcel,) = packed(item(first), item(second, 2))

    assert [one.listing for one in parcel.content] == [first, second]


def test_each_account_sends_its_own_parcel() -> None:
    first, second = goods(), other_goods()

    parcels = packed(item(first), item(second))

    assert [parcel.account_id for parcel in parcels] == [first.account_id, second.account_id]


def test_of_equal_listings_the_one_that_saves_a_parcel_is_taken() -> None:
    mug, lamp = goods(), other_goods()
    together_with_lamp = other_goods(variant=mug.variant, account=lamp.account, priority=mug.priority)

    (parcel,) = packed(item(mug), item(lamp))

    assert [one.listing for one in parcel.content] == [together_with_lamp, lamp]


def test_staff_s_priority_outweighs_a_parcel() -> None:
    mug, lamp = goods(priority=1), other_goods()
    other_goods(variant=mug.variant, account=lamp.account, priority=2)

    assert len(packed(item(mug), item(lamp))) == 2


def test_listing_that_is_known_not_to_go_there_is_passed_over() -> None:
    first = goods(priority=1)
    second = other_goods(variant=first.variant, priority=2)
    say(first)

    (parcel,) = packed(item(first))

    assert parcel.account_id == second.account_id


def test_what_nobody_sends_there_is_named() -> None:
    listing = goods()
    say(listing)

    served, unserved = serve([item(listing)], "US")

    assert (served, [one.variant for one in unserved]) == ([], [listing.variant])


def test_unknown_ways_are_one_way_at_the_rate_for_unknown() -> None:
    customers_pay_the_fee()

    (parcel,) = packed(item(goods()))

    assert not parcel.is_known
    assert [(way.service, way.price, way.max_days) for way in parcel.ways] == [("", usd("5.00"), None)]


def test_cheapest_tracked_way_is_the_default() -> None:
    customers_pay_the_fee()
    listing = goods()
    say(listing, FAST, CHEAP, SLOW)

    (parcel,) = packed(item(listing))

    assert parcel.chosen == parcel.ways[0]
    assert [way.service for way in parcel.ways] == ["STANDARD", "ECONOMY", "EXPRESS"]


def test_staff_s_service_is_the_default_where_it_is_offered() -> None:
    listing = goods(shipping_service="EXPRESS")
    say(listing, SLOW, FAST)

    (parcel,) = packed(item(listing))

    assert parcel.chosen is not None
    assert parcel.chosen.service == "EXPRESS"


@pytest.mark.parametrize("rate", [None, {"kind": "flat", "amount": "4.00"}, {"kind": "free"}])
def test_dearer_way_is_not_given_away(rate: dict[str, Any] | None) -> None:
    if rate:
        ShippingRate.objects.create(country="", currency="USD", **rate)
    listing = goods()
    say(listing, SLOW, FAST, CHEAP)

    (parcel,) = packed(item(listing))

    assert [way.service for way in parcel.ways] == ["STANDARD"]


def test_lines_sent_together_cost_both_fees_and_the_longer_time() -> None:
    customers_pay_the_fee()
    first = goods()
    second = other_goods(account=first.account)
    say(first, SLOW, FAST)
    say(second, FreightOption("STANDARD", "Standard", usd("3.00"), tracked=True, min_days=12, max_days=30))

    (parcel,) = packed(item(first), item(second))

    assert [(way.service, way.price, way.min_days, way.max_days) for way in parcel.ways] == [
        ("STANDARD", usd("5.00"), 12, 30)
    ]


def test_lines_without_a_common_way_are_left_to_the_default_of_each() -> None:
    first = goods()
    second = other_goods(account=first.account)
    say(first, SLOW)
    say(second, FAST)

    (parcel,) = packed(item(first), item(second))

    assert (parcel.is_known, [way.service for way in parcel.ways]) == (False, [""])


def test_chosen_way_is_taken() -> None:
    customers_pay_the_fee()
    listing = goods()
    say(listing, SLOW, FAST)

    (parcel,) = packed(item(listing), chosen={parcel_key(listing.account_id): "EXPRESS"})

    assert parcel.chosen is not None
    assert (parcel.chosen.service, parcel.chosen.price) == ("EXPRESS", usd("9.00"))


def test_way_that_is_not_offered_is_refused() -> None:
    listing = goods()
    say(listing, SLOW, FAST)

    with pytest.raises(WayNotOffered):
        packed(item(listing), chosen={parcel_key(listing.account_id): "EXPRESS"})


def test_parcel_s_name_tells_nothing_of_the_account() -> None:
    account = SupplierAccountFactory()

    key = parcel_key(account.pk)

    assert key == parcel_key(account.pk)
    assert account.public_id not in key
    assert key != parcel_key(account.pk + 1)


def test_only_what_is_unknown_is_asked(supplier: FakeSupplier) -> None:
    known, unknown = goods(), other_goods()
    say(known, SLOW)
    supplier.freight = [FAST]

    look_up_unknown(serve([item(known), item(unknown)], "US")[0], "US")

    parcels = packed(item(known), item(unknown))
    assert [parcel.chosen.service for parcel in parcels if parcel.chosen] == ["STANDARD", "EXPRESS"]


def test_supplier_that_does_not_answer_leaves_it_unknown(supplier: FakeSupplier) -> None:
    listing = goods()
    supplier.read_error = Transient("no")

    look_up_unknown(serve([item(listing)], "US")[0], "US")

    assert not packed(item(listing))[0].is_known
