"""`aliexpress.ds.freight.query` and the older `aliexpress.logistics.buyer.freight.calculate`.

Vendor's pages: openservice.aliexpress.com, API reference of these methods. `shipping_fee_cent` of the first is
no cents: observed answers carry the fee in main units there, and leave the field out for free shipping. `cent`
of the second is.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.sandbox import goods
from integrations.sandbox.answers import GatewayError, WireList, missing_parameter
from integrations.sandbox.catalogue import FreightOption, Product
from integrations.sandbox.currencies import BASE, convert, formatted, supported
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.placing import json_parameter

PARAMETER = "queryDeliveryReq"
OLDER_PARAMETER = "param_aeop_freight_calculate_for_buyer_d_t_o"
_OLDER_LIST = "aeop_freight_calculate_result_for_buyer_d_t_o"
_REQUIRED = ("productId", "selectedSkuId", "quantity", "shipToCountry", "language", "locale", "currency")


def freight_query(emulator: Emulator, call: Call) -> dict[str, Any]:
    """The ways of shipping one SKU to a country, with fees in the asked currency."""
    if not call.params.get(PARAMETER):
        raise missing_parameter(PARAMETER)
    query = json_parameter(call.params, PARAMETER)
    for name in _REQUIRED:
        if not query.get(name):
            raise missing_parameter(f"{PARAMETER}.{name}")
    if query.get("province") and query.get("provinceCode"):
        raise GatewayError("InvalidParameter", "province and provinceCode exclude each other")
    if not str(query["quantity"]).isdecimal():
        raise GatewayError("InvalidParameter", "The specified parameter quantity is not valid")
    product = emulator.catalogue.find(str(query["productId"]))
    sku = product.sku(str(query["selectedSkuId"])) if product else None
    country = str(query["shipToCountry"])
    if product is None or sku is None or goods.is_gone(call, product, sku):
        return _nothing(501, "DELIVERY_INFO_EMPTY")
    if goods.is_sold_as_version(call, product, country):
        return _nothing(501, "DELIVERY_INFO_EMPTY")
    options = goods.options_for(product, country)
    if not options:
        return _nothing(505, "DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS")
    with emulator.store.reading() as connection:
        stock = goods.stock_left(emulator, call, connection, product, sku)
    currency = goods.forced_currency(call, product, sku) or supported(str(query["currency"]))
    shown = [_option(call, product, option, currency, stock) for option in options]
    result = {
        "success": True,
        "code": 200,
        "msg": "Call succeeds",
        "delivery_options": WireList("delivery_option_d_t_o", shown),
    }
    return {"result": result}


def freight_calculate(emulator: Emulator, call: Call) -> dict[str, Any]:
    """The same ways and fees in the words of the older method, in `price_currency` or else USD."""
    if not call.params.get(OLDER_PARAMETER):
        raise missing_parameter(OLDER_PARAMETER)
    query = json_parameter(call.params, OLDER_PARAMETER)
    for name in ("product_id", "product_num", "country_code"):
        if not query.get(name):
            raise missing_parameter(f"{OLDER_PARAMETER}.{name}")
    product = emulator.catalogue.find(str(query["product_id"]))
    skus = [sku for sku in product.skus if str(query.get("sku_id") or sku.sku_id) == sku.sku_id] if product else []
    if product is None or not skus or goods.is_gone(call, product, skus[0]):
        return {"result": {"success": False, "error_desc": "DELIVERY_INFO_EMPTY"}}
    country = str(query["country_code"])
    options = goods.options_for(product, country)
    if not options or goods.is_sold_as_version(call, product, country):
        return {"result": {"success": False, "error_desc": "DELIVERY_NOT_AVAILABLE_TO_YOUR_ADDRESS"}}
    asked = supported(str(query.get("price_currency") or BASE))
    currency = goods.forced_currency(call, product, skus[0]) or asked
    shown = WireList(_OLDER_LIST, [_older_option(option, currency) for option in options])
    return {"result": {"success": True, f"{_OLDER_LIST}_list": shown}}


def _older_option(option: FreightOption, currency: str) -> dict[str, Any]:
    fee = convert(option.fee_usd, currency)
    return {
        "service_name": option.code,
        "estimated_delivery_time": f"{option.min_days}-{option.max_days}",
        "tracking_available": "true" if option.is_tracked else "false",
        "error_code": 0,
        "freight": {"amount": f"{fee:.2f}", "cent": int(fee * Decimal(100)), "currency_code": currency},
    }


def _nothing(code: int, msg: str) -> dict[str, Any]:
    return {"result": {"success": False, "code": code, "msg": msg}}


def _option(call: Call, product: Product, option: FreightOption, currency: str, stock: int) -> dict[str, Any]:
    today = datetime.fromtimestamp(call.now_ms / 1000, UTC)
    first, last = today + timedelta(days=option.min_days), today + timedelta(days=option.max_days)
    same_month = first.month == last.month
    fee = convert(option.fee_usd, currency)
    shown: dict[str, Any] = {
        "code": option.code,
        "company": option.company,
        "tracking": option.is_tracked,
        "ship_from_country": product.ships_from,
        "free_shipping": option.is_free,
        "shipping_fee_currency": currency,
        "shipping_fee_format": formatted(fee, currency),
        "min_delivery_days": option.min_days,
        "max_delivery_days": option.max_days,
        "guaranteed_delivery_days": "60",
        "delivery_date_desc": f"{first:%b} {first.day} - {'' if same_month else f'{last:%b} '}{last.day}",
        "available_stock": str(stock),
        "mayHavePFS": False,
    }
    if not option.is_free:
        shown["shipping_fee_cent"] = f"{fee:.2f}"
    return shown
