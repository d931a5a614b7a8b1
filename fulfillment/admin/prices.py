"""What staff set about prices: coupons with the history of their use, tax rates, shipping prices."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from fulfillment.coupons import normalized
from fulfillment.models import Coupon, CouponRedemption, ShippingRate, TaxRate
from fulfillment.statement import plain_percent
from integrations.admin import ReadOnlyTabularInline
from integrations.cells import amount_text, label, nowrap

#: Regions of the CLDR that are no country anything is sent to.
_NOT_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


class CountryField(forms.ChoiceField):
    """A country by name; stored as its ISO code."""

    widget = UnfoldAdminSelectWidget

    def __init__(self, *, empty: Any, **kwargs: Any) -> None:
        super().__init__(choices=lambda: [("", empty), *_countries()], **kwargs)


class CouponForm(forms.ModelForm):
    """A coupon; what its kind does not use is emptied."""

    class Meta:
        model = Coupon
        fields = [
            "code",
            "kind",
            "percent",
            "amount",
            "minimum",
            "currency",
            "starts_at",
            "ends_at",
            "usage_limit",
            "usage_limit_per_customer",
            "is_active",
            "note",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The model asks for capitals; typed is what customers would type.
        for name in ("code", "currency"):
            if name in self.fields:
                self.fields[name].to_python = _upper  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind == Coupon.Kind.PERCENT and data.get("percent") is None and "percent" not in self.errors:
            self.add_error("percent", _("How many percent?"))
        if kind == Coupon.Kind.FIXED and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("How much?"))
        for name, used_by in (("percent", Coupon.Kind.PERCENT), ("amount", Coupon.Kind.FIXED)):
            if kind and kind != used_by and name in data:
                data[name] = None
        has_amount = data.get("amount") is not None or data.get("minimum") is not None
        if has_amount and not data.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Of which currency is the amount?"))
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("It would end before it begins."))
        return data

    def clean_code(self) -> str:
        code = normalized(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("Letters A to Z, digits, - and _ only."))
        return code


class RedemptionInline(ReadOnlyTabularInline):
    """The orders that used the coupon, latest first."""

    model = CouponRedemption
    hide_title = True
    verbose_name_plural = _("use")
    per_page = 20
    fields = ["order_link", "order_status", "order_total", "created_at", "released_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouponRedemption]:
        queryset: QuerySet[CouponRedemption] = super().get_queryset(request)
        return queryset.select_related("order")

    @display(description=_("order"))
    def order_link(self, redemption: CouponRedemption) -> SafeString:
        url = reverse("admin:fulfillment_order_change", args=[redemption.order_id])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', url, redemption.order.number)

    @display(description=_("status"))
    def order_status(self, redemption: CouponRedemption) -> str:
        return redemption.order.get_status_display()

    @display(description=_("total"))
    def order_total(self, redemption: CouponRedemption) -> SafeString:
        return nowrap(amount_text(redemption.order.total, redemption.order.currency))


class ChangedFieldsAdmin(ModelAdmin):
    """Saves what the form changed and nothing else: other columns may have moved since the form was opened."""

    compressed_fields = False
    show_full_result_count = False
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        obj.save(update_fields=list(form.cleaned_data) if change else None)


@admin.register(Coupon)
class CouponAdmin(ChangedFieldsAdmin):
    """Codes that make an order cheaper."""

    form = CouponForm
    inlines = [RedemptionInline]
    list_display = ["code", "gives", "standing", "used_text", "starts_at", "ends_at", "note"]
    list_filter = ["is_active", "kind"]
    search_fields = ["code", "note"]
    fieldsets = [
        (None, {"fields": [("code", "is_active"), ("kind",), ("percent", "amount"), "note"]}),
        (_("Conditions"), {"fields": [("minimum", "currency"), ("starts_at", "ends_at")]}),
        (_("How often"), {"fields": [("usage_limit", "usage_limit_per_customer"), "used_text"]}),
    ]
    readonly_fields = ["used_text"]

    @display(description=_("gives"))
    def gives(self, coupon: Coupon) -> SafeString | str:
        if coupon.kind == Coupon.Kind.PERCENT and coupon.percent is not None:
            return nowrap(f"{plain_percent(coupon.percent)} %")
        if coupon.kind == Coupon.Kind.FIXED:
            return nowrap(amount_text(coupon.amount, coupon.currency))
        return coupon.get_kind_display()

    @display(description=_("standing"))
    def standing(self, coupon: Coupon) -> SafeString:
        now = timezone.now()
        if not coupon.is_active:
            return label(gettext("Off"))
        if coupon.ends_at and coupon.ends_at <= now:
            return label(gettext("Ended"))
        if coupon.starts_at and coupon.starts_at > now:
            return label(gettext("Not yet"), "info")
        if coupon.usage_limit is not None and coupon.used_count >= coupon.usage_limit:
            return label(gettext("Used up"), "warning")
        return label(gettext("In use"), "success")

    @display(description=_("used"), ordering="used_count")
    def used_text(self, coupon: Coupon) -> str:
        return f"{coupon.used_count} / {coupon.usage_limit}" if coupon.usage_limit else str(coupon.used_count)


class TaxRateForm(forms.ModelForm):
    """A tax rate, its country chosen by name."""

    country = CountryField(label=_("Country"), empty=_("Choose a country"))

    class Meta:
        model = TaxRate
        fields = ["country", "region", "name", "percent", "is_included", "on_shipping", "is_active"]


@admin.register(TaxRate)
class TaxRateAdmin(ChangedFieldsAdmin):
    """Taxes by country and region. Which ones there are is for staff to know."""

    form = TaxRateForm
    list_display = ["country_text", "region", "name", "percent_text", "is_included", "on_shipping", "is_active"]
    list_filter = ["is_active", "is_included"]
    search_fields = ["country", "region", "name"]
    fieldsets = [
        (None, {"fields": [("country", "region"), ("name", "percent")]}),
        (_("How it is reckoned"), {"fields": ["is_included", "on_shipping", "is_active"]}),
    ]

    @display(description=_("country"), ordering="country")
    def country_text(self, rate: TaxRate) -> str:
        return _country_text(rate.country)

    @display(description=_("percent"), ordering="percent")
    def percent_text(self, rate: TaxRate) -> SafeString:
        return nowrap(f"{plain_percent(rate.percent)} %")


class ShippingRateForm(forms.ModelForm):
    """A shipping price; empty for every country without a row of its own."""

    country = CountryField(label=_("Country"), empty=_("Everywhere else"), required=False)

    class Meta:
        model = ShippingRate
        fields = ["country", "kind", "amount", "currency", "free_from", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "currency" in self.fields:
            self.fields["currency"].to_python = _upper  # type: ignore[method-assign]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == ShippingRate.Kind.FLAT and data.get("amount") == 0:
            self.add_error("amount", _("A flat price of nothing is “Free”."))
        return data


@admin.register(ShippingRate)
class ShippingRateAdmin(ChangedFieldsAdmin):
    """What customers pay for a parcel. Without a row shipping is free."""

    form = ShippingRateForm
    list_display = ["country_text", "kind", "amount_shown", "free_from_shown", "currency", "is_active"]
    list_filter = ["is_active", "kind"]
    search_fields = ["country"]
    fieldsets = [
        (None, {"fields": [("country", "currency"), ("kind", "amount"), "free_from", "is_active"]}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"currency": settings.SHOP_CURRENCY, **super().get_changeform_initial_data(request)}

    @display(description=_("country"), ordering="country")
    def country_text(self, rate: ShippingRate) -> str:
        return _country_text(rate.country) if rate.country else gettext("Everywhere else")

    @display(description=_("amount"), ordering="amount")
    def amount_shown(self, rate: ShippingRate) -> SafeString | str:
        if rate.kind == ShippingRate.Kind.FREE:
            return "–"
        return nowrap(amount_text(rate.amount, rate.currency))

    @display(description=_("free from"), ordering="free_from")
    def free_from_shown(self, rate: ShippingRate) -> SafeString | str:
        return nowrap(amount_text(rate.free_from, rate.currency)) if rate.free_from is not None else "–"


def _upper(value: Any) -> str:
    return str(value or "").strip().upper()


def _countries() -> list[tuple[str, str]]:
    names = Locale.parse(to_locale(get_language() or "en")).territories
    codes = [code for code in map(str, names) if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES]
    return sorted(((code, f"{names[code]} ({code})") for code in codes), key=lambda choice: choice[1])


def _country_text(code: str) -> str:
    return f"{Locale.parse(to_locale(get_language() or 'en')).territories.get(code, code)} ({code})"
