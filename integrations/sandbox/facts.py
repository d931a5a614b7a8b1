"""What a request is about, read tolerantly before any check, so that faults can be aimed at it."""

import json
from typing import Any

from integrations.sandbox import freight, methods, order_views, orders, placing
from integrations.sandbox.answers import GatewayError
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.faults import Facts
from integrations.sandbox.reading import WireRequest


def facts_of(emulator: Emulator, request: WireRequest) -> Facts:
    """Never fails: what cannot be read is left out."""
    params = request.params
    if request.name in methods.CREATE_METHODS:
        return _of_purchase(emulator, request.name, _json(params.get(placing.PARAMETER)))
    if request.name in (methods.ORDER_GET, methods.TRACKING_GET):
        return _of_order(emulator, request)
    if request.name == methods.FREIGHT_QUERY:
        query = _json(params.get(freight.PARAMETER))
        product_ids, sku_ids = {str(query.get("productId"))}, {str(query.get("selectedSkuId"))}
        return Facts(request.name, frozenset(product_ids), frozenset(sku_ids))
    if request.name == methods.FREIGHT_CALCULATE:
        query = _json(params.get(freight.OLDER_PARAMETER))
        return Facts(request.name, frozenset({str(query.get("product_id"))}), frozenset({str(query.get("sku_id"))}))
    if request.name == methods.PRODUCT_GET:
        product = emulator.catalogue.find(params.get("product_id", ""))
        ids = (sku.sku_id for sku in product.skus) if product else ()
        return Facts(request.name, frozenset({params.get("product_id", "")}), frozenset(ids))
    return Facts(request.name)


def _of_purchase(emulator: Emulator, method: str, body: dict[str, Any]) -> Facts:
    items = body.get("product_items")
    product_ids, sku_ids = set(), set()
    for item in items if isinstance(items, list) else []:
        product_id = str(item.get("product_id")) if isinstance(item, dict) else ""
        product_ids.add(product_id)
        product = emulator.catalogue.find(product_id)
        skus = product.skus if product else ()
        chosen = item.get("sku_attr") if isinstance(item, dict) else None
        sku_ids |= {sku.sku_id for sku in skus if sku.sku_attr == chosen or (len(skus) == 1 and not chosen)}
    reference = body.get("out_order_id")
    return Facts(method, frozenset(product_ids), frozenset(sku_ids), None if reference is None else str(reference))


def _of_order(emulator: Emulator, request: WireRequest) -> Facts:
    try:
        text = order_views.order_id_of(request.params)
    except GatewayError:
        text = ""
    order = orders.find(emulator.store, int(text)) if text.isdecimal() and len(text) <= 18 else None
    if order is None:
        return Facts(request.name)
    products = frozenset(line.product_id for line in order.lines)
    return Facts(request.name, products, frozenset(line.sku_id for line in order.lines), order.out_order_id)


def _json(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
