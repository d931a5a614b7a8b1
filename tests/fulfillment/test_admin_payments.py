"""Staff confirm transfers, give money back and mark what they sent by hand."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

from fulfillment.models import Order, Payment, Refund, SupplierOrder
from fulfillment.payments import start_payment
from tests.fulfillment.scenes import goods, order_of, paid
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

VIEWS = ("fulfillment.view_payment", "fulfillment.view_refund", "fulfillment.view_order")
CONFIRM, REFUND = "fulfillment.confirm_payment", "fulfillment.add_refund"


@pytest.fixture
def transfer(supplier) -> Payment:
    return start_payment(order_of(goods().variant), method="bank_transfer")


@pytest.fixture
def payment(supplier) -> Payment:
    return paid(goods().variant).payments.get()


def address(row: Payment | Refund, answer: str = "") -> str:
    page = f"/admin/fulfillment/{row._meta.model_name}/{row.pk}/"
    return f"{page}answer/{answer}/" if answer else f"{page}change/"


def confirm(
    client: Client, transfer: Payment, amount: str = "24.90", currency: str = "usd", reference: str = "S1"
) -> int:
    typed = {"amount": amount, "currency": currency, "reference": reference}
    return client.post(address(transfer, "confirm"), typed).status_code


def give(client: Client, payment: Payment, amount: str, key: str = "k" * 24) -> int:
    typed = {"amount": amount, "reason": "asked", "key": key}
    return client.post(address(payment, "refund"), typed).status_code


def test_confirmed_transfer_pays_the_order(transfer):
    client = signed_in(*VIEWS, CONFIRM)

    assert confirm(client, transfer) == 302

    transfer.refresh_from_db()
    assert (transfer.status, transfer.external_reference) == ("succeeded", "S1")
    assert Order.objects.get().status == "paid"
    assert SupplierOrder.objects.count() == 1


@pytest.mark.parametrize(("amount", "currency"), [("24.89", "USD"), ("24.90", "EUR"), ("2490", "USD")])
def test_other_amount_or_currency_is_a_mismatch(transfer, amount, currency):
    confirm(signed_in(*VIEWS, CONFIRM), transfer, amount, currency)

    transfer.refresh_from_db()
    assert (transfer.status, transfer.told_amount, transfer.told_currency) == ("mismatch", Decimal(amount), currency)
    assert not SupplierOrder.objects.exists()


@pytest.mark.parametrize(
    ("amount", "currency", "reference"),
    [("", "USD", "x"), ("-1", "USD", "x"), ("1.001", "USD", "x"), ("1", "dollars", "x"), ("1", "USD", "")],
)
def test_incomplete_entry_changes_nothing(transfer, amount, currency, reference):
    assert confirm(signed_in(*VIEWS, CONFIRM), transfer, amount, currency, reference) == 200

    transfer.refresh_from_db()
    assert transfer.status == "pending"


def test_one_entry_of_the_statement_pays_one_order(transfer):
    other = start_payment(order_of(goods(external_sku_id="2").variant, key="other"), method="bank_transfer")
    client = signed_in(*VIEWS, CONFIRM)
    confirm(client, transfer)

    confirm(client, other)

    other.refresh_from_db()
    assert other.status == "pending"


@pytest.mark.parametrize("permission", [REFUND, "fulfillment.settle_supplier_order"])
def test_confirming_has_its_own_permission(transfer, permission):
    assert confirm(signed_in(*VIEWS, permission), transfer) == 403


def test_only_a_transfer_can_be_confirmed(payment):
    assert "answer/confirm" not in signed_in(*VIEWS, CONFIRM).get(address(payment)).content.decode()


def test_awaited_transfers_can_be_listed(transfer, supplier):
    paid(goods(external_sku_id="2").variant, key="other")

    page = signed_in(*VIEWS).get("/admin/fulfillment/payment/?transfers=awaited").content.decode()

    assert page.count("Bank transfer</td>") == 1


def test_part_of_a_payment_goes_back_once_however_often_the_form_is_sent(payment):
    client = signed_in(*VIEWS, REFUND)

    give(client, payment, "5.00")
    give(client, payment, "5.00")

    payment.refresh_from_db()
    assert payment.refunded_amount == Decimal("5.00")
    assert Refund.objects.get().status == "done"


def test_each_form_has_a_key_of_its_own(payment):
    client = signed_in(*VIEWS, REFUND)

    pages = [client.get(address(payment, "refund")).content.decode() for _ in range(2)]

    assert len({key for page in pages for key in re.findall(r'name="key" value="([^"]+)"', page)}) == 2


@pytest.mark.parametrize("amount", ["24.91", "0", "-5", "1.001", "many"])
def test_amount_that_cannot_go_back_is_refused(payment, amount):
    assert give(signed_in(*VIEWS, REFUND), payment, amount) == 200
    assert not Refund.objects.exists()


def test_refunding_has_its_own_permission(payment):
    assert give(signed_in(*VIEWS, CONFIRM), payment, "5.00") == 403


def test_full_refund_of_what_is_not_bought_holds_the_purchase(payment):
    give(signed_in(*VIEWS, REFUND), payment, "24.90")

    part = SupplierOrder.objects.get()
    assert (part.status, part.attention, Order.objects.get().status) == ("held", "money_back", "paid")


def test_mismatch_goes_back_as_it_came(transfer):
    client = signed_in(*VIEWS, CONFIRM, REFUND)
    confirm(client, transfer, "30.00", "EUR")

    give(client, transfer, "30.00")

    row = Refund.objects.get()
    assert (row.amount, row.currency, row.status) == (Decimal("30.00"), "EUR", "to_do")


def test_refund_done_by_hand_is_marked_and_ends_the_order(transfer):
    client = signed_in(*VIEWS, CONFIRM, REFUND, "fulfillment.settle_supplier_order")
    confirm(client, transfer)
    order = Order.objects.get()
    client.post(f"/admin/fulfillment/order/{order.pk}/answer/cancel-and-refund/", {"reason": "asked"})
    order.refresh_from_db()
    assert order.status == "canceled"

    client.post(address(Refund.objects.get(), "done"), {"note": "SEPA 1"})

    order.refresh_from_db()
    assert (order.status, Refund.objects.get().status) == ("refunded", "done")


def test_pages_can_be_looked_at_and_not_posted_to(payment):
    client = signed_in(*VIEWS, REFUND)
    give(client, payment, "5.00")

    for row in (payment, Refund.objects.get()):
        assert client.get(address(row)).status_code == 200
        assert client.post(address(row)).status_code == 405
        assert Client().get(address(row)).status_code == 302
    assert client.get("/admin/fulfillment/refund/").status_code == 200
