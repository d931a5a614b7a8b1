"""What an invoice shows, and its PDF. Its page and staff's button show the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from fulfillment import invoices
from fulfillment.models import Order
from fulfillment.pdf import render_pdf


def invoice_context(order: Order) -> dict[str, Any]:
    """For ``fulfillment/_invoice.html``. Issues the invoice if nobody has yet; raises ``NoInvoice``."""
    return {
        "invoice": invoices.issue(order),
        "order": order,
        "taxes": order.tax_lines,
        "payment": invoices.payment_of(order),
        "refunds": invoices.refunds_of(order),
    }


def invoice_pdf(order: Order) -> HttpResponse:
    """The invoice as a file to keep. Raises ``NoInvoice`` or ``PdfUnavailable``."""
    context = invoice_context(order)
    content = render_pdf(render_to_string("fulfillment/invoice_print.html", context), stylesheet="css/invoice.css")
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{context["invoice"].number}.pdf"'
    return response
