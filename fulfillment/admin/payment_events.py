"""What payment providers told unasked."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fulfillment.models import PaymentEvent
from integrations.admin import ReadOnlyAdmin
from integrations.cells import time_text


@admin.register(PaymentEvent)
class PaymentEventAdmin(ReadOnlyAdmin):
    """Every event with a good signature. One of an unknown payment may be another shop's on the same account."""

    list_display = ["received_text", "word", "note", "event_id", "session_id", "outcome", "payment"]
    list_filter = ["outcome", "kind"]
    search_fields = ["event_id__exact", "session_id__exact", "payment_reference__exact"]
    search_help_text = _("The provider's id of the event, the session or the payment")
    fields = [
        ("received_text", "handled_text"),
        ("provider", "word", "note"),
        ("event_id", "session_id", "payment_reference"),
        ("outcome", "payment"),
        "body",
    ]
    readonly_fields = ["received_text", "handled_text"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentEvent]:
        return PaymentEvent.objects.select_related("payment")

    @display(description=_("received"), ordering="received_at")
    def received_text(self, event: PaymentEvent) -> SafeString:
        return time_text(event.received_at)

    @display(description=_("handled"), ordering="handled_at")
    def handled_text(self, event: PaymentEvent) -> SafeString:
        return time_text(event.handled_at)
