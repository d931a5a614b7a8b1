"""Invoices for staff: the list, and each as PDF or as a page to print."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fulfillment.invoice_document import invoice_context, invoice_pdf
from fulfillment.models import Invoice
from fulfillment.pdf import PdfUnavailable
from integrations.admin import ReadOnlyAdmin
from integrations.cells import amount_text, nowrap, time_text


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Read-only: what was issued stays as it is."""

    list_display = ["number", "issued_text", "order_link", "total_text", "document_link"]
    list_filter = ["year"]
    search_fields = ["number", "order__number"]
    list_select_related = ["order"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        return Invoice.objects.select_related("order")

    def get_urls(self) -> list[URLPattern]:
        document = path(
            "<int:pk>/document/",
            self.admin_site.admin_view(self.document_view),
            name="fulfillment_invoice_document",
        )
        return [document, *super().get_urls()]

    def document_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The PDF; where none can be made, the page to print."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = get_object_or_404(Invoice.objects.select_related("order"), pk=pk).order
        try:
            return invoice_pdf(order)
        except PdfUnavailable:
            context = {**invoice_context(order), "is_page": True}
            return render(request, "fulfillment/invoice_print.html", context)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """An invoice has no page of its own but the document."""
        if not (object_id or "").isdigit():
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:fulfillment_invoice_document", args=[object_id]))

    @display(description=_("issued"), ordering="issued_at")
    def issued_text(self, invoice: Invoice) -> SafeString:
        return time_text(invoice.issued_at)

    @display(description=_("order"))
    def order_link(self, invoice: Invoice) -> SafeString:
        address = reverse("admin:fulfillment_order_change", args=[invoice.order_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, invoice.order.number)

    @display(description=_("total"))
    def total_text(self, invoice: Invoice) -> SafeString:
        return nowrap(amount_text(invoice.order.total, invoice.order.currency))

    @display(description=_("document"))
    def document_link(self, invoice: Invoice) -> SafeString:
        address = reverse("admin:fulfillment_invoice_document", args=[invoice.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', address, _("Open"))
