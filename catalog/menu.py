"""Which entry of the staff's menu is marked, where pages of one model have entries of their own."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse


def on_mapping(request: HttpRequest) -> bool:
    """Whether the menu marks *Mapping*: on every page of a variant or a listing, which have no entry of their own."""
    pages = ("admin:catalog_variant_changelist", "admin:catalog_listing_changelist")
    return request.path.startswith(tuple(map(reverse, pages)))


def on_price_rules(request: HttpRequest) -> bool:
    """Whether the menu marks *Pricing rules*: the preview below them has an entry of its own."""
    here, page = request.path, reverse("admin:catalog_price_preview")
    return here.startswith(reverse("admin:catalog_pricerule_changelist")) and not here.startswith(page)


def on_rates(request: HttpRequest) -> bool:
    """Whether the menu marks *Exchange rates*: on the page of today's, of all days and of one rate."""
    return request.path.startswith(reverse("admin:catalog_exchangerate_changelist"))
