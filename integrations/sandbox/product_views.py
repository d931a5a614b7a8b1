"""`aliexpress.ds.product.get`, `aliexpress.ds.text.search` and `aliexpress.ds.category.get`.

Vendor's pages: openservice.aliexpress.com, API reference of these methods. Field names and nesting follow
captured answers; the base info carries another currency than the SKUs there, so it does here.
"""

import zlib
from decimal import Decimal
from typing import Any

from integrations.sandbox import goods
from integrations.sandbox.answers import GatewayError, WireList, missing_parameter, to_json
from integrations.sandbox.catalogue import Product, Sku
from integrations.sandbox.countries import CODES
from integrations.sandbox.currencies import convert, formatted, supported
from integrations.sandbox.emulator import Call, Emulator


def required(params: dict[str, str], *names: str) -> list[str]:
    """Return the values of mandatory parameters. Raises GatewayError."""
    for name in names:
        if not params.get(name):
            raise missing_parameter(name)
    return [params[name] for name in names]


def product_get(emulator: Emulator, call: Call) -> dict[str, Any]:
    """A product with its SKUs as a destination country sees it."""
    product_id, country = required(call.params, "product_id", "ship_to_country")
    product = emulator.catalogue.find(product_id)
    if product is None:
        return {"rsp_code": 605, "rsp_msg": "ITEM_ID_NOT_FOUND"}
    if country not in CODES or not product.ships_to_country(country):
        return {"rsp_code": 602, "rsp_msg": "Item is not allowed to this country"}
    currency = supported(call.params.get("target_currency", ""))
    skus = [
        _sku(emulator, call, product, sku, currency) for sku in product.skus if not goods.is_gone(call, product, sku)
    ]
    result = {
        "ae_item_base_info_dto": _base_info(product),
        "ae_item_sku_info_dtos": WireList("ae_item_sku_info_d_t_o", skus),
        "ae_multimedia_info_dto": {"image_urls": ";".join(image_url(emulator, name) for name in product.images)},
        "ae_item_properties": WireList("ae_item_property", [_property(*pair) for pair in product.properties]),
        "ae_store_info": {
            "store_id": product.store_id,
            "store_name": product.store_name,
            "store_country_code": product.ships_from,
            "item_as_described_rating": "4.5",
            "communication_rating": "4.6",
            "shipping_speed_rating": "4.7",
        },
        "logistics_info_dto": {
            "ship_to_country": country,
            "delivery_time": min((option.max_days for option in product.freight), default=30),
        },
        "package_info_dto": _package(product),
        "product_id_converter_result": {
            "main_product_id": int(product.main_id or product.product_id),
            # A JSON text, not an object, in the answers that were seen.
            "sub_product_id": to_json({to: int(number) for to, number in product.sub_ids.items()}).decode(),
        },
        "has_whole_sale": False,
    }
    return {"rsp_code": 200, "rsp_msg": "Call succeeds", "result": result}


def image_url(emulator: Emulator, name: str) -> str:
    """The public address of a catalogue image."""
    return f"{emulator.public_url}/_media/{name}"


def text_search(emulator: Emulator, call: Call) -> dict[str, Any]:
    """Products whose subject has all words of `keyWord`."""
    word, _, country, currency = required(call.params, "keyWord", "local", "countryCode", "currency")
    index = _positive(call.params.get("pageIndex", "1"), "pageIndex")
    size = min(_positive(call.params.get("pageSize", "20"), "pageSize"), 50)
    words = word.lower().split()
    found = [
        product
        for product in emulator.catalogue.products.values()
        if product.ships_to_country(country)
        and all(part in product.subject.lower() for part in words)
        and call.params.get("categoryId", "") in ("", str(product.category_id))
    ]
    _sort(found, call.params.get("sortBy", ""))
    page = found[(index - 1) * size : index * size]
    data = {
        "pageIndex": index,
        "pageSize": size,
        "totalCount": len(found),
        "products": WireList("selection_search_product", [_hit(emulator, p, supported(currency)) for p in page]),
    }
    return {"code": "00", "msg": "success", "data": data}


def category_get(emulator: Emulator, call: Call) -> dict[str, Any]:
    """All categories, or one with its children."""
    asked = call.params.get("categoryId", "")
    categories = [
        {"category_id": category.category_id, "category_name": category.name}
        | ({} if category.parent_id is None else {"parent_category_id": category.parent_id})
        for category in emulator.catalogue.categories
        if asked in ("", str(category.category_id), str(category.parent_id))
    ]
    result = {"total_result_count": len(categories), "categories": WireList("category", categories)}
    return {"resp_result": {"resp_code": 200, "resp_msg": "Call succeeds", "result": result}}


