"""Imported goods on their way into the shop: staff edit, compare with what is live, and publish."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.admin.staged_tables import (
    PictureInline,
    StagedForm,
    VariantInline,
    margin_label,
    picture_url,
    thumbnail,
)
from catalog.importing import editing, publishing
from catalog.importing.asked_prices import Margins
from catalog.importing.differences import changes_of
from catalog.models import StagedPicture, StagedProduct, StagedVariant
from integrations.cells import label, money_text, nowrap
from shop.errors import DomainError
from shop.money import Money

MAY_PUBLISH = "catalog.publish_stagedproduct"


class StateFilter(admin.SimpleListFilter):
    """New, in the shop, with changes, put aside. What is put aside is shown only on demand."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("new", _("Not in the shop yet")),
            ("changes", _("Changes to answer")),
            ("live", _("In the shop")),
            ("aside", _("Put aside")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {
            "new": Q(product=None, is_dismissed=False),
            "changes": Q(changes_count__gt=0, product__isnull=False),
            "live": Q(product__isnull=False),
            "aside": Q(is_dismissed=True),
        }
        return queryset.filter(conditions.get(self.value() or "", Q(is_dismissed=False)))


class _WithMargins:
    """A page of the list: rates and fees are read once for all of its rows."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)  # type: ignore[misc]
        rows = self.result_list = list(self.result_list)
        wanted = [(row.account, {row.cost_currency} - {None}) for row in rows]
        for row, margins in zip(rows, Margins.of_each(wanted), strict=True):
            row.margins = margins


@admin.register(StagedProduct)
class StagedProductAdmin(ModelAdmin):
    """The staging area."""

    form = StagedForm
    compressed_fields = False
    inlines = [VariantInline, PictureInline]
    list_display = ["picture", "title", "category", "price_text", "cost_text", "margin", "state_label", "imported_at"]
    list_display_links = ["picture", "title"]
    list_select_related = ["category", "account", "product"]
    list_filter = [StateFilter, "account", "category"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["title", "source_title", "external_product_id__exact"]
    autocomplete_fields = ["category"]
    actions = ["publish_chosen", "put_aside", "take_back"]
    change_form_outer_before_template = "admin/catalog/_staged_head.html"
    readonly_fields = ["supplier_facts"]
    fieldsets = [
        (None, {"fields": ["title", ("category", "remember_category"), ("brand", "option_names"), "summary"]}),
        (_("Description"), {"fields": ["description_html"]}),
        (_("At the supplier"), {"fields": ["supplier_facts"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StagedProduct]:
        queryset: QuerySet[StagedProduct] = super().get_queryset(request)
        if request.resolver_match is None or request.resolver_match.url_name != "catalog_stagedproduct_changelist":
            return queryset.select_related("account", "product")
        # What is sold costs what it costs there, whatever was staged once.
        price = Coalesce("variants__variant__price", "variants__price")
        kept = Q(variants__is_kept=True, variants__is_gone=False)
        shown = StagedPicture.objects.filter(staged=OuterRef("pk"), is_kept=True, status=StagedPicture.Status.STORED)
        return queryset.annotate(
            thumbnail=Subquery(shown.order_by("position", "pk").values("small")[:1]),
            price_from=Min(price, filter=kept),
            price_to=Max(price, filter=kept),
            cost_from=Min("variants__cost", filter=kept),
            cost_to=Max("variants__cost", filter=kept),
            cost_currency=Max("variants__cost_currency", filter=kept),
            variants_kept=Count("variants", filter=kept),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        # They come by an import.
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:object_id>/changes/", view(self.changes), name="catalog_stagedproduct_changes"),
            *super().get_urls(),
        ]

    # --- the list ---

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return type("StagedList", (_WithMargins, super().get_changelist(request, **kwargs)), {})

    @display(description=_("picture"))
    def picture(self, row: Any) -> SafeString | str:
        return thumbnail(row.thumbnail, row.title) if row.thumbnail else "–"

    @display(description=_("price"), ordering="price_from")
    def price_text(self, row: Any) -> SafeString | str:
        return _range(row.price_from, row.price_to, settings.SHOP_CURRENCY)

    @display(description=_("cost"), ordering="cost_from")
    def cost_text(self, row: Any) -> SafeString | str:
        return _range(row.cost_from, row.cost_to, row.cost_currency or "")

    @display(description=_("margin"))
    def margin(self, row: Any) -> SafeString | str:
        """Of the cheapest price after the cheapest cost: what is read first."""
        if row.price_from is None or row.cost_from is None:
            return "–"
        cheapest = StagedVariant(cost=row.cost_from, cost_currency=row.cost_currency)
        return margin_label(row.margins.percent(cheapest, row.price_from))

    @display(description=_("state"))
    def state_label(self, row: StagedProduct) -> SafeString:
        if row.is_dismissed:
            return label(gettext("put aside"))
        if row.product_id is None:
            return label(gettext("not in the shop yet"), "warning")
        if row.changes_count:
            text = ngettext("%(n)d change", "%(n)d changes", row.changes_count)
            return label(text % {"n": row.changes_count}, "info")
        return label(gettext("in the shop"), "success")

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish_chosen(self, request: HttpRequest, queryset: QuerySet[StagedProduct]) -> None:
        """Each by itself: what is not ready stands in the way of none."""
        done = 0
        for pk, title in queryset.order_by("pk").values_list("pk", "title"):
            try:
                publishing.publish(pk, actor=f"staff:{request.user.pk}")
                done += 1
            except DomainError as exc:
                messages.warning(request, f"{title[:60]}: {exc.message}")
        if done:
            text = ngettext("%(n)d product is in the shop.", "%(n)d products are in the shop.", done)
            messages.success(request, text % {"n": done})

    @admin.action(description=_("Put aside"), permissions=["change"])
    def put_aside(self, request: HttpRequest, queryset: QuerySet[StagedProduct]) -> None:
        """Imports pass over them from now on; what is in the shop stays there."""
        StagedProduct.objects.filter(pk__in=queryset.values("pk")).update(is_dismissed=True)

    @admin.action(description=_("Take back"), permissions=["change"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[StagedProduct]) -> None:
        """The opposite."""
        StagedProduct.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))).update(is_dismissed=False)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_PUBLISH))

    # --- one of them ---

    @display(description=_("facts"))
    def supplier_facts(self, row: StagedProduct) -> SafeString:
        link = SafeString("")
        if row.source_url.startswith("https://"):
            link = format_html(
                '<a class="text-link" href="{}" target="_blank" rel="noopener noreferrer">{}</a>',
                row.source_url,
                row.external_product_id,
            )
        told = [
            row.source_title,
            row.store_name,
            gettext("rating %(percent)s %%") % {"percent": row.rating_percent} if row.rating_percent else "",
            gettext("sold %(count)s") % {"count": row.quantity_sold} if row.quantity_sold is not None else "",
            gettext("%(days)s days to %(country)s") % {"days": row.ship_days, "country": row.country}
            if row.ship_days
            else "",
            "" if row.is_orderable else gettext("not sold now"),
        ]
        return format_html("{} {}<br>{}", row.account, link or row.external_product_id, " · ".join(filter(None, told)))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {**(extra_context or {}), "staged": row, "may_publish": self.has_publish_permission(request)}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def save_model(self, request: HttpRequest, obj: StagedProduct, form: Any, change: bool) -> None:
        editing.save_product(
            obj,
            form.changed_data,
            old_options=form.initial.get("option_names") or [],
            remember_category=form.cleaned_data.get("remember_category", False),
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row_form in formset.forms:
            if row_form.has_changed():
                editing.save_row(row_form.instance, row_form.changed_data)
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        editing.settle(form.instance, form.changed_data, old_options=form.initial.get("option_names") or [])

    def response_change(self, request: HttpRequest, obj: StagedProduct) -> HttpResponse:
        """After *Save and publish*: into the shop with it, or say what is missing; what was saved stays saved."""
        if "_publish" not in request.POST:
            response: HttpResponse = super().response_change(request, obj)
            return response
        if not self.has_publish_permission(request):
            raise PermissionDenied
        try:
            product = publishing.publish(obj.pk, actor=f"staff:{request.user.pk}")
        except DomainError as exc:
            messages.error(request, gettext("Saved, but not published. %(why)s") % {"why": exc.message})
        else:
            self.log_change(request, obj, gettext("Published."))
            messages.success(request, gettext("“%(title)s” is in the shop.") % {"title": product.title})
        return HttpResponseRedirect(_page_of(obj.pk))

    def changes(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What differs from what is live (GET); what of it to take over (POST). The rest is not proposed again."""
        row = self._allowed(request, object_id)
        if row.product is None:
            return HttpResponseRedirect(_page_of(row.pk))
        if request.method == "POST":
            accepted, seen = request.POST.getlist("accept"), request.POST.getlist("seen")
            try:
                publishing.answer_changes(
                    row.pk,
                    accept=accepted,
                    decline=seen,
                    seen_at=_instant(request.POST.get("seen_at", "")),
                    actor=f"staff:{request.user.pk}",
                )
            except DomainError as exc:
                messages.error(request, exc.message)
                return HttpResponseRedirect(reverse("admin:catalog_stagedproduct_changes", args=[row.pk]))
            self.log_change(request, row, gettext("Answered %(count)s changes.") % {"count": len(seen)})
            messages.success(request, gettext("The product in the shop is as you chose."))
            return HttpResponseRedirect(_page_of(row.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Changes"),
            "opts": self.opts,
            "original": row,
            "staged": row,
            "changes": [
                (change, picture_url(change.new) if change.key.startswith("picture:") else "")
                for change in changes_of(row)
            ],
        }
        return TemplateResponse(request, "admin/catalog/staged_changes.html", context)

    def _allowed(self, request: HttpRequest, object_id: int) -> StagedProduct:
        if not self.has_publish_permission(request):
            raise PermissionDenied
        row = StagedProduct.objects.select_related("product").filter(pk=object_id).first()
        if row is None:
            raise Http404
        return row


def _range(low: Decimal | None, high: Decimal | None, currency: str) -> SafeString | str:
    if low is None or high is None or not currency:
        return "–"
    if low == high:
        return nowrap(money_text(Money(low, currency)))
    lowest = money_text(Money(low, currency)).rpartition(" ")[0]
    return nowrap(f"{lowest} – {money_text(Money(high, currency))}")


def _page_of(staged_id: int) -> str:
    return reverse("admin:catalog_stagedproduct_change", args=[staged_id])


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Http404 from None
