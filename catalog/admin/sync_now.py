"""The button *Sync now* of a product, and of a supplier account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from catalog.listing_use import check_now
from catalog.models import Listing, Product, SyncRun
from catalog.syncing import planning, runs
from shop.errors import DomainError

#: One page asks about no more products of suppliers than this.
_MOST = 5


class SyncNowMixin:
    """Asks the suppliers about one product in this moment."""

    def has_sync_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("catalog.add_syncrun")

    @action(description=_("Sync now"), url_path="sync", icon="sync", permissions=["sync"])
    def sync_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what will be asked (GET), or ask (POST)."""
        product = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if product is None:
            raise Http404
        page = reverse("admin:catalog_product_change", args=[product.pk])
        if request.method == "POST":
            _ask(request, product)
            return HttpResponseRedirect(page)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("Sync now"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "original": product,
            "product": product,
            "sources": _sources(product),
            "back_url": page,
        }
        return TemplateResponse(request, "admin/catalog/sync_now.html", context)


class AccountSyncMixin:
    """Begins a sync run over everything that an account sells."""

    def has_sync_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("catalog.add_syncrun")

    @action(description=_("Sync now"), url_path="sync", icon="sync", permissions=["sync"])
    def sync_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say how much will be asked (GET), or begin (POST). Workers make the checks."""
        account = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if account is None:
            raise Http404
        page = reverse("admin:integrations_supplieraccount_change", args=[account.pk])
        if request.method == "POST":
            run = runs.start_for_account(account)
            messages.info(request, begun_text(run))
            may_look = request.user.has_perm("catalog.view_syncrun")
            after = reverse("admin:catalog_syncrun_change", args=[run.pk]) if may_look else page
            return HttpResponseRedirect(after)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("Sync now"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "original": account,
            "account": account,
            "number": planning.products_of(account),
            "is_usable": planning.usable_accounts().filter(pk=account.pk).exists(),
            "back_url": page,
        }
        return TemplateResponse(request, "admin/catalog/sync_account.html", context)


def begun_text(run: SyncRun) -> str:
    """What staff are told about a run that they began."""
    number = run.checks.count()
    text = ngettext(
        "%(n)d product is checked, beginning within a minute.",
        "%(n)d products are checked, beginning within a minute.",
        number,
    )
    return text % {"n": number}


def _sources(product: Product) -> list[Listing]:
    """One listing for each supplier's product behind ``product``."""
    rows = Listing.objects.filter(variant__product=product, is_active=True).select_related("account").order_by("pk")
    return list({(row.account_id, row.external_product_id): row for row in rows}.values())[:_MOST]


def _ask(request: HttpRequest, product: Product) -> None:
    changes = 0
    for listing in _sources(product):
        try:
            changes += check_now(listing)
        except DomainError as exc:
            text = gettext("%(product)s could not be read: %(reason)s Nothing was changed.")
            named = f"{listing.account.label}: {listing.external_product_id}"
            messages.warning(request, text % {"product": named, "reason": exc.message})
            continue
    if changes:
        text = ngettext("%(n)d change was found.", "%(n)d changes were found.", changes) % {"n": changes}
        messages.success(request, text)
    else:
        messages.info(request, gettext("No change was found."))