def _base_info(product: Product) -> dict[str, Any]:
    detail = {"version": "2.0.0", "moduleList": [{"type": "html", "data": {"content": product.detail_html}}]}
    return {
        "product_id": int(product.product_id),
        "category_id": product.category_id,
        "subject": product.subject,
        "product_status_type": "onSelling",
        "currency_code": "CNY",
        "avg_evaluation_rating": product.rating,
        "evaluation_count": str(product.reviews),
        "sales_count": _sold(product.sold),
        "separated_listing": False,
        "sl_product": False,
        "detail": product.detail_html,
        "mobile_detail": to_json(detail).decode(),
    }


def _sku(emulator: Emulator, call: Call, product: Product, sku: Sku, currency: str) -> dict[str, Any]:
    with emulator.store.reading() as connection:
        stock = goods.stock_left(emulator, call, connection, product, sku)
    shown_in = goods.forced_currency(call, product, sku) or currency
    sale = goods.price_of(call, product, sku)
    price = f"{convert(sale, shown_in):.2f}"
    return {
        "sku_id": sku.sku_id,
        "sku_attr": sku.sku_attr,
        "id": sku.sku_attr,
        "sku_price": f"{convert(max(sku.price_usd, sale), shown_in):.2f}",
        "offer_sale_price": price,
        "offer_bulk_sale_price": price,
        "sku_bulk_order": 2,
        "currency_code": shown_in,
        "price_include_tax": False,
        "sku_available_stock": stock,
        "ae_sku_property_dtos": WireList(
            "ae_sku_property_d_t_o", [_sku_property(emulator, entry) for entry in sku.properties]
        ),
    }


def _sku_property(emulator: Emulator, entry: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "sku_property_id": entry["property_id"],
        "sku_property_name": entry["name"],
        "property_value_id": entry["value_id"],
        "sku_property_value": entry["value"],
    }
    if entry.get("definition"):
        shown["property_value_definition_name"] = entry["definition"]
    if entry.get("image"):
        shown["sku_image"] = image_url(emulator, entry["image"])
    return shown


def _property(name: str, value: str) -> dict[str, Any]:
    return {
        "attr_name_id": zlib.crc32(name.encode()) % 100_000,
        "attr_name": name,
        "attr_value_id": zlib.crc32(value.encode()),
        "attr_value": value,
    }


def _package(product: Product) -> dict[str, Any]:
    return {
        "package_length": product.package.get("length"),
        "package_width": product.package.get("width"),
        "package_height": product.package.get("height"),
        "gross_weight": str(product.package.get("gross_weight", "")),
        "package_type": False,
        "product_unit": 100000015,
    }


def _hit(emulator: Emulator, product: Product, currency: str) -> dict[str, Any]:
    cheapest = min(product.skus, key=lambda sku: sku.sale_price_usd)
    sale = convert(cheapest.sale_price_usd, currency)
    original = convert(cheapest.price_usd, currency)
    discount = 0 if not original else round(100 - 100 * sale / original)
    return {
        "itemId": product.product_id,
        "title": product.subject,
        "type": "search",
        "itemMainPic": image_url(emulator, product.images[0]) if product.images else "",
        "itemUrl": f"//www.aliexpress.com/item/{product.product_id}.html",
        "salePrice": f"{convert(cheapest.sale_price_usd, 'CNY'):.2f}",
        "salePriceCurrency": "CNY",
        "originalPrice": f"{convert(cheapest.price_usd, 'CNY'):.2f}",
        "originalPriceCurrency": "CNY",
        "targetSalePrice": f"{sale:.2f}",
        "targetOriginalPrice": f"{original:.2f}",
        "targetOriginalPriceCurrency": currency,
        "salePriceFormat": formatted(sale, currency),
        "discount": f"{discount}%",
        "score": product.rating,
        "evaluateRate": f"{Decimal(product.rating or '0') * 20:.1f}",
        "orders": _sold(product.sold, comma=True),
        "cateId": str(product.category_id),
    }


def _sold(number: int, *, comma: bool = False) -> str:
    text = f"{number:,}" if comma else str(number)
    return text + "+" if number >= 1000 else text


def _positive(text: str, name: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise GatewayError("InvalidParameter", f"The specified parameter {name} is not valid")
    return int(text)


def _sort(found: list[Product], order: str) -> None:
    field, _, direction = order.partition(",")
    keys = {
        "min_price": lambda product: min(sku.sale_price_usd for sku in product.skus),
        "orders": lambda product: product.sold,
        "comments": lambda product: product.reviews,
    }
    if field in keys:
        found.sort(key=keys[field], reverse=direction == "desc")
