"""The dictionary of options and the map of categories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.dictionary import folded, tidy_word
from catalog.models import CategoryMapping, OptionWord
from integrations.registry import PROVIDERS


class OptionWordForm(forms.ModelForm):
    """One word. What is stored to compare with is worked out here."""

    class Meta:
        model = OptionWord
        fields = ["kind", "supplier_word", "shop_word"]

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or self.cleaned_data
        kind, word = values.get("kind"), values.get("supplier_word", "")
        self.instance.key = folded(word)
        if kind == OptionWord.Kind.VALUE and not values.get("shop_word"):
            self.add_error("shop_word", _("A value needs a word of ours: only a whole option can be left out."))
        same = OptionWord.objects.filter(kind=kind, key=self.instance.key).exclude(pk=self.instance.pk)
        if word and same.exists():
            self.add_error("supplier_word", _("This word is in the dictionary already."))
        return values

    def clean_shop_word(self) -> str:
        return tidy_word(self.cleaned_data["shop_word"], 80)


@admin.register(OptionWord)
class OptionWordAdmin(ModelAdmin):
    """How options of suppliers are called in the shop. A change counts from the next import on."""

    form = OptionWordForm
    list_display = ["supplier_word", "shop_word", "kind"]
    list_filter = ["kind"]
    search_fields = ["supplier_word", "shop_word"]


class CategoryMappingForm(forms.ModelForm):
    """Which supplier, which of its categories, which of ours."""

    provider = forms.ChoiceField(
        label=_("Supplier"),
        choices=lambda: [(name, provider.label) for name, provider in PROVIDERS.items()],
        widget=UnfoldAdminSelectWidget(),
    )

    class Meta:
        model = CategoryMapping
        fields = ["provider", "external_category_id", "name", "category"]


@admin.register(CategoryMapping)
class CategoryMappingAdmin(ModelAdmin):
    """Where goods go. A change counts from the next import on."""

    form = CategoryMappingForm
    list_display = ["external_category_id", "name", "provider", "category"]
    list_select_related = ["category"]
    list_filter = ["provider", "category"]
    search_fields = ["external_category_id", "name", "category__name"]
    autocomplete_fields = ["category"]
