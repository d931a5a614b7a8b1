"""Products as cards on a shelf: what the templates show, worked out beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from catalog.models import Product, ProductImage, Variant
from catalog.pricing import saving_percent
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
    """The cards of products that were loaded with ``for_cards()``."""
    return [_card(product) for product in products]


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
            picture=Subquery(pictures.values("thumbnail")[:1]),
            picture_alt=Subquery(pictures.values("alt")[:1]),
            price=Subquery(cheapest.values("price")[:1]),
            compare_at=Subquery(cheapest.values("compare_at_price")[:1]),
            currency=Subquery(cheapest.values("currency")[:1]),
            highest=Subquery(variants.order_by("-price").values("price")[:1]),
        )
        .order_by("-is_featured", "-created_at", "pk")
        .values("title", "slug", "brand", "picture", "picture_alt", "price", "compare_at", "currency", "highest")[
            :limit
        ]
    )
    return [
        _build(
            title=row["title"],
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


def _card(product: Product) -> ProductCard:
    variants = sorted(product.variants.all(), key=lambda variant: (variant.price, variant.pk))
    cheapest = variants[0] if variants else None
    picture = next(iter(product.images.all()), None)
    return _build(
        title=product.title,
        slug=product.slug,
        brand=product.brand,
        picture_url=picture.thumbnail.url if picture and picture.thumbnail else "",
        picture_alt=picture.alt if picture else "",
        price=cheapest.unit_price if cheapest else None,
        compare_at=(
            Money(cheapest.compare_at_price, cheapest.currency) if cheapest and cheapest.compare_at_price else None
        ),
        has_higher_prices=bool(cheapest) and variants[-1].price != variants[0].price,
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
