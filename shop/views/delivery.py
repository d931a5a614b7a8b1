"""Delivery to a visitor's country: the part of a product's page that may ask the supplier."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from catalog.models import Product, Variant
from shop.delivery_box import DeliveryBox, asked_box, delivery_box
from shop.limits import may_ask_delivery
from shop.views.privacy import private_page
from shop.visitor import as_country, remember_country, visitor_country

#: What could not be told is not asked again for so long, and one question is not asked twice at the same time.
_REST_S = 60


@private_page
@require_safe
def delivery(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether and how ``?variant=SKU`` goes to ``?country=ISO``: a fragment for the script, else back to the page."""
    chosen = as_country(request.GET.get("country", ""))
    variant = sold_variant(slug, request.GET.get("variant", ""))
    box = told_box(request, variant, chosen or visitor_country(request))
    if request.headers.get("X-Fragment") == "1":
        response = render(request, "shop/_delivery_answer.html", {"delivery": box})
    else:
        address = variant.product.get_absolute_url()
        response = redirect(f"{address}?{urlencode({'variant': variant.sku})}#delivery")
    if chosen:
        remember_country(response, chosen)
    return response


def sold_variant(slug: str, sku: str) -> Variant:
    """The variant with its listings. Raises ``Http404`` unless it is one of this product and sold."""
    if not sku or "\0" in sku or len(sku) > 64:
        raise Http404
    sold = Variant.objects.filter(product__slug=slug, product__status=Product.Status.ACTIVE, sku=sku, is_active=True)
    variant = sold.select_related("product").prefetch_related("listings__account").first()
    if variant is None:
        raise Http404
    return variant


def told_box(request: HttpRequest, variant: Variant, country: str) -> DeliveryBox:
    """The box of ``variant``; its supplier is asked where that may help and the visitor has not asked too often."""
    box = delivery_box(variant, country=country)
    if not box.is_worth_asking or not may_ask_delivery(request):
        return box
    asking = f"delivery:{variant.pk}:{country}"
    if not cache.add(asking, 1, _REST_S):
        return box
    box = asked_box(variant, country=country)
    if not box.is_worth_asking:
        cache.delete(asking)
    return box
