"""A product as search engines and other people's pages read it: schema.org and Open Graph."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from catalog.content import sanitize_html
from catalog.models import Product
from shop.product_page import ProductPage, VariantChoice

_AVAILABILITY = {"in": "InStock", "low": "LimitedAvailability", "out": "OutOfStock"}
#: Above this number of variants their range of prices stands for them.
_MOST_OFFERS = 20
#: Inside a script element these could end it, whatever JSON thinks of them.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def absolute(url: str) -> str:
    """``url`` with the shop's address before it, unless it is a whole one already."""
    return url if url.startswith(("https://", "http://")) else f"{settings.BASE_URL}{url}"


def product_json_ld(product: Product, page: ProductPage) -> SafeString:
    """The content of the product's ``application/ld+json`` element."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "url": absolute(product.get_absolute_url()),
        "category": product.category.name,
    }
    if description := product.summary or " ".join(strip_tags(sanitize_html(product.description_html)).split()):
        data["description"] = description[:5000]
    if product.brand:
        data["brand"] = {"@type": "Brand", "name": product.brand}
    if page.pictures:
        data["image"] = [absolute(picture.url) for picture in page.pictures]
    if page.selected:
        data["sku"] = page.selected.sku
        data["offers"] = _offers(product, page.choices, page.selected)
    return script_text(data)


def script_text(data: Any) -> SafeString:
    """``data`` as JSON that can stand inside of a script element."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 - escaped just now


def _offers(
    product: Product, choices: list[VariantChoice], selected: VariantChoice
) -> dict[str, Any] | list[dict[str, Any]]:
    if len(choices) == 1:
        return _offer(product, selected)
    if len(choices) <= _MOST_OFFERS:
        return [_offer(product, choice) for choice in choices]
    currency = selected.price.currency
    comparable = [choice for choice in choices if choice.price.currency == currency]
    prices = [choice.price.amount for choice in comparable]
    levels = {choice.stock_level for choice in comparable}
    return {
        "@type": "AggregateOffer",
        "priceCurrency": currency,
        "lowPrice": str(min(prices)),
        "highPrice": str(max(prices)),
        "offerCount": len(comparable),
        "availability": f"https://schema.org/{'OutOfStock' if levels == {'out'} else 'InStock'}",
    }


def _offer(product: Product, choice: VariantChoice) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "url": f"{absolute(product.get_absolute_url())}?{urlencode({'variant': choice.sku})}",
        "sku": choice.sku,
        "price": str(choice.price.amount),
        "priceCurrency": choice.price.currency,
        "availability": f"https://schema.org/{_AVAILABILITY[choice.stock_level]}",
        "itemCondition": "https://schema.org/NewCondition",
    }
