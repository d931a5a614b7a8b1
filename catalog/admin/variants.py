"""A variant and its listings: where it is bought."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.admin.fields import CountriesField
from catalog.admin.mapping import MappingMixin
from catalog.admin.price_history import history_of
from catalog.admin.products import VariantForm, prices_of, record_prices
from catalog.bundles import BadBundle, check_parts, set_parts
from catalog.drifts import close_remapped
from catalog.mapping import forget_reading, map_listing, picture_mark_of, read_product
from catalog.models import BundlePart, Listing, Variant
from catalog.pricing.costs import landed_unit_cost
from catalog.pricing.margin import margin_percent
from catalog.rates import NoRate
from catalog.shelf import refresh
from integrations.cells import label, money_text
from integrations.clock import database_now
from integrations.registry import PROVIDERS, product_id_from_url
from integrations.types import ProductSnapshot
from shop.errors import DomainError

#: What a check of the sync would write as well.
FIGURES = {"cost", "currency", "stock", "quantity_limit"}


class ListingForm(forms.ModelForm):
    """A listing; the product is given by its id or by the address of its page at the supplier."""

    external_product_id = forms.CharField(
        label=_("Product at the supplier"),
        max_length=2000,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Paste the address of the product's page, or its id: the id is taken from it."),
    )
    destination_countries = CountriesField(
        label=_("Ships to"), required=False, max_length=2, help_text=_("Codes such as US, DE; empty for everywhere.")
    )

    class Meta:
        model = Listing
        fields = [
            "account",
            "external_product_id",
            "external_sku_id",
            "external_sku_attr",
            "quantity_per_unit",
            "cost",
            "currency",
            "stock",
            "quantity_limit",
            "priority",
            "is_active",
            "destination_countries",
            "country",
            "shipping_service",
            "ship_from",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("stock", "cost"):
            # Compared with what the form was opened with, not with the row by now: an order may take off stock.
            self.fields[name].show_hidden_initial = True

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).upper()
        if code and not re.fullmatch("[A-Z]{2}", code):
            raise forms.ValidationError(_("“%(code)s” is no country code such as US."), params={"code": code})
        return code

    def clean(self) -> dict[str, Any] | None:
        account, text = self.cleaned_data.get("account"), self.cleaned_data.get("external_product_id")
        if account is not None and text:
            known = account.provider in PROVIDERS
            product_id = product_id_from_url(account.provider, text) if known else None
            if product_id is None:
                self.add_error("external_product_id", _("There is no product id of this supplier in it."))
            else:
                self.cleaned_data["external_product_id"] = product_id
        return super().clean()

    def save(self, commit: bool = True) -> Listing:
        """Write what was changed and nothing else: orders take off the stock while the form is open."""
        columns = set(self.changed_data)
        meant = {name: self.initial.get(name) for name in ("account", "external_product_id", "external_sku_id")}
        means = {
            "account": self.instance.account_id,
            "external_product_id": self.instance.external_product_id,
            "external_sku_id": self.instance.external_sku_id,
        }
        if meant != means:
            forget_reading(self.instance)
            columns |= {"fingerprint", "checked_at", "drifted_at"}
        elif columns & FIGURES:
            # A check that is under way does not know of it: it writes nothing that was read before this moment.
            self.instance.checked_at = database_now()
            columns |= {"checked_at"}
        listing: Listing = self.instance
        if not commit or listing.pk is None:
            listing = super().save(commit)
        else:
            listing.save(update_fields=columns)
            if "drifted_at" in columns:
                close_remapped(listing)
        return listing


class ListingInline(StackedInline):
    """Where the variant is bought, best first."""

    model = Listing
    form = ListingForm
    extra = 0
    fields = [
        ("account", "external_product_id"),
        ("external_sku_id", "external_sku_attr"),
        ("quantity_per_unit", "priority", "is_active"),
        ("cost", "currency", "stock", "quantity_limit"),
        ("destination_countries", "country"),
        ("shipping_service", "ship_from"),
        ("margin", "checked_at", "read_link"),
    ]
    readonly_fields = ["margin", "checked_at", "read_link"]

    @display(description=_("margin"))
    def margin(self, listing: Listing) -> SafeString | str:
        if listing.pk is None:
            return "-"
        price = listing.variant.unit_price
        try:
            cost = landed_unit_cost(listing, currency=price.currency)
        except NoRate:
            return label(gettext("cost in another currency than the price"), "warning")
        if cost is None:
            return "-"
        percent = margin_percent(price, cost)
        text = gettext("%(percent)s %% of %(price)s") % {"percent": percent, "price": money_text(price)}
        return label(text, "success" if percent > 0 else "danger")

    @display(description=_("SKU"))
    def read_link(self, listing: Listing) -> SafeString | str:
        if listing.pk is None:
            return gettext("Save first, then read the SKUs from the supplier.")
        url = reverse("admin:catalog_variant_read_listing", args=[listing.variant_id, listing.pk])
        return format_html('<a class="staff-button" href="{}">{}</a>', url, gettext("Read from supplier"))


class PricedVariantForm(VariantForm):
    """A variant on a page of its own, with a place for the reason of a new price."""

    price_note = forms.CharField(
        label=_("Why the price changes"),
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("For the history of prices."),
    )


class BundlePartFormSet(forms.BaseInlineFormSet):
    """The parts of a bundle, checked together."""

    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            try:
                check_parts(self.instance, self.parts)
            except BadBundle as exc:
                raise forms.ValidationError(exc.message) from exc

    @property
    def parts(self) -> list[tuple[Variant, int]]:
        """What the form says that the bundle holds."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return [(row["variant"], row["quantity"]) for row in rows if row.get("variant")]


