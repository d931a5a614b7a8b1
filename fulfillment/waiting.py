"""What waits for a person: the lists behind the admin's first page and the API's, each with its permission."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from fulfillment import payment_events, refunds
from fulfillment.models import Payment, Refund, ReturnRequest, SupplierOrder
from fulfillment.states import OrderStatus, PaymentStatus
from fulfillment.to_pay import waiting_for_staff
from fulfillment.unpaid import unread_pages


@dataclass(frozen=True, slots=True)
class Waiting:
    """Rows of one kind that wait; ``rows`` is evaluated anew by each call, and in no particular order."""

    name: str
    permission: str
    rows: Callable[[], QuerySet[Any]]


def awaited(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Those of ``payments`` that somebody should look for on the bank statement."""
    return payments.filter(
        method=Payment.Method.BANK_TRANSFER,
        status=PaymentStatus.PENDING,
        order__status=OrderStatus.AWAITING_PAYMENT,
    )


def mismatched() -> QuerySet[Payment]:
    """Money that came and does not fit, as long as something of it has not gone back."""
    nothing_told = Q(told_amount__isnull=True, refunded_amount=0)
    unfitting = Payment.objects.filter(status=PaymentStatus.MISMATCH)
    return unfitting.filter(nothing_told | Q(refunded_amount__lt=F("told_amount")))


WAITING = (
    Waiting("supplier_orders", "fulfillment.view_supplierorder", lambda: SupplierOrder.objects.needing_a_person()),
    Waiting("to_pay", "fulfillment.view_supplierorder", waiting_for_staff),
    Waiting("transfers", "fulfillment.view_payment", lambda: awaited(Payment.objects.all())),
    Waiting("mismatches", "fulfillment.view_payment", mismatched),
    Waiting("unread_pages", "fulfillment.view_payment", unread_pages),
    Waiting("strays", "fulfillment.view_paymentevent", payment_events.strays),
    Waiting("refunds", "fulfillment.view_refund", lambda: Refund.objects.filter(status=Refund.Status.TO_DO)),
    Waiting("failed_refunds", "fulfillment.view_refund", refunds.failed),
    Waiting("returns", "fulfillment.view_returnrequest", lambda: ReturnRequest.objects.needing_a_person()),
)
