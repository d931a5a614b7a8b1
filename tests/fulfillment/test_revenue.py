"""What a part of an order leaves us, as the guard of the margin sees it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.models import FreightQuote
from fulfillment import dispatch
from fulfillment.guards import revenue_of
from fulfillment.models import OrderShipping, SupplierOrder
from integrations.clock import database_now
from shop.money import Money
from tests.factories import OrderFactory, OrderLineFactory, SupplierOrderFactory, SupplierOrderLineFactory
from tests.fake_supplier import sku, usd

pytestmark = pytest.mark.django_db


def order(**fields):
    values = {"items_total": "100.00", "total": "100.00", **fields}
    return OrderFactory(paid=True, **{name: Decimal(v) if isinstance(v, str) else v for name, v in values.items()})


def part(of, number: int, total: str, *, account=None, discount: str = "0", tax: str = "0") -> SupplierOrder:
    fields = {"account": account} if account else {"account__provider": "fake"}
    supplier_order = SupplierOrderFactory(
        order=of, part=number, reference=f"{of.number}-{number}", next_attempt_at=database_now(), **fields
    )
    line = OrderLineFactory(order=of, total=Decimal(total), discount=Decimal(discount), tax=Decimal(tax))
    SupplierOrderLineFactory(supplier_order=supplier_order, order_line=line)
    return supplier_order


def usd_of(supplier_order: SupplierOrder) -> str:
    revenue = revenue_of(supplier_order)
    assert revenue == Money(revenue.amount, "USD")
    return str(revenue.amount)


def test_goods_alone_are_the_revenue():
    assert usd_of(part(order(), 1, "100.00")) == "100.00"


def test_discount_is_no_revenue():
    of = order(discount_total="30.00", total="70.00")

    assert usd_of(part(of, 1, "100.00", discount="30.00")) == "70.00"


def test_paid_shipping_is_revenue():
    of = order(shipping_total="5.00", total="105.00")

    assert usd_of(part(of, 1, "100.00")) == "105.00"


def test_included_tax_in_goods_and_shipping_is_no_revenue():
    of = order(shipping_total="11.90", total="111.90", tax_total="17.87")

    assert usd_of(part(of, 1, "100.00", tax="15.97")) == "94.03"


def test_tax_beside_the_price_was_never_in_the_revenue():
    of = order(tax_total="8.88", total="108.88", prices_include_tax=False)

    assert usd_of(part(of, 1, "100.00", tax="8.88")) == "100.00"


def test_each_part_has_its_own_parcels_shipping():
    of = order(shipping_total="9.00", total="109.00")
    first, second = part(of, 1, "60.00"), part(of, 2, "40.00")
    OrderShipping.objects.create(order=of, account=first.account, price=Decimal("4.00"), currency="USD")
    OrderShipping.objects.create(order=of, account=second.account, price=Decimal("5.00"), currency="USD")

    assert (usd_of(first), usd_of(second)) == ("64.00", "45.00")


def test_parts_of_one_account_share_its_shipping():
    of = order(shipping_total="9.00", total="109.00")
    first = part(of, 1, "60.00")
    second = part(of, 2, "40.00", account=first.account)
    OrderShipping.objects.create(order=of, account=first.account, price=Decimal("9.00"), currency="USD")

    assert (usd_of(first), usd_of(second)) == ("64.50", "44.50")


def test_shipping_that_a_coupon_freed_is_no_revenue():
    of = order()
    first = part(of, 1, "60.00")
    part(of, 2, "40.00")
    OrderShipping.objects.create(order=of, account=first.account, price=Decimal("4.00"), currency="USD")

    assert usd_of(first) == "60.00"


@pytest.mark.parametrize(("discount", "status"), [("14.90", "placed"), ("14.91", "held")])
def test_discount_that_eats_the_margin_holds(supplier, discount, status):
    supplier.skus = [sku(price=usd("8.01"))]  # 10.00 with 1.99 freight
    of = order(items_total="24.90", discount_total=discount, total=str(Decimal("24.90") - Decimal(discount)))
    due = part(of, 1, "24.90", discount=discount)

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == status
    assert due.attention == ("" if status == "placed" else "price")


def test_paid_shipping_saves_a_margin(supplier):
    supplier.skus = [sku(price=usd("23.00"))]  # 24.99 with 1.99 freight
    due = part(order(items_total="24.90", shipping_total="2.00", total="26.90"), 1, "24.90")

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == "placed"


def test_what_the_guard_reads_is_kept_as_a_freight_quote(supplier):
    due = part(order(), 1, "100.00")

    dispatch.place(due.pk)

    kept = FreightQuote.objects.get()
    assert (kept.country, kept.quantity, kept.service, kept.fee) == ("US", 1, "STANDARD", Decimal("1.99"))
