"""Pricing rules: the form, and the preview of what they would change."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.admin import ModelAdmin, TabularInline

from catalog.models import PriceBand, PriceRule
from catalog.pricing import preview
from catalog.pricing.preview import Seen
from catalog.pricing.proposals import moves_far
from catalog.pricing.summary import summary_of
from integrations.cells import label

PREVIEW = "catalog_price_preview"
APPLY = "catalog.apply_prices"
_K, _S = PriceRule.Kind, PriceRule.Scope

#: What a rule is for -> the field that says which one.
_TARGETS = {_S.ACCOUNT: "account", _S.CATEGORY: "category", _S.PRODUCT: "product"}


class PriceRuleForm(forms.ModelForm):
    """A rule; what its kind and its scope do not use is emptied."""

    class Meta:
        model = PriceRule
        fields = [
            "name",
            "scope",
            "account",
            "category",
            "product",
            "currency",
            "kind",
            "percent",
            "fixed",
            "selling_fee_percent",
            "selling_fee_fixed",
            "includes_shipping",
            "shipping_country",
            "shipping_fallback",
            "minimum_margin_percent",
            "rounding",
            "rounding_step",
            "rounding_ending",
            "compare_at",
            "compare_at_percent",
            "is_automatic",
            "is_active",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("currency", "shipping_country"):
            if name in self.fields:
                self.fields[name].to_python = _upper  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        self._clean_target(data)
        if data.get("kind") == _K.BANDS:
            # The ranges are rows of their own; the inline looks at them.
            data["percent"] = data["fixed"] = 0
        taken = (data.get("selling_fee_percent") or 0) + max(
            data.get("minimum_margin_percent") or 0, (data.get("percent") or 0) if data.get("kind") == _K.MARGIN else 0
        )
        if taken >= 100:
            field = "percent" if data.get("kind") == _K.MARGIN else "minimum_margin_percent"
            self.add_error(field, _("Together with the selling fee this leaves nothing of any price."))
        if data.get("includes_shipping") and not data.get("shipping_country") and data.get("shipping_fallback") is None:
            self.add_error("shipping_country", _("To which country, or what counts instead?"))
        step, ending = data.get("rounding_step"), data.get("rounding_ending")
        if step is not None and ending is not None and ending >= step:
            self.add_error("rounding_ending", _("The ending must be less than the step, e.g. every 1 ending 0.99."))
        return data

    def _clean_target(self, data: dict[str, Any]) -> None:
        for scope, name in _TARGETS.items():
            if data.get("scope") != scope and name in data:
                data[name] = None
            elif data.get("scope") == scope and not data.get(name) and name not in self.errors:
                self.add_error(name, _("For which one?"))


class BandFormSet(forms.BaseInlineFormSet):
    """The ranges of a rule: one of them has no end."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or self.instance.kind != _K.BANDS:
            return
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if sum(row.get("up_to") is None for row in rows) != 1:
            raise forms.ValidationError(_("One range, and only one, has no end: leave its “cost up to” empty."))


class BandInline(TabularInline):
    """What is added, by the cost. A range begins no lower than the one before it ends."""

    model = PriceBand
    formset = BandFormSet
    extra = 0
    fields = ["up_to", "percent", "fixed"]


