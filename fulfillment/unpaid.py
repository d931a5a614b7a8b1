"""Orders that nobody has paid: how long they wait, and how they end."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from fulfillment import coupons
from fulfillment.models import Notice, Order, Payment
from fulfillment.notifications import owe
from fulfillment.reserving import give_back_stock
from fulfillment.states import OrderStatus, PaymentStatus
from fulfillment.transitions import lock_order, move_order
from integrations.wake import wake

#: By then a page that has closed was read, unless its provider cannot be reached.
_READ_WITHIN = timedelta(hours=12)


def cancel_unpaid(order: Order, *, actor: str = "system", note: str = "") -> bool:
    """Cancel an order that is not paid and give its stock back. False if it was canceled already."""
    with transaction.atomic():
        # What was read before may have been paid since: only what is there under the lock counts.
        if lock_order(order.pk).status != OrderStatus.AWAITING_PAYMENT:
            return False
        move_order(order, OrderStatus.CANCELED, actor=actor, note=note)
        give_back_stock(order)
        coupons.release(order)
        owe(order, Notice.Kind.CANCELED)
        open_pages = order.payments.filter(status=PaymentStatus.PENDING).exclude(session_id="")
        for payment_id in open_pages.values_list("pk", flat=True):
            # Closes the page, on which money could still be paid.
            wake("fulfillment.tasks.look_at_payment", payment_id)
    return True


def unpaid_too_long() -> list[int]:
    """Ids of orders whose time to pay is over.

    One for which money came that does not fit is left to a person. While a bank is at work or a transfer is awaited,
    the order waits, and until each of its payment pages was read after its end: after an outage the money may be there
    before the news of it. A page that cannot be read (``unread_pages``) is a person's as well.
    """
    now = timezone.now()
    before = now - timedelta(hours=settings.UNPAID_ORDER_HOURS)
    waiting = Order.objects.filter(status=OrderStatus.AWAITING_PAYMENT, created_at__lt=before)
    status = PaymentStatus
    all_gone_back = Q(told_amount__isnull=False, refunded_amount__gte=F("told_amount"))
    wanted = (
        Q(status=status.PROCESSING)
        | (Q(status=status.MISMATCH) & ~all_gone_back)
        | (Q(status=status.PENDING) & ~Q(session_id=""))
        | Q(
            status=status.PENDING,
            method=Payment.Method.BANK_TRANSFER,
            created_at__gt=now - timedelta(days=settings.BANK_TRANSFER_DAYS),
        )
    )
    waiting = waiting.exclude(Exists(Payment.objects.filter(wanted, order=OuterRef("pk"))))
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:200])


def unread_pages() -> QuerySet[Payment]:
    """Payments whose page has closed long ago and could not be read since: whether money came is not known.

    Their orders wait for a person, who looks at the provider's own pages and cancels the order, or lets it be read.
    """
    closed = Payment.objects.filter(status=PaymentStatus.PENDING, session_expires_at__lt=timezone.now() - _READ_WITHIN)
    return closed.filter(order__status=OrderStatus.AWAITING_PAYMENT).exclude(session_id="")
