"""An order of several lines: all or nothing, one total, and one supplier order for each parcel."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Listing, Variant
from fulfillment import desk, dispatch
from fulfillment.admin.part_answers import SUPPLIER_ORDER_ANSWERS
from fulfillment.coupons import CannotUseCoupon
from fulfillment.models import Coupon, Order, OrderShipping, ShippingRate, SupplierOrder, TaxRate
from fulfillment.orders import CannotOrder, place_order
from fulfillment.parcels import parcel_key
from fulfillment.payments import start_payment
from fulfillment.unpaid import cancel_unpaid
from integrations.types import FreightOption
from shop.money import Money
from tests.fake_supplier import usd
from tests.fulfillment.scenes import CONTACT, approve, contact, goods, together
from tests.fulfillment.test_parcels import FAST, SLOW, customers_pay_the_fee, other_goods, say

pytestmark = pytest.mark.django_db


def order(*lines: tuple[Variant, int], **changes: Any) -> Order:
    return place_order(**{"checkout_key": "key-1", "lines": lines, "contact": CONTACT, **changes})


def stocks() -> list[int | None]:
    return list(Listing.objects.order_by("pk").values_list("stock", flat=True))


def test_every_line_is_copied_and_reserved() -> None:
    mug, lamp = goods(stock=5), other_goods(stock=5, variant__price=Decimal("70.00"))

    placed = order((mug.variant, 2), (lamp.variant, 1))

    assert [(line.sku, line.quantity, line.total) for line in placed.lines.all()] == [
        (mug.variant.sku, 2, Decimal("49.80")),
        (lamp.variant.sku, 1, Decimal("70.00")),
    ]
    assert (placed.items_total, placed.total) == (Decimal("119.80"), Decimal("119.80"))
    assert stocks() == [3, 4]


def test_one_line_that_is_gone_stops_all_and_is_named() -> None:
    mug, lamp = goods(stock=5), other_goods(stock=0)

    with pytest.raises(CannotOrder) as refused:
        order((mug.variant, 2), (lamp.variant, 1))

    assert refused.value.data["lines"] == [{"sku": lamp.variant.sku, "code": "out_of_stock", "available": 0}]
    assert (stocks(), Order.objects.count()) == ([5, 0], 0)


def test_every_line_in_the_way_is_named_at_once() -> None:
    scarce, far, fine = goods(stock=1), other_goods(destination_countries=["DE"]), other_goods()
    Variant.objects.filter(pk=far.variant_id).update(is_active=True)

    with pytest.raises(CannotOrder) as refused:
        order((scarce.variant, 21), (far.variant, 1), (fine.variant, 1))

    assert [(line["sku"], line["code"]) for line in refused.value.data["lines"]] == [
        (scarce.variant.sku, "out_of_stock"),
        (far.variant.sku, "does_not_ship"),
    ]


def test_same_variant_twice_is_one_line() -> None:
    mug = goods(stock=5)

    placed = order((mug.variant, 2), (mug.variant, 1))

    assert [line.quantity for line in placed.lines.all()] == [3]


def test_nothing_is_no_order() -> None:
    with pytest.raises(CannotOrder) as refused:
        order()

    assert refused.value.code == "nothing_to_order"


def test_lines_of_two_currencies_are_refused() -> None:
    with pytest.raises(CannotOrder) as refused:
        order((goods().variant, 1), (other_goods(variant__currency="EUR").variant, 1))

    assert refused.value.code == "mixed_currencies"


def test_two_suppliers_become_two_supplier_orders_sent_as_chosen() -> None:
    customers_pay_the_fee()
    mug, lamp = goods(), other_goods(account__provider="fake", shipping_service="STANDARD")
    for listing in (mug, lamp):
        say(listing, SLOW, FAST)

    placed = order((mug.variant, 1), (lamp.variant, 1), shipping={parcel_key(lamp.account_id): "EXPRESS"})
    approve(start_payment(placed, method="sandbox"))

    assert [(sent.account_id, sent.service, sent.price) for sent in placed.shippings.all()] == [
        (mug.account_id, "STANDARD", Decimal("2.00")),
        (lamp.account_id, "EXPRESS", Decimal("9.00")),
    ]
    assert placed.shipping_total == Decimal("11.00")
    bought = placed.supplier_orders.order_by("part").values_list("account", "lines__shipping_service")
    assert list(bought) == [(mug.account_id, "STANDARD"), (lamp.account_id, "EXPRESS")]


def chosen_express(supplier) -> SupplierOrder:
    customers_pay_the_fee()
    listing = goods(shipping_service="STANDARD")
    say(listing, SLOW, FAST)
    placed = order((listing.variant, 1), shipping={parcel_key(listing.account_id): "EXPRESS"})
    approve(start_payment(placed, method="sandbox"))
    supplier.freight = [FreightOption("STANDARD", "Standard", Money(Decimal("1.99"), "USD"), tracked=True)]
    return placed.supplier_orders.get()


def test_way_of_sending_that_the_customer_chose_is_not_replaced_unasked(supplier) -> None:
    part = chosen_express(supplier)

    dispatch.place(part.pk)

    part.refresh_from_db()
    assert (part.status, part.attention, supplier.purchases) == ("held", "shipping", [])
    assert "EXPRESS" in part.attention_note
    waive = next(answer for answer in SUPPLIER_ORDER_ANSWERS if answer.name == "retry-anyway")
    assert waive.fits(part)


def test_another_way_of_sending_is_bought_when_staff_say_so_and_the_history_names_it(supplier) -> None:
    part = chosen_express(supplier)
    dispatch.place(part.pk)
    part.refresh_from_db()

    desk.retry(part, actor="staff:1", waive=True)
    dispatch.place(part.pk)

    (purchase,) = supplier.purchases
    assert [item.shipping_service for item in purchase.items] == ["STANDARD"]
    assert part.events.get(kind="supplier_order.in_flight").data["sent_by"] == ["EXPRESS -> STANDARD"]


def test_what_is_not_sent_there_at_all_stays_held_whatever_is_waived(supplier) -> None:
    part = chosen_express(supplier)
    supplier.freight = []
    SupplierOrder.objects.update(guards_waived=["shipping"])

    dispatch.place(part.pk)

    part.refresh_from_db()
    assert (part.status, part.attention, supplier.purchases) == ("held", "shipping", [])


def test_way_of_sending_that_is_not_offered_is_refused() -> None:
    mug = goods()
    say(mug, SLOW, FAST)

    with pytest.raises(CannotOrder) as refused:
        order((mug.variant, 1), shipping={parcel_key(mug.account_id): "EXPRESS"})

    assert refused.value.code == "shipping_changed"
    assert not Order.objects.exists()


def test_choice_for_a_parcel_that_is_not_there_is_nothing() -> None:
    placed = order((goods().variant, 1), shipping={"nonsense": "EXPRESS"})

    assert placed.shippings.get().service == ""


def test_discount_shipping_and_tax_make_the_total() -> None:
    Coupon.objects.create(code="TEN", kind="percent", percent=10)
    ShippingRate.objects.create(country="US", kind="flat", amount=Decimal("5.00"), currency="USD")
    TaxRate.objects.create(country="US", region="New York", name="Sales tax", percent=Decimal(8), is_included=False)
    mug, lamp = goods(), other_goods(account__provider="fake")

    placed = order((mug.variant, 1), (lamp.variant, 1), coupon_code="ten")

    # 49.80 - 4.98 + 2 x 5.00 = 54.82, and 8 % of it.
    assert (placed.items_total, placed.discount_total, placed.shipping_total, placed.tax_total, placed.total) == (
        Decimal("49.80"), Decimal("4.98"), Decimal("10.00"), Decimal("4.39"), Decimal("59.21"),
    )  # fmt: skip
    assert (placed.coupon_code, placed.prices_include_tax) == ("TEN", False)
    assert sum(line.discount for line in placed.lines.all()) == Decimal("4.98")
    assert placed.tax_lines == [{"name": "Sales tax", "percent": "8.000", "net": "54.82", "tax": "4.39"}]


def test_total_other_than_the_one_seen_is_told_and_nothing_kept() -> None:
    Coupon.objects.create(code="TEN", kind="percent", percent=10)
    mug = goods(stock=5)

    with pytest.raises(CannotOrder) as refused:
        order((mug.variant, 1), coupon_code="TEN", seen_total=usd("24.90"))

    assert (refused.value.code, refused.value.data["total"]) == ("price_changed", "22.41")
    assert (stocks(), Coupon.objects.get().used_count) == ([5], 0)


def test_coupon_that_does_not_work_is_no_order() -> None:
    with pytest.raises(CannotUseCoupon):
        order((goods().variant, 1), coupon_code="NOPE")

    assert not Order.objects.exists()


def test_correction_takes_lines_coupon_and_shipping_over_anew() -> None:
    first = Coupon.objects.create(code="FIRST", kind="percent", percent=10, usage_limit=1)
    second = Coupon.objects.create(code="SECOND", kind="fixed", amount=Decimal("1.00"), currency="USD")
    mug, lamp = goods(stock=5), other_goods(stock=5, account__provider="fake")
    order((mug.variant, 2), coupon_code="FIRST")

    placed = order((mug.variant, 1), (lamp.variant, 3), coupon_code="SECOND", contact=contact(city="Boston"))

    for coupon in (first, second):
        coupon.refresh_from_db()
    assert (first.used_count, second.used_count) == (0, 1)
    assert (stocks(), placed.total, placed.city) == ([4, 2], Decimal("98.60"), "Boston")
    assert OrderShipping.objects.filter(order=placed).count() == 2


@pytest.mark.parametrize("coupon_code", ["TEN", ""])
def test_coupon_is_kept_or_dropped_with_the_correction(coupon_code: str) -> None:
    coupon = Coupon.objects.create(code="TEN", kind="percent", percent=10, usage_limit=1)
    mug = goods()
    order((mug.variant, 1), coupon_code="TEN")

    placed = order((mug.variant, 1), coupon_code=coupon_code)

    coupon.refresh_from_db()
    assert (coupon.used_count, placed.coupon_code) == (int(bool(coupon_code)), coupon_code)


def test_canceled_unpaid_gives_everything_back() -> None:
    coupon = Coupon.objects.create(code="TEN", kind="percent", percent=10, usage_limit=1)
    mug, lamp = goods(stock=5), other_goods(stock=5)
    placed = order((mug.variant, 2), (lamp.variant, 1), coupon_code="TEN")

    cancel_unpaid(placed)

    coupon.refresh_from_db()
    assert (stocks(), coupon.used_count) == ([5, 5], 0)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Many at the same moment."""

    def test_double_click_on_several_lines_makes_one_order(self) -> None:
        mug, lamp = goods(stock=9), other_goods(stock=9)

        found = together(8, lambda _: order((mug.variant, 2), (lamp.variant, 1)).pk)

        assert set(found) == {Order.objects.get().pk}
        assert stocks() == [7, 8]

    def test_crossing_orders_neither_wait_for_each_other_nor_oversell(self) -> None:
        mug, lamp = goods(stock=6), other_goods(stock=6)
        ways = [((mug.variant, 1), (lamp.variant, 1)), ((lamp.variant, 1), (mug.variant, 1))]

        found = together(10, lambda buyer: order(*ways[buyer % 2], checkout_key=f"buyer-{buyer}"))

        served = [result for result in found if isinstance(result, Order)]
        refused = {result.code for result in found if isinstance(result, CannotOrder)}
        assert (len(served), refused, stocks()) == (6, {"out_of_stock"}, [0, 0])

    def test_last_use_of_a_coupon_goes_to_one_order(self) -> None:
        Coupon.objects.create(code="ONCE", kind="percent", percent=50, usage_limit=1)
        mug = goods(stock=9)

        found = together(6, lambda buyer: order((mug.variant, 1), checkout_key=f"b-{buyer}", coupon_code="ONCE"))

        assert sum(isinstance(result, Order) for result in found) == 1
        assert {type(result) for result in found} == {Order, CannotUseCoupon}
        assert stocks() == [8]

    def test_corrections_at_once_leave_one_consistent_order(self) -> None:
        mug, lamp = goods(stock=9), other_goods(stock=9)
        order((mug.variant, 1))

        together(6, lambda n: order((mug.variant, 1 + n % 2), (lamp.variant, 1)))

        placed = Order.objects.get()
        kept = sum(line.quantity for line in placed.lines.all())
        assert sum(stock or 0 for stock in stocks()) + kept == 18
        assert placed.total_money == sum(
            (Money(line.total, "USD") for line in placed.lines.all()), Money(Decimal(0), "USD")
        )
