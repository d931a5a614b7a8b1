"""Pages on which staff read and never write."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
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


class PageAdmin(ReadOnlyAdmin):
    """A list, and instead of Django's form a page of our own. It has no form, so nothing can be posted to it."""

    page_template: str

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What ``page_template`` shows of ``row``, ``title`` included."""
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page, for those who may look at the row."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        row = self.get_object(request, object_id or "")
        if object_id is None or not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            missing = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return HttpResponseRedirect(missing.url)
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "original": row}
        return TemplateResponse(request, self.page_template, frame | self.page_context(request, row))


class ReadOnlyTabularInline(ReadOnly, TabularInline):
    """Rows that belong to what the page shows."""

    extra = 0
    can_delete = False
