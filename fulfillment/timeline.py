"""What the customer's page shows of an order's way. Reads what ``Order.objects.for_page()`` prefetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from fulfillment.models import Order, TrackingEvent
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


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel as the customer sees it, newest event first."""

    tracking_number: str
    carrier: str
    tracking_url: str
    eta: datetime | None
    delivered_at: datetime | None
    events: list[TrackingEvent]


def steps(order: Order) -> list[Step]:
    """Received, paid, placed, shipped, delivered; or how far it came before it was canceled or refunded."""
    times = _times(order)
    titles = {
        "received": _("Order received"),
        "paid": _("Payment received"),
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


def parcels(order: Order) -> list[ParcelView]:
    """The order's parcels with their events."""
    return [
        ParcelView(
            tracking_number=shipment.tracking_number,
            carrier=shipment.carrier,
            tracking_url=shipment.tracking_url,
            eta=shipment.eta,
            delivered_at=shipment.delivered_at,
            events=list(shipment.events.all()),
        )
        for supplier_order in order.supplier_orders.all()
        for shipment in supplier_order.shipments.all()
    ]


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
        return _("Our supplier is preparing your parcel.")
    if key == "shipped" and state != "todo":
        numbers = [parcel.tracking_number for parcel in parcels(order)]
        return _("Tracking number %(numbers)s") % {"numbers": ", ".join(numbers)} if numbers else ""
    return ""
