"""An order's invoice, to look at, to print, and as PDF."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from fulfillment import invoices, pdf
from fulfillment.invoice_document import invoice_context, invoice_pdf
from fulfillment.models import Order, OrderLink
from shop.views.privacy import private_page


@private_page
@require_safe
def invoice(request: HttpRequest, token: str) -> HttpResponse:
    """The printable page."""
    context = {**invoice_context(_order_behind(token)), "token": token, "has_pdf": pdf.is_available()}
    return render(request, "shop/invoice.html", context)


@private_page
@require_safe
def invoice_as_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file; where PDFs cannot be made, back to the page that can be printed."""
    order = _order_behind(token)
    try:
        return invoice_pdf(order)
    except pdf.PdfUnavailable:
        return redirect("order-invoice", token=token)


def _order_behind(token: str) -> Order:
    order = OrderLink.order_for(token)
    if order is None:
        raise Http404
    try:
        invoices.issue(order)
    except invoices.NoInvoice:
        raise Http404 from None
    return order
