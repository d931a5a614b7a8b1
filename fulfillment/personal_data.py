"""Forgets who an order was for, and keeps what was sold, what it cost and what happened to it.

What is kept: numbers, amounts, taxes, the country (taxes were reckoned by it), states and their times, ids at
suppliers and payment providers, tracking numbers. The table is in ``docs/personal-data.md``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment.models import (
    Attempt,
    ExternalOrder,
    Invoice,
    Order,
    OrderEvent,
    Payment,
    Refund,
    ReturnPhoto,
    ReturnRequest,
    SupplierOrder,
    TrackingEvent,
)
from fulfillment.states import OrderStatus, PaymentStatus, ReturnStatus, SupplierOrderStatus
from fulfillment.transitions import lock_order, record
from integrations.models import ApiCall, PushMessage
from shop.errors import DomainError

logger = logging.getLogger(__name__)

#: A parcel of which nobody has heard for so long does not come any more.
LOST_AFTER = timedelta(days=120)
#: So many orders are erased by one sweep, which is to be quick.
_AT_ONCE = 20

_ENDED = (OrderStatus.DELIVERED, OrderStatus.CLOSED, OrderStatus.CANCELED, OrderStatus.REFUNDED)
_S = SupplierOrderStatus
_UNDECIDED = (_S.PLANNED, _S.DUE, _S.IN_FLIGHT, _S.UNKNOWN, _S.HELD, _S.REJECTED)
_ON_ITS_WAY = (_S.PLACED, _S.PAID, _S.SHIPPED)
_OPEN_RETURNS = (ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.RECEIVED)
#: Of an order's address everything but the country.
_PERSON = (
    "email", "first_name", "last_name", "line1", "line2", "city", "province", "postcode", "phone", "tax_id",
    "national_address",
)  # fmt: skip

#: What the floors above keep of an order (``also_erase``): this one does not know them.
_erasures: list[Callable[[Order], object]] = []


class StillNeeded(DomainError):
    """Somebody still has to do something for the order, and needs to know for whom."""

    code = "still_needed"


def also_erase(work: Callable[[Order], object]) -> None:
    """Have ``work`` run with every erasure from now on, in its transaction. Adding it again is nothing."""
    if work not in _erasures:
        _erasures.append(work)


def erase_personal_data(order: Order, *, actor: str = "system") -> bool:
    """Erase who ``order`` was for. True if this call did it, False if it was done before.

    An invoice keeps its buyer for ``INVOICE_BUYER_DAYS``, as tax law may ask. Raises ``StillNeeded`` while the order
    is under way, or money or a return is open.
    """
    with transaction.atomic():
        order = lock_order(order.pk)
        if order.personal_data_erased_at is not None:
            return False
        if reason := why_needed(order):
            raise StillNeeded(reason)
        _empty_invoice(order)
        _erase_calls(order)
        _erase_parts(order)
        _erase_money_and_returns(order)
        for work in _erasures:
            work(order)
        order.links.all().delete()
        order.notices.filter(sent_at__isnull=True).delete()
        OrderEvent.objects.filter(order=order).exclude(note="").update(note="")
        for name in _PERSON:
            setattr(order, name, "")
        order.personal_data_erased_at = order.updated_at = timezone.now()
        order.save(update_fields=[*_PERSON, "personal_data_erased_at", "updated_at"])
        record(order.pk, "order.personal_data_erased", actor=actor)
    logger.info("personal data erased order=%s", order.number)
    return True


def why_needed(order: Order) -> str:
    """Why ``order`` cannot be erased yet, in words; empty if it can."""
    if order.status not in _ENDED and not _is_lost(order):
        return _("The order is still under way.")
    if _on_its_way().filter(order=order).exists():
        return _("A parcel is still on its way.")
    parts = order.supplier_orders.all()
    if parts.filter(Q(status__in=_UNDECIDED) | ~Q(attention="")).exists():
        return _("A supplier order still needs a person.")
    if order.returns.filter(status__in=_OPEN_RETURNS).exists():
        return _("A return is not finished.")
    if Refund.objects.filter(payment__order=order, status__in=[Refund.Status.PENDING, Refund.Status.TO_DO]).exists():
        return _("A refund is not done yet.")
    if any(_is_open(payment) for payment in order.payments.all()):
        return _("A payment is not settled.")
    return ""


def due(*, at_once: int = _AT_ONCE) -> list[int]:
    """Ids of orders whose data has been kept for ``PERSONAL_DATA_DAYS`` since they last changed, oldest first."""
    days = settings.PERSONAL_DATA_DAYS
    if days <= 0:
        return []
    rows = Order.objects.filter(personal_data_erased_at=None, updated_at__lt=timezone.now() - timedelta(days=days))
    return list(without_needed(rows).order_by("updated_at", "pk").values_list("pk", flat=True)[:at_once])


def erase_due(order_id: int) -> bool:
    """Erase one order that is due. False if it was erased, or came to be needed again, meanwhile."""
    try:
        return erase_personal_data(Order.objects.get(pk=order_id))
    except StillNeeded:
        return False


def purge() -> int:
    """Empty the buyers of invoices that were kept longer than their orders' data. How many rows were touched."""
    if settings.PERSONAL_DATA_DAYS <= 0:
        return 0
    old = Invoice.objects.filter(order__personal_data_erased_at__isnull=False, issued_at__lt=_buyers_kept_since())
    return old.exclude(buyer=[]).update(buyer=[])


