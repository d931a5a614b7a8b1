"""The customers' money."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fulfillment.labels import PAYMENT_TONES
from fulfillment.models import Payment, Refund
from integrations.admin import ReadOnlyAdmin, ReadOnlyTabularInline
from integrations.cells import amount_text, label, nowrap


class RefundInline(ReadOnlyTabularInline):
    """What went back."""

    model = Refund
    hide_title = True
    fields = ["created_at", "amount", "currency", "status", "reason"]
    readonly_fields = fields


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Every attempt of a customer to pay."""

    inlines = [RefundInline]
    list_display = [
        "created_at",
        "order_link",
        "method",
        "status_label",
        "amount_text",
        "refunded_text",
        "external_reference",
    ]
    list_filter = ["status", "method"]
    search_fields = ["order__number__startswith", "external_reference__exact"]
    search_help_text = _("The order's number or the payment's reference")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("order_link", "status_label"),
                    ("method", "external_reference"),
                    ("amount_text", "refunded_text"),
                    ("created_at", "updated_at"),
                ]
            },
        )
    ]
    readonly_fields = [
        "order_link",
        "status_label",
        "method",
        "external_reference",
        "amount_text",
        "refunded_text",
        "created_at",
        "updated_at",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return Payment.objects.select_related("order")

    @display(description=_("order"))
    def order_link(self, payment: Payment) -> SafeString:
        url = reverse("admin:fulfillment_order_change", args=[payment.order_id])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', url, payment.order.number)

    @display(description=_("status"), ordering="status")
    def status_label(self, payment: Payment) -> SafeString:
        return label(payment.get_status_display(), PAYMENT_TONES.get(payment.status, ""))

    @display(description=_("amount"), ordering="amount")
    def amount_text(self, payment: Payment) -> SafeString:
        return nowrap(amount_text(payment.amount, payment.currency))

    @display(description=_("refunded"), ordering="refunded_amount")
    def refunded_text(self, payment: Payment) -> SafeString:
        return nowrap(amount_text(payment.refunded_amount or None, payment.currency))
