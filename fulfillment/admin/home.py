"""The first page of the admin: what waits for a person, and whether the shop is at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment import health, payment_events, refunds
from fulfillment.admin.payments import TransferFilter
from fulfillment.models import Order, Payment, Refund, ReturnRequest, SupplierOrder
from fulfillment.states import OrderStatus, PaymentStatus
from fulfillment.to_pay import waiting_for_staff
from fulfillment.unpaid import unread_pages
from shop.money import Money

_LIST = "admin:fulfillment_{}_changelist".format


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
    """Each kind of work with the permission that shows it."""
    yield (
        "fulfillment.view_supplierorder",
        _of(
            _("Supplier orders that need a person"),
            SupplierOrder.objects.needing_a_person(),
            _LIST("supplierorder"),
            "attention=any",
        ),
    )
    yield (
        "fulfillment.view_supplierorder",
        _of(_("Orders to pay at the supplier"), waiting_for_staff(), "admin:fulfillment_to_pay"),
    )
    yield from _payments()
    yield from _refunds()
    yield (
        "fulfillment.view_returnrequest",
        _of(_("Returns that wait for an answer"), ReturnRequest.objects.needing_a_person(), _LIST("returnrequest")),
    )


def _payments() -> Iterator[tuple[str, Work]]:
    payments = Payment.objects.all()
    yield (
        "fulfillment.view_payment",
        _of(
            _("Bank transfers that are awaited"),
            TransferFilter.awaited(payments),
            _LIST("payment"),
            "transfers=awaited",
        ),
    )
    yield (
        "fulfillment.view_payment",
        _of(
            _("Payments that do not fit"),
            _unfitting(payments),
            _LIST("payment"),
            "status__exact=mismatch",
        ),
    )
    yield (
        "fulfillment.view_payment",
        _of(_("Payment pages that could not be read"), unread_pages(), _LIST("payment"), "pages=unread"),
    )
    yield (
        "fulfillment.view_paymentevent",
        _of(
            _("Money for payments that nobody knows"),
            payment_events.strays(),
            _LIST("paymentevent"),
            "outcome__exact=unknown_payment",
        ),
    )


def _refunds() -> Iterator[tuple[str, Work]]:
    yield (
        "fulfillment.view_refund",
        _of(
            _("Refunds to be done by a person"),
            Refund.objects.filter(status=Refund.Status.TO_DO),
            _LIST("refund"),
            "status__exact=to_do",
        ),
    )
    yield (
        "fulfillment.view_refund",
        _of(_("Refunds that failed"), refunds.failed(), _LIST("refund"), "status__exact=failed"),
    )


def _unfitting(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Payments that do not fit, as long as something of what came has not gone back."""
    nothing_told = Q(told_amount__isnull=True, refunded_amount=0)
    return payments.filter(nothing_told | Q(refunded_amount__lt=F("told_amount")), status=PaymentStatus.MISMATCH)


def _of(text: str, rows: QuerySet[Any], page: str, query: str = "") -> Work:
    return Work(text, rows.count(), f"{reverse(page)}?{query}" if query else reverse(page))


def _day() -> Day:
    paid = Order.objects.filter(paid_at__gte=timezone.now() - timedelta(days=1)).exclude(status=OrderStatus.CANCELED)
    sums = paid.order_by("currency").values("currency").annotate(count=Count("pk"), sum=Sum("total"))
    rows = [(row["count"], Money(row["sum"] or Decimal(0), row["currency"])) for row in sums]
    return Day(sum(count for count, _money in rows), tuple(money for _count, money in rows))
