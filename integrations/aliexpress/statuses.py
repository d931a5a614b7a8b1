"""AliExpress' words for the state of an order, in ours.

https://openservice.aliexpress.com/doc/doc.htm, method aliexpress.trade.ds.order.get, lists "order_status"
and "logistics_status". ``FUND_PROCESSING``, ``IN_ISSUE`` and ``IN_FROZEN`` come from older and seller-side
lists. Observed and not documented: ``FINISH`` also stands on orders that were closed without ever being
paid.

A word in no list becomes ``UNKNOWN``, is logged once and changes nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache

from integrations.types import SupplierOrderState as State

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an order's words mean; ``needs_person`` says why somebody should look, if so."""

    state: State
    needs_person: str = ""


ORDER_STATUSES = {
    "PLACE_ORDER_SUCCESS": Reading(State.AWAITING_PAYMENT),
    "PAYMENT_PROCESSING": Reading(State.AWAITING_PAYMENT),
    "WAIT_COMPLETE_ADDRESS": Reading(
        State.AWAITING_PAYMENT, "AliExpress wants the delivery address completed on its site."
    ),
    "WAIT_GROUP": Reading(State.PROCESSING, "The order waits for a group purchase to fill up."),
    "WAIT_SELLER_EXAMINE_MONEY": Reading(State.PROCESSING),
    "RISK_CONTROL": Reading(State.PROCESSING),
    "RISK_CONTROL_HOLD": Reading(State.FROZEN, "AliExpress' risk control holds the order."),
    "WAIT_SELLER_SEND_GOODS": Reading(State.PROCESSING),
    "SELLER_PART_SEND_GOODS": Reading(State.SHIPPED),
    "WAIT_BUYER_ACCEPT_GOODS": Reading(State.SHIPPED),
    "FUND_PROCESSING": Reading(State.DELIVERED),
    "IN_CANCEL": Reading(State.PROCESSING, "The order is being canceled at AliExpress."),
    "IN_ISSUE": Reading(State.FROZEN, "A dispute about the order is open at AliExpress."),
    "IN_FROZEN": Reading(State.FROZEN, "AliExpress has frozen the order."),
}
_FINISH = "FINISH"

NOT_SENT = frozenset({"", "DEFAULT", "NO_LOGISTICS", "WAIT_SELLER_SEND_GOODS"})
SENT = frozenset({"SELLER_SEND_PART_GOODS", "SELLER_SEND_GOODS"})
RECEIVED = "BUYER_ACCEPT_GOODS"

_CLOSED_UNCLEAR = (
    "The order is closed at AliExpress though nobody confirmed its receipt: it may have been canceled and "
    "refunded. Look at it there."
)
_PARTLY_CANCELED = "A part of the order was canceled at AliExpress."


def read_status(
    order_status: str, logistics_status: str, *, paid: bool, has_parcel: bool, canceled: list[bool]
) -> Reading:
    """What the words of an order mean. ``canceled`` says of each of its lines whether it was canceled.

    A line's cancellation overrides the order's own word.
    """
    if canceled and all(canceled):
        return Reading(State.CANCELED)
    reading = _read_words(order_status, logistics_status, paid=paid, has_parcel=has_parcel)
    if any(canceled) and not reading.needs_person:
        return Reading(reading.state, _PARTLY_CANCELED)
    return reading


def _read_words(order_status: str, logistics_status: str, *, paid: bool, has_parcel: bool) -> Reading:
    if logistics_status not in NOT_SENT | SENT | {RECEIVED}:
        log_unlisted("logistics_status", logistics_status)
    if order_status == _FINISH:
        return _read_finish(logistics_status, paid=paid, has_parcel=has_parcel)
    reading = ORDER_STATUSES.get(order_status)
    if reading is None:
        log_unlisted("order_status", order_status)
        return Reading(State.UNKNOWN)
    if reading.state is State.SHIPPED and logistics_status == RECEIVED:
        return Reading(State.DELIVERED)
    # The order's word may lag behind its parcels.
    if order_status == "WAIT_SELLER_SEND_GOODS" and logistics_status in SENT:
        return Reading(State.SHIPPED)
    return reading


def _read_finish(logistics_status: str, *, paid: bool, has_parcel: bool) -> Reading:
    """``FINISH`` says "completed or closed"; which of the two follows from the rest."""
    if not paid and not has_parcel:
        return Reading(State.CANCELED)
    if logistics_status == RECEIVED:
        return Reading(State.DELIVERED)
    return Reading(State.UNKNOWN, _CLOSED_UNCLEAR)


@lru_cache(maxsize=256)
def log_unlisted(field: str, word: str) -> None:
    """Log a word that is in no list, once per process."""
    logger.warning("aliexpress: unlisted %s %r", field, word[:64])
