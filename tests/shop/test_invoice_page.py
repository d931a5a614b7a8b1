"""The invoice's page and file."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from fulfillment import pdf
from fulfillment.models import Order, OrderLink
from tests.factories import OrderFactory, OrderLineFactory, PaymentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    order = OrderLineFactory(order__paid=True).order
    PaymentFactory(order=order, status="succeeded", amount=order.total)
    return order


def test_page_shows_number_lines_and_sums(client: Client, order: Order) -> None:
    taxes = [{"name": "VAT", "percent": "19", "net": "20.92", "tax": "3.98"}]
    Order.objects.filter(pk=order.pk).update(tax_lines=taxes, tax_total=Decimal("3.98"))

    page = client.get(f"/o/{OrderLink.mint(order)}/invoice/").content.decode()

    order.refresh_from_db()
    assert order.invoice.number in page
    assert order.lines.get().title in page
    assert "of which VAT 19 %" in page
    assert "$3.98" in page


def test_somebody_else_sees_nothing(client: Client, order: Order) -> None:
    assert client.get("/o/unknown/invoice/").status_code == 404
    assert client.get(f"/o/{order.number}/invoice.pdf").status_code == 404


def test_unpaid_order_has_no_invoice(client: Client) -> None:
    assert client.get(f"/o/{OrderLink.mint(OrderFactory())}/invoice/").status_code == 404


def test_invoice_stays_out_of_caches(client: Client, order: Order) -> None:
    response = client.get(f"/o/{OrderLink.mint(order)}/invoice/")

    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_machine_without_pango_offers_the_page_to_print(
    client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    address = f"/o/{OrderLink.mint(order)}/invoice"

    page = client.get(f"{address}/").content.decode()
    response = client.get(f"{address}.pdf")

    assert "can print this page" in page
    assert "invoice.pdf" not in page
    assert response.url == f"{address}/"
