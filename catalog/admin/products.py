"""Products with their variants and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from catalog.admin.fields import OptionsField, WordsField
from catalog.admin.product_mapping import ProductMappingMixin
from catalog.admin.sync_now import SyncNowMixin
from catalog.admin.translations import ProductTranslationInline
from catalog.content import sanitize_html
from catalog.images import MAX_BYTES, BadPicture, StoredPicture, store_picture
from catalog.models import Product, ProductImage, Variant
from catalog.pricing.history import record_change
from catalog.shelf import refresh
from integrations.cells import label

#: The columns of a variant that the history of prices keeps.
PRICES = ("price", "compare_at_price")

STATUS_TONES = {"draft": "warning", "active": "success", "archived": ""}


class ProductForm(forms.ModelForm):
    """A product; its description is cleaned before it is stored."""

    option_names = WordsField(
        label=_("Options"),
        required=False,
        max_length=80,
        help_text=_("In the order in which they are chosen: Color, Size"),
    )

    class Meta:
        model = Product
        fields = [
            "category",
            "slug",
            "title",
            "brand",
            "summary",
            "description_html",
            "option_names",
            "status",
            "is_featured",
        ]

    def clean_description_html(self) -> str:
        return sanitize_html(self.cleaned_data["description_html"])

    def clean_status(self) -> str:
        if "status" in self.changed_data:
            # What staff archive stays archived, whatever comes back in stock.
            self.instance.archived_by_sync = False
        return str(self.cleaned_data["status"])


class VariantForm(forms.ModelForm):
    """A variant as a row of its product."""

    options = OptionsField(label=_("Options"), required=False, max_length=300)

    class Meta:
        model = Variant
        fields = ["sku", "options", "price", "compare_at_price", "currency", "price_is_fixed", "is_active", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PRICES:
            if name in self.fields:
                # Compared with what the form was opened with: a rule may change the price while it is open.
                self.fields[name].show_hidden_initial = True

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_is_active(self) -> bool:
        if "is_active" in self.changed_data:
            # What staff hide stays hidden, whatever comes back in stock.
            self.instance.hidden_by_sync = False
        return bool(self.cleaned_data["is_active"])

    def save(self, commit: bool = True) -> Variant:
        """Write what was changed and nothing else."""
        variant: Variant = self.instance
        if not commit or variant.pk is None:
            variant = super().save(commit)
        else:
            variant.save(update_fields=self.changed_columns())
        return variant

    def changed_columns(self) -> set[str]:
        """The columns in which something else was entered than the form was opened with."""
        columns = {name for name in self.changed_data if name in VariantForm.Meta.fields}
        return columns | {"hidden_by_sync"} if "is_active" in columns else columns


def prices_of(variant_ids: Iterable[int]) -> dict[int, tuple[Decimal | None, Decimal | None]]:
    """Price and price before of each, as they are stored now."""
    rows = Variant.objects.filter(pk__in=list(variant_ids))
    return {pk: (price, before) for pk, price, before in rows.values_list("pk", *PRICES)}


def record_prices(
    variants: Iterable[Variant], before: dict[int, tuple[Decimal | None, Decimal | None]], *, actor: str, note: str = ""
) -> None:
    """Write down which prices a form of staff's has changed; ``before`` is what they were."""
    for variant in variants:
        old_price, old_compare_at = before.get(variant.pk, (None, None))
        record_change(variant, old_price=old_price, old_compare_at=old_compare_at, actor=actor, note=note)


class VariantInline(TabularInline):
    """The variants. Where each is bought stands on its own page."""

    model = Variant
    form = VariantForm
    extra = 0
    fields = ["sku", "options", "price", "compare_at_price", "currency", "is_active", "position", "mapping"]
    readonly_fields = ["mapping"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        queryset: QuerySet[Variant] = super().get_queryset(request)
        return queryset.annotate(listings_count=Count("listings"))

    @display(description=_("bought from"))
    def mapping(self, variant: Variant) -> SafeString | str:
        if variant.pk is None:
            return "-"
        count = int(getattr(variant, "listings_count", 0))
        text = ngettext("%(n)d listing", "%(n)d listings", count) % {"n": count}
        url = reverse("admin:catalog_variant_change", args=[variant.pk])
        return format_html('<a class="text-link staff-nowrap" href="{}">{}</a>', url, text)


class PictureForm(forms.ModelForm):
    """A picture; what is uploaded is decoded and written anew in two sizes."""

    options = OptionsField(
        label=_("Shows"), required=False, max_length=300, help_text=_("The choice it shows, e.g. Color: Sage")
    )

    class Meta:
        model = ProductImage
        fields = ["image", "alt", "options", "position"]

    stored: StoredPicture | None = None

    def clean(self) -> dict[str, Any] | None:
        upload = self.cleaned_data.get("image")
        if upload and "image" in self.changed_data:
            try:
                upload.seek(0)
                self.stored = store_picture(upload.read(MAX_BYTES + 1), folder="products")
            except BadPicture as exc:
                self.add_error("image", exc.message)
        return super().clean()

    def save(self, commit: bool = True) -> ProductImage:
        if self.stored is not None:
            self.instance.image, self.instance.thumbnail = self.stored.large, self.stored.small
        picture: ProductImage = super().save(commit)
        return picture


class PictureInline(StackedInline):
    """The pictures, first one first."""

    model = ProductImage
    form = PictureForm
    extra = 0
    fields = [("preview", "image"), "alt", ("options", "position")]
    readonly_fields = ["preview"]

    @display(description=_("now"))
    def preview(self, picture: ProductImage) -> SafeString | str:
        if not picture.thumbnail:
            return "-"
        return format_html('<img class="staff-thumbnail" src="{}" alt="{}">', picture.thumbnail.url, picture.alt)


@admin.register(Product)
class ProductAdmin(SyncNowMixin, ProductMappingMixin, ModelAdmin):
    """What the shop shows."""

    actions_detail = ["sync_now", "map_variants"]
    form = ProductForm
    compressed_fields = False
    inlines = [VariantInline, PictureInline, ProductTranslationInline]
    list_display = ["title", "category", "status_label", "variants_count", "is_featured", "created_at"]
    list_select_related = ["category"]
    list_filter = ["status", "category", "is_featured"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["title", "slug", "variants__sku", "variants__listings__external_product_id__exact"]
    search_help_text = _("Title, SKU or the supplier's product id")
    autocomplete_fields = ["category"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [
        (None, {"fields": [("title", "slug"), ("category", "brand"), "summary", "description_html"]}),
        (_("In the shop"), {"fields": [("status", "is_featured"), "option_names"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        queryset: QuerySet[Product] = super().get_queryset(request)
        return queryset.annotate(variants_count=Count("variants", distinct=True))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        priced = set(form.instance.variants.values_list("pk", flat=True)) if change else set()
        before = prices_of(priced)
        super().save_related(request, form, formsets, change)
        record_prices(form.instance.variants.all(), before, actor=f"staff:{request.user.pk}")
        refresh([form.instance.pk])

    @display(description=_("variants"), ordering="variants_count")
    def variants_count(self, product: Product) -> int:
        return int(product.variants_count)  # type: ignore[attr-defined]

    @display(description=_("status"), ordering="status")
    def status_label(self, product: Product) -> SafeString:
        return label(product.get_status_display(), STATUS_TONES.get(product.status, ""))
