"""Categories."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.admin.translations import CategoryTranslationInline
from catalog.models import Category
from catalog.shelf import refresh_category


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    """The shelves, in the order in which the shop shows them."""

    list_display = ["name", "slug", "position", "products_count"]
    list_editable = ["position"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [CategoryTranslationInline]
    fieldsets = [(None, {"fields": [("name", "slug"), "description", ("picture", "position")]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        queryset: QuerySet[Category] = super().get_queryset(request)
        return queryset.annotate(products_count=Count("products"))

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data:
            refresh_category(obj.pk)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.has_changed():
            refresh_category(form.instance.pk)

    @display(description=_("products"), ordering="products_count")
    def products_count(self, category: Category) -> int:
        return int(category.products_count)  # type: ignore[attr-defined]
