"""An order's life as a pure function of its stored instants and the present.

Statuses: https://openservice.aliexpress.com/doc/doc.htm#/?docId=1599. Nothing runs in the background; an
order read a week late shows what a week has brought.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Line:
    """What was bought of one SKU. `price` per piece and `freight` per line are in the order's currency."""

    product_id: str
    sku_id: str
    sku_attr: str
    sku_text: str
    subject: str
    quantity: int
    price: Decimal
    freight: Decimal
    service: str
    company: str
    memo: str


@dataclass(frozen=True)
class Order:
    """A stored order. Instants are milliseconds since 1970 on the emulator's clock; None: will not happen.

    `closes_at_ms` is the instant at which it is canceled: unpaid after the pay time-out, or by the seller.
    """

    order_id: int
    created_with: str
    out_order_id: str | None
    created_at_ms: int
    readable_at_ms: int
    pay_timeout_ms: int
    paid_at_ms: int | None
    shipped_at_ms: int | None
    delivered_at_ms: int | None
    confirmed_at_ms: int | None
    closes_at_ms: int | None
    marks_lines: bool
    parcels: int
    country: str
    address: str
    store_id: int
    store_name: str
    currency: str
    supplier: str
    merchant_id: str | None
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        """What the buyer pays: goods and freight."""
        return sum((line.price * line.quantity + line.freight for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class Node:
    """One event of a parcel's journey."""

    at_ms: int
    name: str
    description: str


@dataclass(frozen=True)
class Parcel:
    """A shipped parcel: contents (a line and how many pieces of it) and the events so far, newest first."""

    tracking_number: str
    service: str
    company: str
    delivered_at_ms: int
    contents: tuple[tuple[Line, int], ...]
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class State:
    """The platform's words for an order at an instant."""

    order_status: str
    logistics_status: str
    is_paid: bool
    is_canceled: bool
    parcels: tuple[Parcel, ...]


_JOURNEY = (
    (0.0, "Shipped", "Package shipped out by the seller"),
    (0.1, "In transit", "Package received by carrier"),
    (0.35, "In transit", "Departed from departure country/region"),
    (0.6, "Customs clearance", "Import customs clearance complete"),
    (0.85, "Out for delivery", "Package is out for delivery"),
    (1.0, "Delivered", "Package delivered"),
)


def state_of(order: Order, now_ms: int) -> State:
    """Tell where an order stands at `now_ms`."""
    is_paid = _has_come(order.paid_at_ms, now_ms)
    if _has_come(order.closes_at_ms, now_ms):
        return State("FINISH", "NO_LOGISTICS", is_paid, is_canceled=True, parcels=())
    if not is_paid:
        word = "PLACE_ORDER_SUCCESS" if order.paid_at_ms is None else "PAYMENT_PROCESSING"
        return State(word, "NO_LOGISTICS", is_paid=False, is_canceled=False, parcels=())
    parcels, is_complete = _parcels(order, now_ms)
    if not parcels:
        waiting = "WAIT_SELLER_SEND_GOODS"
        return State(waiting, waiting, is_paid=True, is_canceled=False, parcels=())
    words = ("WAIT_BUYER_ACCEPT_GOODS", "SELLER_SEND_GOODS")
    if not is_complete:
        words = ("SELLER_PART_SEND_GOODS", "SELLER_SEND_PART_GOODS")
    elif _has_come(order.confirmed_at_ms, now_ms):
        words = ("FINISH", "BUYER_ACCEPT_GOODS")
    return State(*words, is_paid=True, is_canceled=False, parcels=parcels)


def pushes_of(order: Order, now_ms: int) -> list[tuple[int, str]]:
    """The instants and words of the push messages due until `now_ms`, oldest first."""
    end = "OrderClosed" if order.closes_at_ms is not None else "OrderConfirmed"
    moments = [
        (order.created_at_ms, "OrderCreated"),
        (order.paid_at_ms, "PaymentAuthorized"),
        (None if order.closes_at_ms is not None else order.shipped_at_ms, "OrderShipped"),
        (order.closes_at_ms if order.closes_at_ms is not None else order.confirmed_at_ms, end),
    ]
    return [(at_ms, word) for at_ms, word in moments if at_ms is not None and at_ms <= now_ms]


def _has_come(instant_ms: int | None, now_ms: int) -> bool:
    return instant_ms is not None and instant_ms <= now_ms


def _parcels(order: Order, now_ms: int) -> tuple[tuple[Parcel, ...], bool]:
    """The parcels that have left, and whether these are all."""
    if order.shipped_at_ms is None or order.delivered_at_ms is None:
        return (), False
    contents = _divided(order.lines, order.parcels)
    travel_ms = order.delivered_at_ms - order.shipped_at_ms
    shipped = []
    for index, part in enumerate(contents):
        left_at_ms = order.shipped_at_ms + index * travel_ms // 3
        if left_at_ms > now_ms:
            continue
        line = part[0][0]
        nodes = _nodes(left_at_ms, order.delivered_at_ms, now_ms)
        number = f"LP{order.order_id % 10**13:013d}{index + 1}"
        shipped.append(Parcel(number, line.service, line.company, order.delivered_at_ms, part, nodes))
    return tuple(shipped), len(shipped) == len(contents)


def _divided(lines: tuple[Line, ...], parcels: int) -> list[tuple[tuple[Line, int], ...]]:
    whole = tuple((line, line.quantity) for line in lines)
    if parcels == 1 or (len(lines) == 1 and lines[0].quantity == 1):
        return [whole]
    if len(lines) > 1:
        middle = len(lines) // 2
        return [whole[:middle], whole[middle:]]
    line = lines[0]
    first = line.quantity // 2
    return [((line, first),), ((line, line.quantity - first),)]


def _nodes(left_at_ms: int, delivered_at_ms: int, now_ms: int) -> tuple[Node, ...]:
    journey = [
        Node(left_at_ms + round((delivered_at_ms - left_at_ms) * part), name, description)
        for part, name, description in _JOURNEY
    ]
    return tuple(node for node in reversed(journey) if node.at_ms <= now_ms)
