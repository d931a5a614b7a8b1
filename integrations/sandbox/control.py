"""The control interface under `/_control/`: unsigned, for demonstrations and tests on this machine."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integrations.sandbox import order_writing, orders, pushes, tokens
from integrations.sandbox.account import DEMO_ACCOUNT, DEMO_ALISEEKS
from integrations.sandbox.answers import Reply, to_json
from integrations.sandbox.clock import iso_utc
from integrations.sandbox.currencies import money
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.faults import FaultRefused, parse_faults
from integrations.sandbox.moving import MoveRefused
from integrations.sandbox.settings import DAY_S, SettingRefused, is_number
from integrations.sandbox.stripe import control as stripe_control
from integrations.sandbox.timeline import Order, state_of

_STRIPE = "/_control/stripe/"
_MAX_ADVANCE_S = 3650 * DAY_S


class ControlRefused(Exception):
    """A control request cannot be carried out; status and text say why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def handle(emulator: Emulator, verb: str, target: str, body: bytes) -> Reply:
    """Carry out one control request; every answer is JSON."""
    parts = urlsplit(target)
    path = parts.path.rstrip("/")
    try:
        value = _route(emulator, verb, path, parse_qs(parts.query), body)
    except ControlRefused as refused:
        return Reply(to_json({"error": refused.text}), f"refused:{refused.status}", status=refused.status)
    except (FaultRefused, SettingRefused) as refused:
        return Reply(to_json({"error": str(refused)}), "refused:400", status=400)
    return Reply(to_json(value), "ok")


def _route(emulator: Emulator, verb: str, path: str, query: dict[str, list[str]], body: bytes) -> Any:
    pay = path.removeprefix("/_control/orders/").removesuffix("/pay")
    if path == f"/_control/orders/{pay}/pay" and verb == "POST":
        return _pay(emulator, pay)
    if path.startswith(_STRIPE):
        return _stripe(emulator, verb, path.removeprefix(_STRIPE), body)
    by_verb = _ROUTES.get(path)
    if by_verb is None:
        raise ControlRefused(404, f"no such control path; there are: {', '.join(_ROUTES)}")
    action = by_verb.get(verb)
    if action is None:
        raise ControlRefused(405, f"possible here: {', '.join(by_verb)}")
    return action(emulator, query, body)


def _stripe(emulator: Emulator, verb: str, name: str, body: bytes) -> Any:
    try:
        return stripe_control.handle(emulator, verb, name, _json(body) if verb == "POST" else None)
    except stripe_control.StripeControlRefused as refused:
        raise ControlRefused(400, str(refused)) from refused


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as exc:
        raise ControlRefused(400, "the body is not JSON") from exc


def _object(body: bytes) -> dict[str, Any]:
    value = _json(body)
    if not isinstance(value, dict):
        raise ControlRefused(400, "the body must be a JSON object")
    return value


