"""Settles what is unknown: by the same key again where the supplier protects against repeats, else by a person."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from fulfillment import dispatch
from fulfillment.clock import database_now
from fulfillment.models import SupplierOrder
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import LostClaim, call_for_person
from integrations.registry import adapter_for
from integrations.types import SettleClass

_A = SupplierOrder.Attention


def unsettled(account_id: int | None = None) -> list[int]:
    """Ids of unknown supplier orders whose settle time has come and which no person was called for."""
    rows = SupplierOrder.objects.filter(
        dispatch.buyable(), status=SupplierOrderStatus.UNKNOWN, settle_at__lte=database_now(), attention=""
    )
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    return list(rows.order_by("settle_at", "pk").values_list("pk", flat=True)[:200])


def settle(supplier_order_id: int) -> bool:
    """Settle one unknown purchase as its supplier's class allows. True if the reference was sent again."""
    ripe = Q(status=SupplierOrderStatus.UNKNOWN, settle_at__lte=database_now(), attention="")
    claim = dispatch.take_lease(supplier_order_id, ripe)
    if claim is None:
        return False
    adapter = adapter_for(claim.account)
    reason = _why_not_again(
        claim.supplier_order, adapter.capabilities.settle_class, adapter.capabilities.resend_window_s
    )
    if reason:
        call_for_person(claim.supplier_order, _A.OUTCOME, reason)
        SupplierOrder.objects.filter(pk=supplier_order_id, fence=claim.fence).update(lease_until=None)
        return False
    try:
        attempt = dispatch.begin(claim)
    except LostClaim:
        return False
    return attempt is not None and dispatch.send(claim, attempt, adapter)


def _why_not_again(supplier_order: SupplierOrder, settle_class: SettleClass, window_s: int) -> str:
    if settle_class is SettleClass.NOTHING:
        return "The supplier offers no way to ask. Look into its account whether the order is there."
    if not settings.RESEND_UNKNOWN:
        return "RESEND_UNKNOWN is off. Look into the supplier's account whether the order is there."
    first = supplier_order.first_sent_at
    if first is None or database_now() > first + timedelta(seconds=window_s):
        return "The supplier's protection against repeats has ended. Look into its account whether the order is there."
    return ""
