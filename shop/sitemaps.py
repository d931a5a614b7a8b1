"""What search engines are told of: ``/sitemap.xml`` and its parts, and ``/robots.txt``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import Category, Product
from shop.models import Page

#: A part holds the products whose ids lie in a range of this many: no part needs to count or skip rows.
PRODUCTS_IN_A_PART = 10_000


class _Addresses(Sitemap):
    """Addresses begin with BASE_URL, whatever name the shop was asked by."""

    protocol = urlsplit(settings.BASE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.BASE_URL).netloc


class FrontDoor(_Addresses):
    def items(self) -> list[str]:
        return ["home"]

    def location(self, item: str) -> str:
        return reverse(item)


class Shelves(_Addresses):
    def items(self) -> list[Category]:
        return list(Category.objects.all())


class Pages(_Addresses):
    def items(self) -> list[Page]:
        return list(Page.objects.published())

    def lastmod(self, item: Page) -> Any:
        return item.updated_at


class Products(_Addresses):
    """The products of one range of ids."""

    def __init__(self, part: int) -> None:
        self._first_id = part * PRODUCTS_IN_A_PART

    def items(self) -> list[Product]:
        ids = Product.objects.on_sale().filter(
            pk__gte=self._first_id, pk__lt=self._first_id + PRODUCTS_IN_A_PART, shelf_entry__is_listed=True
        )
        return list(ids.order_by("pk").only("slug", "updated_at"))

    def lastmod(self, item: Product) -> Any:
        return item.updated_at


def _sections() -> dict[str, type[Sitemap[Any]] | Sitemap[Any]]:
    highest = Product.objects.on_sale().aggregate(highest=Max("pk"))["highest"]
    parts = range(highest // PRODUCTS_IN_A_PART + 1) if highest else range(0)
    return {
        "home": FrontDoor(),
        "categories": Shelves(),
        "pages": Pages(),
        **{f"products-{part}": Products(part) for part in parts},
    }


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``/sitemap.xml``: where the parts are."""
    return sitemap_views.index(request, sitemaps=_sections(), sitemap_url_name="sitemap-part")


@require_safe
def part(request: HttpRequest, section: str) -> HttpResponse:
    """One part; an unknown one is not found."""
    return sitemap_views.sitemap(request, sitemaps=_sections(), section=section)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """``/robots.txt``: lists with filters are left to people, and what belongs to one person to them."""
    closed = [
        "/account/", "/admin/", "/api/", "/buy/", "/checkout/", "/dev/", "/o/", "/orders/", "/pay/", "/search/",
        "/stock-watch/", "/webhooks/",
    ]  # fmt: skip
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {settings.BASE_URL}/sitemap.xml"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
