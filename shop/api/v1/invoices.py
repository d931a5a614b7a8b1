"""An order's invoice: its document to show, and as PDF. It is issued when it is asked for first."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment import pdf
from fulfillment.invoice_document import invoice_context, invoice_pdf
from shop.api.v1.base import V1View
from shop.api.v1.document import ORDER_TOKEN, operation
from shop.api.v1.orders import own_order
from shop.api.v1.problems import Problem

_CODES = "`no_invoice` (not paid, or sold by another program)"


class InvoiceShape(serializers.Serializer[Any]):
    """An invoice. `html` is a whole page to show or print, without pictures or scripts."""

    number = serializers.CharField()
    issued_at = serializers.DateTimeField()
    html = serializers.CharField()
    has_pdf = serializers.BooleanField(help_text="Whether this shop makes PDFs.")


class ShowInvoice(V1View):
    """The invoice as a document."""

    http_method_names = ["get", "head"]

    @operation(
        "The order's invoice",
        InvoiceShape,
        tag="orders",
        operation_id="invoice",
        parameters=[ORDER_TOKEN],
        errors=[404, 422],
        codes=_CODES,
        example={
            "number": "2026-000123",
            "issued_at": "2026-01-02T03:04:05Z",
            "html": "<!doctype html>…",
            "has_pdf": True,
        },
    )
    def get(self, request: Request, number: str) -> Response:
        context = invoice_context(own_order(request, number))
        invoice = context["invoice"]
        html = render_to_string("fulfillment/invoice_print.html", context)
        return Response(
            {"number": invoice.number, "issued_at": invoice.issued_at, "html": html, "has_pdf": pdf.is_available()}
        )


class InvoicePdf(V1View):
    """The invoice as a file."""

    http_method_names = ["get", "head"]

    @operation(
        "The order's invoice as PDF",
        {(200, "application/pdf"): OpenApiTypes.BINARY},
        tag="orders",
        operation_id="invoice_pdf",
        parameters=[ORDER_TOKEN],
        errors=[404, 422],
        codes=f"{_CODES}, `pdf_unavailable` (`has_pdf` of the invoice says so before)",
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        order = own_order(request, number)
        try:
            return invoice_pdf(order)
        except pdf.PdfUnavailable as exc:
            text = _("This shop makes no PDFs. The invoice itself can be shown and printed.")
            raise Problem(422, "pdf_unavailable", text) from exc
