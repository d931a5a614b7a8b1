"""Finding products: words, filters, order and pages behind one function, the same on both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from types import ModuleType

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from catalog import search_postgresql, search_sqlite, spelling
from catalog.facets import FacetGroup, count_facets
from catalog.models import Category, Product, ProductFacet, ShelfEntry
from catalog.shelf import EVERYWHERE
from catalog.words import split_words
from shop.errors import DomainError

#: Nobody looks through more than that; beyond it is "500+", and the best 500 are what is ranked.
MAX_COUNTED = 500
MAX_TEXT = 200
MAX_WORDS = 8
#: Words that say nothing about a product; left out of a question that has others.
_FILLERS = frozenset("a an and at by for from in into is it of on or the to with".split())


class Sort(StrEnum):
    """The order of what is found."""

    RELEVANCE = "relevance"
    POPULAR = "popular"
    NEWEST = "newest"
    PRICE = "price"
    PRICE_FALLING = "price-falling"


#: The column that goes before the product's id, and whether both fall.
_KEYS = {
    Sort.POPULAR: ("quantity_sold", True),
    Sort.NEWEST: (None, True),
    Sort.PRICE: ("price", False),
    Sort.PRICE_FALLING: ("price", True),
}


class UnknownCursor(DomainError):
    """The page's address names a product that does not exist or is not among what was found."""

    code = "unknown_cursor"