@admin.register(PriceRule)
class PriceRuleAdmin(ModelAdmin):
    """How prices are made. Product goes before category before supplier account before the whole shop."""

    form = PriceRuleForm
    inlines = [BandInline]
    compressed_fields = False
    show_full_result_count = False
    list_display = ["name", "target_text", "says", "currency", "follows", "active_label", "preview_link"]
    list_select_related = ["account", "category", "product"]
    list_filter = ["scope", "is_active", "currency"]
    search_fields = ["name", "product__title", "category__name", "account__label"]
    list_per_page = 50
    autocomplete_fields = ["category", "product"]
    readonly_fields = ["says", "preview_link"]
    list_before_template = "admin/catalog/price_rules_order.html"
    fieldsets = [
        (None, {"fields": [("name", "is_active"), ("scope", "currency"), "account", "category", "product", "says"]}),
        (
            _("Price"),
            {"fields": ["kind", ("percent", "fixed"), "minimum_margin_percent", ("is_automatic", "preview_link")]},
        ),
        (
            _("What counts as cost"),
            {"fields": ["includes_shipping", ("shipping_country", "shipping_fallback")]},
        ),
        (_("Selling fees"), {"fields": [("selling_fee_percent", "selling_fee_fixed")]}),
        (
            _("Last digits and the price before"),
            {"fields": ["rounding", ("rounding_step", "rounding_ending"), ("compare_at", "compare_at_percent")]},
        ),
    ]
    conditional_fields = {
        "account": "scope == 'account'",
        "category": "scope == 'category'",
        "product": "scope == 'product'",
        "percent": "['percent', 'formula', 'margin'].includes(kind)",
        "fixed": "['fixed', 'formula'].includes(kind)",
        "shipping_country": "includes_shipping == true",
        "shipping_fallback": "includes_shipping == true",
        "rounding_step": "rounding != 'coin'",
        "rounding_ending": "rounding != 'coin'",
        "compare_at_percent": "compare_at == 'percent'",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceRule]:
        queryset: QuerySet[PriceRule] = super().get_queryset(request)
        return queryset.prefetch_related("bands")

    def get_urls(self) -> list[URLPattern]:
        return [
            path("preview/", self.admin_site.admin_view(self.preview_view), name=PREVIEW),
            *super().get_urls(),
        ]

    def response_post_save_add(self, request: HttpRequest, obj: PriceRule) -> HttpResponse:
        return HttpResponseRedirect(preview_url(obj))

    def response_post_save_change(self, request: HttpRequest, obj: PriceRule) -> HttpResponse:
        return HttpResponseRedirect(preview_url(obj))

    @display(description=_("for"), ordering="scope")
    def target_text(self, rule: PriceRule) -> str:
        target = rule.product or rule.category or rule.account
        kind = rule.get_scope_display()
        return f"{kind}: {target}" if target else kind

    @display(description=_("says"))
    def says(self, rule: PriceRule) -> str:
        return summary_of(rule) if rule.pk else "-"

    @display(description=_("changes prices"), ordering="is_automatic")
    def follows(self, rule: PriceRule) -> str:
        return gettext("by itself, as costs move") if rule.is_automatic else gettext("when staff apply the preview")

    @display(description=_("in use"), ordering="is_active")
    def active_label(self, rule: PriceRule) -> SafeString:
        return label(gettext("In use"), "success") if rule.is_active else label(gettext("Off"))

    @display(description=_("preview"))
    def preview_link(self, rule: PriceRule) -> SafeString | str:
        if rule.pk is None:
            return "-"
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', preview_url(rule), gettext("Preview"))

    @method_decorator(never_cache)
    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What the rules would change (GET), a question (POST), and applying it (POST with ``confirmed``)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._apply(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        rule = _rule(request.GET.get("rule", ""))
        text, show = request.GET.get("q", "").strip()[:100], request.GET.get("show", preview.CHANGES)
        show = show if show in preview.SHOWN else preview.CHANGES
        after = request.GET.get("after", "")
        variants = preview.variants_of(rule, text=text)
        found = preview.preview(variants, show=show, after=int(after) if after.isdecimal() and len(after) < 18 else 0)
        kept = {"rule": rule.pk if rule else "", "q": text}
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Price preview"),
            "opts": self.opts,
            "rules": list(PriceRule.objects.filter(is_active=True)),
            "rule": rule,
            "text": text,
            "tabs": [_Tab(name, found, show, kept) for name in preview.SHOWN],
            "found": found,
            "show": show,
            "rows": [(row, str(preview.seen_of(row)) if row.changes else "") for row in found.rows],
            "next_url": f"?{urlencode({**kept, 'show': show, 'after': found.after})}" if found.after else "",
            "total": variants.count(),
            "may_apply": request.user.has_perm(APPLY),
        }
        return TemplateResponse(request, "admin/catalog/price_preview.html", context)

    def _apply(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(APPLY):
            raise PermissionDenied
        seen = [row for row in map(preview.parse_seen, request.POST.getlist("seen")) if row is not None]
        back = f"{reverse(f'admin:{PREVIEW}')}?{urlencode({'rule': _pk_text(request.POST.get('rule', ''))})}"
        if not seen:
            messages.warning(request, gettext("No price was ticked, and none has changed."))
            return HttpResponseRedirect(back)
        if request.POST.get("confirmed") != "yes":
            return self._ask(request, seen, back)
        note = request.POST.get("note", "").strip()
        done = preview.apply_seen(seen, actor=f"staff:{request.user.pk}", note=note)
        text = ngettext("%(n)d price has changed.", "%(n)d prices have changed.", done.changed) % {"n": done.changed}
        messages.success(request, text)
        if done.moved:
            text = ngettext(
                "%(n)d was left as it is: something has moved since it was shown. Look at it again.",
                "%(n)d were left as they are: something has moved since they were shown. Look at them again.",
                done.moved,
            )
            messages.warning(request, text % {"n": done.moved})
        return HttpResponseRedirect(back)

    def _ask(self, request: HttpRequest, seen: list[Seen], back: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Apply prices"),
            "opts": self.opts,
            "seen": [str(row) for row in seen],
            "count": len(seen),
            "up": sum(row.new > row.old for row in seen),
            "down": sum(row.new < row.old for row in seen),
            "far": sum(moves_far(row.old, row.new) for row in seen),
            "rule": _pk_text(request.POST.get("rule", "")),
            "back_url": back,
        }
        return TemplateResponse(request, "admin/catalog/price_apply.html", context)


class _Tab:
    """A choice of what the preview lists, with how many there are among those looked at."""

    def __init__(self, name: str, found: preview.Preview, shown: str, kept: dict[str, Any]) -> None:
        self.is_shown = name == shown
        self.url = f"?{urlencode({**kept, 'show': name})}"
        self.title, self.count = {
            preview.CHANGES: (_("Would change"), found.changing + found.large),
            preview.LARGE: (_("Too far: look first"), found.large),
            preview.PROBLEMS: (_("Without a price"), found.problems),
            preview.ALL: (_("All"), found.looked_at),
        }[name]


def preview_url(rule: PriceRule) -> str:
    """The preview of what ``rule`` is for."""
    return f"{reverse(f'admin:{PREVIEW}')}?{urlencode({'rule': rule.pk})}"


def _rule(text: str) -> PriceRule | None:
    return PriceRule.objects.filter(pk=int(text)).first() if _pk_text(text) else None


def _pk_text(text: str) -> str:
    return text if text.isascii() and text.isdecimal() and len(text) < 18 else ""


def _upper(value: Any) -> str:
    return str(value or "").strip().upper()
