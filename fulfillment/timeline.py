"""What the customer's page shows of an order's way. Reads what ``Order.objects.for_page()`` prefetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from fulfillment.models import Order
from fulfillment.parcel_views import parcels
from fulfillment.states import OrderStatus

_O = OrderStatus

#: How many of the five steps a status has behind it.
_REACHED = {
    _O.AWAITING_PAYMENT: 1,
    _O.PAID: 2,
    _O.IN_FULFILLMENT: 3,
    _O.SHIPPED: 4,
    _O.DELIVERED: 5,
    _O.CLOSED: 5,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``state`` is ``done``, ``current`` (the last one reached), ``todo`` or ``stopped``."""

    key: str
    title: str
    at: datetime | None
    state: str
    detail: str = ""


def steps(order: Order) -> list[Step]:
    """Received, paid, placed, shipped, delivered; or how far it came before it was canceled or refunded."""
    times = _times(order)
    titles = {
        "received": _("Order received"),
        "paid": _("Payment received") if order.total else _("Nothing to pay"),
        "placed": _("Placed with our supplier"),
        "shipped": _("Shipped"),
        "delivered": _("Delivered"),
    }
    stopped = order.status in (_O.CANCELED, _O.REFUNDED)
    reached = _REACHED.get(_O(order.status), 0)
    shown = []
    for index, (key, title) in enumerate(titles.items(), start=1):
        at = times.get(key)
        if stopped:
            if at:
                shown.append(Step(key, title, at, "done"))
            continue
        state = "todo" if index > reached else "current" if index == reached else "done"
        shown.append(Step(key, title, at if index <= reached else None, state, _detail(order, key, state)))
    if stopped:
        shown.append(Step(order.status, order.get_status_display(), times.get(order.status), "stopped"))
    return shown


def _times(order: Order) -> dict[str, datetime]:
    kinds = {
        "order.paid": "paid",
        "order.in_fulfillment": "placed",
        "order.shipped": "shipped",
        "order.delivered": "delivered",
        "order.canceled": "canceled",
        "order.refunded": "refunded",
    }
    times = {"received": order.created_at}
    for event in order.events.all():
        if event.kind in kinds:
            times.setdefault(kinds[event.kind], event.at)
    # Polling may see a parcel only when it has arrived: then it was placed and shipped as well.
    for earlier, later in (("shipped", "delivered"), ("placed", "shipped")):
        if later in times:
            times.setdefault(earlier, times[later])
    return times


def _detail(order: Order, key: str, state: str) -> str:
    if key == "received" and state == "current":
        return _("We are waiting for your payment.")
    if key == "paid" and state == "current":
        if any(part.attention for part in order.supplier_orders.all()):
            return _("We are looking into a detail of your order and write to you if we need anything.")
        return _("We are placing your order with our supplier.")
    if key == "placed" and state == "current":
        return _partly_sent(order) or _("Our supplier is preparing your parcel.")
    if key == "shipped" and state != "todo":
        numbers = [parcel.tracking_number for parcel in parcels(order) if parcel.tracking_number]
        return _("Tracking number %(numbers)s") % {"numbers": ", ".join(numbers)} if numbers else ""
    return ""


def _partly_sent(order: Order) -> str:
    """How many parcels are on their way while others are not; empty if none is."""
    found = [parcel for parcel in parcels(order) if parcel.state != "stopped"]
    sent = sum(parcel.state != "waiting" for parcel in found)
    if not sent:
        return ""
    if any(parcel.is_shared for parcel in found):
        return _("A part of it is on its way, the rest is being prepared.")
    return _("%(sent)d of %(all)d parcels sent.") % {"sent": sent, "all": len(found)}
