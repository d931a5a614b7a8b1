"""Reading a request, and what it is about, tolerantly: checks come later."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integrations.sandbox import methods, orders
from integrations.sandbox.account import DEMO_ALISEEKS
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.faults import Facts


@dataclass(frozen=True)
class AliseeksRequest:
    """One call. `name` is empty for an address that does not exist; `body` is the query of a GET."""

    name: str
    api_key: str
    body: Any
    is_json: bool = True


def is_aliseeks_path(target: str) -> bool:
    """Tell whether a request target belongs to this half."""
    return urlsplit(target).path.startswith(DEMO_ALISEEKS.path + "/")


def read_request(verb: str, target: str, api_key: str, body: bytes) -> AliseeksRequest:
    """Take a request apart."""
    parts = urlsplit(target)
    name = methods.ALISEEKS_CALLS.get((verb, parts.path.removeprefix(DEMO_ALISEEKS.path).rstrip("/")), "")
    if verb == "GET":
        return AliseeksRequest(name, api_key, {key: values[0] for key, values in parse_qs(parts.query).items()})
    try:
        return AliseeksRequest(name, api_key, json.loads(body))
    except (ValueError, RecursionError):
        return AliseeksRequest(name, api_key, None, is_json=False)


def facts_of(emulator: Emulator, request: AliseeksRequest) -> Facts:
    """Never fails: what cannot be read is left out."""
    body = request.body if isinstance(request.body, dict) else {}
    if request.name == methods.ALISEEKS_ORDER_CREATE:
        return _of_purchase(emulator, body)
    if request.name == methods.ALISEEKS_ORDER_GET:
        text = str(body.get("orderId", ""))
        order = orders.find(emulator.store, int(text)) if text.isdecimal() and len(text) <= 18 else None
        lines = order.lines if order else ()
        products = frozenset(line.product_id for line in lines)
        return Facts(request.name, products, frozenset(line.sku_id for line in lines))
    product_id = str(body.get("productId", ""))
    product = emulator.catalogue.products.get(product_id)
    skus = product.skus if product else ()
    products = frozenset({product_id} if product_id else ())
    return Facts(request.name, products, frozenset(sku.sku_id for sku in skus))


def _of_purchase(emulator: Emulator, body: dict[str, Any]) -> Facts:
    product_ids, sku_ids = set(), set()
    items = body.get("items")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        product_id = str(item.get("productId"))
        product_ids.add(product_id)
        product = emulator.catalogue.products.get(product_id)
        properties = item.get("properties")
        chosen = [entry.get("sku") for entry in properties if isinstance(entry, dict)] if properties else []
        for sku in product.skus if product else ():
            if sorted(sku.properties_text) == sorted(str(text) for text in chosen):
                sku_ids.add(sku.sku_id)
    return Facts(methods.ALISEEKS_ORDER_CREATE, frozenset(product_ids), frozenset(sku_ids))
