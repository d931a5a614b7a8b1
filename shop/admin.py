"""Staff's accounts, the pages of text, and what the admin does not offer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token, TokenProxy
from unfold.admin import ModelAdmin, StackedInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from catalog.admin.translations import OfferedLanguages, TranslationForm
from catalog.content import sanitize_html
from integrations.cells import label
from shop.client_admin import DeviceAdmin, EventHookAdmin
from shop.models import Page, PageTranslation

__all__ = ["DeviceAdmin", "EventHookAdmin", "GroupAdmin", "PageAdmin", "UserAdmin"]

# A schedule of the queue runs any function, and a token of the API would be shown in clear: neither has a page.
# Second factors would show their secrets, and sessions their keys.
_APPS_HIDDEN = ("django_q", "account", "mfa", "usersessions")
_HIDDEN: list[type[Model]] = [model for app in _APPS_HIDDEN for model in apps.get_app_config(app).get_models()]
_HIDDEN += [Token, TokenProxy]

_REPLACED: list[type[Model]] = [User, Group]

for _model in _HIDDEN + _REPLACED:
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """People who may sign in. Only a superuser hands out rights."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fields
        # Whoever may edit people could otherwise make themselves a superuser.
        return [*fields, "is_staff", "is_superuser", "groups", "user_permissions"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_delete_permission(request, obj))


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Sets of permissions."""


class PageForm(forms.ModelForm):
    """A page; its text is cleaned before it is stored, and an empty one cannot be published."""

    class Meta:
        model = Page
        fields = ["title", "slug", "body_html", "position", "is_in_footer", "is_published"]
        help_texts = {
            "body_html": _("HTML: paragraphs, headings, lists, tables and links. Scripts and styles are left out.")
        }

    def clean_body_html(self) -> str:
        return sanitize_html(self.cleaned_data["body_html"])

    def clean(self) -> dict[str, Any] | None:
        if self.cleaned_data.get("is_published") and not self.cleaned_data.get("body_html"):
            self.add_error("body_html", _("Write the text before you publish the page."))
        return super().clean()


class PageTranslationInline(OfferedLanguages, StackedInline):
    """A page's texts in other languages; what is empty is shown in the shop's own."""

    model = PageTranslation
    form = TranslationForm
    extra = 0
    fields = ["language", "title", "body_html"]


@admin.register(Page)
class PageAdmin(ModelAdmin):
    """Shipping and returns, privacy, terms, contact, who sells: what customers are owed to read."""

    inlines = [PageTranslationInline]

    form = PageForm
    compressed_fields = False
    list_display = ["title", "state", "is_in_footer", "position", "updated_at", "address"]
    list_filter = ["is_published"]
    search_fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    fieldsets = [
        (None, {"fields": [("title", "slug"), "body_html"]}),
        (_("In the shop"), {"fields": [("is_published", "is_in_footer"), "position"]}),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        drafts = Page.objects.filter(is_published=False).count()
        if drafts and request.method == "GET":
            text = ngettext(
                "%(n)d page is not published: your customers cannot read it yet.",
                "%(n)d pages are not published: your customers cannot read them yet.",
                drafts,
            )
            messages.warning(request, text % {"n": drafts})
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    @display(description=_("state"), ordering="is_published")
    def state(self, page: Page) -> SafeString:
        return label(gettext("Published"), "success") if page.is_published else label(gettext("Draft"), "warning")

    @display(description=_("address"))
    def address(self, page: Page) -> SafeString:
        return format_html('<span class="staff-nowrap">{}</span>', page.get_absolute_url())
