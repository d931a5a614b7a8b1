"""A product, a card and a category as answers, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request

from catalog.content import sanitize_html
from catalog.models import Category, Product
from catalog.translations import translate_categories, translate_products, words_in, words_of
from shop.api.v1.currencies import estimate
from shop.api.v1.shapes import amount
from shop.cards import ProductCard
from shop.product_page import Picture, VariantChoice, product_page
from shop.structured_data import absolute


def shown_category(category: Category) -> dict[str, Any]:
    return {
        "slug": category.slug,
        "name": category.name,
        "description": category.description,
        "picture_url": absolute(category.picture.url) if category.picture else None,
    }


def shown_card(request: Request, product: Product, card: ProductCard) -> dict[str, Any]:
    return {
        "slug": product.slug,
        "title": card.title,
        "brand": card.brand,
        "url": absolute(card.url),
        "picture_url": absolute(card.picture_url) if card.picture_url else None,
        "picture_alt": card.picture_alt,
        "price": amount(card.price),
        "estimate": estimate(request, card.price),
        "compare_at": amount(card.compare_at),
        "saving_percent": card.saving,
        "has_higher_prices": card.has_higher_prices,
        "in_stock": product.shelf_entry.in_stock,
    }


def shown_product(request: Request, product: Product) -> dict[str, Any]:
    translate_products([product])
    translate_categories([product.category])
    shown_words = {*product.option_names, *words_of(product.variants.all())}
    words = words_in(shown_words)
    page = product_page(product, words=words)
    urls = {picture.number: absolute(picture.url) for picture in page.pictures}
    return {
        "slug": product.slug,
        "title": product.title,
        "brand": product.brand,
        "summary": product.summary,
        "description_html": sanitize_html(product.description_html),
        "category": shown_category(product.category),
        "url": absolute(product.get_absolute_url()),
        "option_names": product.option_names,
        "option_labels": {word: words.get(word, word) for word in sorted(shown_words)},
        "pictures": [_picture(picture) for picture in page.pictures],
        "variants": [_variant(request, choice, urls) for choice in page.choices],
        "preselected_sku": page.selected.sku if page.selected else None,
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "url": absolute(picture.url),
        "thumbnail_url": absolute(picture.thumbnail_url),
        "alt": picture.alt,
        "width": picture.width,
        "height": picture.height,
    }


def _variant(request: Request, choice: VariantChoice, urls: Mapping[int, str]) -> dict[str, Any]:
    return {
        "sku": choice.sku,
        "label": choice.label,
        "options": choice.options,
        "price": amount(choice.price),
        "estimate": estimate(request, choice.price),
        "compare_at": amount(choice.compare_at),
        "saving_percent": choice.saving,
        "stock_level": choice.stock_level,
        "stock_text": choice.stock_text,
        "quantity_max": choice.quantity_max,
        "picture_url": urls.get(choice.picture_number),
    }