@dataclass(frozen=True, slots=True)
class Find:
    """What is looked for. ``options``: (name, value); values of one name are alternatives, names add up.

    A category is named by its id or by its slug.

    ``after`` and ``before`` are the slug of the product where the neighbouring page ends. Prices are in the shop's
    currency, ``country`` is an ISO code. ``Sort.RELEVANCE`` without a text is ``Sort.POPULAR``.
    """

    text: str = ""
    category_id: int | None = None
    category_slug: str = ""
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    options: tuple[tuple[str, str], ...] = ()
    in_stock: bool = False
    country: str = ""
    sort: Sort = Sort.RELEVANCE
    after: str = ""
    before: str = ""
    size: int = 24
    with_facets: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found. ``count`` stops at 500, ``has_more_than_counted`` then says that there are more.

    ``corrected`` is the text that was looked for instead, if nothing was found for the one that was asked.
    """

    products: list[Product]
    previous_cursor: str = ""
    next_cursor: str = ""
    count: int = 0
    has_more_than_counted: bool = False
    facets: tuple[FacetGroup, ...] = ()
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    products: list[Product]
    has_previous: bool
    has_next: bool
    ids: list[int]


def find(wanted: Find) -> Found:
    """The products that fit ``wanted``, a page of them. Raises ``UnknownCursor``.

    A text of which nothing is found is corrected, if its words are nearly ones that occur.
    """
    words = _asked(wanted.text)
    if wanted.text.strip() and not words:
        # Nothing but marks and signs: that is no text which anything could fit.
        return Found([])
    found = _find(wanted, words)
    if words and not found.count and not (wanted.after or wanted.before):
        better = spelling.corrected(words)
        if better:
            found = replace(_find(wanted, better), corrected=" ".join(better))
            return found if found.count else replace(found, corrected="")
    return found


def _asked(text: str) -> list[str]:
    words = split_words(text[:MAX_TEXT])
    return ([word for word in words if word not in _FILLERS] or words)[:MAX_WORDS]


def popular(*, limit: int) -> list[Product]:
    """What has been sold most; nothing while nothing has been sold."""
    entries = ShelfEntry.objects.filter(is_listed=True, quantity_sold__gt=0).select_related("product")
    return [entry.product for entry in entries.order_by("-quantity_sold", "-product_id")[:limit]]


def _find(wanted: Find, words: list[str]) -> Found:
    entries = _filtered(wanted)
    is_ranked = bool(words) and wanted.sort == Sort.RELEVANCE
    if is_ranked:
        ids_and_slugs = _database().ranked(entries, words, limit=MAX_COUNTED + 1)
        page = _ranked_page(ids_and_slugs, wanted)
    else:
        if words:
            entries = _database().matching(entries, words)
        page = _sorted_page(entries, wanted)
    counted = page.ids[:MAX_COUNTED]
    if not wanted.with_facets:
        sample = []
    elif wanted.options:
        # An option's other values are counted as if it were not chosen, so that they can be added.
        base = _filtered(replace(wanted, options=()))
        base = _database().matching(base, words) if words else base
        sample = _sample(base)
    else:
        sample = page.ids
    return Found(
        products=page.products,
        previous_cursor=page.products[0].slug if page.products and page.has_previous else "",
        next_cursor=page.products[-1].slug if page.products and page.has_next else "",
        count=len(counted),
        has_more_than_counted=len(page.ids) > MAX_COUNTED,
        facets=count_facets(sample[:MAX_COUNTED], chosen=wanted.options, is_exact=len(sample) <= MAX_COUNTED)
        if wanted.with_facets
        else (),
    )


def _database() -> ModuleType:
    return search_sqlite if connection.vendor == "sqlite" else search_postgresql


def _filtered(wanted: Find) -> QuerySet[ShelfEntry]:
    entries = ShelfEntry.objects.filter(is_listed=True)
    if wanted.category_id is not None:
        entries = entries.filter(category=wanted.category_id)
    if wanted.category_slug:
        # A subquery and no join: it is one value, and the index by category can be used.
        entries = entries.filter(category=Category.objects.filter(slug=wanted.category_slug).values("pk")[:1])
    if wanted.min_price is not None or wanted.max_price is not None:
        # A bound in the shop's currency says nothing about a price in another one.
        entries = entries.filter(currency=settings.SHOP_CURRENCY)
    if wanted.min_price is not None:
        entries = entries.filter(price__gte=wanted.min_price)
    if wanted.max_price is not None:
        entries = entries.filter(price__lte=wanted.max_price)
    if wanted.in_stock:
        entries = entries.filter(in_stock=True)
    if wanted.country:
        entries = entries.filter(Q(destinations=EVERYWHERE) | Q(destinations__contains=f" {wanted.country} "))
    for name in dict.fromkeys(name for name, _ in wanted.options):
        values = [value for other, value in wanted.options if other == name]
        having = ProductFacet.objects.filter(name=name, value__in=values)
        entries = entries.filter(product_id__in=having.values("product_id"))
    return entries


def _sample(entries: QuerySet[ShelfEntry]) -> list[int]:
    """Ids of what fits, one more than is counted at most: the newest, which every index hands out in order."""
    return list(entries.order_by("-product_id").values_list("product_id", flat=True)[: MAX_COUNTED + 1])


def _ranked_page(found: list[tuple[int, str]], wanted: Find) -> _Page:
    shown = found[:MAX_COUNTED]
    slugs = [slug for _, slug in shown]
    cursor = wanted.before or wanted.after
    if cursor and cursor not in slugs:
        raise UnknownCursor("There is no such page.")
    if wanted.before:
        end = slugs.index(wanted.before)
        start = max(0, end - wanted.size)
    else:
        start = slugs.index(wanted.after) + 1 if wanted.after else 0
        end = start + wanted.size
    ids = [pk for pk, _ in shown[start:end]]
    # With what a list says of stock; the other order of pages comes from there anyway.
    rows = Product.objects.filter(pk__in=ids).select_related("shelf_entry") if ids else ()
    products = {product.pk: product for product in rows}
    # A product may have been deleted between the two queries.
    on_page = [products[pk] for pk in ids if pk in products]
    return _Page(on_page, start > 0, end < len(shown), [pk for pk, _ in found])


def _sorted_page(entries: QuerySet[ShelfEntry], wanted: Find) -> _Page:
    column, falls = _KEYS.get(wanted.sort, _KEYS[Sort.POPULAR])
    ids = _sample(entries)
    rows = entries.select_related("product")
    if wanted.before:
        found = list(_from_cursor(rows, wanted.before, column, not falls)[: wanted.size + 1])
        products = [entry.product for entry in found[: wanted.size]][::-1]
        return _Page(products, len(found) > wanted.size, True, ids)
    found = list(_from_cursor(rows, wanted.after, column, falls)[: wanted.size + 1])
    products = [entry.product for entry in found[: wanted.size]]
    return _Page(products, bool(wanted.after), len(found) > wanted.size, ids)


def _from_cursor(rows: QuerySet[ShelfEntry], slug: str, column: str | None, falls: bool) -> QuerySet[ShelfEntry]:
    """``rows`` in order, from behind the product ``slug`` on (from the beginning without one)."""
    sign, beyond = ("-", "lt") if falls else ("", "gt")
    if slug:
        place = ShelfEntry.objects.filter(product__slug=slug).first()
        if place is None:
            raise UnknownCursor("There is no such page.")
        further = Q(**{f"product_id__{beyond}": place.product_id})
        if column is None:
            rows = rows.filter(further)
        else:
            # The redundant second condition is what lets the database start reading the index at the cursor.
            value = getattr(place, column)
            rows = rows.filter(Q(**{f"{column}__{beyond}": value}) | further, **{f"{column}__{beyond}e": value})
    return rows.order_by(*([f"{sign}{column}"] if column else []), f"{sign}product_id")
