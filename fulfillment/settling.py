"""Settles what is unknown: by the same key again where the supplier protects against repeats, else by a person."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from fulfillment import dispatch, guards
from fulfillment.models import SupplierOrder
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import IllegalTransition, LostClaim, call_for_person
from integrations.clock import database_now
from integrations.ratelimit import RateLimited
from integrations.registry import adapter_for
from integrations.types import Capabilities, SettleClass

_A = SupplierOrder.Attention


def unsettled(account_id: int | None = None) -> list[int]:
    """Ids of unknown supplier orders whose settle time has come and which no person was called for."""
    if not settings.BUYING_ENABLED:
        return []
    rows = SupplierOrder.objects.filter(
        dispatch.buyable(), status=SupplierOrderStatus.UNKNOWN, settle_at__lte=database_now(), attention=""
    )
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    return list(rows.order_by("settle_at", "pk").values_list("pk", flat=True)[:200])


def settle(supplier_order_id: int) -> bool:
    """Settle one unknown purchase as its supplier's class allows. True if the reference was sent again."""
    if not settings.BUYING_ENABLED:
        # Sending again may be what buys it.
        return False
    ready = SupplierOrder.objects.filter(dispatch.buyable(), pk=supplier_order_id).values("pk")
    ripe = Q(status=SupplierOrderStatus.UNKNOWN, settle_at__lte=database_now(), attention="", pk__in=ready)
    claim = dispatch.take_lease(supplier_order_id, ripe)
    if claim is None:
        return False
    try:
        adapter = adapter_for(claim.account)
        reason = _why_not_again(claim, adapter.capabilities)
    except KeyError:
        reason = "The program for this supplier is not installed. Look into its account whether the order is there."
    if reason:
        call_for_person(claim.supplier_order, _A.OUTCOME, reason)
        SupplierOrder.objects.filter(pk=supplier_order_id, fence=claim.fence).update(lease_until=None)
        return False
    try:
        dispatch.wait_for_order_place(claim.account)
    except RateLimited as exc:
        later = database_now() + timedelta(seconds=exc.retry_after_s or 0)
        SupplierOrder.objects.filter(pk=supplier_order_id, fence=claim.fence).update(lease_until=None, settle_at=later)
        return False
    try:
        attempt = dispatch.begin(claim)
    except (LostClaim, IllegalTransition):
        return False  # A person or a late reply settled it meanwhile.
    return attempt is not None and dispatch.send(claim, attempt, adapter)


def _why_not_again(claim: dispatch.Claim, capabilities: Capabilities) -> str:
    if capabilities.settle_class is SettleClass.NOTHING:
        return "The supplier offers no way to ask. Look into its account whether the order is there."
    if not settings.RESEND_UNKNOWN:
        return "RESEND_UNKNOWN is off. Look into the supplier's account whether the order is there."
    if settings.BUYING_DRY_RUN:
        return "BUYING_DRY_RUN is on. Look into the supplier's account whether the order is there."
    try:
        # The account may be another one than when it was sent: a purchase for the emulator must never go out live.
        guards.check_standing(claim.supplier_order, claim.account)
    except guards.Stop as stop:
        return f"{stop} Look into the supplier's account whether the order is there."
    first = claim.supplier_order.first_sent_at
    if first is None or database_now() > first + timedelta(seconds=capabilities.resend_window_s):
        return "The supplier's protection against repeats has ended. Look into its account whether the order is there."
    return ""
