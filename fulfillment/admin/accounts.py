"""Supplier accounts with what only this floor knows: the orders that wait for them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from catalog.admin.sync_now import AccountSyncMixin
from fulfillment import desk
from fulfillment.admin.answers import CONNECT, staff_actor
from fulfillment.badges import forget_cached
from fulfillment.models import SupplierOrder
from fulfillment.states import SupplierOrderStatus
from integrations.admin import SupplierAccountAdmin, SupplierAccountForm
from integrations.models import SupplierAccount
from shop.errors import DomainError


@admin.register(SupplierAccount)
class BuyingAccountAdmin(AccountSyncMixin, SupplierAccountAdmin):
    """An account, the orders waiting for it, *Resume* and *Sync now*."""

    list_display = [*SupplierAccountAdmin.list_display, "waiting"]
    readonly_fields = [*SupplierAccountAdmin.readonly_fields, "waiting"]
    fieldsets = [
        SupplierAccountAdmin.fieldsets[0],
        (_("Health"), {"fields": [("health_label", "health_note"), ("paused_until", "waiting")]}),
        *SupplierAccountAdmin.fieldsets[2:],
    ]
    actions_detail = [*SupplierAccountAdmin.actions_detail, "sync_now", "resume"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SupplierAccount]:
        queryset: QuerySet[SupplierAccount] = super().get_queryset(request)
        due = Q(supplier_orders__status=SupplierOrderStatus.DUE)
        return queryset.annotate(waiting_count=Count("supplier_orders", filter=due))

    def get_readonly_fields(self, request: HttpRequest, obj: SupplierAccount | None = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        # An order keeps for good the mode that bought it: an account that has bought does not change worlds.
        return [*fields, "mode"] if obj and SupplierOrder.objects.filter(account=obj).exists() else fields

    def has_delete_permission(self, request: HttpRequest, obj: SupplierAccount | None = None) -> bool:
        # Orders, listings and the call log point at it; switching it off is what is meant.
        return False

    def save_model(self, request: HttpRequest, obj: SupplierAccount, form: SupplierAccountForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_cached()
        if change and form.new_secrets() and obj.health != SupplierAccount.Health.OK:
            messages.info(request, gettext("The new secret is stored. Resume the account to let its orders be bought."))

    @display(description=_("waiting orders"))
    def waiting(self, account: SupplierAccount) -> int:
        return int(account.waiting_count) if hasattr(account, "waiting_count") else 0

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        actions = list(super().get_actions_detail(request, object_id))
        stopped = ~Q(health=SupplierAccount.Health.OK) | Q(paused_until__isnull=False)
        if SupplierAccount.objects.filter(stopped, pk=object_id).exists():
            return actions
        return [item for item in actions if not item.action_name.endswith("_resume")]

    def account_connected(self, request: HttpRequest, account: SupplierAccount) -> None:
        desk.resume_account(account, actor=staff_actor(request))
        forget_cached()

    def has_resume_permission(self, request: HttpRequest, obj: object = None) -> bool:
        # A method and not the permission's name: unfold would look that up in the database at every system check.
        return request.user.has_perm(CONNECT)

    @action(description=_("Resume"), url_path="resume", icon="play_arrow", permissions=["resume"])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask (GET), or let the account buy again (POST)."""
        account = self.get_object(request, object_id)
        if account is None:
            raise Http404
        after = reverse("admin:integrations_supplieraccount_change", args=[account.pk])
        if request.method == "POST":
            try:
                desk.resume_account(account, actor=staff_actor(request))
            except DomainError as exc:
                messages.error(request, exc.message)
            else:
                messages.success(request, gettext("The account buys again."))
            forget_cached()
            return HttpResponseRedirect(after)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Resume"),
            "opts": self.opts,
            "original": account,
            "account": account,
            "waiting": self.waiting(account),
            "back_url": after,
        }
        return TemplateResponse(request, "admin/fulfillment/resume_account.html", context)
