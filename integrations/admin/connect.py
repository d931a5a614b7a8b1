"""Connect an account: from its page to the supplier's and back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action

from integrations import connecting
from integrations.connecting import NotConnected
from integrations.errors import AccountUnusable
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS, token_issuer_for

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from unfold.admin import ModelAdmin as _Base
else:
    _Base = object

MAY_CONNECT = "integrations.change_supplieraccount"
CALLBACK = "integrations_supplieraccount_connected"


def callback_url() -> str:
    """The address that the supplier sends browsers back to; it must be registered there to the letter."""
    return f"{settings.BASE_URL}{reverse(f'admin:{CALLBACK}')}"


class ConnectMixin(_Base):
    """The button *Connect*, the page it asks on, and the address at which the browser comes back."""

    def get_urls(self) -> list[URLPattern]:
        back = path("connected/", self.admin_site.admin_view(self.connected), name=CALLBACK)
        return [back, *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """The button says what it does for this account, and is left out where there is nothing to connect."""
        actions = list(super().get_actions_detail(request, object_id))
        account = SupplierAccount.objects.filter(pk=object_id).first()
        if account is None or not connecting.can_connect(account):
            return [item for item in actions if "connect" not in item.action_name]
        title = connect_title(account)
        return [
            dataclasses.replace(item, description=title) if item.action_name.endswith("connect_account") else item
            for item in actions
        ]

    def has_connect_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(MAY_CONNECT)

    def account_connected(self, request: HttpRequest, account: SupplierAccount) -> None:
        """The account works (again); the floor that knows of orders lets them be bought."""

    @action(description=_("Connect"), url_path="connect", icon="link", permissions=["connect"])
    def connect_account(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask (GET), or send the browser to the supplier (POST)."""
        account = self.get_object(request, object_id)
        if account is None:
            raise Http404
        page = _page_of(account)
        try:
            if request.method == "POST":
                return HttpResponseRedirect(_begin(request, account))
            leads_to = _authorize_origin(account)
        except NotConnected as exc:
            messages.error(request, exc.message)
            return HttpResponseRedirect(page)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": connect_title(account),
            "opts": self.opts,
            "original": account,
            "account": account,
            "provider": PROVIDERS[account.provider].label,
            "leads_to": urlsplit(leads_to).netloc,
            "callback_url": callback_url(),
            "back_url": page,
        }
        response = TemplateResponse(request, "admin/integrations/connect.html", context)
        # Browsers apply form-action to where the form's answer leads, too.
        response._csp_update = {"form-action": [leads_to]}  # type: ignore[attr-defined]
        return response

    @method_decorator(never_cache)
    def connected(self, request: HttpRequest) -> HttpResponse:
        """The browser comes back with a code or a refusal."""
        if not self.has_connect_permission(request):
            raise PermissionDenied
        try:
            account = connecting.finish(
                state=request.GET.get("state", "")[:200],
                code=request.GET.get("code", "")[:500],
                error=request.GET.get("error", "")[:100],
                user=_person(request),
                session_key=request.session.session_key or "",
            )
        except NotConnected as exc:
            messages.error(request, gettext("Not connected. %(why)s") % {"why": exc.message})
            return HttpResponseRedirect(reverse("admin:integrations_supplieraccount_changelist"))
        self.log_change(request, account, gettext("Connected in a browser."))
        self.account_connected(request, account)
        messages.success(request, _success(account))
        # Away from the address with the code in it.
        return HttpResponseRedirect(_page_of(account))

    @display(description=_("connected as"))
    def connected_as(self, account: SupplierAccount) -> str:
        if not account.authorized_at:
            return gettext("not connected in a browser yet")
        return gettext("%(name)s, user id %(user_id)s, since %(date)s") % {
            "name": account.external_name or "?",
            "user_id": account.external_user_id or "?",
            "date": _date(account.authorized_at),
        }


def connect_title(account: SupplierAccount) -> str:
    """What the button says for ``account``."""
    provider = PROVIDERS[account.provider].label
    if account.access_token_sealed:
        return gettext("Reconnect %(provider)s") % {"provider": provider}
    return gettext("Connect %(provider)s") % {"provider": provider}


def _begin(request: HttpRequest, account: SupplierAccount) -> str:
    return connecting.begin(
        account,
        user=_person(request),
        session_key=request.session.session_key or "",
        redirect_uri=callback_url(),
    )


def _authorize_origin(account: SupplierAccount) -> str:
    issuer = token_issuer_for(account)
    if issuer is None:
        raise NotConnected(gettext("This supplier's accounts are not connected in a browser."))
    try:
        parts = urlsplit(issuer.authorize_url(redirect_uri=callback_url(), state="-"))
    except AccountUnusable as exc:
        raise NotConnected(exc.message) from exc
    return f"{parts.scheme}://{parts.netloc}"


def _success(account: SupplierAccount) -> str:
    return gettext(
        "Connected as %(name)s (user id %(user_id)s). The access token lives until %(access)s, the authorization "
        "until %(refresh)s."
    ) % {
        "name": account.external_name or "?",
        "user_id": account.external_user_id or "?",
        "access": _date(account.access_token_expires_at),
        "refresh": _date(account.refresh_token_expires_at),
    }


def _date(at: Any) -> str:
    return formats.date_format(timezone.localtime(at), "Y-m-d H:i") if at else gettext("an unknown date")


def _page_of(account: SupplierAccount) -> str:
    return reverse("admin:integrations_supplieraccount_change", args=[account.pk])


def _person(request: HttpRequest) -> AbstractBaseUser:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
