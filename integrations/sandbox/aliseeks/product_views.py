"""The calls under `/products`, from the same catalogue.

Vendor's page: docs.aliseeks.com, "Items". Product ids are text here. An unknown product is a violation, which is not
published. There are no bulk prices in the catalogue, so the fields for them are left out.
"""

from decimal import Decimal
from typing import Any

from integrations.sandbox import goods
from integrations.sandbox.aliseeks.amounts import LOCALES, REALTIME_CURRENCIES, amount
from integrations.sandbox.aliseeks.errors import Violation, invalid
from integrations.sandbox.aliseeks.fields import Fields
from integrations.sandbox.catalogue import FreightOption, Product, Sku
from integrations.sandbox.currencies import convert, supported
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.product_views import image_url

_COMPONENTS = ("variations", "shipping", "html_description")
_REVIEWS_PER_PAGE = 10
_SHOWN_REVIEWS = 25
_PRAISE = ("Just as described.", "Good quality, arrived well packed.", "Nice, a little smaller than I thought.")


def product(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """A product with the chosen parts; prices come with `variations`."""
    fields = Fields(body)
    found, currency = _product(emulator, fields)
    country = fields.text("country", "US")
    fields.text("sendGoodsCountry", "")
    fields.whole("quantity", 1)
    wanted = fields.words("components", _COMPONENTS)
    fields.check()
    result = _basics(emulator, found)
    if "variations" in wanted:
        prices = [_price(emulator, call, found, sku, currency) for sku in _skus(call, found)]
        result |= {"priceSummary": _summary(prices), "prices": prices}
    if "shipping" in wanted:
        result["shipping"] = [_option(call, found, o, currency) for o in goods.options_for(found, country)]
    if "html_description" in wanted:
        result["htmlDescription"] = found.detail_html
    return result


def details(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """The product only, with its properties and the span of its prices."""
    fields = Fields(body)
    found, currency = _product(emulator, fields)
    fields.check()
    sold = _skus(call, found)
    amounts = [convert(goods.price_of(call, found, sku), _currency(call, found, sku, currency)) for sku in sold]
    shown = _currency(call, found, sold[0], currency) if sold else currency
    span: list[dict[str, Any]] = []
    if amounts:
        ends = [amount(end, shown, call.settings) for end in (min(amounts), max(amounts))]
        span = [{"minAmount": ends[0], "maxAmount": ends[1], "minimumPurchase": 1, "processingTime": 7}]
    lists = {"promotions": [], "prices": span, "skuProperties": _sku_properties(sold)}
    return _basics(emulator, found) | lists


def variations(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """What can be bought, with price and stock."""
    fields = Fields(body)
    found, currency = _product(emulator, fields)
    fields.text("country", "US")
    fields.whole("quantity", 1)
    fields.check()
    return {"variations": [_variation(emulator, call, found, sku, currency) for sku in _skus(call, found)]}


def shipping(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """The ways of shipping; none to a country that the product is not sold to."""
    fields = Fields(body)
    found, currency = _product(emulator, fields)
    country = fields.text("country", "US")
    fields.text("sendGoodsCountry", "CN")
    fields.whole("quantity", 1)
    fields.check()
    return {"options": [_option(call, found, option, currency) for option in goods.options_for(found, country)]}


def reviews(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """A few invented reviews, always the same for a product."""
    fields = Fields(body)
    found, _ = _product(emulator, fields)
    page = fields.whole("page", 1)
    fields.text("country", "")
    fields.check()
    total = min(found.reviews, _SHOWN_REVIEWS)
    numbers = range(total)[(page - 1) * _REVIEWS_PER_PAGE : page * _REVIEWS_PER_PAGE]
    return {
        "currentPage": page,
        "totalCount": total,
        "totalPages": -(-total // _REVIEWS_PER_PAGE),
        "reviews": [_review(number) for number in numbers],
    }


def description_html(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """The description."""
    fields = Fields(body)
    found, _ = _product(emulator, fields)
    fields.check()
    return {"description": found.detail_html}


def _product(emulator: Emulator, fields: Fields) -> tuple[Product, str]:
    """The product asked for, and the currency to show it in. Raises AliseeksError."""
    product_id = fields.text("productId")
    currency = supported(fields.word("currency", REALTIME_CURRENCIES, "USD"))
    fields.word("locale", LOCALES, "en_US")
    fields.check()
    found = emulator.catalogue.products.get(product_id)
    if found is None:
        raise invalid(Violation("productId", "NotFound", "is not a product on sale"))
    return found, currency


def _skus(call: Call, found: Product) -> list[Sku]:
    return [sku for sku in found.skus if not goods.is_gone(call, found, sku)]


def _currency(call: Call, found: Product, sku: Sku, currency: str) -> str:
    return goods.forced_currency(call, found, sku) or currency


def _basics(emulator: Emulator, found: Product) -> dict[str, Any]:
    four, three = found.reviews // 8, found.reviews // 20
    url = f"https://www.aliexpress.com/item/{found.product_id}/{found.product_id}.html"
    return {
        "id": found.product_id,
        "title": found.subject,
        "categoryId": str(found.category_id),
        "companyId": str(found.store_id + 7),
        "sellerId": str(found.store_id + 3),
        "detailUrl": url,
        "status": "active",
        "statusId": 0,
        "unit": "piece",
        "multiUnit": "pieces",
        "countPerLot": 1,
        "wishListCount": found.sold * 3,
        "productImages": [image_url(emulator, name) for name in found.images],
        "seller": {
            "storeId": found.store_id,
            "storeName": found.store_name,
            "storeUrl": f"http://m.aliexpress.com/store/{found.store_id}",
            "sellerLevel": "31-s",
            "positiveFeedbackRate": "96.3",
        },
        "reviews": {
            "fiveStarCount": found.reviews - four - three,
            "fourStarCount": four,
            "threeStarCount": three,
            "twoStarCount": 0,
            "oneStarCount": 0,
            "totalCount": found.reviews,
            "positiveCount": found.reviews - three,
            "negativeCount": 0,
            "neutralCount": three,
            "ratings": found.rating,
        },
        "trade": {"sold": found.sold},
        "attributes": [{"name": name, "value": value} for name, value in found.properties],
    }


def _prices(call: Call, found: Product, sku: Sku, currency: str) -> dict[str, Any]:
    """`discountedPrice` is there only if it is lower; then it is the price to pay."""
    shown = _currency(call, found, sku, currency)
    sale = goods.price_of(call, found, sku)
    if sale >= sku.price_usd:
        return {"originalPrice": amount(convert(sale, shown), shown, call.settings)}
    return {
        "originalPrice": amount(convert(sku.price_usd, shown), shown, call.settings),
        "discountedPrice": amount(convert(sale, shown), shown, call.settings),
    }


def _price(emulator: Emulator, call: Call, found: Product, sku: Sku, currency: str) -> dict[str, Any]:
    images = _images(emulator, sku)
    pictures = {"skuImage": images[0], "skuThumbnail": images[0]} if images else {}
    # propertyName belongs to other calls.
    entries = [{name: text for name, text in entry.items() if name != "propertyName"} for entry in _properties(sku)]
    stock = {"stock": _stock(emulator, call, found, sku)}
    return _prices(call, found, sku, currency) | stock | pictures | {"properties": entries}


def _variation(emulator: Emulator, call: Call, found: Product, sku: Sku, currency: str) -> dict[str, Any]:
    prices = _prices(call, found, sku, currency)
    entries = _properties(sku)
    images = _images(emulator, sku)
    shown = {
        "productId": found.product_id,
        "propertyIdentifiers": [
            {
                "propertyId": entry["propertyId"],
                "propertyValueId": entry["valueId"],
                "propertyValueName": entry["valueDisplayName"],
            }
            for entry in entries
        ],
        "propertyValueIds": [entry["valueId"] for entry in entries],
        "price": prices["originalPrice"],
        "stock": _stock(emulator, call, found, sku),
    }
    if "discountedPrice" in prices:
        shown["discountedPrice"] = prices["discountedPrice"]
    return shown | ({"imageUrl": images[0], "thumbnailImageUrl": images[0]} if images else {})


def _properties(sku: Sku) -> list[dict[str, Any]]:
    """The parts of a variation: ids from its text, names from the catalogue where it has them."""
    shown = []
    for text in sku.properties_text:
        ids, _, display = text.partition("#")
        property_id, _, value_id = ids.partition(":")
        known = next((entry for entry in sku.properties if str(entry["property_id"]) == property_id), {})
        value = str(known.get("value", display or value_id))
        shown.append(
            {
                "propertyId": int(property_id),
                "propertyName": str(known.get("name", "")),
                "valueId": int(value_id),
                "valueName": value,
                "valueDisplayName": display or value,
                "sku": text,
            }
        )
    return shown


def _sku_properties(skus: list[Sku]) -> list[dict[str, Any]]:
    """Each property once, with all its values."""
    groups: dict[int, dict[str, Any]] = {}
    for entry in (entry for sku in skus for entry in _properties(sku)):
        names = {"propertyId": entry["propertyId"], "propertyName": entry["propertyName"], "values": []}
        group = groups.setdefault(entry["propertyId"], names)
        value = {
            "propertyValueName": entry["valueName"],
            "propertyValueId": entry["valueId"],
            "propertyValueDisplayName": entry["valueDisplayName"],
        }
        if value not in group["values"]:
            group["values"].append(value)
    return list(groups.values())


def _images(emulator: Emulator, sku: Sku) -> list[str]:
    return [image_url(emulator, entry["image"]) for entry in sku.properties if entry.get("image")]


def _stock(emulator: Emulator, call: Call, found: Product, sku: Sku) -> int:
    with emulator.store.reading() as connection:
        return goods.stock_left(emulator, call, connection, found, sku)


def _summary(prices: list[dict[str, Any]]) -> dict[str, Any]:
    """The span of the prices, before and after discount."""

    def span(amounts: list[dict[str, Any]]) -> dict[str, Any]:
        ordered = sorted(amounts, key=lambda entry: Decimal(str(entry["value"])))
        return {"min": ordered[0], "max": ordered[-1]}

    if not prices:
        return {}
    return {
        "originalAmount": span([price["originalPrice"] for price in prices]),
        "discountedAmount": span([price.get("discountedPrice", price["originalPrice"]) for price in prices]),
    }


def _option(call: Call, found: Product, option: FreightOption, currency: str) -> dict[str, Any]:
    return {
        "company": option.company,
        "serviceName": option.code,
        "tracking": option.is_tracked,
        "amount": amount(convert(option.fee_usd, currency), currency, call.settings),
        "discount": "100" if option.is_free else "0",
        "commitDays": 60,
        "shipFrom": found.ships_from,
        "deliveryTime": {"from": option.min_days, "to": option.max_days},
    }


def _review(number: int) -> dict[str, Any]:
    text = _PRAISE[number % len(_PRAISE)]
    return {
        "buyerName": f"{chr(ord('A') + number % 26)}***{chr(ord('a') + number * 7 % 26)}",
        "buyerCountry": ("US", "BR", "FR", "PL")[number % 4],
        "buyerRating": 4 + number % 2,
        "reviewDate": f"2025-{number % 12 + 1:02d}-{number % 27 + 1:02d}",
        "review": text,
        "translatedReview": text,
        "images": [],
        "shipping": "AliExpress Standard Shipping",
        "upVotes": number % 3,
        "downVotes": 0,
    }
