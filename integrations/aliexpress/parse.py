"""Answers about orders and parcels, from the wire to the neutral words. Pure.

https://openservice.aliexpress.com/doc/doc.htm, methods aliexpress.ds.order.create,
aliexpress.trade.ds.order.get and aliexpress.ds.order.tracking.get (docId 1591-1679). Products and freight
are in ``parse_goods``.

Observed and not documented: success of an order call is also told as the text ``"true"``; the time of
payment carries a zone name in brackets; tracking answers code 1001 until the goods are on their way;
``tracking_name`` is free text in the asked language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from integrations.aliexpress import refusals
from integrations.aliexpress.carriers import public_name, without_brands
from integrations.aliexpress.envelope import Answer
from integrations.aliexpress.fields import amount, moment, nodes, rows, word
from integrations.aliexpress.statuses import read_status
from integrations.errors import AlreadyPlaced, OutcomeUnknown, Rejected, SupplierError, Transient
from integrations.fields import (
    Node,
    as_identifier,
    flag,
    identifier,
    malformed,
    node,
    optional_text,
    optional_whole,
    said,
    text,
    whole,
)
from integrations.types import Checkpoint, OrderedItem, OrderSnapshot, Parcel, Placed, SupplierOrderState
from shop.money import Money

#: The zone of times without one (``gmt_create``, if ever a paid time). Not documented; Pacific time is the
#: platform's habit: paid times come with it, and the commission methods name it. Nothing about money
#: depends on it.
PLATFORM_ZONE = ZoneInfo("America/Los_Angeles")

# tracking_name is free text and no status code. This one word, in the language we ask for, is what every
# carrier's last checkpoint says; anything less exact would turn "delivered to the sorting centre" into a
# delivery.
_DELIVERED_NAMES = frozenset({"delivered"})

_NOT_SHIPPED_YET = "1001"


def order_created(answer: Answer) -> Placed:
    """The ids of the created order(s).

    Raises ``Rejected`` for a plain refusal, ``AlreadyPlaced`` if the reference was handled before,
    ``OutcomeUnknown`` or ``MalformedReply`` where the answer proves neither.
    """
    result = node(answer.payload, "result")
    succeeded = flag(result, "is_success")
    ids = tuple(dict.fromkeys(as_identifier(row, "order_list") for row in rows(result, "order_list", "number")))
    code, message = word(result, "error_code"), said(optional_text(result, "error_msg"))
    if succeeded and ids:
        return Placed(external_ids=ids, payment_note=message, request_id=answer.request_id)
    if succeeded:
        raise OutcomeUnknown("AliExpress reports success but names no order", code="success_without_id")
    if code == refusals.REPEATED:
        raise AlreadyPlaced(_listing("AliExpress has handled this reference before", ids), code=code)
    if ids:
        raise OutcomeUnknown(_listing("AliExpress refuses and names orders", ids), code="refused_with_id")
    if refusals.is_breakdown(code):
        raise OutcomeUnknown(f"AliExpress failed while it handled the order ({code}: {message})", code=code)
    raise Rejected(
        refusals.meaning(code, message),
        code=code or "rejected",
        refusal=refusals.kind(code),
        field=refusals.field(code, message),
    )


def _listing(words: str, ids: tuple[str, ...]) -> str:
    return f"{words}: {', '.join(ids[:20])}" if ids else words


def order_shown(answer: Answer, external_id: str) -> OrderSnapshot:
    """The order as it stands. Raises ``Transient`` while it cannot be read yet, ``Rejected`` if refused."""
    payload = answer.payload
    if payload.get("result") in (None, {}):
        raise _no_order(payload, answer.request_id)
    result = node(payload, "result")
    order_status = text(result, "order_status")
    logistics_status = optional_text(result, "logistics_status")
    paid_at = _zoned(result, "order_paidtime_string")
    items = tuple(_ordered(row) for row in nodes(result, "child_order_list", "aeop_child_order_info"))
    parcels = _announced_parcels(result)
    reading = read_status(
        order_status,
        logistics_status,
        paid=paid_at is not None,
        has_parcel=bool(parcels),
        canceled=[item.canceled for item in items],
    )
    return OrderSnapshot(
        external_id=external_id,
        state=reading.state,
        raw_status=f"{order_status[:64]}/{logistics_status[:64]}",
        paid_at=paid_at,
        pay_within_s=optional_whole(result, "pay_timeout_second"),
        amount=_amount_to_pay(result),
        items=items,
        parcels=parcels,
        needs_person=reading.needs_person,
    )


def _no_order(payload: Node, request_id: str) -> SupplierError:
    code, message = word(payload, "rsp_code"), said(optional_text(payload, "rsp_msg"))
    if code not in ("", "200"):
        return Rejected(f"AliExpress does not show the order ({code}: {message})", code=code)
    if not request_id and not code:
        return malformed("result")
    # For about ten seconds after an order was created it cannot be read. That concerns this order alone, so it names
    # no seconds to wait: those would hold up the whole account.
    return Transient("AliExpress does not show the order yet", code="order_not_readable")


def _ordered(row: Node) -> OrderedItem:
    return OrderedItem(
        product_id=identifier(row, "product_id"),
        sku_id=word(row, "sku_id"),
        quantity=whole(row, "product_count"),
        canceled=optional_text(row, "end_reason").upper() == "CANCELED",
    )


def _announced_parcels(result: Node) -> tuple[Parcel, ...]:
    parcels: dict[str, Parcel] = {}
    for row in nodes(result, "logistics_info_list", "aeop_order_logistics_info"):
        number = word(row, "logistics_no")
        if number:
            parcels[number] = Parcel(
                tracking_number=number, carrier=public_name(optional_text(row, "logistics_service"))
            )
    return tuple(parcels.values())


def _amount_to_pay(result: Node) -> Money | None:
    """What the order costs, in the currency the account pays in where that is told."""
    for name in ("user_order_amount", "order_amount"):
        if result.get(name) not in (None, {}, ""):
            sum_ = node(result, name)
            return amount(sum_, "amount", text(sum_, "currency_code"))
    return None


def _zoned(result: Node, name: str) -> datetime | None:
    """An instant such as ``2024-09-09T21:05:47-07:00[America/Los_Angeles]`` in UTC; None if absent."""
    value = optional_text(result, name).split("[")[0].strip()
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=PLATFORM_ZONE)).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise malformed(name, "is not an instant") from exc


def parcels_tracked(answer: Answer) -> tuple[Parcel, ...]:
    """The order's parcels with their checkpoints, oldest first; empty while nothing was shipped."""
    result = node(answer.payload, "result")
    if not flag(result, "ret"):
        code, message = word(result, "code"), said(optional_text(result, "msg"))
        if code == _NOT_SHIPPED_YET:
            return ()
        raise Rejected(f"AliExpress does not show the parcels ({code}: {message})", code=code or "rejected")
    if result.get("data") in (None, {}):
        return ()
    lines = nodes(node(result, "data"), "tracking_detail_line_list", "tracking_detail")
    return _merged((), (_tracked(line) for line in lines))


