"""Parcels."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fulfillment.models import Shipment, TrackingEvent
from integrations.admin import ReadOnlyAdmin, ReadOnlyTabularInline
from integrations.cells import time_text


class TrackingEventInline(ReadOnlyTabularInline):
    """The parcel's way, newest first."""

    model = TrackingEvent
    hide_title = True
    fields = ["at", "label", "description"]
    readonly_fields = fields


@admin.register(Shipment)
class ShipmentAdmin(ReadOnlyAdmin):
    """Every parcel with its tracking number."""

    inlines = [TrackingEventInline]
    list_display = ["tracking_number", "carrier", "order_link", "shipped_text", "delivered_text"]
    list_filter = [("delivered_at", admin.EmptyFieldListFilter)]
    search_fields = ["tracking_number__exact", "supplier_order__order__number__startswith"]
    search_help_text = _("Tracking number or the order's number")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("tracking_number", "carrier"),
                    ("tracking_url", "eta"),
                    ("shipped_at", "delivered_at"),
                    ("order_link", "external_order_id_text"),
                ]
            },
        )
    ]
    readonly_fields = [
        "tracking_number",
        "carrier",
        "tracking_url",
        "eta",
        "shipped_at",
        "delivered_at",
        "order_link",
        "external_order_id_text",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shipment]:
        return Shipment.objects.select_related("supplier_order__order", "external_order")

    @display(description=_("order"))
    def order_link(self, shipment: Shipment) -> SafeString:
        order = shipment.supplier_order.order
        url = reverse("admin:fulfillment_order_change", args=[order.pk])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', url, order.number)

    @display(description=_("shipped"), ordering="shipped_at")
    def shipped_text(self, shipment: Shipment) -> SafeString:
        return time_text(shipment.shipped_at)

    @display(description=_("delivered"), ordering="delivered_at")
    def delivered_text(self, shipment: Shipment) -> SafeString | str:
        return time_text(shipment.delivered_at) or "–"

    @display(description=_("order at the supplier"))
    def external_order_id_text(self, shipment: Shipment) -> str:
        return shipment.external_order.external_id
