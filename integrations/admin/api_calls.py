"""The log of calls to suppliers."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter

from integrations.admin.reading import ReadOnlyAdmin
from integrations.admin.replays import ReplayMixin
from integrations.cells import label, preformatted, time_text, to_copy
from integrations.models import ApiCall
from integrations.support import pretty_reply, support_text


class FailedFilter(admin.SimpleListFilter):
    """Failed or not. The errors themselves are found by search: listing them would read the whole log."""

    title = _("outcome")
    parameter_name = "failed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Failed")), ("no", _("Succeeded"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        if self.value() == "yes":
            return queryset.exclude(error="")
        return queryset.filter(error="") if self.value() == "no" else queryset


@admin.register(ApiCall)
class ApiCallAdmin(ReplayMixin, ReadOnlyAdmin):
    """Every call, redacted, with the text a supplier's support asks for."""

    list_display = [
        "started_text",
        "account",
        "operation_text",
        "reference",
        "http_label",
        "error_label",
        "ms",
        "request_id",
    ]
    list_display_links = ["started_text", "operation_text"]
    list_select_related = ["account"]
    list_filter = ["account", FailedFilter, "is_replay", ("started_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = [f"{name}__startswith" for name in ("reference", "request_id", "operation", "error")]
    search_help_text = _("Reference, order id at the supplier, request id, operation or error")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("started_at", "ms"),
                    ("account", "operation"),
                    ("http_label", "error_label"),
                    ("request_id", "reference"),
                    "api_path",
                ]
            },
        ),
        (_("Replay against the emulator"), {"fields": ["replays_text"]}),
        (_("For the supplier's support"), {"fields": ["support"]}),
        (_("Request"), {"fields": ["request_pretty"]}),
        (_("Reply"), {"fields": ["reply_pretty"]}),
    ]
    actions_detail = ["replay_call"]
    readonly_fields = [
        "started_at",
        "ms",
        "account",
        "operation",
        "http_label",
        "error_label",
        "request_id",
        "reference",
        "api_path",
        "replays_text",
        "support",
        "request_pretty",
        "reply_pretty",
    ]

    def get_fieldsets(self, request: HttpRequest, obj: ApiCall | None = None) -> list[Any]:
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is None or not obj.is_replay:
            return fieldsets
        # No supplier's support wants to hear of what the emulator answered.
        return [item for item in fieldsets if "support" not in item[1]["fields"]]

    @display(description=_("started"), ordering="started_at")
    def started_text(self, call: ApiCall) -> SafeString:
        return time_text(call.started_at)

    @display(description=_("operation"), ordering="operation")
    def operation_text(self, call: ApiCall) -> SafeString | str:
        return (
            format_html("{} {}", call.operation, label(gettext("Replay"), "info")) if call.is_replay else call.operation
        )

    @display(description=_("HTTP"), ordering="http_status")
    def http_label(self, call: ApiCall) -> SafeString:
        if call.http_status is None:
            return label(str(_("no reply")), "danger")
        return label(str(call.http_status), "success" if call.http_status < 300 else "warning")

    @display(description=_("error"), ordering="error", empty_value="-")
    def error_label(self, call: ApiCall) -> SafeString | str:
        return label(call.error, "danger") if call.error else "-"

    @display(description=_("ms"), ordering="duration_ms")
    def ms(self, call: ApiCall) -> int:
        return call.duration_ms

    @display(description=_("API path"))
    def api_path(self, call: ApiCall) -> str:
        return f"{call.method} {call.path}"

    @display(description=_("text to copy"))
    def support(self, call: ApiCall) -> SafeString:
        return to_copy(support_text(call))

    @display(description=_("body"))
    def request_pretty(self, call: ApiCall) -> SafeString:
        return preformatted(json.dumps(call.request_body, indent=2, ensure_ascii=False))

    @display(description=_("body"))
    def reply_pretty(self, call: ApiCall) -> SafeString:
        return preformatted(pretty_reply(call.reply_body) or str(_("nothing arrived")))
