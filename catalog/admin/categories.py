"""Categories."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.models import Category


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    """The shelves, in the order in which the shop shows them."""

    list_display = ["name", "slug", "position", "products_count"]
    list_editable = ["position"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [(None, {"fields": [("name", "slug"), "description", ("picture", "position")]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        queryset: QuerySet[Category] = super().get_queryset(request)
        return queryset.annotate(products_count=Count("products"))

    @display(description=_("products"), ordering="products_count")
    def products_count(self, category: Category) -> int:
        return int(category.products_count)  # type: ignore[attr-defined]
