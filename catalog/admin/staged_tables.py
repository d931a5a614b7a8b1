"""The forms and tables of a staged product's page: its words, its variants, its pictures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin import display
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from catalog.admin.fields import OptionsField, WordsField
from catalog.content import sanitize_supplier_html
from catalog.importing.asked_prices import Margins
from catalog.models import StagedPicture, StagedProduct, StagedVariant
from integrations.cells import amount_text, label, money_text

_VARIANTS_PER_PAGE = 50


class FollowedForm(forms.ModelForm):
    """A form of which an import writes the fields ``followed``, also while the form is open."""

    followed: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.followed:
            if name in self.fields:
                # Compared with what the form was opened with: what nobody touched is not a person's from then on.
                self.fields[name].show_hidden_initial = True


class StagedForm(FollowedForm):
    """What customers will read. ``remember_category`` is an order to the map of categories."""

    followed = ("title", "category", "brand", "description_html", "option_names")
    option_names = WordsField(
        label=_("Options"),
        required=False,
        max_length=80,
        help_text=_("In the order in which they are chosen: Color, Size. Another name here renames it everywhere."),
    )
    remember_category = forms.BooleanField(
        label=_("Put this category of the supplier there always"), required=False, initial=True
    )

    class Meta:
        model = StagedProduct
        fields = ["title", "category", "brand", "summary", "description_html", "option_names"]

    def clean_description_html(self) -> str:
        return sanitize_supplier_html(self.cleaned_data["description_html"])


class StagedVariantForm(FollowedForm):
    """A variant as a row; a price that a person writes is the person's from then on."""

    followed = ("options", "price")
    options = OptionsField(label=_("Options"), required=False, max_length=300)

    class Meta:
        model = StagedVariant
        fields = ["is_kept", "options", "price"]


class VariantInline(TabularInline):
    """The variants with cost, price and margin, some at a time: a product may have hundreds."""

    model = StagedVariant
    form = StagedVariantForm
    extra = 0
    max_num = 0
    can_delete = False
    per_page = _VARIANTS_PER_PAGE
    fields = ["is_kept", "options", "cost_text", "price", "margin", "stock_text", "state"]
    readonly_fields = ["cost_text", "margin", "stock_text", "state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StagedVariant]:
        queryset: QuerySet[StagedVariant] = super().get_queryset(request)
        return queryset.select_related("variant", "staged__account")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("cost"))
    def cost_text(self, row: StagedVariant) -> str:
        return amount_text(row.cost, row.cost_currency)

    @display(description=_("margin"))
    def margin(self, row: StagedVariant) -> SafeString | str:
        # Rates and fees are read once for all rows of a page.
        key = (row.staged_id, row.cost_currency)
        if getattr(self, "_margins_of", None) != key:
            self._margins_of, self._margins = key, Margins.of(row.staged.account, {row.cost_currency})
        price = row.variant.price if row.variant is not None else row.price
        return margin_label(self._margins.percent(row, price))

    @display(description=_("stock"))
    def stock_text(self, row: StagedVariant) -> str:
        return "?" if row.stock is None else str(row.stock)

    @display(description=_("in the shop"))
    def state(self, row: StagedVariant) -> SafeString | str:
        if row.is_gone:
            return label(gettext("gone at the supplier"), "warning")
        if row.variant is not None:
            return money_text(row.variant.unit_price)
        return row.price_note or "–"


class StagedPictureForm(FollowedForm):
    """A picture as a row."""

    followed = ("is_kept",)
    options = OptionsField(
        label=_("Shows"), required=False, max_length=300, help_text=_("The choice it shows, e.g. Color: Sage")
    )

    class Meta:
        model = StagedPicture
        fields = ["is_kept", "alt", "options", "position"]


class PictureInline(TabularInline):
    """The pictures, first one first."""

    model = StagedPicture
    form = StagedPictureForm
    extra = 0
    max_num = 0
    can_delete = False
    fields = ["preview", "is_kept", "alt", "options", "position"]
    readonly_fields = ["preview"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("picture"))
    def preview(self, row: StagedPicture) -> SafeString | str:
        return thumbnail(row.small, row.alt) if row.small else (row.note or row.get_status_display())


def margin_label(percent: Decimal | None) -> SafeString | str:
    """A margin as a coloured label; a dash if it is not known."""
    if percent is None:
        return "–"
    return label(f"{percent} %", "success" if percent > 0 else "danger")


def thumbnail(name: str, alt: str) -> SafeString:
    """A stored picture, small."""
    return format_html('<img class="staff-thumbnail" src="{}" alt="{}" loading="lazy">', picture_url(name), alt)


def picture_url(name: str) -> str:
    """Where a browser finds the stored picture ``name``."""
    return str(default_storage.url(name))
