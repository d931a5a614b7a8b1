"""The sync: its runs and failures, what it found and asks, its rules, what it watches, and what is running out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.admin.sync_now import begun_text
from catalog.models import (
    DEFAULT_ACTIONS,
    ChangeKind,
    LowStock,
    SyncAction,
    SyncChange,
    SyncCheck,
    SyncRule,
    SyncRun,
    WatchedProduct,
)
from catalog.syncing import answering, priority, runs
from catalog.syncing.rules import POSSIBLE
from integrations.admin import ReadOnlyAdmin, ReadOnlyTabularInline
from integrations.cells import amount_text, label, nowrap, remark, time_text
from integrations.clock import database_now
from shop.errors import DomainError

DECIDE = "catalog.decide_syncchange"
_BADGE = "admin:sync-changes"
_STATUS_TONES = {
    "done": "success", "ignored": "", "waiting": "warning", "accepted": "success", "refused": "info", "superseded": ""
}  # fmt: skip


class FailedCheckInline(ReadOnlyTabularInline):
    """What could not be checked, and what still waits for its check."""

    model = SyncCheck
    fields = ["product", "state", "code", "reason", "failed_at"]
    readonly_fields = ["product", "state", "failed_at"]
    verbose_name_plural = _("Failed or still to be checked (the first 200)")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncCheck]:
        rows: QuerySet[SyncCheck] = super().get_queryset(request)
        run_id = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        first = rows.filter(run=run_id).order_by("-failed_at", "pk").values_list("pk", flat=True)[:200]
        return rows.filter(pk__in=list(first)).select_related("watched__account").order_by("-failed_at", "pk")

    @display(description=_("product"))
    def product(self, check: SyncCheck) -> str:
        return check.watched.external_product_id

    @display(description=_("state"))
    def state(self, check: SyncCheck) -> SafeString:
        return label(gettext("failed"), "danger") if check.failed_at else label(gettext("waiting"), "info")


@admin.register(SyncRun)
class SyncRunAdmin(ModelAdmin):
    """Progress, calls, changes and failures. *Add* begins a run over all goods of an account."""

    list_display = ["started", "account", "trigger", "progress", "failures", "calls_text", "changes_link", "ended"]
    list_select_related = ["account"]
    list_filter = ["account", "trigger"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["account", "trigger", "started", "ended", "progress", "failures", "calls_text", "changes_link"]
    readonly_fields = ["trigger", "started", "ended", "progress", "failures", "calls_text", "changes_link"]
    actions = None

    def get_fields(self, request: HttpRequest, obj: SyncRun | None = None) -> Any:
        return self.fields if obj else ["account"]

    def get_readonly_fields(self, request: HttpRequest, obj: SyncRun | None = None) -> Any:
        return self.readonly_fields if obj else []

    def get_inlines(self, request: HttpRequest, obj: SyncRun | None) -> Any:
        return [FailedCheckInline] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: SyncRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SyncRun | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SyncRun, form: forms.ModelForm, change: bool) -> None:
        run = runs.start_for_account(obj.account)
        obj.pk, obj.started_at, obj.trigger = run.pk, run.started_at, run.trigger
        obj._state.adding = False
        messages.info(request, begun_text(run))

    @display(description=_("begun"), ordering="started_at")
    def started(self, run: SyncRun) -> SafeString:
        return time_text(run.started_at)

    @display(description=_("finished"), ordering="finished_at")
    def ended(self, run: SyncRun) -> SafeString:
        return time_text(run.finished_at) if run.finished_at else label(gettext("running"), "info")

    @display(description=_("progress"))
    def progress(self, run: SyncRun) -> SafeString:
        done = run.checked + run.failed
        percent = 100 * done // run.planned if run.planned else 100
        text = gettext("%(done)d of %(planned)d (%(percent)d %%)")
        return nowrap(text % {"done": done, "planned": run.planned, "percent": percent})

    @display(description=_("failed"), ordering="failed")
    def failures(self, run: SyncRun) -> SafeString | str:
        return label(str(run.failed), "danger") if run.failed else "0"

    @display(description=_("calls"), ordering="calls")
    def calls_text(self, run: SyncRun) -> str:
        if run.call_budget is None:
            return str(run.calls)
        return gettext("%(calls)d of %(budget)d") % {"calls": run.calls, "budget": run.call_budget}

    @display(description=_("changes"), ordering="changes")
    def changes_link(self, run: SyncRun) -> SafeString | str:
        if not run.changes:
            return "0"
        url = f"{reverse('admin:catalog_syncchange_changelist')}?run__id__exact={run.pk}"
        return format_html('<a class="text-link" href="{}">{}</a>', url, run.changes)


class RuleForm(forms.ModelForm):
    """One rule; each kind of change offers the actions that make sense for it."""

    class Meta:
        model = SyncRule
        fields = ["account", "category", "product", *ChangeKind.values]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(SyncAction.choices)
        for kind, actions in POSSIBLE.items():
            default = labels[SyncAction(DEFAULT_ACTIONS[kind])]
            empty = gettext("As above it (in the end: %(action)s)") % {"action": default}
            self.fields[kind].choices = [("", empty), *((one, labels[SyncAction(one)]) for one in actions)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        scopes = [name for name in ("account", "category", "product") if cleaned.get(name)]
        if len(scopes) > 1:
            raise forms.ValidationError(_("Choose one of account, category and product, or none for the whole shop."))
        if not scopes:
            same = SyncRule.objects.filter(account=None, category=None, product=None).exclude(pk=self.instance.pk)
            if same.exists():
                raise forms.ValidationError(_("There is a rule for the whole shop already."))
        return cleaned


@admin.register(SyncRule)
class SyncRuleAdmin(ModelAdmin):
    """What is done about changes: a product's rule goes before its category's, that before the account's."""

    form = RuleForm
    compressed_fields = False
    autocomplete_fields = ["category", "product"]
    list_display = ["__str__", *ChangeKind.values]
    list_select_related = ["account", "category", "product"]
    fieldsets = [
        (
            _("For"),
            {
                "fields": [("account", "category", "product")],
                "description": _("Empty: the whole shop. The nearest rule counts: product, category, account, shop."),
            },
        ),
        (_("Price"), {"fields": [("price_up", "price_down")]}),
        (_("Stock"), {"fields": [("out_of_stock", "back_in_stock")]}),
        (_("Goods"), {"fields": [("sku_gone", "product_gone"), ("new_variant", "shipping_gone")]}),
    ]