def _tracked(line: Node) -> Parcel:
    points = [_checkpoint(row) for row in nodes(line, "detail_node_list", "detail_node")]
    # They come newest first. Reversed before the (stable) sort, those of the same instant keep their true
    # order.
    return Parcel(
        tracking_number=word(line, "mail_no") or _missing("mail_no"),
        carrier=public_name(optional_text(line, "carrier_name")),
        eta=moment(line, "eta_time_stamps") if line.get("eta_time_stamps") else None,
        checkpoints=tuple(sorted(reversed(points), key=lambda point: point.at)),
        items=tuple(_packed(row) for row in nodes(line, "package_item_list", "package_item")),
    )


def _missing(name: str) -> str:
    raise malformed(name)


def _checkpoint(row: Node) -> Checkpoint:
    label = optional_text(row, "tracking_name")
    return Checkpoint(
        at=moment(row, "time_stamp"),
        label=without_brands(label)[:200],
        description=without_brands(optional_text(row, "tracking_detail_desc"))[:500],
        delivered=label.lower() in _DELIVERED_NAMES,
    )


def _packed(row: Node) -> OrderedItem:
    return OrderedItem(
        product_id=identifier(row, "item_id"), sku_id=word(row, "sku_id"), quantity=whole(row, "quantity")
    )


def with_tracking(order: OrderSnapshot, tracked: Iterable[Parcel]) -> OrderSnapshot:
    """``order`` with what tracking knows of its parcels, matched by tracking number.

    A wholly shipped order is delivered once the carrier has handed over every parcel: AliExpress has no
    word for that.
    """
    parcels = _merged(order.parcels, tracked)
    all_sent = order.raw_status.startswith("WAIT_BUYER_ACCEPT_GOODS/") and order.state is SupplierOrderState.SHIPPED
    if all_sent and parcels and all(parcel.delivered_at for parcel in parcels):
        return replace(order, parcels=parcels, state=SupplierOrderState.DELIVERED)
    return replace(order, parcels=parcels)


def _merged(known: Iterable[Parcel], tracked: Iterable[Parcel]) -> tuple[Parcel, ...]:
    parcels = {parcel.tracking_number: parcel for parcel in known}
    for parcel in tracked:
        before = parcels.get(parcel.tracking_number)
        parcels[parcel.tracking_number] = _joined(before, parcel) if before else parcel
    return tuple(parcels.values())


def _joined(before: Parcel, parcel: Parcel) -> Parcel:
    points = dict.fromkeys((*before.checkpoints, *parcel.checkpoints))
    return replace(
        parcel,
        carrier=parcel.carrier or before.carrier,
        eta=parcel.eta or before.eta,
        checkpoints=tuple(sorted(points, key=lambda point: point.at)),
        items=tuple(dict.fromkeys((*before.items, *parcel.items))),
    )
