"""Writing the orders of one purchase, the same for both suppliers."""

import json
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from integrations.sandbox import orders
from integrations.sandbox.catalogue import Product
from integrations.sandbox.emulator import Call
from integrations.sandbox.settings import Settings
from integrations.sandbox.timeline import Line, Order


@dataclass(frozen=True)
class Sale:
    """Who buys and where it goes. `address` is kept as received; `country` is the platform's code."""

    supplier: str
    reference: str | None
    address: Any
    country: str
    merchant_id: str | None = None


def write_orders(
    call: Call,
    connection: sqlite3.Connection,
    sale: Sale,
    lines: list[tuple[Product, Line, str]],
    *,
    is_paying: bool,
) -> list[int]:
    """Write one order per store (or per line, on command), all in the caller's transaction."""
    if call.faults.take("split_orders"):
        parts = [[entry] for entry in lines]
    else:
        by_store = sorted(lines, key=lambda entry: entry[0].store_id)
        parts = [list(group) for _, group in groupby(by_store, key=lambda entry: entry[0].store_id)]
    first_id = orders.next_order_id(connection)
    never_pays = call.faults.take("never_pays") is not None
    cancel = call.faults.take("seller_cancels")
    parcels = 2 if call.faults.take("two_parcels") else call.settings.parcels
    ids = []
    for index, part in enumerate(parts):
        product, _, currency = part[0]
        instants = _instants(call, is_paying=is_paying and not never_pays, is_canceled=cancel is not None)
        order = Order(
            order_id=first_id + index,
            created_with=str(first_id),
            out_order_id=sale.reference,
            created_at_ms=call.now_ms,
            readable_at_ms=call.now_ms + round(call.settings.unreadable_s * 1000),
            pay_timeout_ms=round(call.settings.pay_timeout_s * 1000),
            marks_lines=True if cancel is None else bool(cancel.fault.details["marks_lines"]),
            parcels=parcels,
            country=sale.country,
            address=json.dumps(sale.address, ensure_ascii=False),
            store_id=product.store_id,
            store_name=product.store_name,
            currency=currency,
            supplier=sale.supplier,
            merchant_id=sale.merchant_id,
            lines=tuple(line for _, line, _ in part),
            **instants,
        )
        orders.insert(connection, order)
        ids.append(order.order_id)
    return ids


def _instants(call: Call, *, is_paying: bool, is_canceled: bool) -> dict[str, int | None]:
    """The instants of the order's life, settled now so that later settings do not change its past."""
    pace = call.settings
    if not is_paying:
        closes_at_ms = call.now_ms + round(pace.pay_timeout_s * 1000)
        nothing = dict.fromkeys(("paid_at_ms", "shipped_at_ms", "delivered_at_ms", "confirmed_at_ms"))
        return nothing | {"closes_at_ms": closes_at_ms}
    instants = instants_from(call.now_ms, pace)
    return instants | {"closes_at_ms": instants["shipped_at_ms"] if is_canceled else None}


def instants_from(start_ms: int, pace: Settings) -> dict[str, int]:
    """Payment, shipment, delivery and confirmation of an order whose clock starts at `start_ms`."""

    def after(seconds: float) -> int:
        return start_ms + round(seconds * 1000 / pace.speed)

    return {
        "paid_at_ms": after(pace.paid_after_s),
        "shipped_at_ms": after(pace.shipped_after_s),
        "delivered_at_ms": after(pace.delivered_after_s),
        "confirmed_at_ms": after(pace.delivered_after_s + pace.confirmed_after_delivery_s),
    }
