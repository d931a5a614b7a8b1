"""Returns: the list, and a page on which staff see what the customer asked for and answer it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fulfillment import returns
from fulfillment.admin.answers import REFUND, Answer, AnsweringMixin, buttons
from fulfillment.admin.pages import event_views
from fulfillment.admin.return_forms import InstructionsForm, RefundForm, TellForm
from fulfillment.invoices import payment_of
from fulfillment.labels import RETURN_TONES
from fulfillment.models import OrderEvent, ReturnLine, ReturnPhoto, ReturnRequest
from fulfillment.states import RETURN_MOVES, ReturnStatus
from integrations.admin import PageAdmin
from integrations.cells import label, money_text, nowrap, time_text
from shop.money import Money

ANSWER = "fulfillment.answer_returnrequest"


def _refund_facts(request: ReturnRequest) -> list[tuple[Any, Any]]:
    payment = payment_of(request.order)
    if payment is None:
        return [(_("To be refunded"), _("nothing: no payment can be given back"))]
    left = Money(payment.amount - payment.refunded_amount, payment.currency)
    return [
        (_("Paid for these pieces"), money_text(returns.suggested_refund(request))),
        (_("Left of the payment"), money_text(left)),
        (_("Paid by"), payment.get_method_display()),
    ]


RETURN_ANSWERS = (
    Answer(
        name="approve",
        title=_("Approve"),
        consequence=_("The customer gets a mail that says how to send it back."),
        done=_("Approved. The customer is told."),
        permission=ANSWER,
        fits=lambda request: ReturnStatus.APPROVED in RETURN_MOVES[request.status],
        call=returns.approve,
        icon="check_circle",
        form=InstructionsForm,
    ),
    Answer(
        name="decline",
        title=_("Decline"),
        consequence=_("The customer gets a mail with the reason. This cannot be undone; they may ask again."),
        done=_("Declined. The customer is told."),
        permission=ANSWER,
        fits=lambda request: ReturnStatus.DECLINED in RETURN_MOVES[request.status],
        call=returns.decline,
        icon="block",
        form=TellForm,
        dangerous=True,
    ),
    Answer(
        name="received",
        title=_("It has arrived"),
        consequence=_("What was sent back is with you. The customer gets a mail; the refund is a step of its own."),
        done=_("Noted as arrived. The customer is told."),
        permission=ANSWER,
        fits=lambda request: ReturnStatus.RECEIVED in RETURN_MOVES[request.status],
        call=returns.note_received,
        icon="inventory",
    ),
    Answer(
        name="refund",
        title=_("Refund"),
        consequence=_("The customer gets this amount back, once. This cannot be undone."),
        done=_("The refund is on its way."),
        permission=REFUND,
        fits=lambda request: ReturnStatus.REFUNDED in RETURN_MOVES[request.status],
        call=returns.refund_return,
        icon="money_off",
        form=RefundForm,
        facts=_refund_facts,
        dangerous=True,
    ),
    Answer(
        name="close",
        title=_("Close without refund"),
        consequence=_("It never came, was exchanged, or came back used up. The customer gets a mail with the reason."),
        done=_("Closed. The customer is told."),
        permission=ANSWER,
        fits=lambda request: ReturnStatus.CLOSED in RETURN_MOVES[request.status],
        call=returns.close,
        icon="lock",
        form=TellForm,
        dangerous=True,
    ),
)


@admin.register(ReturnRequest)
class ReturnRequestAdmin(AnsweringMixin, PageAdmin):
    """What customers want to send back."""

    answers = RETURN_ANSWERS
    page_template = "admin/fulfillment/return_page.html"
    list_display = ["number_text", "created_text", "order_link", "reason", "status_label"]
    list_filter = ["status", "reason"]
    search_fields = ["number__startswith"]
    search_help_text = _("The return's or the order's number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReturnRequest]:
        return ReturnRequest.objects.select_related("order", "refund")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ReturnRequest | None:
        lines = Prefetch("lines", ReturnLine.objects.select_related("order_line"))
        rows = self.get_queryset(request).prefetch_related(lines)
        return rows.filter(pk=object_id).first() if object_id.isdigit() else None

    def get_urls(self) -> list[URLPattern]:
        photo = path(
            "<int:pk>/photo/<int:position>/",
            self.admin_site.admin_view(self.photo_view),
            name="fulfillment_returnrequest_photo",
        )
        return [photo, *super().get_urls()]

    def photo_view(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        """A photo that the customer sent."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        photo = get_object_or_404(ReturnPhoto, request_id=pk, position=position)
        return HttpResponse(bytes(photo.content), content_type="image/webp")

    def page_context(self, request: HttpRequest, found: ReturnRequest) -> dict[str, Any]:
        history = OrderEvent.objects.filter(order=found.order, kind__startswith="return.", data__return=found.number)
        return {
            "title": found.number,
            "found": found,
            "photos": list(found.photos.values_list("position", flat=True)),
            "buttons": buttons(request, found, RETURN_ANSWERS),
            "events": event_views(history),
        }

    @display(description=_("number"), ordering="number")
    def number_text(self, found: ReturnRequest) -> SafeString:
        return nowrap(found.number)

    @display(description=_("asked"), ordering="created_at")
    def created_text(self, found: ReturnRequest) -> SafeString:
        return time_text(found.created_at)

    @display(description=_("order"))
    def order_link(self, found: ReturnRequest) -> SafeString:
        address = reverse("admin:fulfillment_order_change", args=[found.order_id])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', address, found.order.number)

    @display(description=_("status"), ordering="status")
    def status_label(self, found: ReturnRequest) -> SafeString:
        return label(found.get_status_display(), RETURN_TONES.get(found.status, ""))
