"""Authorize at Aliseeks: from an account's page to the merchant's one-time page and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

from integrations.admin.connect import MAY_CONNECT, ConnectMixin
from integrations.aliseeks import merchants
from integrations.aliseeks.merchants import NotAuthorized
from integrations.models import SupplierAccount

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

RETURN = "integrations_supplieraccount_aliseeks_authorized"


def return_url(state: str) -> str:
    """The address to which Aliseeks sends the browser back. In the path: whether a query survives is not known."""
    return f"{settings.BASE_URL}{reverse(f'admin:{RETURN}', args=[state])}"


class AliseeksMixin(ConnectMixin):
    """The button *Authorize at Aliseeks*, shown for accounts of Aliseeks only, and what their page says instead."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.authorized_at_aliseeks)
        return [path("aliseeks-authorized/<str:state>/", view, name=RETURN), *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        actions = list(super().get_actions_detail(request, object_id))
        if SupplierAccount.objects.filter(pk=object_id, provider=merchants.PROVIDER).exists():
            return actions
        return [item for item in actions if not item.action_name.endswith("authorize_at_aliseeks")]

    def has_authorize_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(MAY_CONNECT)

    @action(
        description=_("Authorize at Aliseeks"), url_path="authorize-at-aliseeks", icon="link",
        permissions=["authorize"],
    )  # fmt: skip
    @method_decorator(never_cache)
    def authorize_at_aliseeks(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask (GET), or have Aliseeks make a page and show the link to it (POST)."""
        account = self.get_object(request, object_id)
        if account is None or account.provider != merchants.PROVIDER:
            raise Http404
        back_url = reverse("admin:integrations_supplieraccount_change", args=[account.pk])
        page_url = ""
        if request.method == "POST":
            try:
                page_url = merchants.begin(
                    account, user=_person(request), session_key=request.session.session_key or "", return_url=return_url
                )
            except NotAuthorized as exc:
                messages.error(request, exc.message)
                return HttpResponseRedirect(back_url)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Authorize at Aliseeks"),
            "opts": self.opts,
            "original": account,
            "account": account,
            # A link and no redirect: the admin lets no form lead to another site.
            "page_url": page_url,
            "back_url": back_url,
        }
        return TemplateResponse(request, "admin/integrations/authorize_at_aliseeks.html", context)

    @method_decorator(never_cache)
    def authorized_at_aliseeks(self, request: HttpRequest, state: str) -> HttpResponse:
        """The browser comes back from Aliseeks."""
        if not self.has_authorize_permission(request):
            raise PermissionDenied
        try:
            account = merchants.finish(
                state[:200], user=_person(request), session_key=request.session.session_key or ""
            )
        except NotAuthorized as exc:
            messages.error(request, exc.message)
            return HttpResponseRedirect(reverse("admin:integrations_supplieraccount_changelist"))
        self.account_connected(request, account)
        messages.success(request, authorization_text(account))
        return HttpResponseRedirect(reverse("admin:integrations_supplieraccount_change", args=[account.pk]))

    def provider_fieldsets(self, account: SupplierAccount | None, fieldsets: list[Any]) -> list[Any]:
        """``fieldsets`` with what an account of Aliseeks is connected by: a key and a merchant, and no tokens."""
        if account is None or account.provider != merchants.PROVIDER:
            return fieldsets
        fields = ["connected_as", "external_user_id", ("app_secret_status", "new_app_secret")]
        return [(_("Connection"), {"fields": fields}), *fieldsets[1:]]

    @display(description=_("connected as"))
    def connected_as(self, account: SupplierAccount) -> str:
        return authorization_text(account) if account.provider == merchants.PROVIDER else super().connected_as(account)


def authorization_text(account: SupplierAccount) -> str:
    """Since when the merchant is authorized, and that it is time to authorize again."""
    if not account.external_user_id:
        return gettext("no merchant yet: authorize one at Aliseeks, or enter its id")
    ends = merchants.authorization_ends(account)
    if account.authorized_at is None or ends is None:
        return gettext("merchant %(merchant)s; it must authorize again every month") % {
            "merchant": account.external_user_id
        }
    words = (
        gettext("merchant %(merchant)s, authorized on %(since)s: authorize again now, it ends on %(until)s")
        if merchants.due_for_reauthorization(account)
        else gettext("merchant %(merchant)s, authorized on %(since)s until %(until)s")
    )
    return words % {"merchant": account.external_user_id, "since": _date(account.authorized_at), "until": _date(ends)}


def _date(at: Any) -> str:
    return formats.date_format(timezone.localtime(at), "Y-m-d")


def _person(request: HttpRequest) -> AbstractBaseUser:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