@admin.register(SyncChange)
class SyncChangeAdmin(ReadOnlyAdmin):
    """What the sync found. What waits is decided by the actions above the list."""

    list_display = ["found", "kind_label", "article", "before_and_after", "action", "status_label", "decided"]
    list_display_links = ["found"]
    list_select_related = ["account", "listing__variant__product", "decided_by"]
    list_filter = ["status", "kind", "account"]
    search_fields = ["external_product_id__exact", "external_sku_id__exact", "listing__variant__sku__exact"]
    search_help_text = _("The supplier's product or SKU id, or our SKU")
    actions = ["accept", "refuse", "show_again"]  # type: ignore[assignment]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        if not request.user.has_perm(DECIDE):
            return {}
        found: dict[str, Any] = super(ReadOnlyAdmin, self).get_actions(request)
        found.pop("delete_selected", None)
        return found

    @admin.action(description=_("Accept: the shop follows"))
    def accept(self, request: HttpRequest, rows: QuerySet[SyncChange]) -> None:
        self._decide(request, rows, answering.accept)

    @admin.action(description=_("Refuse: the shop stays as it is"))
    def refuse(self, request: HttpRequest, rows: QuerySet[SyncChange]) -> None:
        self._decide(request, rows, answering.refuse)

    @admin.action(description=_("Show again what was hidden"))
    def show_again(self, request: HttpRequest, rows: QuerySet[SyncChange]) -> None:
        self._decide(request, rows, answering.show_again)

    def _decide(self, request: HttpRequest, rows: QuerySet[SyncChange], decide: Any) -> None:
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        done = 0
        for change in rows:
            try:
                decide(change, by=request.user)
            except DomainError as exc:
                messages.warning(request, f"{change}: {exc.message}")
            else:
                done += 1
        cache.delete(_BADGE)
        if done:
            text = ngettext("%(n)d change is decided.", "%(n)d changes are decided.", done)
            messages.success(request, text % {"n": done})

    @display(description=_("found"), ordering="found_at")
    def found(self, change: SyncChange) -> SafeString:
        return time_text(change.found_at)

    @display(description=_("change"), ordering="kind")
    def kind_label(self, change: SyncChange) -> SafeString:
        bad = change.kind not in (ChangeKind.PRICE_DOWN, ChangeKind.BACK_IN_STOCK, ChangeKind.NEW_VARIANT)
        return label(change.get_kind_display(), "warning" if bad else "success")

    @display(description=_("article"))
    def article(self, change: SyncChange) -> SafeString | str:
        at_supplier = f"{change.external_product_id} / {change.external_sku_id or '-'}"
        if change.listing is None:
            options = change.details.get("options") or []
            text = ", ".join(f"{name}: {value}" for name, value in options)  # type: ignore[attr-defined]
            return format_html("{} <span class='staff-quiet'>{}</span>", text or change.account.label, at_supplier)
        variant = change.listing.variant
        url = reverse("admin:catalog_variant_change", args=[variant.pk])
        return format_html(
            "<a class='text-link' href='{}'>{}</a><br><span class='staff-quiet'>{}</span>",
            url,
            variant.title,
            at_supplier,
        )

    @display(description=_("then and now"))
    def before_and_after(self, change: SyncChange) -> SafeString | str:
        if change.cost_after is not None:
            before = amount_text(change.cost_before, change.currency)
            after = amount_text(change.cost_after, change.currency)
        else:
            before, after = (_or_unknown(value) for value in (change.stock_before, change.stock_after))
        text = nowrap(f"{before} → {after}" if before else after)
        notes = [change.note] if change.note else []
        if change.withholds and change.status == SyncChange.Status.WAITING:
            notes.append(gettext("Not sold until you decide."))
        if country := change.details.get("country"):
            notes.append(gettext("To %(country)s") % {"country": country})
        return format_html("{}{}", text, format_html("<br>{}", remark(" ".join(notes), "warning"))) if notes else text

    @display(description=_("status"), ordering="status")
    def status_label(self, change: SyncChange) -> SafeString:
        return label(change.get_status_display(), _STATUS_TONES[change.status])

    @display(description=_("decided"))
    def decided(self, change: SyncChange) -> SafeString | str:
        if change.decided_at is None:
            return "-"
        return format_html("{} {}", time_text(change.decided_at), change.decided_by or "")


