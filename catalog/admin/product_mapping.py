"""All variants of a product mapped at once: each beside the SKU that it probably is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from catalog import matching
from catalog.admin.mapping import ADD, CHANGE, VIEW, CandidateForm
from catalog.drift import picture_of
from catalog.mapping import blank_listing, map_variant, read_product
from catalog.models import Listing, Product, Variant
from catalog.supplier_pictures import PictureOrigins, looking_for
from integrations.cells import money_text
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.types import ProductSnapshot
from shop.errors import DomainError

#: One page proposes for so many variants, those that are bought nowhere first.
_ROWS = 100
#: Somebody waits: no picture is looked at after this. One that was not seen counts as another if its address changes.
_LOOKING_S = 10.0


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A variant and the SKU proposed for it, in words; no ``choice`` where nothing is alike."""

    variant: Variant
    bought_from: int
    choice: str = ""
    options: str = ""
    sku_id: str = ""
    cost: str = ""
    stock: int | None = None
    picture_url: str = ""
    score: int = 0
    is_doubtful: bool = False
    is_present: bool = False


class ProductMappingMixin:
    """Adds the page to the products' admin."""

    def has_mapping_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perms([VIEW, CHANGE, ADD])

    @action(description=_("Map all variants"), url_path="map-variants", icon="hub", permissions=["mapping"])
    def map_variants(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Which product of which supplier (GET); propose SKUs for the variants, or map what is ticked (POST ``do``)."""
        product = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if product is None:
            raise Http404
        pictures, found = PictureOrigins(), dict[str, Any]()
        form = CandidateForm(request.POST or None, initial=_likely_source(product))
        if request.method == "POST":
            if not self.has_mapping_permission(request):
                raise PermissionDenied
            # Read anew for mapping as well: the browser says which SKU, never what it costs.
            read_at = database_now()
            theirs = _read(request, product, form) if form.is_valid() else None
            if theirs is not None and request.POST.get("do") == "map":
                _map_chosen(request, product, form.cleaned_data, theirs, read_at)
                return HttpResponseRedirect(request.path)
            if theirs is not None:
                rows = _proposed(product, form.cleaned_data, theirs, pictures)
                found = {"theirs": theirs, "rows": rows}
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("Map all variants"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "original": product,
            "product": product,
            "form": form,
            "unmapped": _variants(product).exclude(listings__is_active=True).count(),
            "back_url": reverse("admin:catalog_product_change", args=[product.pk]),
            **found,
        }
        response = TemplateResponse(request, "admin/catalog/product_mapping.html", context)
        response._csp_update = pictures.policy  # type: ignore[attr-defined]
        return response


def _variants(product: Product) -> QuerySet[Variant]:
    """Its variants that are bought as they are, with the number of their listings in use, unmapped ones first."""
    in_use = Count("listings", filter=Q(listings__is_active=True))
    rows = Variant.objects.filter(product=product, is_bundle=False).select_related("product")
    return rows.annotate(bought_from=in_use).order_by("bought_from", "position", "pk")


def _likely_source(product: Product) -> dict[str, Any]:
    rows = Listing.objects.filter(variant__product=product, is_active=True).order_by("priority", "pk")
    likely = rows.first()
    return {"account": likely.account_id, "product": likely.external_product_id, "pieces": 1} if likely else {}


def _read(request: HttpRequest, product: Product, form: CandidateForm) -> ProductSnapshot | None:
    variant = _variants(product).first()
    if variant is None:
        messages.warning(request, gettext("It has no variant that is bought as it is."))
        return None
    account, product_id = form.cleaned_data["account"], form.cleaned_data["product"]
    try:
        return read_product(blank_listing(variant, account, product_id))
    except DomainError as exc:
        messages.error(request, str(exc))
        return None


def _proposed(
    product: Product, wanted: dict[str, Any], theirs: ProductSnapshot, pictures: PictureOrigins
) -> list[ProposedRow]:
    account: SupplierAccount = wanted["account"]
    variants = list(_variants(product)[:_ROWS])
    listings = Listing.objects.filter(
        account=account, external_product_id=theirs.product_id, quantity_per_unit=wanted["pieces"]
    )
    owners = dict(listings.values_list("external_sku_id", "variant_id"))
    mine = {variant.pk for variant in variants}
    # What variants of other products, or those further down, buy already cannot be mapped a second time.
    free = [sku for sku in theirs.skus if owners.get(sku.sku_id) is None or owners[sku.sku_id] in mine]
    proposals = {one.key: one for one in matching.propose({row.pk: row.options for row in variants}, free)}
    rows = []
    for variant in variants:
        bought_from = int(variant.bought_from)  # type: ignore[attr-defined]
        proposal = proposals.get(variant.pk)
        if proposal is None:
            rows.append(ProposedRow(variant, bought_from))
            continue
        sku = proposal.sku
        rows.append(
            ProposedRow(
                variant=variant,
                bought_from=bought_from,
                choice=f"{variant.pk}:{sku.sku_id}",
                options=sku.title,
                sku_id=sku.sku_id,
                cost=money_text(sku.price),
                stock=sku.stock,
                picture_url=pictures.shown(account, picture_of(theirs, sku)),
                score=proposal.score,
                is_doubtful=proposal.is_doubtful,
                is_present=owners.get(sku.sku_id) == variant.pk,
            )
        )
    return rows


def _map_chosen(
    request: HttpRequest, product: Product, wanted: dict[str, Any], theirs: ProductSnapshot, read_at: datetime
) -> None:
    """Map what is ticked, each by itself: one that is refused is named and stops no other."""
    chosen = dict(choice.partition(":")[::2] for choice in request.POST.getlist("choice")[:_ROWS])
    account: SupplierAccount = wanted["account"]
    marks = _marks(account, theirs, set(chosen.values()))
    done = 0
    for variant in _variants(product):
        sku_id = chosen.get(str(variant.pk))
        if sku_id is None:
            continue
        try:
            map_variant(
                variant, account, product=theirs, sku_id=sku_id, pieces=wanted["pieces"],
                picture_mark=marks.get(sku_id), read_at=read_at, actor=f"staff:{request.user.pk}",
            )  # fmt: skip
            done += 1
        except DomainError as exc:
            messages.error(request, f"{variant.sku}: {exc.message}")
    if done:
        text = ngettext("%(n)d variant is mapped.", "%(n)d variants are mapped.", done)
        messages.success(request, text % {"n": done})
    elif not chosen:
        messages.warning(request, gettext("Nothing was ticked, and nothing has changed."))


def _marks(account: SupplierAccount, theirs: ProductSnapshot, sku_ids: set[str]) -> dict[str, str | None]:
    """What the pictures of the SKUs show, by SKU. Each picture is looked at once."""
    look, ends_at = looking_for(account), time.monotonic() + _LOOKING_S
    seen = dict[str, str | None]()
    marks = dict[str, str | None]()
    for sku in theirs.skus:
        url = picture_of(theirs, sku) if sku.sku_id in sku_ids else ""
        if not url:
            continue
        if url not in seen and time.monotonic() < ends_at:
            seen[url] = look(url)
        marks[sku.sku_id] = seen.get(url)
    return marks
