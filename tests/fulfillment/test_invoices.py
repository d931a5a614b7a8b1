"""Invoices: numbers without gaps, one per paid order."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connections

from fulfillment import invoices, pdf, sweep
from fulfillment.invoice_document import invoice_context, invoice_pdf
from fulfillment.models import Invoice, Order
from tests.factories import OrderFactory, OrderLineFactory, PaymentFactory

pytestmark = pytest.mark.django_db


def paid_order(**fields: object) -> Order:
    order = OrderLineFactory(order__paid=True, **{f"order__{name}": value for name, value in fields.items()}).order
    PaymentFactory(order=order, status="succeeded", amount=order.total)
    return order


def test_invoices_are_numbered_without_gaps() -> None:
    numbers = [invoices.issue(paid_order()).sequence for _ in range(3)]

    assert numbers == [1, 2, 3]


def test_numbers_begin_anew_each_year() -> None:
    with time_machine.travel(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)):
        old = invoices.issue(paid_order())
    with time_machine.travel(datetime(2027, 1, 1, 1, 0, tzinfo=UTC)):
        new = invoices.issue(paid_order())

    assert (old.number, new.number) == ("2026-000001", "2027-000001")


def test_order_has_one_invoice_however_often_it_is_asked_for() -> None:
    order = paid_order()

    assert invoices.issue(order) == invoices.issue(order)
    assert Invoice.objects.count() == 1


def test_number_is_free_again_if_the_invoice_was_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    order = paid_order()

    def fail(order: Order) -> list[str]:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(invoices, "_buyer", fail)
        with pytest.raises(RuntimeError):
            invoices.issue(order)

    assert invoices.issue(order).sequence == 1


@pytest.mark.parametrize("fields", [{"paid": False}, {"paid": True, "source": Order.Source.API}])
def test_unpaid_order_and_another_program_s_have_none(fields: dict[str, object]) -> None:
    with pytest.raises(invoices.NoInvoice):
        invoices.issue(OrderFactory(**fields))


def test_invoice_keeps_who_sold_and_who_bought(settings: object) -> None:
    order = paid_order(first_name="Zoë", city="Köln")
    settings.SHOP_LEGAL_LINES = "Example Ltd | 1 Main Street"
    invoice = invoices.issue(order)
    settings.SHOP_LEGAL_LINES = "Another Ltd"
    Order.objects.filter(pk=order.pk).update(city="Bonn")

    shown = invoice_context(Order.objects.get(pk=order.pk))["invoice"]

    assert shown == invoice
    assert shown.seller == ["Example Ltd", "1 Main Street"]
    assert any("Köln" in line for line in shown.buyer)


def test_sweep_issues_what_nobody_has_asked_for() -> None:
    order = paid_order()

    sweep.mend()

    assert Invoice.objects.get().order == order


@pytest.mark.skipif(not pdf.is_available(), reason="Pango is not installed")
def test_pdf_is_one_and_fetches_nothing_that_a_text_names() -> None:
    order = paid_order()
    order.lines.update(title='<img src="http://127.0.0.1:9/x.png"> 名前 \N{GRINNING FACE}')

    response = invoice_pdf(order)

    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'attachment; filename="{order.invoice.number}.pdf"'


@pytest.mark.django_db(transaction=True)
def test_two_asked_for_at_the_same_moment_get_two_numbers() -> None:
    orders = [paid_order() for _ in range(4)]

    def issue(order: Order) -> None:
        try:
            invoices.issue(order)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=issue, args=[order]) for order in orders for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4]