def _account(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    aliseeks = {
        "api_key": DEMO_ALISEEKS.api_key,
        "merchant_id": DEMO_ALISEEKS.merchant_id,
        "endpoint": emulator.public_url + DEMO_ALISEEKS.path,
    }
    identity = {"app_key": DEMO_ACCOUNT.app_key, "app_secret": DEMO_ACCOUNT.app_secret}
    rest = {"endpoint": emulator.public_url, "aliseeks": aliseeks}
    pair = tokens.current_pair(emulator)
    if pair is None:
        return identity | {"access_token": None, "refresh_token": None} | rest
    expiry = {
        "access_token_expires_at": iso_utc(pair["expire_time"]),
        "refresh_token_expires_at": iso_utc(pair["refresh_token_valid_time"]),
    }
    wanted = {name: value for name, value in pair.items() if name not in ("code", "request_id")}
    return identity | wanted | expiry | rest


def _list_orders(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    found = orders.listing(emulator.store, query["out_order_id"][0] if "out_order_id" in query else None)
    siblings: dict[str, list[str]] = {}
    for order in found:
        siblings.setdefault(order.created_with, []).append(str(order.order_id))
    now_ms = emulator.clock.now_ms()
    return [_order(order, siblings[order.created_with], now_ms) for order in found]


def _order(order: Order, order_ids: list[str], now_ms: int) -> dict[str, Any]:
    state = state_of(order, now_ms)
    return {
        "supplier": order.supplier,
        "merchant_id": order.merchant_id,
        "order_id": str(order.order_id),
        "order_ids": order_ids,
        "out_order_id": order.out_order_id,
        "created_at": iso_utc(order.created_at_ms),
        "items": [
            {
                "product_id": line.product_id,
                "sku_id": line.sku_id,
                "sku_attr": line.sku_attr,
                "quantity": line.quantity,
                "price": f"{line.price:.2f}",
                "freight": f"{line.freight:.2f}",
                "logistics_service_name": line.service,
                "order_memo": line.memo,
            }
            for line in order.lines
        ],
        "address": json.loads(order.address),
        "logistics_service": order.lines[0].service,
        "order_status": state.order_status,
        "logistics_status": state.logistics_status,
        "is_paid": state.is_paid,
        "is_canceled": state.is_canceled,
        "tracking_numbers": [parcel.tracking_number for parcel in state.parcels],
        "amount": money(order.amount, order.currency),
        "store_id": order.store_id,
    }


def _delete_orders(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    return {"deleted": orders.delete_all(emulator.store)}


def _pay(emulator: Emulator, order_id: str) -> Any:
    """A person pays on the supplier's site; the order goes its way from now."""
    order = orders.find(emulator.store, int(order_id)) if order_id.isdecimal() else None
    if order is None:
        raise ControlRefused(404, "no such order")
    now_ms = emulator.clock.now_ms()
    state = state_of(order, now_ms)
    if state.is_paid or state.is_canceled:
        raise ControlRefused(409, f"the order is {state.order_status} and cannot be paid")
    # The pace counts from creation; it starts anew so that the payment falls on this very instant.
    start_ms = now_ms - round(emulator.settings.paid_after_s * 1000 / emulator.settings.speed)
    orders.set_paid(emulator.store, order, **order_writing.instants_from(start_ms, emulator.settings))
    return {"order_id": order_id, "paid_at": iso_utc(now_ms)}


def _list_faults(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    return {"faults": emulator.faults.listing()}


def _add_faults(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    emulator.faults.add(parse_faults(_json(body)))
    return {"faults": emulator.faults.listing()}


def _clear_faults(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    return {"cleared": emulator.faults.clear()}


def _clock(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    return {
        "now": iso_utc(emulator.clock.now_ms()),
        "offset_s": emulator.clock.offset_ms / 1000,
        "clock_speed": emulator.clock.speed,
    }


def _advance_clock(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    wanted = _object(body)
    seconds = wanted.get("advance_s")
    if set(wanted) != {"advance_s"} or not is_number(seconds) or not 0 <= seconds <= _MAX_ADVANCE_S:
        raise ControlRefused(400, f'expected {{"advance_s": seconds}} from 0 to {_MAX_ADVANCE_S}')
    emulator.clock.advance(seconds)
    return _clock(emulator, query, b"")


def _settings(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    return emulator.settings.as_dict()


def _change_settings(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    emulator.change_settings(_object(body))
    return emulator.settings.as_dict()


def _calls(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    refused = dict(sorted(emulator.refused.items()))
    return dict(sorted(emulator.calls.items())) | ({"refused": refused} if refused else {})


def _forget_calls(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    emulator.forget_calls()
    return {}


def _health(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    return {
        "status": "ok",
        "now": iso_utc(emulator.clock.now_ms()),
        "orders": orders.count(emulator.store),
        "products": len(emulator.catalogue.products),
    }


def _code(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    return {"code": tokens.new_code(emulator), "lifetime_s": tokens.CODE_LIFETIME_S}


def _tokens(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    wanted = _object(body)
    if set(wanted) != {"kind"} or wanted["kind"] not in tokens.CHANGES:
        raise ControlRefused(400, f'expected {{"kind": …}} with one of {", ".join(tokens.CHANGES)}')
    return tokens.change_all(emulator, wanted["kind"])


def _push(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    try:
        return pushes.push_on_command(emulator, _object(body))
    except pushes.PushRefused as refused:
        raise ControlRefused(400, str(refused)) from refused


def _course(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    course = emulator.moving.course
    return {"seed": course.seed, "steps": course.steps, "products": course.products}


def _move(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    try:
        emulator.moving.move(_object(body))
    except MoveRefused as refused:
        raise ControlRefused(400, str(refused)) from refused
    return _course(emulator, query, b"")


def _stop_moving(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    emulator.moving.stop()
    return _course(emulator, query, b"")


def _goods(emulator: Emulator, query: dict[str, list[str]], body: bytes) -> Any:
    now_ms = emulator.clock.now_ms()
    with emulator.store.reading() as connection:
        return {
            product.product_id: {
                sku.sku_id: {
                    "price": f"{sku.sale_price_usd:.2f}",
                    "stock": max(0, sku.stock - orders.reserved(connection, sku.sku_id, now_ms)),
                }
                for sku in product.skus
            }
            for product in emulator.catalogue.products.values()
        }


_Action = Callable[[Emulator, dict[str, list[str]], bytes], Any]
_ROUTES: dict[str, dict[str, _Action]] = {
    "/_control/health": {"GET": _health},
    "/_control/account": {"GET": _account},
    "/_control/orders": {"GET": _list_orders, "DELETE": _delete_orders},
    "/_control/faults": {"GET": _list_faults, "POST": _add_faults, "DELETE": _clear_faults},
    "/_control/clock": {"GET": _clock, "POST": _advance_clock},
    "/_control/settings": {"GET": _settings, "POST": _change_settings},
    "/_control/calls": {"GET": _calls, "DELETE": _forget_calls},
    "/_control/codes": {"POST": _code},
    "/_control/tokens": {"POST": _tokens},
    "/_control/pushes": {"POST": _push},
    "/_control/moves": {"GET": _course, "POST": _move, "DELETE": _stop_moving},
    "/_control/goods": {"GET": _goods},
}
