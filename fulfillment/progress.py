"""What the parts say about the whole: from orders at the supplier to the supplier order to the customer's order.

Never backwards: a late or repeated piece of news finds the states already there or beyond, and changes nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fulfillment.models import ExternalOrder, Notice, Order, SupplierOrder
from fulfillment.notifications import owe
from fulfillment.states import BOUGHT, OrderStatus, SupplierOrderStatus
from fulfillment.transitions import IllegalTransition, call_for_person, move_order, move_supplier_order
from integrations.types import SupplierOrderState

_S = SupplierOrderStatus
_E = SupplierOrderState

#: How far a supplier order has come; a higher rank is never left for a lower one.
_RANK = {_S.PLACED: 1, _S.PAID: 2, _S.SHIPPED: 3, _S.DELIVERED: 4}
_EXTERNAL_RANK = {
    _E.AWAITING_PAYMENT.value: _S.PLACED,
    _E.PROCESSING.value: _S.PAID,
    _E.FROZEN.value: _S.PAID,
    _E.SHIPPED.value: _S.SHIPPED,
    _E.DELIVERED.value: _S.DELIVERED,
}


def further(present: str, told: str) -> str:
    """Where an order at the supplier stands, being at ``present`` and told to be at ``told``.

    Late news and a word that we do not know change nothing; canceled is for good.
    """
    if told == _E.UNKNOWN or present == _E.CANCELED:
        return present
    if present in _EXTERNAL_RANK and told in _EXTERNAL_RANK:
        return told if _RANK[_EXTERNAL_RANK[told]] >= _RANK[_EXTERNAL_RANK[present]] else present
    return told


def update_supplier_order(supplier_order: SupplierOrder) -> None:
    """Bring ``supplier_order`` to where the least advanced of its orders at the supplier stands; then its order."""
    supplier_order.refresh_from_db()
    if supplier_order.status not in BOUGHT:
        return
    externals = list(supplier_order.external_orders.all())
    if not externals:
        return  # Nothing is known of it at the supplier; that is not the same as canceled.
    going = [external for external in externals if external.state != _E.CANCELED]
    if not going:
        _canceled_by_supplier(supplier_order)
        update_order(supplier_order.order)
        return
    known = [_EXTERNAL_RANK[external.state] for external in going if external.state in _EXTERNAL_RANK]
    target = min(known, key=_RANK.__getitem__) if len(known) == len(going) else None
    if target and _RANK[target] > _RANK[_S(supplier_order.status)]:
        fields: dict[str, Any] = dict(_charged(going, supplier_order.currency))
        if supplier_order.attention not in ("", SupplierOrder.Attention.PAY):
            fields |= {"attention": supplier_order.attention, "attention_note": supplier_order.attention_note}
        move_supplier_order(supplier_order, target, where={"status": supplier_order.status}, **fields)
    update_order(supplier_order.order)


def update_order(order: Order) -> None:
    """Bring ``order`` to where the least advanced of its supplier orders stands, and owe the customer the mail."""
    order.refresh_from_db()
    statuses = list(
        SupplierOrder.objects.filter(order=order).exclude(status=_S.CANCELED).values_list("status", flat=True)
    )
    if not statuses or any(status not in _RANK for status in statuses):
        return
    least = min(_RANK[_S(status)] for status in statuses)
    target = {1: OrderStatus.IN_FULFILLMENT, 2: OrderStatus.IN_FULFILLMENT, 3: OrderStatus.SHIPPED}.get(
        least, OrderStatus.DELIVERED
    )
    try:
        moved = move_order(order, target)
    except IllegalTransition:
        return  # Already further on, or canceled and refunded meanwhile.
    if moved and target == OrderStatus.DELIVERED:
        owe(order, Notice.Kind.DELIVERED)


def _canceled_by_supplier(supplier_order: SupplierOrder) -> None:
    try:
        move_supplier_order(
            supplier_order,
            _S.CANCELED,
            attention=SupplierOrder.Attention.SUPPLIER_CANCELED,
            attention_note="The supplier's order was canceled or lapsed. Refund the customer or buy it elsewhere.",
        )
    except IllegalTransition:
        call_for_person(
            supplier_order,
            SupplierOrder.Attention.SUPPLIER_CANCELED,
            "The supplier now calls this order canceled although it was further on.",
        )


def _charged(externals: list[ExternalOrder], currency: str) -> dict[str, Decimal]:
    amounts = [external.amount for external in externals if external.amount is not None]
    # An amount in another currency stays with the order at the supplier: here it would be read as one in ours.
    if len(amounts) != len(externals) or {external.currency for external in externals} != {currency}:
        return {}
    return {"charged_amount": sum(amounts, Decimal(0))}
