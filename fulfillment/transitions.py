"""The only way a status changes: a conditional UPDATE and the event that tells of it, in one transaction.

The same code is right under any number of workers and on every database: whoever's UPDATE matches the row has made
the change, everybody else has changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from fulfillment.models import Order, OrderEvent, Payment, Refund, ReturnRequest, SupplierOrder
from fulfillment.states import (
    ORDER_MOVES,
    PAYMENT_MOVES,
    REFUND_MOVES,
    RETURN_MOVES,
    SUPPLIER_ORDER_MOVES,
    sources,
)
from shop.errors import DomainError


class IllegalTransition(DomainError):
    """The row is in a state from which the wanted one cannot be reached."""

    code = "illegal_transition"


class LostClaim(DomainError):
    """Somebody else holds the row now: note what you saw, change nothing."""

    code = "lost_claim"


def lock_order(order_id: int) -> Order:
    """The order with its row locked. Whoever changes several rows of an order takes this lock first: nobody waits
    crosswise, and what the parts say about the whole is read by one at a time.
    """
    # Not FOR UPDATE: that would make every row which only points at the order (its history) wait as well.
    return Order.objects.select_for_update(no_key=True).get(pk=order_id)


def record(
    order_id: int,
    kind: str,
    *,
    supplier_order: SupplierOrder | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    actor: str = "system",
) -> None:
    """Append a line to an order's history. ``data`` carries ids and amounts, never personal data."""
    OrderEvent.objects.create(
        order_id=order_id,
        supplier_order=supplier_order,
        kind=kind,
        note=note[:500],
        data=dict(data or {}),
        actor=actor,
    )


def move_order(
    order: Order,
    target: str,
    *,
    actor: str = "system",
    note: str = "",
    data: Mapping[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Bring ``order`` to ``target``, setting ``fields`` with it. True if this call did it, False if it was there.

    Raises ``IllegalTransition`` from a state that does not lead to ``target``.
    """
    with transaction.atomic():
        if not _update(order, ORDER_MOVES, target, {}, fields):
            return False
        record(order.pk, f"order.{target}", note=note, data=data, actor=actor)
    return True


def move_supplier_order(
    supplier_order: SupplierOrder,
    target: str,
    *,
    where: Mapping[str, Any] | None = None,
    actor: str = "system",
    note: str = "",
    data: Mapping[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Bring ``supplier_order`` to ``target`` if it also matches ``where`` (its fence, its present status, a time).

    True if this call did it, False if it was there already. Raises ``LostClaim`` if ``where`` no longer holds and
    ``IllegalTransition`` from a state that does not lead to ``target``. A move that names no ``attention`` clears it.
    """
    fields = {"attention": "", "attention_note": "", "attention_field": "", **fields}
    fields["attention_note"] = fields["attention_note"][:500]
    with transaction.atomic():
        if not _update(supplier_order, SUPPLIER_ORDER_MOVES, target, where or {}, fields):
            return False
        record(
            supplier_order.order_id,
            f"supplier_order.{target}",
            supplier_order=supplier_order,
            note=note or fields["attention_note"],
            data={"reference": supplier_order.reference, **(data or {})},
            actor=actor,
        )
    return True


def move_payment(
    payment: Payment, target: str, *, actor: str, data: Mapping[str, Any] | None = None, **fields: Any
) -> bool:
    """Bring ``payment`` to ``target``. True if this call did it, False if it was there; else ``IllegalTransition``."""
    with transaction.atomic():
        if not _update(payment, PAYMENT_MOVES, target, {}, fields):
            return False
        record(
            payment.order_id,
            f"payment.{target}",
            data={
                "method": payment.method,
                "amount": str(payment.amount),
                "currency": payment.currency,
                **(data or {}),
            },
            actor=actor,
        )
    return True


def move_refund(refund: Refund, target: str, *, actor: str, note: str = "", **fields: Any) -> bool:
    """Bring ``refund`` to ``target``. True if this call did it, False if it was there; else ``IllegalTransition``."""
    with transaction.atomic():
        if not _update(refund, REFUND_MOVES, target, {}, {"next_try_at": None, "note": note[:200], **fields}):
            return False
        record_refund(refund, actor=actor, note=note)
    return True


def record_refund(refund: Refund, *, actor: str, note: str = "") -> None:
    """Append what a refund is by now to its order's history."""
    record(
        refund.payment.order_id,
        f"refund.{refund.status}",
        note=note,
        data={"amount": str(refund.amount), "currency": refund.currency},
        actor=actor,
    )


def move_return(
    request: ReturnRequest,
    target: str,
    *,
    actor: str,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    **fields: Any,
) -> bool:
    """Bring ``request`` to ``target``. True if this call did it, False if it was there; else ``IllegalTransition``."""
    with transaction.atomic():
        if not _update(request, RETURN_MOVES, target, {}, fields):
            return False
        record(
            request.order_id,
            f"return.{target}",
            note=note,
            data={"return": request.number, **(data or {})},
            actor=actor,
        )
    return True


def call_for_person(supplier_order: SupplierOrder, attention: str, note: str, *, actor: str = "system") -> bool:
    """Put ``supplier_order`` in front of a person without changing its status; again with the same words is nothing."""
    with transaction.atomic():
        changed = (
            SupplierOrder.objects.filter(pk=supplier_order.pk, status=supplier_order.status)
            .exclude(attention=attention, attention_note=note[:500])
            .update(attention=attention, attention_note=note[:500], attention_field="", updated_at=timezone.now())
        )
        if changed:
            record(
                supplier_order.order_id,
                "supplier_order.needs_person" if attention else "supplier_order.needs_nobody",
                supplier_order=supplier_order,
                note=note,
                data={"reference": supplier_order.reference, "attention": attention},
                actor=actor,
            )
            supplier_order.attention, supplier_order.attention_note = attention, note[:500]
            supplier_order.attention_field = ""
    return bool(changed)


def _update(
    row: Any, moves: dict[str, frozenset[str]], target: str, where: Mapping[str, Any], fields: dict[str, Any]
) -> bool:
    model: type[Model] = type(row)
    changed = model._default_manager.filter(pk=row.pk, status__in=sources(moves, target), **where).update(
        status=target, updated_at=timezone.now(), **fields
    )
    row.refresh_from_db()
    if changed:
        return True
    if row.status == target:
        return False
    if target in moves[row.status]:
        raise LostClaim(f"{model.__name__} {row.pk} is held by somebody else", status=row.status)
    raise IllegalTransition(f"{model.__name__} {row.pk} cannot go from {row.status} to {target}", status=row.status)
