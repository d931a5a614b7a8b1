"""Programs of customers and staff: the devices on which they are logged in, and the addresses that are told of orders.

Staff look, and end what was lost or does harm. No token and no secret is on these pages, and of a webhook's address
only the host: some put a key into the rest.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fulfillment.admin.answers import Answer, AnsweringMixin, buttons
from integrations.admin import PageAdmin
from integrations.cells import label, time_text
from shop import devices, hooks
from shop.models import Device, EventHook


class ClientAdmin(AnsweringMixin, PageAdmin):
    """A list and a page of facts, with what staff can do about it on top."""

    page_template = "admin/shop/client_page.html"
    search_fields = ["user__email__iexact", "user__username__exact", "public_id__exact"]
    search_help_text = _("The account's e-mail address or name, or the id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("user")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return self.get_queryset(request).filter(pk=object_id).first() if object_id.isdigit() else None

    def page_context(self, request: HttpRequest, row: Device | EventHook) -> dict[str, Any]:
        return {
            "title": str(row),
            "row": row,
            "facts": self.facts(row),
            "state": self.state(row),
            "account": self.account(row),
            "buttons": buttons(request, row, self.answers),
        }

    def facts(self, row: Any) -> list[tuple[Any, Any]]:
        """What the page shows beside account and state: (name, value)."""
        raise NotImplementedError

    def state(self, row: Any) -> SafeString:
        """How it stands, as a label."""
        raise NotImplementedError

    @display(description=_("account"), ordering="user__email")
    def account(self, row: Device | EventHook) -> SafeString:
        url = reverse("admin:auth_user_change", args=[row.user_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, row.user.email or row.user.get_username())

    @display(description=_("since"), ordering="created_at")
    def since(self, row: Device | EventHook) -> SafeString:
        return time_text(row.created_at)


@admin.register(Device)
class DeviceAdmin(ClientAdmin):
    """Where accounts are logged in by app."""

    answers = (
        Answer(
            name="end",
            title=_("Log out"),
            consequence=_("The app on this device is logged out at once. Its owner can log in again."),
            done=_("The device is logged out."),
            permission="shop.change_device",
            fits=lambda device: device.revoked_at is None,
            call=devices.end_by_staff,
            icon="logout",
            dangerous=True,
        ),
    )
    list_display = ["__str__", "account", "since", "used", "state"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]

    def status_text(self, target: Device) -> str:
        return str(target.get_end_display())

    def facts(self, row: Device) -> list[tuple[Any, Any]]:
        return [
            (_("Name"), row.name),
            (_("Id"), row.public_id),
            (_("Logged in"), time_text(row.created_at)),
            (_("Last used"), time_text(row.last_used_at)),
            (_("Ended"), time_text(row.revoked_at)),
        ]

    @display(description=_("last used"), ordering="last_used_at")
    def used(self, device: Device) -> SafeString:
        return time_text(device.last_used_at)

    @display(description=_("state"), ordering="end")
    def state(self, row: Device) -> SafeString:
        tone = {Device.End.NONE: "success", Device.End.REUSE: "danger"}.get(Device.End(row.end), "")
        return label(row.get_end_display(), tone)


@admin.register(EventHook)
class EventHookAdmin(ClientAdmin):
    """Which programs are told what becomes of orders."""

    answers = (
        Answer(
            name="switch-off",
            title=_("Switch off"),
            consequence=_("Nothing more is posted to this address. Its owner can register it anew."),
            done=_("The webhook is switched off."),
            permission="shop.change_eventhook",
            fits=lambda hook: hook.disabled_at is None,
            call=hooks.switch_off,
            icon="notifications_off",
            dangerous=True,
        ),
    )
    list_display = ["host", "account", "scope", "since", "failures", "state"]
    list_filter = ["scope", ("disabled_at", admin.EmptyFieldListFilter)]

    def status_text(self, target: EventHook) -> str:
        return gettext("switched off") if target.disabled_at else gettext("in use")

    def facts(self, row: EventHook) -> list[tuple[Any, Any]]:
        return [
            (_("Host"), self.host(row)),
            (_("Id"), row.public_id),
            (_("Tells of"), row.get_scope_display()),
            (_("Registered"), time_text(row.created_at)),
            (_("Last taken"), time_text(row.delivered_at)),
            (_("Last answer"), row.last_status),
            (_("Failures in a row"), row.failures),
            (_("Next try"), time_text(row.next_try_at) if row.failures and not row.disabled_at else ""),
            (_("Switched off"), time_text(row.disabled_at)),
        ]

    @display(description=_("host"), ordering="url")
    def host(self, hook: EventHook) -> str:
        return urlsplit(hook.url).hostname or "–"

    @display(description=_("state"), ordering="disabled_at")
    def state(self, row: EventHook) -> SafeString:
        tone = "danger" if row.disabled_at else "warning" if row.failures else "success"
        return label(self.status_text(row), tone)
