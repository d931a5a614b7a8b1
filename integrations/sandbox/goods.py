"""What a SKU costs and how much of it is left, faults included: the same for looking and for buying."""

import sqlite3
from decimal import ROUND_HALF_UP, Decimal

from integrations.sandbox import orders
from integrations.sandbox.catalogue import FreightOption, Product, Sku
from integrations.sandbox.emulator import Call, Emulator

_ENDLESS = 999_999


def is_gone(call: Call, product: Product, sku: Sku) -> bool:
    """Tell whether a fault has taken the SKU away."""
    return call.faults.take_for("sku_gone", product.product_id, sku.sku_id) is not None


def price_of(call: Call, product: Product, sku: Sku) -> Decimal:
    """The price to pay per piece, in USD."""
    waiting = call.faults.take_for("price_changed", product.product_id, sku.sku_id)
    if waiting is None:
        return sku.sale_price_usd
    details = waiting.fault.details
    if details["sale_price"] is not None:
        return Decimal(str(details["sale_price"]))
    return (sku.sale_price_usd * Decimal(str(details["factor"]))).quantize(Decimal("0.01"), ROUND_HALF_UP)


def forced_currency(call: Call, product: Product, sku: Sku) -> str | None:
    """The currency a fault makes the platform answer in, whatever was asked for."""
    waiting = call.faults.take_for("wrong_currency", product.product_id, sku.sku_id)
    return None if waiting is None else str(waiting.fault.details["currency"])


def stock_left(emulator: Emulator, call: Call, connection: sqlite3.Connection, product: Product, sku: Sku) -> int:
    """Pieces that can still be bought."""
    if call.faults.take_for("out_of_stock", product.product_id, sku.sku_id):
        return 0
    if call.settings.endless_stock:
        return _ENDLESS
    return max(0, sku.stock - orders.reserved(connection, sku.sku_id, call.now_ms))


def is_sold_as_version(call: Call, product: Product, country: str) -> bool:
    """Tell whether a country can have the product under its other id only."""
    return call.settings.sub_products == "only" and country in product.sub_ids and not product.main_id


def options_for(product: Product, country: str) -> list[FreightOption]:
    """Ways of shipping to a country, cheapest first; none if the product does not go there."""
    if not product.ships_to_country(country):
        return []
    return sorted(product.freight, key=lambda option: option.fee_usd)