@admin.register(WatchedProduct)
class WatchedProductAdmin(ReadOnlyAdmin):
    """What is watched at suppliers, how often it moves and how much it is wanted."""

    list_display = ["external_product_id", "account", "checked", "changed", "moves", "wanted", "failing"]
    list_select_related = ["account"]
    list_filter = ["account"]
    ordering = ["-failures", "checked_at", "pk"]
    search_fields = ["external_product_id__exact"]
    search_help_text = _("The supplier's product id")
    actions = ["check_now"]  # type: ignore[assignment]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        if not request.user.has_perm("catalog.add_syncrun"):
            return {}
        found: dict[str, Any] = super(ReadOnlyAdmin, self).get_actions(request)
        found.pop("delete_selected", None)
        return found

    @admin.action(description=_("Check at the supplier now"))
    def check_now(self, request: HttpRequest, rows: QuerySet[WatchedProduct]) -> None:
        if not request.user.has_perm("catalog.add_syncrun"):
            raise PermissionDenied
        accounts = {row.account for row in rows.select_related("account")}
        for account in accounts:
            runs.start(rows.filter(account=account).values_list("pk", flat=True), account=account)
        messages.info(request, gettext("They are checked first, beginning within a minute: see the sync runs."))

    @display(description=_("last checked"), ordering="checked_at")
    def checked(self, row: WatchedProduct) -> SafeString | str:
        return time_text(row.checked_at) or "-"

    @display(description=_("last change"), ordering="changed_at")
    def changed(self, row: WatchedProduct) -> SafeString | str:
        return time_text(row.changed_at) or "-"

    @display(description=_("changes a day"))
    def moves(self, row: WatchedProduct) -> str:
        rate = priority.changes_per_hour(changes_seen=row.changes_seen, hours_watched=row.hours_watched)
        return f"{rate * 24:.2f}"

    @display(description=_("wanted"), ordering="demand")
    def wanted(self, row: WatchedProduct) -> str:
        return f"{priority.faded(row.demand, since=database_now() - row.demand_at):.0f}"

    @display(description=_("failures"), ordering="failures")
    def failing(self, row: WatchedProduct) -> SafeString | str:
        return format_html("{} {}", label(str(row.failures), "danger"), row.failure) if row.failures else "-"


@admin.register(LowStock)
class LowStockAdmin(ReadOnlyAdmin):
    """What is running out, least first."""

    list_display = ["article", "quantity", "since_text", "told"]
    list_display_links = None
    list_select_related = ["variant__product"]
    search_fields = ["variant__sku", "variant__product__title"]

    @display(description=_("article"), ordering="variant__sku")
    def article(self, row: LowStock) -> SafeString:
        url = reverse("admin:catalog_variant_change", args=[row.variant_id])
        return format_html(
            '<a class="text-link" href="{}">{}</a> <span class="staff-quiet">{}</span>',
            url,
            row.variant.title,
            row.variant.sku,
        )

    @display(description=_("since"), ordering="since")
    def since_text(self, row: LowStock) -> SafeString:
        return time_text(row.since)

    @display(description=_("staff told"), ordering="told_at")
    def told(self, row: LowStock) -> SafeString | str:
        return time_text(row.told_at) or "-"


def changes_badge(request: HttpRequest) -> str | SafeString:
    """How many changes wait for staff; an invisible mark for none."""
    count = cache.get(_BADGE)
    if count is None:
        count = SyncChange.objects.filter(status=SyncChange.Status.WAITING).count()
        cache.set(_BADGE, count, 5)
    # An empty badge would still be drawn: the style sheet hides one that holds this mark.
    return str(count) if count else format_html('<span class="{}"></span>', "staff-no-badge")


def _or_unknown(value: int | None) -> str:
    return gettext("not told") if value is None else str(value)
