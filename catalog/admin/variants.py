"""A variant and its listings: where it is bought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.admin.fields import CountriesField
from catalog.admin.products import VariantForm
from catalog.mapping import forget_reading, map_listing, read_product
from catalog.models import Listing, Variant
from catalog.pricing import margin_percent
from integrations.cells import label, money_text
from integrations.crypto import UndecryptableValue
from integrations.registry import PROVIDERS, product_id_from_url
from integrations.types import ProductSnapshot
from shop.errors import DomainError
from shop.money import CurrencyMismatch


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
            "priority",
            "is_active",
            "destination_countries",
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
            columns |= {"fingerprint", "checked_at"}
        listing: Listing = self.instance
        if not commit or listing.pk is None:
            listing = super().save(commit)
        else:
            listing.save(update_fields=columns)
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
        ("cost", "currency", "stock"),
        ("destination_countries", "shipping_service", "ship_from"),
        ("margin", "checked_at", "read_link"),
    ]
    readonly_fields = ["margin", "checked_at", "read_link"]

    @display(description=_("margin"))
    def margin(self, listing: Listing) -> SafeString | str:
        if listing.pk is None or listing.unit_cost is None:
            return "-"
        price, cost = listing.variant.unit_price, listing.unit_cost
        try:
            percent = margin_percent(price, cost)
        except CurrencyMismatch:
            return label(_now("cost in another currency than the price"), "warning")
        text = _now("%(percent)s %% of %(price)s") % {"percent": percent, "price": money_text(price)}
        return label(text, "success" if percent > 0 else "danger")

    @display(description=_("SKU"))
    def read_link(self, listing: Listing) -> SafeString | str:
        if listing.pk is None:
            return _now("Save first, then read the SKUs from the supplier.")
        url = reverse("admin:catalog_variant_read_listing", args=[listing.variant_id, listing.pk])
        return format_html('<a class="staff-button" href="{}">{}</a>', url, _now("Read from supplier"))


@admin.register(Variant)
class VariantAdmin(ModelAdmin):
    """The sellable thing and its supplier mapping."""

    form = VariantForm
    compressed_fields = False
    inlines = [ListingInline]
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
                    ("is_active", "position"),
                ]
            },
        )
    ]
    readonly_fields = ["product_link"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A variant begins as a row of its product.
        return False

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
                product = read_product(listing)
                if sku_id := request.POST.get("sku_id"):
                    map_listing(listing, product=product, sku_id=sku_id)
                    messages.success(request, _now("The listing now buys this SKU."))
                    return HttpResponseRedirect(reverse("admin:catalog_variant_change", args=[variant_id]))
            except (DomainError, UndecryptableValue) as exc:
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
