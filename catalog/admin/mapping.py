"""The mapping pages: what is bought nowhere or is doubtful, and a variant beside the SKUs that stand for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog import live_quotes, mapping_doubts, matching
from catalog.delivery import DeliveryOption, choose_freight, known_options_for
from catalog.drift import picture_of
from catalog.mapping import blank_listing, map_variant, picture_mark_of, read_product
from catalog.models import Listing, ProductImage, Variant
from catalog.pricing.costs import landed_unit_cost
from catalog.pricing.margin import margin_percent
from catalog.rates import NoRate
from catalog.supplier_pictures import PictureOrigins
from integrations.cells import money_text
from integrations.clock import database_now
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS, product_id_from_url
from integrations.types import ProductSnapshot
from shop.errors import DomainError

BOARD, PAGE = "catalog_mapping", "catalog_variant_mapping"
VIEW, CHANGE, ADD = "catalog.view_listing", "catalog.change_listing", "catalog.add_listing"
_ROWS = 50
#: One person asks all suppliers of a variant no more often than this.
_QUOTE_REST_S = 3


class CandidateForm(forms.Form):
    """Where to look for the SKU: an account, and the product's id or the address of its page."""

    account = forms.ModelChoiceField(
        label=_("Supplier account"),
        queryset=SupplierAccount.objects.none(),
        widget=UnfoldAdminSelectWidget(),
    )
    product = forms.CharField(
        label=_("Product at the supplier"), max_length=2000, widget=UnfoldAdminTextInputWidget(),
        help_text=_("Paste the address of the product's page, or its id."),
    )  # fmt: skip
    pieces = forms.IntegerField(
        label=_("Pieces"), min_value=1, max_value=32_767, initial=1, widget=UnfoldAdminTextInputWidget(),
        help_text=_("How many of theirs make one of ours."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        installed = SupplierAccount.objects.filter(provider__in=PROVIDERS).order_by("label", "pk")
        self.fields["account"].queryset = installed  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        account, text = self.cleaned_data.get("account"), self.cleaned_data.get("product")
        if account is not None and text:
            product_id = product_id_from_url(account.provider, text)
            if product_id is None:
                self.add_error("product", _("There is no product id of this supplier in it."))
            else:
                self.cleaned_data["product"] = product_id
        return super().clean()


class CountryForm(forms.Form):
    """The country to quote for."""

    country = forms.RegexField(
        r"^[A-Za-z]{2}$", label=_("Country"), widget=UnfoldAdminTextInputWidget(attrs={"size": 4, "maxlength": 2})
    )

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


@dataclass(frozen=True, slots=True)
class ListingCard:
    """A listing beside our variant, as it is stored; ``delivery`` and ``margin`` are in words."""

    listing: Listing
    title: str
    options: str
    picture_url: str
    cost: str
    margin: str
    delivery: str
    drift_url: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A SKU that could be mapped."""

    sku_id: str
    options: str
    sku_text: str
    cost: str
    stock: int | None
    margin: str
    picture_url: str
    score: int
    is_likely: bool


class MappingMixin:
    """Adds the pages to the variants' admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("mapping/", view(never_cache(self.board_view)), name=BOARD),
            path("<int:variant_id>/mapping/", view(never_cache(self.mapping_view)), name=PAGE),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def board_view(self, request: HttpRequest) -> HttpResponse:
        """What is unmapped or doubtful, by reason."""
        _check(request, VIEW)
        counts = mapping_doubts.counts()
        first = next((doubt for doubt in mapping_doubts.Doubt if counts[doubt]), mapping_doubts.Doubt.UNMAPPED)
        chosen = request.GET.get("doubt", first)
        if chosen not in mapping_doubts.Doubt.values:
            raise Http404
        doubt = mapping_doubts.Doubt(chosen)
        pages = Paginator(mapping_doubts.doubtful(doubt).prefetch_related("listings__account"), _ROWS)
        context = self._frame(request, _("Mapping")) | {
            "tabs": [(one, one.label, counts[one]) for one in mapping_doubts.Doubt],
            "chosen": doubt,
            "page": pages.get_page(request.GET.get("page")),
        }
        return TemplateResponse(request, "admin/catalog/mapping_board.html", context)

    def mapping_view(self, request: HttpRequest, variant_id: int) -> HttpResponse:
        """A variant and its listings (GET); look for a SKU, map it, or quote live (POST ``do``)."""
        _check(request, VIEW)
        rows = Variant.objects.select_related("product").prefetch_related(
            "product__images", "listings__account", "parts__variant__product", "part_of__bundle__product"
        )
        variant = get_object_or_404(rows, pk=variant_id)
        found: dict[str, Any] = {}
        pictures = PictureOrigins()
        if request.method == "POST":
            _check(request, CHANGE)
            answers = {"look": self._look, "map": self._map, "quote": self._quote}
            if (answer := answers.get(request.POST.get("do", ""))) is None:
                raise Http404
            done = answer(request, variant, pictures)
            if isinstance(done, HttpResponse):
                return done
            found = done
        context = self._frame(request, variant.title) | self._variant_context(variant, pictures)
        context |= {
            "may_change": request.user.has_perm(CHANGE),
            "form": CandidateForm(initial=_likely_source(variant)),
            "country_form": CountryForm(initial={"country": _country_of(variant)}),
            **found,
        }
        response = TemplateResponse(request, "admin/catalog/mapping.html", context)
        response._csp_update = pictures.policy  # type: ignore[attr-defined]
        return response

    def _frame(self, request: HttpRequest, title: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": title,
            "opts": self.model._meta,  # type: ignore[attr-defined]
        }

    def _variant_context(self, variant: Variant, pictures: PictureOrigins) -> dict[str, Any]:
        listings = list(variant.listings.all())
        country = _country_of(variant)
        known = known_options_for(listings, country=country) if listings else {}
        return {
            "variant": variant,
            "original": variant,
            "picture": _our_picture(variant),
            "price": money_text(variant.unit_price),
            "doubts": [doubt.label for doubt in mapping_doubts.doubts_of(variant)],
            "cards": [_card(listing, variant, (country, known[listing.pk]), pictures) for listing in listings],
        }

    def _look(self, request: HttpRequest, variant: Variant, pictures: PictureOrigins) -> dict[str, Any]:
        form = CandidateForm(request.POST)
        product = _read(request, variant, form) if form.is_valid() else None
        if product is None:
            return {"form": form}
        account: SupplierAccount = form.cleaned_data["account"]
        candidates = [
            Candidate(
                sku_id=sku.sku_id,
                options=sku.title,
                sku_text=sku.sku_attr,
                cost=money_text(sku.price),
                stock=sku.stock,
                margin=_margin_text(variant, Listing(account=account, cost=sku.price.amount,
                                                     currency=sku.price.currency,
                                                     quantity_per_unit=form.cleaned_data["pieces"])),
                picture_url=pictures.shown(account, picture_of(product, sku)),
                score=score,
                is_likely=score >= matching.LIKELY,
            )
            for sku, score in matching.ranked(variant.options, product.skus)
        ]  # fmt: skip
        return {"form": form, "product": product, "candidates": candidates}

    def _map(self, request: HttpRequest, variant: Variant, pictures: PictureOrigins) -> HttpResponse | dict[str, Any]:
        _check(request, ADD)
        form = CandidateForm(request.POST)
        # Read anew: what the browser sends decides which SKU, never what it costs.
        read_at = database_now()
        product = _read(request, variant, form) if form.is_valid() else None
        if product is None:
            return {"form": form}
        account, sku_id = form.cleaned_data["account"], request.POST.get("sku_id", "")
        blank = blank_listing(variant, account, product.product_id)
        mark = picture_mark_of(blank, product, sku_id)
        try:
            map_variant(
                variant, account, product=product, sku_id=sku_id, pieces=form.cleaned_data["pieces"], picture_mark=mark,
                read_at=read_at, actor=f"staff:{request.user.pk}",
            )  # fmt: skip
        except DomainError as exc:
            messages.error(request, exc.message)
            return self._look(request, variant, pictures)
        messages.success(request, gettext("The variant is bought as this SKU now."))
        return HttpResponseRedirect(reverse(f"admin:{PAGE}", args=[variant.pk]))

    def _quote(self, request: HttpRequest, variant: Variant, pictures: PictureOrigins) -> dict[str, Any]:
        form = CountryForm(request.POST)
        if not form.is_valid():
            return {"country_form": form}
        if not cache.add(f"mapping-quote:{request.user.pk}", 1, _QUOTE_REST_S):
            messages.warning(request, gettext("One moment: the suppliers have just been asked."))
            return {"country_form": form}
        listings = [listing for listing in variant.listings.all() if listing.is_active]
        quotes = live_quotes.quotes(listings, country=form.cleaned_data["country"])
        return {"country_form": form, "quotes": quotes, "country": form.cleaned_data["country"]}


def _country_of(variant: Variant) -> str:
    """The country for which the first of its listings is asked, else the shop's own."""
    listings = sorted(variant.listings.all(), key=lambda listing: (not listing.is_active, listing.priority, listing.pk))
    return listings[0].asked_country if listings else str(settings.SHOP_COUNTRY)


def _check(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _read(request: HttpRequest, variant: Variant, form: CandidateForm) -> ProductSnapshot | None:
    try:
        return read_product(blank_listing(variant, form.cleaned_data["account"], form.cleaned_data["product"]))
    except DomainError as exc:
        messages.error(request, str(exc))
        return None


def _likely_source(variant: Variant) -> dict[str, Any]:
    """The supplier's product from which the variant, or another one of its product, is bought already."""
    rows = Listing.objects.filter(variant__product=variant.product_id, is_active=True).order_by("priority", "pk")
    likely = rows.filter(variant=variant).first() or rows.first()
    return {"account": likely.account_id, "product": likely.external_product_id, "pieces": 1} if likely else {}


def _card(
    listing: Listing,
    variant: Variant,
    ways: tuple[str, tuple[DeliveryOption, ...] | None],
    pictures: PictureOrigins,
) -> ListingCard:
    """``ways`` are a country and how the goods are sent there."""
    meaning = listing.fingerprint
    drift = listing.drifts.filter(status="open").values_list("pk", flat=True).first() if listing.drifted_at else None
    return ListingCard(
        listing=listing,
        title=str(meaning.get("title", "")),
        options=", ".join(f"{name}: {value}" for name, value in meaning.get("options", [])),
        picture_url=pictures.shown(listing.account, str((meaning.get("picture") or {}).get("url", ""))),
        cost=money_text(listing.unit_cost) if listing.unit_cost else "",
        margin=_margin_text(variant, listing),
        delivery=_delivery_text(listing, *ways),
        drift_url=reverse("admin:catalog_mappingdrift_change", args=[drift]) if drift else "",
    )


def _margin_text(variant: Variant, listing: Listing) -> str:
    """The margin on the goods with the account's fees, without sending them."""
    try:
        cost = landed_unit_cost(listing, currency=variant.currency)
    except NoRate as exc:
        return exc.message
    return "" if cost is None else f"{margin_percent(variant.unit_price, cost)} %"


def _delivery_text(listing: Listing, country: str, options: tuple[DeliveryOption, ...] | None) -> str:
    if options is None:
        return gettext("not asked yet")
    way = choose_freight(options, listing.shipping_service)
    if way is None:
        return gettext("not to %(country)s") % {"country": country}
    days = f", {way.min_days or '?'}–{way.max_days or '?'} d" if way.max_days else ""
    return f"{country}: {money_text(way.fee)}{days}"


def _our_picture(variant: Variant) -> ProductImage | None:
    images = list(variant.product.images.all())
    shows = [image for image in images if image.options and image.options.items() <= variant.options.items()]
    return next(iter(shows or images), None)
