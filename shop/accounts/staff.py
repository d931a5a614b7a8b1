"""Staff in the admin: the password first, then the second factor of those who have one, or must."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, perform_password_login
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from unfold.forms import AuthenticationForm


class StaffLoginForm(AuthenticationForm):
    """The admin's login, counted by name and by network address as the customers' one is."""

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name and password:
            user = get_adapter(self.request).authenticate(self.request, username=name, password=password)
            if user is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(user)
            self.user_cache = user
        cleaned: dict[str, Any] = self.cleaned_data
        return cleaned


def let_in(request: HttpRequest, user: User, *, next_url: str) -> HttpResponse:
    """Go on after ``user`` has shown the password: to the second factor if there is one, else into the admin."""
    is_ours = url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure())
    redirect_url = next_url if is_ours else reverse("admin:index")
    # Their address need not be confirmed: they are let in by name, and the shop's owner has made the account.
    login = Login(user=user, email_verification="none", redirect_url=redirect_url)
    response: HttpResponse = perform_password_login(request, {"username": user.get_username()}, login)
    return response


def has_shown_second_factor(request: HttpRequest) -> bool:
    """Whether a code or a passkey was accepted in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To where the session shows the second factor, or a member of staff without one sets it up."""
    if request.headers.get("HX-Request") or request.method != "GET":
        next_url = reverse("admin:index")
    else:
        next_url = request.get_full_path()
    user = request.user
    for kind, page in (
        (Authenticator.Type.TOTP, "mfa_reauthenticate"),
        (Authenticator.Type.WEBAUTHN, "mfa_reauthenticate_webauthn"),
    ):
        if is_mfa_enabled(user, [kind]):
            return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': next_url})}")
    messages.warning(request, _("The admin asks for a second factor. Set up an authenticator app or a passkey here."))
    return HttpResponseRedirect(reverse("mfa_index"))
