"""Invoices for staff."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from fulfillment import invoices, pdf
from fulfillment.models import Invoice
from tests.factories import OrderLineFactory
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:fulfillment_invoice_changelist")


@pytest.fixture
def invoice() -> Invoice:
    return invoices.issue(OrderLineFactory(order__paid=True).order)


def test_list_shows_number_order_and_total(invoice: Invoice) -> None:
    page = signed_in("fulfillment.view_invoice").get(LIST).content.decode()

    assert invoice.number in page
    assert invoice.order.number in page


def test_document_opens_as_pdf_or_as_a_page_to_print(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    client = signed_in("fulfillment.view_invoice")

    response = client.get(reverse("admin:fulfillment_invoice_change", args=[invoice.pk]), follow=True)

    assert response.status_code == 200
    assert invoice.number in response.content.decode()


def test_staff_without_the_permission_see_none(invoice: Invoice) -> None:
    client = Client()
    client.force_login(staff("fulfillment.view_order", username="ada"))

    address = reverse("admin:fulfillment_invoice_document", args=[invoice.pk])

    assert client.get(LIST).status_code == 403
    assert client.get(address).status_code == 403


def test_order_page_links_the_invoice(invoice: Invoice) -> None:
    client = signed_in("fulfillment.view_order", "fulfillment.view_invoice")

    page = client.get(reverse("admin:fulfillment_order_change", args=[invoice.order_id])).content.decode()

    assert reverse("admin:fulfillment_invoice_document", args=[invoice.pk]) in page


def test_order_without_an_invoice_still_has_its_page() -> None:
    order = OrderLineFactory().order

    response = signed_in("fulfillment.view_order").get(reverse("admin:fulfillment_order_change", args=[order.pk]))

    assert response.status_code == 200