class BundlePartInline(TabularInline):
    """What the variant is put together from; nothing for one that is bought as it is."""

    model = BundlePart
    fk_name = "bundle"
    formset = BundlePartFormSet
    extra = 0
    autocomplete_fields = ["variant"]
    verbose_name_plural = _("parts of the bundle")
    hide_title = True


@admin.register(Variant)
class VariantAdmin(MappingMixin, ModelAdmin):
    """The sellable thing and its supplier mapping."""

    form = PricedVariantForm
    compressed_fields = False
    inlines = [ListingInline, BundlePartInline]
    list_display = ["sku", "product", "options_text", "price_text", "is_active"]
    list_select_related = ["product"]
    list_filter = ["is_active"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["sku", "product__title", "listings__external_product_id__exact"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "product_link",
                    ("sku", "options"),
                    ("price", "compare_at_price", "currency"),
                    ("price_note", "price_is_fixed"),
                    ("is_active", "position"),
                ]
            },
        ),
        (_("History of the price"), {"fields": ["price_history"]}),
    ]
    readonly_fields = ["product_link", "price_history"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A variant begins as a row of its product.
        return False

    def save_model(self, request: HttpRequest, obj: Variant, form: PricedVariantForm, change: bool) -> None:
        before = prices_of([obj.pk])
        obj.save(update_fields=form.changed_columns())
        note = form.cleaned_data.get("price_note", "")
        # As stored: another price may have come in beside what this form has changed.
        stored = Variant.objects.filter(pk=obj.pk)
        record_prices(stored, before, actor=f"staff:{request.user.pk}", note=note)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if not isinstance(formset, BundlePartFormSet):
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if formset.has_changed():
            set_parts(form.instance, formset.parts)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh([form.instance.product_id])

    def delete_model(self, request: HttpRequest, obj: Variant) -> None:
        super().delete_model(request, obj)
        refresh([obj.product_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Variant]) -> None:
        product_ids = set(queryset.values_list("product_id", flat=True))
        super().delete_queryset(request, queryset)
        refresh(product_ids)

    def get_urls(self) -> list[URLPattern]:
        read = path(
            "<int:variant_id>/listings/<int:listing_id>/read/",
            self.admin_site.admin_view(self.read_listing_view),
            name="catalog_variant_read_listing",
        )
        return [read, *super().get_urls()]

    @display(description=_("product"))
    def product_link(self, variant: Variant) -> SafeString:
        url = reverse("admin:catalog_product_change", args=[variant.product_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, variant.product.title)

    @display(description=_("price"))
    def price_history(self, variant: Variant) -> SafeString | str:
        return history_of(variant)

    @display(description=_("options"))
    def options_text(self, variant: Variant) -> str:
        return variant.options_text

    @display(description=_("price"), ordering="price")
    def price_text(self, variant: Variant) -> str:
        return money_text(variant.unit_price)

    def read_listing_view(self, request: HttpRequest, variant_id: int, listing_id: int) -> HttpResponse:
        """Read the supplier's product (POST) and let staff pick the SKU by a click (POST with ``sku_id``)."""
        listings = Listing.objects.select_related("variant__product", "account")
        listing = get_object_or_404(listings, pk=listing_id, variant_id=variant_id)
        if not request.user.has_perm("catalog.change_listing"):
            raise PermissionDenied
        product: ProductSnapshot | None = None
        if request.method == "POST":
            try:
                # Read anew for the pick as well: what the browser sends decides which SKU, never what it costs.
                read_at = database_now()
                product = read_product(listing)
                if sku_id := request.POST.get("sku_id"):
                    mark = picture_mark_of(listing, product, sku_id)
                    map_listing(
                        listing, product=product, sku_id=sku_id, picture_mark=mark, read_at=read_at,
                        actor=f"staff:{request.user.pk}",
                    )  # fmt: skip
                    messages.success(request, gettext("The listing now buys this SKU."))
                    return HttpResponseRedirect(reverse("admin:catalog_variant_change", args=[variant_id]))
            except DomainError as exc:
                messages.error(request, str(exc))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Read from supplier"),
            "opts": self.model._meta,
            "original": listing.variant,
            "listing": listing,
            "variant": listing.variant,
            "product": product,
            "skus": [(sku, money_text(sku.price)) for sku in product.skus] if product else [],
        }
        return TemplateResponse(request, "admin/catalog/read_listing.html", context)
