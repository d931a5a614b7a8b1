"""Purchases that wait because a listing means something else, and what becomes of them once staff have decided."""

from __future__ import annotations

from django.db.models import QuerySet

from catalog import drifts
from catalog.models import MappingDrift
from fulfillment import desk
from fulfillment.models import SupplierOrder
from fulfillment.states import SupplierOrderStatus


def waiting_for(drift: MappingDrift) -> QuerySet[SupplierOrder]:
    """The supplier orders that are held because of the listing of ``drift``."""
    held = SupplierOrder.objects.filter(
        status=SupplierOrderStatus.HELD, attention=SupplierOrder.Attention.SKU_CHANGED, lines__listing=drift.listing_id
    )
    return held.select_related("order").order_by("pk").distinct()


def accept(drift: MappingDrift, *, actor: str) -> int:
    """What the SKU means now is what shall be bought: waiting purchases go on; how many. ``AlreadyDecided``."""
    drifts.accept(drift, actor=actor)
    return _go_on(drift, actor)


def retire(drift: MappingDrift, *, actor: str) -> int:
    """Buy nothing there any more: waiting purchases go to other listings, if there are; how many did.

    Raises ``AlreadyDecided``.
    """
    drifts.retire(drift, actor=actor)
    return _go_on(drift, actor)


def _go_on(drift: MappingDrift, actor: str) -> int:
    gone_on = 0
    for supplier_order in waiting_for(drift):
        try:
            desk.retry(supplier_order, actor=actor)
        except desk.NotNow:
            continue  # Answered by somebody else, or nothing else serves it: it stays in front of a person.
        gone_on += 1
    return gone_on
