"""The customer's own cancellation: possible until something has been, or may have been, sent to a supplier."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fulfillment.desk import NotNow, cancel_and_refund
from fulfillment.models import Attempt, Order
from fulfillment.states import OrderStatus, SupplierOrderStatus
from fulfillment.transitions import lock_order

_CANCELABLE = (OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID)
#: Nothing of such a part is with a supplier. A refused part waits for staff, who may have ordered it elsewhere.
_NOT_SENT = (SupplierOrderStatus.PLANNED, SupplierOrderStatus.DUE, SupplierOrderStatus.HELD)
_SURELY_NOT_SENT = (Attempt.Outcome.NOT_DONE, Attempt.Outcome.REJECTED)


def may_cancel(order: Order) -> bool:
    """Whether the customer may still cancel, by what the database says now. Asks nobody else."""
    if order.status not in _CANCELABLE or order.is_at_the_bank:
        return False
    parts = order.supplier_orders
    if parts.exclude(status__in=[*_NOT_SENT, SupplierOrderStatus.CANCELED]).exists():
        return False
    return not Attempt.objects.filter(supplier_order__order=order).exclude(outcome__in=_SURELY_NOT_SENT).exists()


def cancel_by_customer(order: Order) -> None:
    """Cancel the whole order and give back what was paid.

    Raises ``NotNow``: ``too_late`` if a part is being bought by now (a worker that is just about to buy loses its
    claim), ``processing`` while a bank is at work on the payment.
    """
    with transaction.atomic():
        order = lock_order(order.pk)
        due = order.supplier_orders.filter(status=SupplierOrderStatus.DUE)
        # A worker that is just asking for prices finds its claim gone, before we look whether one was faster.
        due.update(fence=F("fence") + 1, lease_until=None)
        if order.is_at_the_bank:
            raise NotNow(_("The bank is still working on this order's payment."), code="processing")
        if not may_cancel(order):
            raise NotNow(_("The order is being bought, or was."), code="too_late")
        cancel_and_refund(order, actor="customer", reason="Canceled by the customer.")
