"""The admin's own login, by name, with the second factor of those who have one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from shop.accounts.staff import StaffLoginForm, let_in


class StaffLoginView(LoginView):
    """Name and password as the admin asks for them; nobody is logged in before the second factor."""

    template_name = "admin/login.html"
    authentication_form = StaffLoginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            "title": admin.site.site_title,
            "app_path": self.request.get_full_path(),
            "username": self.request.user.get_username(),
            "next": self.get_redirect_url() or reverse("admin:index"),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        return let_in(self.request, form.get_user(), next_url=self.get_redirect_url())


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """For those who are in already there is nothing to ask."""
    if request.method == "GET" and admin.site.has_permission(request):
        return HttpResponseRedirect(reverse("admin:index"))
    request.current_app = admin.site.name
    return cast(HttpResponse, StaffLoginView.as_view()(request))
