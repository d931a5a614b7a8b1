"""Staff read on an order what came in, what went back, what the suppliers get, and what is left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fulfillment.admin.pages import orders_for_page
from fulfillment.models import Order, Payment, Refund
from fulfillment.order_money import OrderMoney, money_of
from integrations.models import ApiCall
from shop.money import Money
from tests.factories import (
    PAID_AT,
    ExternalOrderFactory,
    OrderFactory,
    PaymentFactory,
    SupplierOrderFactory,
)
from tests.staff import VIEWS, signed_in

pytestmark = pytest.mark.django_db


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def give_back(payment: Payment, amount: str, status: str) -> None:
    key = f"{status}-{amount}"
    Refund.objects.create(payment=payment, key=key, amount=Decimal(amount), currency="USD", status=status)


def read(order: Order) -> OrderMoney:
    return money_of(orders_for_page().get(pk=order.pk))


@pytest.fixture
def order() -> Order:
    order = OrderFactory(paid=True)
    PaymentFactory(order=order, status="succeeded")
    return order


def test_unpaid_order_says_what_is_due_and_that_nothing_came():
    order = OrderFactory()
    PaymentFactory(order=order)

    money = read(order)

    assert (money.due, money.came_in, money.left) == ((usd("24.90"),), (), None)


def test_refunds_that_failed_are_not_counted(order):
    payment = order.payments.get()
    for amount, status in (("1.00", "done"), ("2.00", "pending"), ("3.00", "to_do"), ("4.00", "failed")):
        give_back(payment, amount, status)

    money = read(order)

    assert (money.went_back, money.goes_back) == ((usd("1.00"),), (usd("5.00"),))
    assert money.left == usd("18.90")


def test_suppliers_money_is_told_apart_by_paid_unpaid_and_not_bought(order):
    placed = SupplierOrderFactory(order=order, status="placed")
    paid = {"state": "processing", "amount": Decimal(5), "currency": "USD"}
    ExternalOrderFactory(supplier_order=placed, **paid)
    ExternalOrderFactory(supplier_order=placed, state="awaiting_payment", amount=Decimal(3), currency="USD")
    ExternalOrderFactory(supplier_order=placed, **{**paid, "state": "canceled"})
    SupplierOrderFactory(order=order, part=2, reference="x-2", status="due", expected_cost=Decimal(2))
    SupplierOrderFactory(order=order, part=3, reference="x-3", status="canceled", expected_cost=Decimal(99))

    money = read(order)

    assert money.paid_to_suppliers == (usd("5"),)
    assert money.to_pay_to_suppliers == (usd("3"),)
    assert money.expected_to_buy == (usd("2"),)
    assert money.left == usd("14.90")


def test_what_is_left_is_not_guessed_where_a_cost_is_unknown(order):
    ExternalOrderFactory(supplier_order=SupplierOrderFactory(order=order, status="placed"), amount=None)

    assert read(order).left is None


def test_currencies_are_never_added_up(order):
    part = SupplierOrderFactory(order=order, status="placed")
    for amount, currency in ((5, "USD"), (4, "EUR")):
        ExternalOrderFactory(supplier_order=part, state="processing", amount=Decimal(amount), currency=currency)

    money = read(order)

    assert set(money.paid_to_suppliers) == {usd("5"), Money(Decimal(4), "EUR")}
    assert money.left is None


def test_page_shows_the_sums(order):
    give_back(order.payments.get(), "5.00", "to_do")

    page = signed_in(*VIEWS).get(f"/admin/fulfillment/order/{order.pk}/change/").content.decode()

    card = page[page.index('id="money"') : page.index('id="payments"')]
    assert "Still to be given back" in card
    assert "5.00 USD" in card


def test_many_looks_do_not_push_the_purchase_out_of_the_page(order):
    part = SupplierOrderFactory(order=order, status="placed")
    external = ExternalOrderFactory(supplier_order=part)
    values = {"account": part.account, "method": "POST", "path": "x", "started_at": PAID_AT}
    ApiCall.objects.create(operation="the.purchase", reference=part.reference, **values)
    ApiCall.objects.bulk_create(
        ApiCall(operation="a.look", reference=external.external_id, **values) for _ in range(60)
    )

    page = signed_in(*VIEWS).get(f"/admin/fulfillment/order/{order.pk}/change/").content.decode()

    assert "the.purchase" in page
    assert page.count("<span>a.look</span>") == 10


def test_empty_list_says_that_the_shop_fills_it():
    page = signed_in(*VIEWS).get("/admin/fulfillment/payment/").content.decode()

    assert "The shop fills this list by itself." in page


def test_search_without_a_hit_leads_back_to_all(order):
    page = signed_in(*VIEWS).get("/admin/fulfillment/payment/", {"q": "nothing-like-it"}).content.decode()

    assert "Nothing matches" in page
