"""Pages on which staff read and never write."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


class ReadOnly:
    """No add, no change, no delete, whatever the permissions: the rows are facts."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """A list and a page to look at. The total of all rows is not counted: it would cost more than the page."""

    actions = None
    show_full_result_count = False
    list_per_page = 50

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}


class ReadOnlyTabularInline(ReadOnly, TabularInline):
    """Rows that belong to what the page shows."""

    extra = 0
    can_delete = False
