"""Category and search pages: one list of products with filters, order and pages, for everybody without JavaScript."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Category, Product
from catalog.search import Found, UnknownCursor, find, popular
from catalog.translations import words_in
from shop.addresses import country_name
from shop.cards import cards
from shop.context import frame
from shop.listing import ListingQuery, is_slug, read_query
from shop.visitor import chosen_country, remember_country, visitor_country

_HINTS = 4


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A shelf. The address carries filters, order and the place where the page begins or ends."""
    # Every page reads the shelves for its head anyway.
    known = next((shelf for shelf in frame(request).shelves if shelf.slug == slug), None)
    shelf = known or get_object_or_404(Category, slug=slug)
    query = read_query(request.GET, path=request.path, shelf=shelf)
    context = {
        "category": shelf,
        "heading": shelf.name,
        "lead": shelf.description,
        "crumbs": [(_("Home"), reverse("home")), (shelf.name, shelf.get_absolute_url())],
        "is_indexed": not request.GET,
    }
    return _render(request, query, context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What is found for ``q``, or everything without one. Not for search engines: they have the categories."""
    query = read_query(request.GET, path=request.path, categories=frame(request).shelves)
    heading = _("Results for “%(text)s”") % {"text": query.text} if query.text else _("All products")
    context = {
        "heading": heading,
        "crumbs": [(_("Home"), reverse("home")), (_("Search"), reverse("search"))],
        "is_indexed": False,
        "search_text": query.text,
        "category_choices": frame(request).shelves,
    }
    return _render(request, query, context)


def _render(request: HttpRequest, query: ListingQuery, context: dict[str, Any]) -> HttpResponse:
    if any(cursor and not is_slug(cursor) for cursor in (query.after, query.before)):
        raise Http404
    try:
        found = find(query.find())
    except UnknownCursor as exc:
        raise Http404 from exc
    words = words_in(word for group in found.facets for word in (group.name, *(item.value for item in group.values)))
    query = replace(query, words=words)
    country = query.country or visitor_country(request)
    # Pages further on are pages of what was found in the end, not of the slip.
    pages = replace(query, text=found.corrected) if found.corrected else query
    context |= {
        "query": query,
        "words": words,
        "found": found,
        "cards": cards(found.products),
        "previous_url": pages.page_url(before=found.previous_cursor) if found.previous_cursor else "",
        "next_url": pages.page_url(after=found.next_cursor) if found.next_cursor else "",
        "likely_country": (country, country_name(country)) if country else None,
        "hints": [] if found.products else _hints(found),
    }
    response = render(request, "shop/listing.html", context)
    if query.country and query.country != chosen_country(request):
        remember_country(response, query.country)
    return response


def _hints(found: Found) -> list[Any]:
    """Something to look at where nothing was found: what is bought most, else what is new."""
    products = popular(limit=_HINTS) or list(Product.objects.on_sale().order_by("-created_at", "-pk")[:_HINTS])
    return cards(products)
