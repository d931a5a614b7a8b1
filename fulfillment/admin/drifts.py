"""Staff decide about supplier SKUs that came to mean something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from catalog.drifts import AlreadyDecided
from catalog.models import MappingDrift
from catalog.supplier_pictures import PictureOrigins
from fulfillment import drifted_orders
from fulfillment.admin.answers import staff_actor
from integrations.cells import label

DECIDE = "catalog.decide_mapping_drift"
_TONES = {"open": "danger", "accepted": "success", "remapped": "", "retired": "warning"}
WORDS = {
    "title": _("Title"),
    "options": _("Options"),
    "sku_text": _("SKU text"),
    "picture": _("Picture"),
    "price": _("Price"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """One side of the comparison: what a fingerprint says, in words."""

    heading: Any
    title: str
    options: list[tuple[str, str]]
    sku_text: str
    price: str
    picture_url: str
    changed: frozenset[str]


@admin.register(MappingDrift)
class MappingDriftAdmin(ModelAdmin):
    """The list of drifts; each one's page shows both meanings side by side."""

    list_display = ["listing", "variant", "changed", "status_label", "found_at", "decided_at"]
    list_filter = ["status", "listing__account"]
    list_select_related = ["listing__account", "listing__variant__product"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["external_product_id__exact", "external_sku_id__exact", "listing__variant__sku"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("variant"))
    def variant(self, drift: MappingDrift) -> str:
        return str(drift.listing.variant)

    @display(description=_("changed"))
    def changed(self, drift: MappingDrift) -> str:
        return ", ".join(str(WORDS.get(change.get("what", ""), "?")) for change in drift.changes)

    @display(description=_("status"), ordering="status")
    def status_label(self, drift: MappingDrift) -> SafeString:
        return label(drift.get_status_display(), _TONES[drift.status])

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "<int:object_id>/decide/",
            self.admin_site.admin_view(self.decide_view),
            name="catalog_mappingdrift_decide",
        )
        return [decide, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Both meanings side by side, with the purchases that wait."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = MappingDrift.objects.select_related("listing__account", "listing__variant__product")
        drift = get_object_or_404(rows, pk=object_id if object_id.isdigit() else 0)
        pictures = PictureOrigins()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Means something else"),
            "opts": self.model._meta,
            "drift": drift,
            "listing": drift.listing,
            "sides": [
                _meaning(drift, pictures, _("When it was mapped"), drift.then),
                _meaning(drift, pictures, _("Now"), drift.now),
            ],
            "waiting": list(drifted_orders.waiting_for(drift)[:50]),
            "status_label": self.status_label(drift),
            "may_decide": drift.status == MappingDrift.Status.OPEN and request.user.has_perm(DECIDE),
        }
        response = TemplateResponse(request, "admin/fulfillment/drift.html", context)
        response._csp_update = pictures.policy  # type: ignore[attr-defined]
        return response

    def decide_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take the answer *accept* or *retire* (POST)."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        drift = get_object_or_404(MappingDrift, pk=object_id)
        answers = {"accept": drifted_orders.accept, "retire": drifted_orders.retire}
        answer = answers.get(request.POST.get("answer", ""))
        try:
            if answer is None:
                messages.error(request, gettext("Choose one of the answers."))
            else:
                count = answer(drift, actor=staff_actor(request))
                text = ngettext(
                    "Decided. %(n)d waiting purchase goes on.", "Decided. %(n)d waiting purchases go on.", count
                )
                messages.success(request, text % {"n": count})
        except AlreadyDecided as exc:
            messages.error(request, exc.message)
        return HttpResponseRedirect(reverse("admin:catalog_mappingdrift_change", args=[drift.pk]))


def _meaning(drift: MappingDrift, pictures: PictureOrigins, heading: Any, found: dict[str, Any]) -> Meaning:
    price, picture = found.get("price") or {}, found.get("picture") or {}
    return Meaning(
        heading=heading,
        title=str(found.get("title", "")),
        options=[(str(name), str(value)) for name, value in found.get("options", [])],
        sku_text=str(found.get("sku_text", "")),
        price=f"{price['amount']} {price['currency']}" if price else "",
        picture_url=pictures.shown(drift.listing.account, str(picture.get("url", ""))),
        changed=frozenset(change.get("what", "") for change in drift.changes),
    )
