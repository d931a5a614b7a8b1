"""Exchange rates: what counts now and how old it is, all days, and rates entered by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.admin import ModelAdmin

from catalog import rate_fetching
from catalog.models import ExchangeRate, RateFetch, Variant
from catalog.pricing.summary import plain
from catalog.rates import NoRate, StoredRate, is_stale, newest_rates, rates_for, today
from shop.errors import DomainError
from shop.money import Money

PAGE = "catalog_rates_now"
FETCH = "catalog_rates_fetch"


@dataclass(frozen=True, slots=True)
class RateRow:
    """A newest rate with its age; ``shop_price`` is what one unit is worth in the shop's currency."""

    rate: ExchangeRate
    days: int
    is_stale: bool
    units: str
    shop_price: str


class RateForm(forms.ModelForm):
    """A rate entered by staff."""

    class Meta:
        model = ExchangeRate
        fields = ["currency", "rate", "date"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "currency" in self.fields:
            self.fields["currency"].to_python = lambda value: str(value or "").strip().upper()  # type: ignore[method-assign]

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"])
        if currency == "EUR":
            raise forms.ValidationError(_("Every rate is one of the euro; the euro itself has none."))
        return currency

    def clean_date(self) -> date:
        day: date = self.cleaned_data["date"]
        if day > today():
            raise forms.ValidationError(_("This day is to come."))
        return day


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A price that did not follow the rates, and why."""

    variant: Variant
    why: str


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ModelAdmin):
    """All days. Fetched rates are facts; entered ones belong to staff."""

    form = RateForm
    list_display = ["date", "currency", "units", "source", "created_at"]
    list_filter = ["source", "currency"]
    search_fields = ["currency__exact"]
    date_hierarchy = None
    show_full_result_count = False
    list_per_page = 50
    fieldsets = [(None, {"fields": [("currency", "rate"), "date"]})]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("now/", view(self.now_view), name=PAGE),
            path("fetch/", view(self.fetch_view), name=FETCH),
            *super().get_urls(),
        ]

    def has_change_permission(self, request: HttpRequest, obj: ExchangeRate | None = None) -> bool:
        return super().has_change_permission(request, obj) and _is_ours(obj)

    def has_delete_permission(self, request: HttpRequest, obj: ExchangeRate | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_ours(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Deleting many at once would not ask whose they are.
        return {}

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: RateForm, change: bool) -> None:
        obj.source = ExchangeRate.Source.MANUAL
        super().save_model(request, obj, form, change)
        # Not in this request: there may be thousands of prices.
        rate_fetching.follow_anew()

    def delete_model(self, request: HttpRequest, obj: ExchangeRate) -> None:
        super().delete_model(request, obj)
        rate_fetching.follow_anew()

    @display(description=_("units for one euro"), ordering="rate")
    def units(self, rate: ExchangeRate) -> str:
        return plain(rate.rate)

    @method_decorator(never_cache)
    def now_view(self, request: HttpRequest) -> HttpResponse:
        """The rates that count now, with their ages and where they come from."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        rows = _rows()
        fetch = RateFetch.objects.filter(source=ExchangeRate.Source.ECB).first()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Exchange rates"),
            "opts": self.opts,
            "rows": rows,
            "stale": [row for row in rows if row.is_stale],
            "fetch": fetch,
            "refused": _refused(fetch),
            "shop_currency": settings.SHOP_CURRENCY,
            "safety": plain(Decimal(str(settings.EXCHANGE_MARGIN_PERCENT))),
            "is_on": bool(settings.ECB_RATES_URL),
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/catalog/rates.html", context)

    def fetch_view(self, request: HttpRequest) -> HttpResponse:
        """Ask the bank now (POST)."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            done = rate_fetching.fetch_rates()
        except DomainError as exc:
            messages.error(request, exc.message)
        else:
            text = ngettext("%(n)d new rate was stored.", "%(n)d new rates were stored.", done.count)
            messages.success(request, text % {"n": done.count})
        return HttpResponseRedirect(reverse(f"admin:{PAGE}"))


def _is_ours(rate: ExchangeRate | None) -> bool:
    return rate is None or rate.source == ExchangeRate.Source.MANUAL


def _refused(fetch: RateFetch | None) -> list[RefusedRow]:
    """What did not follow, of what is still there."""
    told = {int(str(one["variant"])): str(one["why"]) for one in fetch.refused} if fetch else {}
    variants = Variant.objects.select_related("product").in_bulk(list(told))
    return [RefusedRow(variants[pk], why) for pk, why in told.items() if pk in variants]


def _rows() -> list[RateRow]:
    newest, day = newest_rates(), today()
    rates = rates_for([row.currency for row in newest] + [settings.SHOP_CURRENCY, "EUR"])
    rows = []
    for row in newest:
        try:
            worth = rates.convert(Money(Decimal(1), row.currency), settings.SHOP_CURRENCY).amount.amount
            shop_price = f"{worth:.4f}"
        except NoRate:
            shop_price = "–"
        stale = is_stale(StoredRate(row.rate, row.date, row.source), day)
        rows.append(RateRow(row, (day - row.date).days, stale, plain(row.rate), shop_price))
    return rows
