"""Products as cards on a shelf: what the templates show, worked out beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.storage import default_storage
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from catalog.models import Product, ProductImage, ProductTranslation, Variant
from catalog.pricing.margin import saving_percent
from catalog.translations import text_of, translate_products
from shop.money import Money


@dataclass(frozen=True, slots=True)
class ProductCard:
    """``price`` is the lowest one, and None while no variant is sold; ``has_higher_prices``: "from" that price."""

    title: str
    url: str
    brand: str
    picture_url: str
    picture_alt: str
    price: Money | None
    compare_at: Money | None
    saving: int | None
    has_higher_prices: bool


def cards(products: Iterable[Product]) -> list[ProductCard]:
    """The cards of ``products``, in two queries however many there are."""
    return cards_of_shelves(products)[0]


def cards_of_shelves(*shelves: Iterable[Product]) -> list[list[ProductCard]]:
    """The cards of several lists of products, in two queries for all of them, a third one for a translation.

    Plain rows: of a page with 24 products, models for variants and pictures would be a third of the work.
    """
    lists = [list(shelf) for shelf in shelves]
    ids = {product.pk for shelf in lists for product in shelf}
    variants: dict[int, list[_Price]] = {pk: [] for pk in ids}
    pictures: dict[int, tuple[str, str]] = {}
    translate_products(product for shelf in lists for product in shelf)
    if ids:
        prices = Variant.objects.filter(product__in=ids, is_active=True).order_by("price", "pk")
        for pk, amount, before, currency in prices.values_list("product_id", "price", "compare_at_price", "currency"):
            variants[pk].append(_Price(amount, before, currency))
        images = ProductImage.objects.filter(product__in=ids).order_by("position", "pk")
        for pk, thumbnail, alt in images.values_list("product_id", "thumbnail", "alt"):
            pictures.setdefault(pk, (thumbnail, alt))
    return [
        [_card(product, variants[product.pk], *pictures.get(product.pk, ("", ""))) for product in shelf]
        for shelf in lists
    ]


@dataclass(frozen=True, slots=True)
class _Price:
    amount: Decimal
    compare_at: Decimal | None
    currency: str


def related_cards(product: Product, *, limit: int = 4) -> list[ProductCard]:
    """Other products of the same category, in one query whatever they consist of."""
    variants = Variant.objects.filter(product=OuterRef("pk"), is_active=True)
    cheapest = variants.order_by("price", "pk")
    pictures = ProductImage.objects.filter(product=OuterRef("pk")).order_by("position", "pk")
    rows = (
        Product.objects.on_sale()
        .filter(category=product.category_id)
        .exclude(pk=product.pk)
        .annotate(
            shown_title=text_of(ProductTranslation, "product", "title"),
            picture=Subquery(pictures.values("thumbnail")[:1]),
            picture_alt=Subquery(pictures.values("alt")[:1]),
            price=Subquery(cheapest.values("price")[:1]),
            compare_at=Subquery(cheapest.values("compare_at_price")[:1]),
            currency=Subquery(cheapest.values("currency")[:1]),
            highest=Subquery(variants.order_by("-price").values("price")[:1]),
        )
        .order_by("-is_featured", "-created_at", "pk")
        .values("shown_title", "slug", "brand", "picture", "picture_alt", "price", "compare_at", "currency", "highest")[
            :limit
        ]
    )
    return [
        _build(
            title=row["shown_title"],
            slug=row["slug"],
            brand=row["brand"],
            picture_url=default_storage.url(row["picture"]) if row["picture"] else "",
            picture_alt=row["picture_alt"] or "",
            price=Money(row["price"], row["currency"]) if row["price"] is not None else None,
            compare_at=Money(row["compare_at"], row["currency"]) if row["compare_at"] else None,
            has_higher_prices=row["highest"] != row["price"],
        )
        for row in rows
    ]


def _card(product: Product, prices: list[_Price], thumbnail: str, alt: str) -> ProductCard:
    cheapest = prices[0] if prices else None
    return _build(
        title=product.title,
        slug=product.slug,
        brand=product.brand,
        picture_url=default_storage.url(thumbnail) if thumbnail else "",
        picture_alt=alt,
        price=Money(cheapest.amount, cheapest.currency) if cheapest else None,
        compare_at=Money(cheapest.compare_at, cheapest.currency) if cheapest and cheapest.compare_at else None,
        has_higher_prices=bool(prices) and prices[-1].amount != prices[0].amount,
    )


def _build(
    *,
    title: str,
    slug: str,
    brand: str,
    picture_url: str,
    picture_alt: str,
    price: Money | None,
    compare_at: Money | None,
    has_higher_prices: bool,
) -> ProductCard:
    return ProductCard(
        title=title,
        url=reverse("product", args=[slug]),
        brand=brand,
        picture_url=picture_url,
        picture_alt=picture_alt,
        price=price,
        compare_at=compare_at,
        saving=saving_percent(price, compare_at) if price else None,
        has_higher_prices=has_higher_prices,
    )
