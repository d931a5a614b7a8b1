"""Where the account is logged in: browsers, and apps on devices. What is not the customer's can be logged out."""

from __future__ import annotations

from typing import Any, cast

from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shop import devices
from shop.views.account.pages import account_page, user_of


class SessionsView(ListUserSessionsView):
    """allauth's list of browsers, with the devices of the API beside it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "devices": devices.living(user_of(self.request))}

    def form_valid(self, form: Any) -> HttpResponse:
        devices.end_all(user_of(self.request))
        return cast(HttpResponse, super().form_valid(form))


@account_page
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """The list; a POST logs everything out but this browser."""
    return cast(HttpResponse, SessionsView.as_view()(request))


@account_page
@require_POST
def end_device(request: HttpRequest, public_id: str) -> HttpResponse:
    """Log one device out; one that has ended, or is another account's, is nothing."""
    device = devices.living(user_of(request)).filter(public_id=public_id).first()
    if device is not None:
        devices.end(device)
        messages.info(request, _("The device is logged out."))
    return redirect("usersessions_list")
