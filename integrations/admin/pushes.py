"""What suppliers pushed, and what was done about it."""

from __future__ import annotations

import json

from django.contrib import admin
from django.contrib.admin import display
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from integrations.admin.reading import ReadOnlyAdmin
from integrations.cells import label, preformatted, time_text
from integrations.models import PushMessage
from integrations.pushes import PushKind, PushOutcome

_TONES = {
    "": "warning",
    PushOutcome.WAITING.value: "warning",
    PushOutcome.LOOKED.value: "success",
    PushOutcome.EVIDENCE.value: "danger",
    PushOutcome.UNKNOWN_KIND.value: "danger",
    PushOutcome.FAILED.value: "danger",
}


@admin.register(PushMessage)
class PushMessageAdmin(ReadOnlyAdmin):
    """Every push with a good signature, without what it says of persons."""

    list_display = ["received_text", "account", "kind_text", "external_id", "outcome_label", "handled_text"]
    list_display_links = ["received_text", "kind_text"]
    list_select_related = ["account"]
    list_filter = ["account", ("received_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = [f"{name}__startswith" for name in ("external_id", "kind", "outcome")]
    search_help_text = _("Order id at the supplier, kind or outcome (such as unknown_kind)")
    fields = [
        ("received_text", "handled_text"),
        ("account", "kind_text"),
        ("external_id", "outcome_label"),
        "body_pretty",
    ]
    readonly_fields = [
        "received_text",
        "handled_text",
        "account",
        "kind_text",
        "external_id",
        "outcome_label",
        "body_pretty",
    ]

    @display(description=_("received"), ordering="received_at")
    def received_text(self, message: PushMessage) -> SafeString:
        return time_text(message.received_at)

    @display(description=_("handled"), ordering="handled_at")
    def handled_text(self, message: PushMessage) -> SafeString:
        return time_text(message.handled_at)

    @display(description=_("kind"), ordering="kind")
    def kind_text(self, message: PushMessage) -> str:
        return str(dict(PushKind.choices).get(message.kind, message.kind))

    @display(description=_("outcome"), ordering="outcome")
    def outcome_label(self, message: PushMessage) -> SafeString:
        text = dict(PushOutcome.choices).get(message.outcome, message.outcome) if message.outcome else _("Not yet")
        return label(str(text), _TONES.get(message.outcome, ""))

    @display(description=_("message"))
    def body_pretty(self, message: PushMessage) -> SafeString:
        return preformatted(json.dumps(message.body, indent=2, ensure_ascii=False))
