"""The parcels of an order as its customer sees them: what is inside, where it is, and what happens next.

Reads what ``Order.objects.for_page()`` prefetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment.models import Order, Shipment, SupplierOrder, TrackingEvent
from fulfillment.states import BOUGHT, OrderStatus, SupplierOrderStatus

_S = SupplierOrderStatus
_STOPPED = (OrderStatus.CANCELED, OrderStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class Content:
    """What the customer ordered that is in a parcel."""

    title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel, or what will become one. ``state`` is ``waiting``, ``on_its_way``, ``arrived`` or ``stopped``.

    ``is_shared``: its supplier sends these things in several parcels and does not tell which is in which.
    """

    state: str
    contents: list[Content]
    next_text: str
    is_shared: bool = False
    tracking_number: str = ""
    carrier: str = ""
    tracking_url: str = ""
    eta: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    events: list[TrackingEvent] = field(default_factory=list)


def parcels(order: Order) -> list[ParcelView]:
    """The order's parcels, and what is not in one yet. None for the latter once the order was canceled or refunded."""
    views = []
    for part in sorted(order.supplier_orders.all(), key=lambda part: part.part):
        sent = sorted(part.shipments.all(), key=lambda shipment: (shipment.shipped_at, shipment.pk))
        views += [_sent(shipment, part, is_shared(len(sent), part)) for shipment in sent]
        if not sent and order.status not in _STOPPED and part.lines.all():
            views.append(_waiting(part))
    return views


def contents_of(part: SupplierOrder) -> list[Content]:
    """What of the customer's order ``part`` buys; purchases for one line, or one part of a bundle, are one thing."""
    things = {(line.order_line_id, line.line_part_id): line for line in part.lines.all()}
    return [Content(line.sold_as, line.quantity_wanted) for line in things.values()]


def is_shared(parcel_count: int, part: SupplierOrder) -> bool:
    """Whether what ``part`` buys comes in more parcels than one: several are sent, or one is and it is not all."""
    return parcel_count > 1 or (parcel_count == 1 and part.status in (_S.PLACED, _S.PAID))


def _sent(shipment: Shipment, part: SupplierOrder, shared: bool) -> ParcelView:
    return ParcelView(
        state="arrived" if shipment.delivered_at else "on_its_way",
        contents=contents_of(part),
        next_text=_sent_text(shipment),
        is_shared=shared,
        tracking_number=shipment.tracking_number,
        carrier=shipment.carrier,
        tracking_url=shipment.tracking_url,
        eta=shipment.eta,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        events=list(shipment.events.all()),
    )


def _sent_text(shipment: Shipment) -> str:
    if shipment.delivered_at:
        return _("The carrier says that it has arrived.")
    if shipment.eta and shipment.eta < timezone.now():
        return _("It should have arrived by now. We keep following it and write to you if it gets lost.")
    return _("The carrier brings it to your address. We write as soon as it has arrived.")


def _waiting(part: SupplierOrder) -> ParcelView:
    contents = contents_of(part)
    if part.status == _S.CANCELED:
        return ParcelView("stopped", contents, _("This cannot be sent as planned. We look into it and write to you."))
    if part.attention and part.status not in BOUGHT:
        text = _("We are looking into a detail of this part and write to you if we need anything.")
    elif part.status in BOUGHT:
        text = _(
            "Our supplier packs it. The tracking number appears here as soon as it is sent, and we email it to you."
        )
    else:
        text = _("We are placing it with our supplier.")
    return ParcelView("waiting", contents, text)
