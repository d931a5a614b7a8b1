"""Keeps true what lists and the search read: lowest price, stock, destinations, option values, words, times sold.

Whoever writes products, variants, listings, categories or translations calls ``refresh`` afterwards;
``manage.py reindex_search`` works everything out anew. Nothing that takes money reads any of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from catalog import demand, spelling
from catalog.availability import listings_in_use, load_parts, needs, reach
from catalog.models import BundlePart, Listing, Product, ProductFacet, SearchText, ShelfEntry, Variant, WordTranslation
from catalog.words import split_words, words_of_html

EVERYWHERE = "*"
_CHUNK = 500
#: More than that of a description says nothing new, and no index row grows beyond what PostgreSQL takes.
_MAX_BODY_WORDS = 3000


def refresh(product_ids: Iterable[int], *, words: bool = True) -> None:
    """Work out anew what lists and search read of these products; unknown ids are passed over.

    ``words=False`` leaves the texts alone: enough, and faster, after a change of prices or stock.
    """
    for chunk in _chunks(sorted(set(product_ids))):
        with transaction.atomic():
            _refresh_chunk(chunk, words=words)


def refresh_variants(variant_ids: Iterable[int]) -> None:
    """The same for the products of these variants, after a change of prices, stock or listings.

    Bundles of which they are parts change with them.
    """
    ids = list(variant_ids)
    bundles = BundlePart.objects.filter(variant__in=ids).values("bundle")
    rows = Variant.objects.filter(Q(pk__in=ids) | Q(pk__in=bundles)).values_list("product_id", flat=True)
    refresh(set(rows))


def refresh_category(category_id: int) -> None:
    """The same for all products of a category, whose name is among their words."""
    refresh(Product.objects.filter(category=category_id).values_list("pk", flat=True))


def refresh_word(word: str) -> None:
    """The same for all products that have an option's value ``word``, whose translations are among their words."""
    refresh(ProductFacet.objects.filter(value=word).values_list("product", flat=True).distinct())


def refresh_all() -> int:
    """Work out everything anew, and forget the words that occur no more; how many products there were."""
    ids = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    refresh(ids)
    spelling.forget_unused(SearchText.objects.values_list("title", "labels").iterator())
    return len(ids)


def refresh_missing() -> int:
    """Work out the products that never were, after an upgrade for example; how many there were."""
    ids = list(Product.objects.filter(shelf_entry=None).order_by("pk").values_list("pk", flat=True))
    refresh(ids)
    return len(ids)


def count_sold(quantities: Iterable[tuple[int, int]]) -> None:
    """Add to how often things were sold: (variant id, quantity) for each line of an order that has been paid.

    One UPDATE for each product, in the order of their ids, so that two orders never wait for each other in a circle.
    """
    sold = dict[int, int]()
    pairs = list(quantities)
    product_of = dict(Variant.objects.filter(pk__in=[pk for pk, _ in pairs]).values_list("pk", "product_id"))
    for variant_id, quantity in pairs:
        if variant_id in product_of:
            product_id = product_of[variant_id]
            sold[product_id] = sold.get(product_id, 0) + quantity
    for product_id, quantity in sorted(sold.items()):
        ShelfEntry.objects.filter(pk=product_id).update(quantity_sold=F("quantity_sold") + quantity)
        demand.note_sale(product_id, quantity)


def note_stock(listing_id: int) -> None:
    """Have the product of this listing shown as in stock or sold out as soon as the transaction has been committed.

    Only then does everybody's change count: of two orders that take the last pieces of two listings, each sees but
    its own until it is committed.
    """
    transaction.on_commit(partial(_follow_stock, listing_id), robust=True)


def _follow_stock(listing_id: int) -> None:
    available = _available().filter(variant__product=OuterRef("product"))
    bundles = BundlePart.objects.filter(variant__listings=listing_id)
    entry = (
        ShelfEntry.objects.filter(product__variants__listings=listing_id)
        .annotate(
            is_available=Exists(available),
            has_bundle=Exists(Variant.objects.filter(product=OuterRef("product"), is_bundle=True)),
            is_in_bundle=Exists(bundles),
        )
        .values("pk", "in_stock", "is_available", "has_bundle", "is_in_bundle")
        .first()
    )
    if entry is None:
        return
    if entry["is_in_bundle"] or entry["has_bundle"]:
        # How many of a bundle can be had is more than a query can tell.
        refresh({entry["pk"], *bundles.values_list("bundle__product_id", flat=True)}, words=False)
    # Read before anything is written: nearly always there is nothing to write, and SQLite has one writer only.
    elif entry["in_stock"] != entry["is_available"]:
        ShelfEntry.objects.filter(pk=entry["pk"]).update(in_stock=Exists(available))


def _available() -> QuerySet[Listing]:
    return Listing.objects.filter(
        Q(stock__isnull=True) | Q(stock__gte=F("quantity_per_unit")),
        is_active=True,
        drifted_at__isnull=True,
        variant__is_active=True,
    )


