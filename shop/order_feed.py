"""What became of orders, as other programs are told it: a feed to ask, and what webhooks send.

Only what a customer may know. A row's own id never leaves: a cursor is sealed, an event's id is a keyed hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from fulfillment.models import Order, OrderEvent
from integrations.crypto import UndecryptableValue, seal, unseal
from shop.errors import DomainError

#: The kinds of events that leave the shop.
KINDS = frozenset(
    {
        "order.received", "order.paid", "order.in_fulfillment", "order.shipped", "order.delivered", "order.closed",
        "order.canceled", "order.refunded", "payment.started", "payment.processing", "payment.succeeded",
        "payment.failed", "payment.abandoned", "refund.done", "return.requested", "return.approved", "return.declined",
        "return.received", "return.refunded", "return.closed",
    }
)  # fmt: skip
PAGE_SIZE = 100
#: Rows of several orders get their ids before they are committed: one that comes in later must not be passed over.
SETTLED_AFTER = timedelta(seconds=10)


class UnknownCursor(DomainError):
    """The cursor was not given out here."""

    code = "unknown_cursor"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event; ``key`` is the same however often it is told."""

    row_id: int
    key: str
    kind: str
    order_number: str
    at: datetime

    @property
    def body(self) -> dict[str, Any]:
        """As it is sent: thin. Whoever may know more asks the API."""
        at = self.at.isoformat().replace("+00:00", "Z")
        return {"type": self.kind, "timestamp": at, "data": {"id": self.key, "order": self.order_number}}


def of_order(order: Order, cursor: str) -> tuple[list[FeedEvent], str]:
    """The events of ``order`` after ``cursor`` (empty: from the beginning) and the next cursor. One query."""
    return _page(OrderEvent.objects.filter(order=order), cursor)


def of_orders(orders: Q, cursor: str) -> tuple[list[FeedEvent], str]:
    """The same for all orders that match ``orders`` (conditions on ``order``); some seconds late."""
    return _page(OrderEvent.objects.filter(orders, at__lt=timezone.now() - SETTLED_AFTER), cursor)


def after(orders: Q, row_id: int, *, limit: int) -> list[FeedEvent]:
    """The next events for a webhook that has taken everything up to ``row_id``."""
    rows = OrderEvent.objects.filter(orders, at__lt=timezone.now() - SETTLED_AFTER)
    return _read(rows, row_id, limit)


def latest_id() -> int:
    """The newest event: a webhook that begins now is told what comes after it."""
    return OrderEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _page(rows: QuerySet[OrderEvent], cursor: str) -> tuple[list[FeedEvent], str]:
    events = _read(rows, _row_id(cursor), PAGE_SIZE)
    return events, _cursor(events, cursor)


def _read(rows: QuerySet[OrderEvent], row_id: int, limit: int) -> list[FeedEvent]:
    found = rows.filter(pk__gt=row_id, kind__in=KINDS).order_by("pk")
    return [
        FeedEvent(pk, salted_hmac("shop.order_feed", str(pk), algorithm="sha256").hexdigest()[:32], kind, number, at)
        for pk, kind, number, at in found.values_list("pk", "kind", "order__number", "at")[:limit]
    ]


def _cursor(events: Sequence[FeedEvent], cursor: str) -> str:
    return seal(f"event:{events[-1].row_id}") if events else cursor or seal("event:0")


def _row_id(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        kind, _colon, number = unseal(cursor).partition(":")
    except (UndecryptableValue, ValueError) as exc:
        raise UnknownCursor(_("This cursor is not one of this feed.")) from exc
    if kind != "event" or not number.isdecimal():
        raise UnknownCursor(_("This cursor is not one of this feed."))
    return int(number)
