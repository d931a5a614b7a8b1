"""`POST /search/realtime` and `POST /search`, over the same catalogue.

Vendor's page: docs.aliseeks.com, "Search". Filters that the catalogue knows nothing about are accepted and ignored.
How many hits a page of the realtime search has is not published.
"""

from typing import Any

from integrations.sandbox.aliseeks.amounts import LOCALES, REALTIME_CURRENCIES, STORED_CURRENCIES, amount
from integrations.sandbox.aliseeks.fields import Fields
from integrations.sandbox.catalogue import Product, Sku
from integrations.sandbox.currencies import convert, supported
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.product_views import image_url

_MAX_SKIP = 5000
_REALTIME_PAGE = 20
_REALTIME_SORTS = frozenset(
    ("BEST_MATCH", "HIGHEST_PRICE", "LOWEST_PRICE", "NUMBER_OF_ORDERS", "SELLER_RATING", "NEWEST_TO_OLDEST")
)
_STORED_SORTS = frozenset(
    "BEST_MATCH PRODUCT_ID MONTHLY_TRANSACTION_RATE WHOLESALE_PRICE ITEM_RATING ORDERS TRANSACTIONS UPDATE_TIME".split()
)


def realtime(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """Search on AliExpress."""
    fields = Fields(body)
    found = _found(emulator, fields)
    country, origin = fields.text("shipToCountry", ""), fields.text("shipFromCountry", "")
    currency = supported(fields.word("currency", REALTIME_CURRENCIES, "USD"))
    skip = fields.whole("skip", 0, lowest=0, highest=_MAX_SKIP)
    sort = fields.word("sort", _REALTIME_SORTS, "BEST_MATCH")
    fields.check()
    found = [
        product
        for product in found
        if (not country or product.ships_to_country(country)) and origin in ("", product.ships_from)
    ]
    if sort in ("LOWEST_PRICE", "HIGHEST_PRICE"):
        found.sort(key=lambda product: _cheapest(product).sale_price_usd, reverse=sort == "HIGHEST_PRICE")
    elif sort == "NUMBER_OF_ORDERS":
        found.sort(key=lambda product: product.sold, reverse=True)
    origins = sorted({product.ships_from for product in found})
    aggregation = {"totalCount": len(found), "shipFromCountries": origins, "attributes": []}
    page = found[skip : skip + _REALTIME_PAGE]
    return {"aggregation": aggregation, "items": [_live_hit(emulator, call, product, currency) for product in page]}


def stored(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """Search in Aliseeks' own database, page by page with `skip` and `limit`."""
    fields = Fields(body)
    found = _found(emulator, fields)
    currency = supported(fields.word("currency", STORED_CURRENCIES, "USD"))
    skip = fields.whole("skip", 0, lowest=0, highest=_MAX_SKIP)
    limit = fields.whole("limit", 50, lowest=5, highest=50)
    sort = fields.word("sort", _STORED_SORTS, "BEST_MATCH")
    direction = fields.word("sortDirection", ("ASC", "DESC"), "ASC")
    ratings, sold = fields.range("ratingsRange"), fields.range("orderRange")
    fields.check()
    found = [
        product
        for product in found
        if sold[0] <= product.sold <= sold[1] and ratings[0] <= float(product.rating or 0) <= ratings[1]
    ]
    keys = {
        "PRODUCT_ID": lambda product: int(product.product_id),
        "WHOLESALE_PRICE": lambda product: float(_cheapest(product).sale_price_usd),
        "ITEM_RATING": lambda product: float(product.rating or 0),
        "ORDERS": lambda product: product.sold,
    }
    if sort in keys:
        found.sort(key=keys[sort], reverse=direction == "DESC")
    aggregation = {"totalCount": len(found), "skip": skip, "limit": limit}
    hits = [_stored_hit(emulator, call, product, currency) for product in found[skip : skip + limit]]
    return {"aggregation": aggregation, "items": hits}


def _found(emulator: Emulator, fields: Fields) -> list[Product]:
    """Products with all words of `text`, in the category and the range of prices (in USD)."""
    words = fields.text("text", "").lower().split()
    category = fields.number_or_text("category")
    lowest, highest = fields.range("priceRange")
    fields.word("locale", LOCALES, "en_US")
    return [
        product
        for product in emulator.catalogue.products.values()
        if all(word in product.subject.lower() for word in words)
        and category in ("", str(product.category_id))
        and lowest <= _cheapest(product).sale_price_usd <= highest
    ]


def _cheapest(product: Product) -> Sku:
    return min(product.skus, key=lambda sku: sku.sale_price_usd)


def _live_hit(emulator: Emulator, call: Call, product: Product, currency: str) -> dict[str, Any]:
    price = amount(convert(_cheapest(product).sale_price_usd, currency), currency, call.settings)
    return {
        "id": product.product_id,
        "title": product.subject,
        "imageUrl": image_url(emulator, product.images[0]) if product.images else "",
        "ratings": product.rating,
        "orders": product.sold,
        "freight": {"price": _freight(call, product, currency)},
        "priceOptions": [{"type": "pc_price", "amount": price}, {"type": "app_price", "amount": price}],
    }


def _stored_hit(emulator: Emulator, call: Call, product: Product, currency: str) -> dict[str, Any]:
    cheapest = min(product.freight, key=lambda option: option.fee_usd, default=None)
    return {
        "id": product.product_id,
        "title": product.subject,
        "categoryId": str(product.category_id),
        "imageUrl": image_url(emulator, product.images[0]) if product.images else "",
        "detailUrl": f"https://www.aliexpress.com/item/{product.product_id}/{product.product_id}.html",
        "lotSize": 1,
        "lotUnit": "piece",
        "price": amount(convert(_cheapest(product).sale_price_usd, currency), currency, call.settings),
        "ratings": product.rating,
        "orders": product.sold,
        "freight": {
            "price": _freight(call, product, currency),
            "type": cheapest.company if cheapest else "",
        },
        "seller": {"storeName": product.store_name, "positiveFeedback": "96.3", "totalFeedback": product.reviews},
    }


def _freight(call: Call, product: Product, currency: str) -> dict[str, Any] | None:
    fees = [option.fee_usd for option in product.freight]
    return amount(convert(min(fees), currency), currency, call.settings) if fees else None