def _refresh_chunk(ids: list[int], *, words: bool) -> None:
    # Locked first, so that of two refreshments of one product the later one also read later.
    list(Product.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    listings = Listing.objects.filter(is_active=True, drifted_at__isnull=True).only(
        "variant_id", "stock", "quantity_per_unit", "destination_countries", "is_active", "drifted_at"
    )
    variants = Variant.objects.filter(is_active=True).prefetch_related(Prefetch("listings", listings))
    parts: list[Any] = [Prefetch("variants", variants), *(["translations", "category__translations"] if words else [])]
    products = list(Product.objects.filter(pk__in=ids).select_related("category").prefetch_related(*parts))
    load_parts(variant for product in products for variant in product.variants.all())
    ShelfEntry.objects.bulk_create(
        [_entry(product) for product in products],
        update_conflicts=True,
        unique_fields=["product"],
        # Not the times sold: they are counted, not worked out.
        update_fields=["category", "is_listed", "price", "currency", "in_stock", "destinations"],
    )
    _refresh_facets(products)
    if words:
        _refresh_words(products)


def _entry(product: Product) -> ShelfEntry:
    variants = list(product.variants.all())
    cheapest = min(variants, key=lambda variant: (variant.price, variant.pk), default=None)
    return ShelfEntry(
        product=product,
        category_id=product.category_id,
        is_listed=product.status == Product.Status.ACTIVE and bool(variants),
        price=cheapest.price if cheapest else 0,
        currency=cheapest.currency if cheapest else "",
        in_stock=any(_has_stock(variant) for variant in variants),
        destinations=_destinations(variants),
    )


def _has_stock(variant: Variant) -> bool:
    wanted = needs(variant)
    return bool(wanted) and all(
        any(
            listing.stock is None or listing.stock >= need.quantity * listing.quantity_per_unit
            for listing in need.variant.listings.all()
            if listing.is_usable
        )
        for need in wanted
    )


def _destinations(variants: list[Variant]) -> str:
    """Where at least one of the variants goes, as ``ShelfEntry.destinations`` keeps it."""
    codes: set[str] = set()
    for variant in variants:
        if listings_in_use(variant):
            found = reach(variant)
            if found is None:
                return EVERYWHERE
            codes |= found
    return f" {' '.join(sorted(codes))} " if codes else ""


def _facets(product: Product) -> set[tuple[int, str, str]]:
    return {
        (product.pk, str(name)[:80], str(value)[:200])
        for variant in product.variants.all()
        for name, value in variant.options.items()
        if name and value
    }


def _refresh_facets(products: list[Product]) -> None:
    wanted = {facet for product in products for facet in _facets(product)}
    rows = ProductFacet.objects.filter(product__in=products).values_list("pk", "product_id", "name", "value")
    present = {(product_id, name, value): pk for pk, product_id, name, value in rows}
    ProductFacet.objects.filter(pk__in=[pk for facet, pk in present.items() if facet not in wanted]).delete()
    ProductFacet.objects.bulk_create(
        [ProductFacet(product_id=pk, name=name, value=value) for pk, name, value in sorted(wanted - present.keys())],
        ignore_conflicts=True,
    )


def _refresh_words(products: list[Product]) -> None:
    translated = _translated({value for product in products for value in _values(product)})
    rows = {product.pk: _search_text(product, translated) for product in products}
    present = {row.pk: row for row in SearchText.objects.filter(pk__in=rows)}
    # A text that is as it was is not written: each write costs the database an entry of its index.
    changed = [
        row
        for pk, row in rows.items()
        if pk not in present
        or (row.title, row.labels, row.body) != (present[pk].title, present[pk].labels, present[pk].body)
    ]
    SearchText.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["product"], update_fields=["title", "labels", "body"]
    )
    spelling.learn({word for row in changed for word in f"{row.title} {row.labels}".split()})


def _translated(values: Iterable[str]) -> dict[str, list[str]]:
    """A value of an option -> what it is called in the shop's other languages."""
    words, found = sorted(values), dict[str, list[str]]()
    for start in range(0, len(words), 5000):
        rows = WordTranslation.objects.filter(word__in=words[start : start + 5000])
        for word, text in rows.values_list("word", "translation"):
            found.setdefault(word, []).append(text)
    return found


def _values(product: Product) -> list[str]:
    return sorted({str(value) for variant in product.variants.all() for value in variant.options.values()})


def _search_text(product: Product, translated: Mapping[str, list[str]]) -> SearchText:
    values, others = _values(product), list(product.translations.all())
    labels = [product.brand, product.category.name, *values, *(variant.sku for variant in product.variants.all())]
    labels += [other.title for other in others]
    labels += [other.name for other in product.category.translations.all()]
    labels += [text for value in values for text in translated.get(value, ())]
    body = [*split_words(product.summary), *words_of_html(product.description_html)]
    for other in others:
        body += [*split_words(other.summary), *words_of_html(other.description_html)]
    return SearchText(
        product=product,
        title=" ".join(split_words(product.title)),
        labels=" ".join(split_words(" ".join(labels))),
        body=" ".join(body[:_MAX_BODY_WORDS]),
    )


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
