"""The customers' money."""

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

from fulfillment.admin.answers import PAYMENT_ANSWERS, REFUND_ANSWERS, AnsweringMixin, buttons
from fulfillment.labels import PAYMENT_TONES, REFUND_TONES
from fulfillment.models import Payment, Refund
from fulfillment.unpaid import unread_pages
from fulfillment.waiting import awaited
from integrations.admin import PageAdmin
from integrations.cells import amount_text, label, money_text, nowrap, time_text


class TransferFilter(admin.SimpleListFilter):
    """Transfers that somebody should look for on the bank statement."""

    title = _("bank transfers")
    parameter_name = "transfers"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("awaited", _("Awaited"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return awaited(queryset) if self.value() == "awaited" else queryset


class PageFilter(admin.SimpleListFilter):
    """Payment pages of which nobody knows how they ended."""

    title = _("payment pages")
    parameter_name = "pages"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unread", _("Closed, but not read"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return queryset.filter(pk__in=unread_pages()) if self.value() == "unread" else queryset


class PageWithAnswers(AnsweringMixin, PageAdmin):
    """A page to look at, with the answers that fit on top."""

    def page_context(self, request: HttpRequest, row: Payment | Refund) -> dict[str, Any]:
        return {"title": str(row), "row": row, "buttons": buttons(request, row, self.answers)}

    @display(description=_("created"), ordering="created_at")
    def created_text(self, row: Payment | Refund) -> SafeString:
        return time_text(row.created_at)


@admin.register(Payment)
class PaymentAdmin(PageWithAnswers):
    """Every attempt of a customer to pay."""

    answers = PAYMENT_ANSWERS
    page_template = "admin/fulfillment/payment_page.html"
    list_display = [
        "created_text",
        "order_link",
        "method",
        "status_label",
        "amount_text",
        "told_text",
        "refunded_text",
        "external_reference",
    ]
    list_filter = ["status", "method", TransferFilter, PageFilter]
    search_fields = ["order__number__startswith", "external_reference__exact", "session_id__exact"]
    search_help_text = _("The order's number, the payment's reference or its session")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Payment | None:
        rows = Payment.objects.select_related("order").prefetch_related("refunds", "events")
        return rows.filter(pk=object_id).first() if object_id.isdigit() else None

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

    @display(description=_("received"), ordering="told_amount")
    def told_text(self, payment: Payment) -> SafeString:
        return nowrap(money_text(payment.received))

    @display(description=_("refunded"), ordering="refunded_amount")
    def refunded_text(self, payment: Payment) -> SafeString:
        return nowrap(amount_text(payment.refunded_amount or None, payment.currency))


@admin.register(Refund)
class RefundAdmin(PageWithAnswers):
    """Money that goes back. What only a person can do stands first."""

    answers = REFUND_ANSWERS
    page_template = "admin/fulfillment/refund_page.html"
    list_display = ["created_text", "order_link", "status_label", "amount_text", "method_text", "reason"]
    list_filter = ["status", "payment__method"]
    search_fields = ["payment__order__number__startswith", "external_id__exact"]
    search_help_text = _("The order's number or the provider's id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        waiting = Case(When(status=Refund.Status.TO_DO, then=Value(0)), default=Value(1), output_field=IntegerField())
        return Refund.objects.select_related("payment__order").annotate(waits=waiting)

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["waits", "-created_at", "-pk"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Refund | None:
        rows = Refund.objects.select_related("payment__order")
        return rows.filter(pk=object_id).first() if object_id.isdigit() else None

    def page_after(self, target: Refund) -> str:
        return reverse("admin:fulfillment_payment_change", args=[target.payment_id])

    @display(description=_("order"))
    def order_link(self, refund: Refund) -> SafeString:
        url = reverse("admin:fulfillment_order_change", args=[refund.payment.order_id])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', url, refund.payment.order.number)

    @display(description=_("status"), ordering="status")
    def status_label(self, refund: Refund) -> SafeString:
        return label(refund.get_status_display(), REFUND_TONES.get(refund.status, ""))

    @display(description=_("amount"), ordering="amount")
    def amount_text(self, refund: Refund) -> SafeString:
        return nowrap(amount_text(refund.amount, refund.currency))

    @display(description=_("paid by"), ordering="payment__method")
    def method_text(self, refund: Refund) -> str:
        return refund.payment.get_method_display()
