"""Texts in the shop's other languages: beside each product and category, and option words in one list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.content import sanitize_html
from catalog.models import CategoryTranslation, ProductTranslation, WordTranslation
from catalog.shelf import refresh_word


def other_languages() -> list[tuple[str, str]]:
    """The languages that base texts are translated into."""
    return [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


class TranslationForm(forms.ModelForm):
    """A form that offers the shop's other languages, and what is stored in one that it no longer speaks."""

    language = forms.ChoiceField(label=_("Language"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = other_languages()
        stored = self.instance.language
        if stored and stored not in dict(choices):
            choices.append((stored, stored))
        self.fields["language"].choices = choices  # type: ignore[attr-defined]

    def clean_description_html(self) -> str:
        return sanitize_html(self.cleaned_data["description_html"])

    def clean_body_html(self) -> str:
        return sanitize_html(self.cleaned_data["body_html"])


class OfferedLanguages:
    """No inline where the shop speaks one language only, and none more than there are languages."""

    def get_max_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(other_languages())


class ProductTranslationInline(OfferedLanguages, StackedInline):
    """A product's texts in other languages; what is empty is shown in the shop's own."""

    model = ProductTranslation
    form = TranslationForm
    extra = 0
    fields = ["language", "title", "summary", "description_html"]


class CategoryTranslationInline(OfferedLanguages, TabularInline):
    """A category's texts in other languages."""

    model = CategoryTranslation
    form = TranslationForm
    extra = 0
    fields = ["language", "name", "description"]


@admin.register(WordTranslation)
class WordTranslationAdmin(ModelAdmin):
    """Names and values of options in other languages, once for all products."""

    form = TranslationForm
    list_display = ["word", "language", "translation"]
    list_editable = ["translation"]
    list_filter = ["language"]
    search_fields = ["word", "translation"]
    fieldsets = [(None, {"fields": ["language", "word", "translation"]})]

    def save_model(self, request: HttpRequest, obj: WordTranslation, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for word in {obj.word, form.initial.get("word", obj.word)}:
            refresh_word(word)

    def delete_model(self, request: HttpRequest, obj: WordTranslation) -> None:
        super().delete_model(request, obj)
        refresh_word(obj.word)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[WordTranslation]) -> None:
        words = set(queryset.values_list("word", flat=True))
        super().delete_queryset(request, queryset)
        for word in words:
            refresh_word(word)
