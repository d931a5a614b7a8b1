"""Orders: the list, and a page on which staff see everything and change nothing but by an answer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fulfillment.admin.answers import ORDER_ANSWERS, AnsweringMixin, buttons
from fulfillment.admin.filters import OrderAttentionFilter, OrderModeFilter, orders_matching
from fulfillment.admin.pages import call_views, event_views, orders_for_page, part_views
from fulfillment.labels import ORDER_TONES
from fulfillment.models import Order, Payment, Refund, SupplierOrder
from fulfillment.order_money import money_of
from fulfillment.statement import statement_of
from fulfillment.states import OrderStatus, PaymentStatus, ReturnStatus
from integrations.admin import PageAdmin
from integrations.cells import amount_text, label, nowrap, time_text


@admin.register(Order)
class OrderAdmin(AnsweringMixin, PageAdmin):
    """What customers ordered."""

    answers = ORDER_ANSWERS
    page_template = "admin/fulfillment/order_page.html"
    list_display = ["number_text", "created_text", "customer_name", "country", "status_label", "total_text", "needs"]
    list_filter = ["status", OrderAttentionFilter, "source", OrderModeFilter]
    search_fields = ["number"]
    search_help_text = _("Number, e-mail, tracking number, the supplier's order id or our reference")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return Order.objects.prefetch_related(
            Prefetch("supplier_orders", SupplierOrder.objects.needing_a_person()),
            Prefetch("payments", Payment.objects.prefetch_related("refunds")),
            "returns",
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        return orders_matching(queryset, search_term), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Order | None:
        return orders_for_page().filter(pk=object_id).first() if object_id.isdigit() else None

    def page_context(self, request: HttpRequest, order: Order) -> dict[str, Any]:
        parts = list(order.supplier_orders.all())
        return {
            "title": order.number,
            "order": order,
            "totals": statement_of(order),
            "money": money_of(order),
            "buttons": buttons(request, order, ORDER_ANSWERS),
            "parts": part_views(request, parts),
            "events": event_views(order.events.all()),
            "calls": call_views(parts) if request.user.has_perm("integrations.view_apicall") else [],
            "needs": needs_of(order),
        }

    @display(description=_("number"), ordering="number")
    def number_text(self, order: Order) -> SafeString:
        return nowrap(order.number)

    @display(description=_("created"), ordering="created_at")
    def created_text(self, order: Order) -> SafeString:
        return time_text(order.created_at)

    @display(description=_("customer"))
    def customer_name(self, order: Order) -> str:
        return gettext("(erased)") if order.personal_data_erased_at else order.address.full_name

    @display(description=_("status"), ordering="status")
    def status_label(self, order: Order) -> SafeString:
        return label(order.get_status_display(), ORDER_TONES.get(order.status, ""))

    @display(description=_("total"), ordering="total")
    def total_text(self, order: Order) -> SafeString:
        return nowrap(amount_text(order.total, order.currency))

    @display(description=_("needs a person"))
    def needs(self, order: Order) -> SafeString:
        # Each label escapes its own text.
        return mark_safe(" ".join(label(text, "danger") for text in needs_of(order)))  # noqa: S308


def needs_of(order: Order) -> list[str]:
    """Why a person is needed for ``order``, in words; reads what was prefetched."""
    texts = [part.get_attention_display() for part in order.supplier_orders.all() if part.attention]
    for payment in order.payments.all():
        left = payment.refundable
        if payment.status == PaymentStatus.MISMATCH and (left is None or left.amount > 0):
            texts.append(gettext("A payment does not fit the order"))
        if payment.disputed_at:
            texts.append(gettext("The payment is disputed"))
        if payment.status == PaymentStatus.PENDING and payment.method == Payment.Method.BANK_TRANSFER:
            texts += [gettext("A transfer is awaited")] if order.status == OrderStatus.AWAITING_PAYMENT else []
        last_given = max((row.pk for row in payment.refunds.all() if row.status != Refund.Status.FAILED), default=0)
        for refund in payment.refunds.all():
            if refund.status == Refund.Status.TO_DO:
                texts.append(gettext("A refund is to be done"))
            if refund.status == Refund.Status.FAILED and refund.pk > last_given:
                texts.append(gettext("A refund failed"))
    if any(found.status == ReturnStatus.REQUESTED for found in order.returns.all()):
        texts.append(gettext("A return waits for an answer"))
    if any(found.status == ReturnStatus.RECEIVED for found in order.returns.all()):
        texts.append(gettext("A return has arrived and waits for its refund"))
    return list(dict.fromkeys(str(text) for text in texts))
