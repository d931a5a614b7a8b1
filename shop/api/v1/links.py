"""How one answer leads to the next request, as OpenAPI's links: for clients that follow them, and for proofs.

The link of a mail that confirms an address leaves the API, so nothing links ``register`` to ``confirm_address``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_BASKET = {"header.Basket-Token": "$response.body#/token"}
_SAME_BASKET = {"header.Basket-Token": "$request.header.Basket-Token"}
_ORDER = {"path.number": "$response.body#/number", "header.Order-Token": "$response.body#/token"}
_SAME_ORDER = {"path.number": "$request.path.number", "header.Order-Token": "$request.header.Order-Token"}
_LINE = {**_BASKET, "path.line": "$response.body#/lines/0/id"}
_AGREED = {"stamp": "$response.body#/stamp", "seen_total": "$response.body#/totals/total"}
_REFRESH = {"refresh_token": "$response.body#/refresh_token"}


def _results(name: str, member: str) -> dict[str, str]:
    return {f"path.{name}": f"$response.body#/results/0/{member}"}


#: Operation -> operation that its answer leads to -> parameters. What is sent is in ``_BODIES``.
_LINKS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "products": {"product": _results("slug", "slug")},
    "buy_now": {"basket": _BASKET, "quote": _BASKET},
    "basket_add": {
        "basket": _BASKET,
        "basket_change": _LINE,
        "basket_remove": _LINE,
        "basket_tidy": _BASKET,
        "quote": _BASKET,
    },
    "quote": {"place_order": _SAME_BASKET},
    "place_order": {
        "order": _ORDER,
        "start_payment": _ORDER,
        "order_events": _ORDER,
        "cancel_order": _ORDER,
    },
    "start_payment": {
        "payment": {**_SAME_ORDER, "path.payment_id": "$response.body#/id"},
        "order": _SAME_ORDER,
        "order_events": _SAME_ORDER,
    },
    "order_events": {"order_events": {**_SAME_ORDER, "query.cursor": "$response.body#/next_cursor"}},
    "ask_for_return": {"order_return": {**_SAME_ORDER, "path.return_number": "$response.body#/number"}},
    "log_in": {"refresh": {}},
    "refresh": {"refresh": {}},
    "devices": {"end_device": _results("device_id", "id")},
    "save_address": {
        "change_address": {"path.address_id": "$response.body#/id"},
        "remove_address": {"path.address_id": "$response.body#/id"},
    },
    "orders": {"order": _results("number", "number")},
    "register_webhook": {"remove_webhook": {"path.hook_id": "$response.body#/id"}},
    "staff_orders": {"staff_order": _results("key", "number")},
    "staff_supplier_orders": {"staff_supplier_order": _results("key", "id")},
    "staff_shipments": {"staff_shipments_look_now": _results("key", "id")},
    "staff_listings": {
        "staff_listings_check_now": _results("key", "id"),
        "staff_listings_switch_off": _results("key", "id"),
        "staff_listings_switch_on": _results("key", "id"),
    },
    "staff_refunds": {"staff_refunds_done": _results("key", "id")},
}
_BODIES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("quote", "place_order"): _AGREED,
    ("log_in", "refresh"): _REFRESH,
    ("refresh", "refresh"): _REFRESH,
}


def add_links(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Write the links into the document ``result``. After the examples: what a link leaves open is the example's."""
    operations = dict(_operations(result))
    for source, targets in _LINKS.items():
        status = next(status for status in operations[source]["responses"] if status.startswith("2"))
        links = operations[source]["responses"][status].setdefault("links", {})
        for target, parameters in targets.items():
            link: dict[str, Any] = {"operationId": target}
            if parameters:
                link["parameters"] = dict(parameters)
            if body := _BODIES.get((source, target)):
                link["requestBody"] = {**_example_of(operations[target]), **body}
            links[target] = link
    return result


def _operations(result: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in result["paths"].values():
        for operation in item.values():
            yield operation["operationId"], operation


def _example_of(operation: Mapping[str, Any]) -> dict[str, Any]:
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    value: dict[str, Any] = next(iter(examples.values()))["value"]
    return {name: part for name, part in value.items() if name != "shipping"}
