"""What every page's frame needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import CharField, Value
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from catalog.models import Category, CategoryTranslation
from catalog.translations import text_of
from shop import basket, customer_session
from shop.models import Page, PageTranslation
from shop.shown_currency import ShownCurrency
from shop.visitor import LANGUAGE_PARAMETER, asked_language, offered_currencies

_MAX_SHELVES = 12
_PUBLIC = frozenset({"home", "category", "product", "page", "search"})
_SHELF, _PAGE = "shelf", "page"


@dataclass(frozen=True, slots=True)
class Frame:
    """The categories and the pages of text that every page leads to."""

    shelves: list[Category]
    pages: list[Page]


def shop(request: HttpRequest) -> dict[str, Any]:
    """The shop's name, its shelves and pages of text; the latter two are read only by a page that shows them."""
    return {
        "shop_name": settings.SHOP_NAME,
        "return_days": settings.RETURN_DAYS,
        "is_development": settings.DEBUG,
        "basket_count": SimpleLazyObject(lambda: _basket_count(request)),
        "nav_categories": SimpleLazyObject(lambda: frame(request).shelves),
        "footer_pages": SimpleLazyObject(lambda: frame(request).pages),
        # Without what follows the question mark: filters and cursors make no further pages for a search engine.
        "canonical_url": canonical_address(request) if _is_public(request) else "",
        "alternate_urls": alternate_addresses(request) if _is_public(request) else [],
        "shown_currency": ShownCurrency.of(request),
        "currencies": offered_currencies(),
        "this_page": this_page(request),
    }


def canonical_address(request: HttpRequest) -> str:
    """The page's one address. A language that the address asks for is part of it; a cookie's is not."""
    language = asked_language(request)
    query = f"?{LANGUAGE_PARAMETER}={language}" if language and language != settings.LANGUAGE_CODE else ""
    return f"{settings.BASE_URL}{request.path}{query}"


def alternate_addresses(request: HttpRequest) -> list[tuple[str, str]]:
    """(``hreflang``, address) of the page in each language; none where there is only one."""
    address = f"{settings.BASE_URL}{request.path}"
    if len(settings.LANGUAGES) < 2:
        return []
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return [
        ("x-default", address),
        (settings.LANGUAGE_CODE, address),
        *((code, f"{address}?{LANGUAGE_PARAMETER}={code}") for code in others),
    ]


def this_page(request: HttpRequest) -> str:
    """Where a choice of language leads back to: this page, without a language that its address asks for.

    The answer to a form has no address of its own: then it is the page that the form was on.
    """
    if request.method not in ("GET", "HEAD"):
        return request.headers.get("Referer", "")
    query = request.GET.copy()
    query.pop(LANGUAGE_PARAMETER, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def frame(request: HttpRequest) -> Frame:
    """Read once for each request, in one query."""
    kept: Frame | None = getattr(request, "_frame", None)
    if kept is None:
        kept = _read_frame()
        request._frame = kept  # type: ignore[attr-defined]
    return kept


def _read_frame() -> Frame:
    nothing = Value("", output_field=CharField())
    first = Category.objects.values("pk")[:_MAX_SHELVES]
    shelves = (
        Category.objects.filter(pk__in=first)
        .order_by()
        .annotate(
            kind=Value(_SHELF),
            shown_name=text_of(CategoryTranslation, "category", "name"),
            shown_description=text_of(CategoryTranslation, "category", "description"),
        )
    )
    pages = (
        Page.objects.in_footer()
        .order_by()
        .annotate(kind=Value(_PAGE), shown_title=text_of(PageTranslation, "page", "title"), lead=nothing, image=nothing)
    )
    rows = shelves.values_list("kind", "pk", "shown_name", "slug", "position", "shown_description", "picture").union(
        pages.values_list("kind", "pk", "shown_title", "slug", "position", "lead", "image"), all=True
    )
    found = Frame([], [])
    for kind, pk, name, slug, position, description, picture in sorted(rows, key=lambda row: (row[4], row[2], row[1])):
        if kind == _PAGE:
            found.pages.append(Page(pk=pk, title=name, slug=slug, position=position))
        else:
            shelf = Category(pk=pk, name=name, slug=slug, position=position, description=description, picture=picture)
            found.shelves.append(shelf)
    return found


def _is_public(request: HttpRequest) -> bool:
    """Whether the page is the same for everybody; an order's address is its key and is repeated nowhere."""
    match = request.resolver_match
    return match is not None and match.url_name in _PUBLIC


def _basket_count(request: HttpRequest) -> int:
    """How many pieces are in the visitor's basket; asks the database only for those who have one."""
    public_id = customer_session.cart_id(request.session) if hasattr(request, "session") else ""
    return basket.count(public_id) if public_id else 0