def _is_lost(order: Order) -> bool:
    return order.status == OrderStatus.SHIPPED and timezone.now() - order.updated_at > LOST_AFTER


def _is_open(payment: Payment) -> bool:
    left = payment.refundable
    if payment.status == PaymentStatus.MISMATCH:
        return left is None or left.amount > 0
    if payment.disputed_at is None:
        return payment.status == PaymentStatus.PROCESSING
    closed = payment.order.events.filter(kind="payment.dispute_closed", at__gte=payment.disputed_at)
    return not closed.exists()


def without_needed(orders: QuerySet[Order]) -> QuerySet[Order]:
    """``orders`` without what ``why_needed`` would refuse most often: such ones must not keep the others waiting."""
    ended = Q(status__in=_ENDED)
    lost = Q(status=OrderStatus.SHIPPED, updated_at__lt=timezone.now() - LOST_AFTER)
    return orders.filter(ended | lost).exclude(_needed())


def _on_its_way() -> QuerySet[SupplierOrder]:
    """What was bought, has not arrived and was heard of lately, whatever became of the customer's order."""
    since = timezone.now() - LOST_AFTER
    parts = SupplierOrder.objects.filter(status__in=_ON_ITS_WAY)
    reported = TrackingEvent.objects.filter(at__gt=since).values("shipment__supplier_order")
    return parts.filter(Q(updated_at__gt=since) | Q(pk__in=reported))


def _needed() -> Q:
    undecided = SupplierOrder.objects.filter(Q(status__in=_UNDECIDED) | ~Q(attention=""))
    returning = ReturnRequest.objects.filter(status__in=_OPEN_RETURNS)
    refunding = Refund.objects.filter(status__in=[Refund.Status.PENDING, Refund.Status.TO_DO])
    unsettled = Payment.objects.filter(
        Q(status__in=[PaymentStatus.MISMATCH, PaymentStatus.PROCESSING]) | Q(disputed_at__isnull=False)
    )
    return (
        Q(pk__in=_on_its_way().values("order_id"))
        | Q(pk__in=undecided.values("order_id"))
        | Q(pk__in=returning.values("order_id"))
        | Q(pk__in=refunding.values("payment__order_id"))
        | Q(pk__in=unsettled.values("order_id"))
    )


def _buyers_kept_since() -> datetime:
    return timezone.now() - timedelta(days=settings.INVOICE_BUYER_DAYS)


def _empty_invoice(order: Order) -> None:
    invoice = Invoice.objects.filter(order=order).first()
    if invoice is None:
        return
    if invoice.issued_at < _buyers_kept_since():
        invoice.buyer = []
    elif order.tax_id:
        # The document reads it from the order, which is about to forget it.
        invoice.buyer = [*invoice.buyer, _("Tax id: %(number)s") % {"number": order.tax_id}]
    invoice.save(update_fields=["buyer"])


def _erase_calls(order: Order) -> None:
    """Bodies are kept without persons already; what a supplier said in its own words may still tell of one."""
    parts = order.supplier_orders.all()
    externals = ExternalOrder.objects.filter(supplier_order__order=order)
    accounts = {account for account in parts.values_list("account_id", flat=True) if account}
    references = set(parts.values_list("reference", flat=True))
    references |= set(Attempt.objects.filter(supplier_order__order=order).values_list("reference", flat=True))
    external_ids = set(externals.values_list("external_id", flat=True))
    calls = ApiCall.objects.filter(account__in=accounts, reference__in=references | external_ids)
    found = list(calls.values_list("pk", flat=True))
    # Replays stand under another account, the emulator's.
    ApiCall.objects.filter(Q(pk__in=found) | Q(replay_of__in=found)).update(request_body={}, reply_body="")
    PushMessage.objects.filter(account__in=accounts, external_id__in=external_ids).update(body={})


def _erase_parts(order: Order) -> None:
    order.supplier_orders.update(attention_note="", ship_province="", ship_city="", place_doubts={})
    Attempt.objects.filter(supplier_order__order=order).update(message="")
    # Nobody follows it any more: carriers name places, and who took a parcel in.
    ExternalOrder.objects.filter(supplier_order__order=order).update(snapshot={}, unclear_note="", next_poll_at=None)
    TrackingEvent.objects.filter(shipment__supplier_order__order=order).delete()


def _erase_money_and_returns(order: Order) -> None:
    order.payments.update(session_url="")
    Refund.objects.filter(payment__order=order).update(reason="", note="")
    ReturnPhoto.objects.filter(request__order=order).delete()
    order.returns.update(comment="", answer="")
