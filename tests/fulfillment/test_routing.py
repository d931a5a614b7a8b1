"""What was sold becomes what is bought: one supplier order per account, once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.models import Listing
from fulfillment import desk
from fulfillment.models import Order, OrderLine, SupplierOrder
from fulfillment.payments import settle_payment, start_payment
from fulfillment.routing import route
from fulfillment.states import PaymentStatus
from fulfillment.sweep import mend
from shop.errors import DomainError
from tests.factories import OrderFactory, OrderLineFactory
from tests.fulfillment.scenes import goods, order_of, paid, part_of, together

pytestmark = pytest.mark.django_db


def two_lines(supplier) -> Order:
    """A paid order over two listings of two accounts."""
    order = OrderFactory(paid=True)
    for listing in (goods(), goods(quantity_per_unit=3)):
        OrderLineFactory(order=order, variant=listing.variant, listing=listing, quantity=2)
    return order


def test_lines_of_two_accounts_become_two_supplier_orders(supplier):
    order = two_lines(supplier)

    route(order)

    parts = list(order.supplier_orders.order_by("part"))
    assert [part.reference for part in parts] == [f"{order.number}-1", f"{order.number}-2"]
    assert [part.lines.get().quantity for part in parts] == [2, 6]
    assert [part.expected_cost for part in parts] == [Decimal("16.02"), Decimal("48.06")]
    assert len({part.account_id for part in parts}) == 2


def test_lines_of_one_account_become_one_supplier_order(supplier):
    first = goods()
    second = goods(account=first.account, external_sku_id="2")
    order = OrderFactory(paid=True)
    for listing in (first, second):
        OrderLineFactory(order=order, variant=listing.variant, listing=listing)

    route(order)

    assert part_of(order).lines.count() == 2


def test_purchase_keeps_what_was_mapped_when_it_was_sold(supplier):
    part = part_of(paid(goods(shipping_service="STANDARD").variant))

    Listing.objects.update(external_product_id="1", external_sku_id="2", shipping_service="x")

    line = part.lines.get()
    assert (line.external_product_id, line.external_sku_id, line.shipping_service) == (
        "1005006000000101", "12000040000010101", "STANDARD",
    )  # fmt: skip


def test_unknown_cost_stays_unknown(supplier):
    assert part_of(paid(goods(cost=None).variant)).expected_cost is None


def test_reserved_listing_serves_even_when_a_better_one_appears(supplier):
    listing = goods(priority=5, stock=1)
    order = order_of(listing.variant)
    goods(variant=listing.variant, external_sku_id="2", priority=1)
    payment = start_payment(order, method="sandbox")

    settle_payment(payment, outcome=PaymentStatus.SUCCEEDED, money=payment.money, reference="r")

    assert part_of(order).lines.get().listing == listing


def pay_after(order: Order, change) -> SupplierOrder:
    payment = start_payment(order, method="sandbox")
    change()
    settle_payment(payment, outcome=PaymentStatus.SUCCEEDED, money=payment.money, reference="r")
    return part_of(order)


def test_next_listing_serves_when_the_reserved_one_is_gone(supplier):
    listing = goods()
    other = goods(variant=listing.variant, external_sku_id="2", priority=2)

    part = pay_after(order_of(listing.variant), lambda: Listing.objects.filter(pk=listing.pk).update(is_active=False))

    assert part.lines.get().listing == other


@pytest.mark.parametrize("gone", ["delete", "deactivate"])
def test_paid_order_without_a_listing_is_held_in_front_of_a_person(supplier, gone):
    listing = goods()
    change = listing.delete if gone == "delete" else lambda: Listing.objects.update(is_active=False)

    part = pay_after(order_of(listing.variant), change)

    assert (part.status, part.attention, part.account) == ("held", "no_listing", None)
    assert Order.objects.get().status == "paid"


def test_retry_without_a_listing_says_so(supplier):
    listing = goods()
    part = pay_after(order_of(listing.variant), lambda: Listing.objects.update(is_active=False))

    with pytest.raises(DomainError) as refused:
        desk.retry(part, actor="staff:1")

    assert refused.value.code == "no_listing"


def test_retry_routes_again_once_a_listing_is_mapped(supplier):
    listing = goods(account__mode="sandbox")
    variant = listing.variant
    part = pay_after(order_of(variant), listing.delete)
    fresh = goods(variant=variant, external_sku_id="2")

    desk.retry(part, actor="staff:1")

    part.refresh_from_db()
    assert (part.status, part.account, part.account_mode) == ("due", fresh.account, "sandbox")
    assert [line.external_sku_id for line in part.lines.all()] == ["2"]


def test_retry_finds_the_last_piece_that_the_order_itself_keeps(supplier):
    listing = goods(stock=1)
    part = pay_after(order_of(listing.variant), lambda: Listing.objects.update(is_active=False))
    Listing.objects.update(is_active=True)

    desk.retry(part, actor="staff:1")

    part.refresh_from_db()
    assert (part.status, part.lines.get().listing) == ("due", listing)


def test_paid_order_without_supplier_orders_is_routed_by_the_sweep_once(supplier):
    order = OrderFactory(paid=True)
    listing = goods()
    OrderLineFactory(order=order, variant=listing.variant, listing=listing)

    mend()
    mend()

    assert part_of(order).status == "due"


def test_line_whose_variant_was_deleted_is_held(supplier):
    order = OrderFactory(paid=True)
    OrderLine.objects.create(order=order, sku="x", title="x", quantity=1, unit_price=1, total=1, currency="USD")

    route(order)

    assert part_of(order).attention == "no_listing"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two directions of the sweep, two people."""

    def test_forgotten_order_is_routed_once(self, supplier):
        order = OrderFactory(paid=True)
        listing = goods()
        OrderLineFactory(order=order, variant=listing.variant, listing=listing)

        together(4, lambda _: mend())

        assert SupplierOrder.objects.count() == 1

    def test_two_people_who_retry_at_once_buy_once(self, supplier):
        listing = goods()
        variant = listing.variant
        part = pay_after(order_of(variant), listing.delete)
        goods(variant=variant, external_sku_id="2")

        found = together(3, lambda _: desk.retry(SupplierOrder.objects.get(pk=part.pk), actor="staff:1"))

        assert [isinstance(result, DomainError) for result in found].count(False) == 1
        assert part.lines.count() == 1
