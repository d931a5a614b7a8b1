"""Supplier orders: what needs a person first, with the evidence and the answers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fulfillment.admin.answers import AnsweringMixin
from fulfillment.admin.filters import SupplierOrderAttentionFilter
from fulfillment.admin.pages import call_views, event_views, part_views, parts_for_page
from fulfillment.admin.part_answers import SUPPLIER_ORDER_ANSWERS
from fulfillment.admin.to_pay import ToPayMixin
from fulfillment.labels import MODE_TONES, SUPPLIER_ORDER_TONES
from fulfillment.models import SupplierOrder
from integrations.admin import PageAdmin
from integrations.cells import amount_text, label, nowrap, time_text


@admin.register(SupplierOrder)
class SupplierOrderAdmin(ToPayMixin, AnsweringMixin, PageAdmin):
    """What is bought from suppliers."""

    answers = SUPPLIER_ORDER_ANSWERS
    page_template = "admin/fulfillment/supplier_order_page.html"
    list_display = [
        "reference_text",
        "needs",
        "status_label",
        "order_link",
        "account_label",
        "mode_text",
        "expected_text",
        "charged_text",
        "created_text",
    ]
    list_filter = [SupplierOrderAttentionFilter, "status", "account", "account_mode"]
    search_fields = ["reference__startswith", "order__number__startswith", "external_orders__external_id__exact"]
    search_help_text = _("Our reference, the order's number or the supplier's order id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SupplierOrder]:
        waiting = Case(When(attention="", then=Value(1)), default=Value(0), output_field=IntegerField())
        return SupplierOrder.objects.select_related("order", "account").annotate(waits=waiting)

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["waits", "-created_at", "-pk"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> SupplierOrder | None:
        if not object_id.isdigit():
            return None
        return parts_for_page().select_related("order", "account").filter(pk=object_id).first()

    def page_after(self, target: SupplierOrder) -> str:
        # The order's page shows what became of the answer, and the other parts of the order.
        return reverse("admin:fulfillment_order_change", args=[target.order_id])

    def page_context(self, request: HttpRequest, part: SupplierOrder) -> dict[str, Any]:
        return {
            "title": part.reference,
            "parts": part_views(request, [part]),
            "order": part.order,
            "events": event_views(part.events.all()),
            "calls": call_views([part]) if request.user.has_perm("integrations.view_apicall") else [],
        }

    @display(description=_("our reference"), ordering="reference")
    def reference_text(self, part: SupplierOrder) -> SafeString:
        return nowrap(part.reference)

    @display(description=_("created"), ordering="created_at")
    def created_text(self, part: SupplierOrder) -> SafeString:
        return time_text(part.created_at)

    @display(description=_("needs"), ordering="attention")
    def needs(self, part: SupplierOrder) -> SafeString | str:
        return label(part.get_attention_display(), "danger") if part.attention else ""

    @display(description=_("status"), ordering="status")
    def status_label(self, part: SupplierOrder) -> SafeString:
        return label(part.get_status_display(), SUPPLIER_ORDER_TONES.get(part.status, ""))

    @display(description=_("supplier account"), ordering="account__label")
    def account_label(self, part: SupplierOrder) -> str:
        return part.account.label if part.account else "-"

    @display(description=_("order"))
    def order_link(self, part: SupplierOrder) -> SafeString:
        url = reverse("admin:fulfillment_order_change", args=[part.order_id])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', url, part.order.number)

    @display(description=_("bought as"), ordering="account_mode")
    def mode_text(self, part: SupplierOrder) -> SafeString | str:
        mode = part.account_mode
        return label(part.get_account_mode_display(), MODE_TONES.get(mode, "")) if mode else "-"

    @display(description=_("expected"), ordering="expected_cost")
    def expected_text(self, part: SupplierOrder) -> SafeString:
        return nowrap(amount_text(part.expected_cost, part.currency))

    @display(description=_("charged"), ordering="charged_amount")
    def charged_text(self, part: SupplierOrder) -> SafeString:
        return nowrap(amount_text(part.charged_amount, part.currency))
