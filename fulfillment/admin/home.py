"""The first page of the admin: what waits for a person, and whether the shop is at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment import health
from fulfillment.models import Order
from fulfillment.states import OrderStatus
from fulfillment.waiting import WAITING
from shop.money import Money


@dataclass(frozen=True, slots=True)
class Work:
    """Some rows that wait for a person, and the list that shows them."""

    text: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Day:
    """What the last 24 hours brought: paid orders, and their totals by currency."""

    orders: int
    totals: tuple[Money, ...]


def home_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """For ``admin/index.html``: what this member of staff may see."""
    user = request.user
    context["work"] = [work for permission, work in _work() if user.has_perm(permission) and work.count]
    context["day"] = _day() if user.has_perm("fulfillment.view_order") else None
    context["queue"] = health.queue()
    return context


def _work() -> Iterator[tuple[str, Work]]:
    changes = "admin:fulfillment_{}_changelist".format
    # What the rows are called, and where they are shown.
    pages = {
        "supplier_orders": (_("Supplier orders that need a person"), changes("supplierorder"), "attention=any"),
        "to_pay": (_("Orders to pay at the supplier"), "admin:fulfillment_to_pay", ""),
        "transfers": (_("Bank transfers that are awaited"), changes("payment"), "transfers=awaited"),
        "mismatches": (_("Payments that do not fit"), changes("payment"), "status__exact=mismatch"),
        "unread_pages": (_("Payment pages that could not be read"), changes("payment"), "pages=unread"),
        "strays": (
            _("Money for payments that nobody knows"),
            changes("paymentevent"),
            "outcome__exact=unknown_payment",
        ),
        "refunds": (_("Refunds to be done by a person"), changes("refund"), "status__exact=to_do"),
        "failed_refunds": (_("Refunds that failed"), changes("refund"), "status__exact=failed"),
        "returns": (_("Returns that wait for an answer"), changes("returnrequest"), ""),
    }
    for waiting in WAITING:
        text, page, query = pages[waiting.name]
        yield waiting.permission, _of(text, waiting.rows(), page, query)


def _of(text: str, rows: QuerySet[Any], page: str, query: str = "") -> Work:
    return Work(text, rows.count(), f"{reverse(page)}?{query}" if query else reverse(page))


def _day() -> Day:
    paid = Order.objects.filter(paid_at__gte=timezone.now() - timedelta(days=1)).exclude(status=OrderStatus.CANCELED)
    sums = paid.order_by("currency").values("currency").annotate(count=Count("pk"), sum=Sum("total"))
    rows = [(row["count"], Money(row["sum"] or Decimal(0), row["currency"])) for row in sums]
    return Day(sum(count for count, _money in rows), tuple(money for _count, money in rows))
