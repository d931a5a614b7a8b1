"""Buys: claims a due supplier order, checks it, writes the attempt, commits, calls, writes what came of it.

The steps and what a crash between them means::

    claim     due, leased        crash: the lease lapses, another worker claims it
    check     due, leased        the same; only reads went out
    begin     in_flight          crash: perhaps bought -> unknown, as the sweep finds the lapsed lease
    send      in_flight          the same
    conclude  placed / rejected / due / unknown

Every write after the claim carries its fence; a worker whose fence is no longer the row's only notes what it saw.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from fulfillment import bundle_guard, guards, outcomes
from fulfillment.models import Attempt, SupplierOrder, SupplierOrderLine
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import IllegalTransition, LostClaim, move_supplier_order
from integrations import ratelimit
from integrations.base import SupplierAdapter
from integrations.clock import database_now
from integrations.errors import Transient
from integrations.models import SupplierAccount
from integrations.registry import adapter_for
from integrations.types import PlaceMatch, Purchase, PurchaseItem

logger = logging.getLogger(__name__)

_S = SupplierOrderStatus


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one supplier order until the lease ends. ``started`` is this task's monotonic clock."""

    supplier_order: SupplierOrder
    account: SupplierAccount
    fence: int
    started: float


def buyable() -> Q:
    """Which supplier orders' accounts may buy at the moment."""
    now = database_now()
    return Q(account__buying_enabled=True, account__health=SupplierAccount.Health.OK) & (
        Q(account__paused_until__isnull=True) | Q(account__paused_until__lte=now)
    )


def due() -> list[int]:
    """Ids of supplier orders that may be bought now, longest waiting first."""
    if not settings.BUYING_ENABLED:
        return []
    now = database_now()
    rows = SupplierOrder.objects.filter(_unleased(now), buyable(), status=_S.DUE, next_attempt_at__lte=now)
    rows = rows.exclude(account__in=_accounts_in_a_queue())
    return list(rows.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:200])


def seconds_until_due() -> float | None:
    """How long until the next waiting purchase can be made; None if none waits for a time to come."""
    now = database_now()
    rows = SupplierOrder.objects.filter(buyable(), status=_S.DUE)
    coming = rows.filter(next_attempt_at__gt=now).order_by("next_attempt_at").values_list("next_attempt_at", flat=True)
    first = coming.first()
    queued = [
        wait_s
        for account_id, wait_s in ratelimit.waiting_times(ratelimit.ORDER).items()
        if rows.filter(account=account_id, next_attempt_at__lte=now).exists()
    ]
    return min([*queued, *([(first - now).total_seconds()] if first else [])], default=None)


def _accounts_in_a_queue() -> list[int]:
    """Accounts whose next place for an order call is further away than a call would wait for it."""
    waits = ratelimit.waiting_times(ratelimit.ORDER)
    return [account_id for account_id, wait_s in waits.items() if wait_s > settings.RATE_PATIENCE_S]


def place(supplier_order_id: int, *, started: float | None = None) -> bool:
    """Buy one due supplier order, if nobody else does. True if a purchase call was made.

    ``started`` is the monotonic clock at which the task began, if it has done something before. Never raises for what
    a supplier does: the row says what came of it.
    """
    claim = _claim(supplier_order_id)
    if claim is None:
        return False
    if started is not None:
        claim = replace(claim, started=started)
    try:
        adapter = adapter_for(claim.account)
        guards.check_standing(claim.supplier_order, claim.account)
        bundle_guard.check_rest(claim.supplier_order)
        quote = guards.quote(claim.supplier_order, adapter)
        # As late as possible: a place is an instant, and the checks take as long as the supplier likes.
        wait_for_order_place(claim.account)
        attempt = begin(claim, quote=quote)
        if attempt is None:
            # Counted like every other putting-off: a supplier that is always too slow must end before a person.
            raise Transient("The checks before buying took too long to buy in the time left.", code="no_time_left")
    except guards.Stop as stop:
        _hold(claim, stop)
        return False
    except Transient as exc:
        outcomes.put_off(claim.supplier_order, claim.fence, exc)
        return False
    except (LostClaim, IllegalTransition):
        return False  # Canceled, settled or taken over while it was being checked.
    except Exception as exc:
        # Nothing was sent yet. Without this the row would be claimed and fail again for ever, unseen.
        logger.exception("guards failed supplier_order=%s", supplier_order_id)
        problem = f"The checks before buying failed ({type(exc).__name__})."
        _hold(claim, guards.Stop(SupplierOrder.Attention.SUPPLIER_NOTE, problem))
        return False
    return send(claim, attempt, adapter)


def wait_for_order_place(account: SupplierAccount) -> None:
    """Take a place among the account's order calls before anything is written. Raises ``RateLimited``."""
    ratelimit.wait_for_place(account, ratelimit.ORDER, patience_s=settings.RATE_PATIENCE_S)


def begin(claim: Claim, *, quote: guards.Quote | None = None) -> Attempt | None:
    """Write down that the purchase is about to be sent, and commit. None if there is no time left for the call.

    With a ``quote`` this is a first send of this purchase, without one the same reference is sent again.
    Raises ``LostClaim``, ``IllegalTransition`` and ``guards.Stop`` (spend cap).
    """
    spent_s = time.monotonic() - claim.started
    if spent_s > settings.SUPPLIER_TASK_TIMEOUT_S - settings.SUPPLIER_CALL_TIMEOUT_S:
        return None
    supplier_order = claim.supplier_order
    now = database_now()
    with transaction.atomic():
        account = SupplierAccount.objects.select_for_update().get(pk=claim.account.pk)
        fields: dict[str, Any] = {}
        if quote is not None:
            guards.check_spend_cap(supplier_order, account, quote.cost)
            fields = {"expected_cost": quote.cost.amount, **_place_fields(supplier_order, quote.place)}
            for line_id, bought_as in quote.lines.items():
                SupplierOrderLine.objects.filter(pk=line_id).update(**bought_as)
        number = supplier_order.attempts.count() + 1
        began = move_supplier_order(
            supplier_order,
            _S.IN_FLIGHT,
            where={"fence": claim.fence, "lease_until__gt": now},
            data={"attempt": number, **_bought_otherwise(quote)},
            lease_until=now + timedelta(seconds=settings.SUPPLIER_LEASE_S),
            first_sent_at=Coalesce("first_sent_at", now),
            **fields,
        )
        if not began:
            # In flight already, under the fence of the worker that took over after our lease.
            raise LostClaim("another worker is sending it", status=supplier_order.status)
        return Attempt.objects.create(
            supplier_order=supplier_order,
            number=number,
            reference=supplier_order.reference,
            fence=claim.fence,
            started_at=now,
        )


def _bought_otherwise(quote: guards.Quote | None) -> dict[str, Any]:
    """What the history says about products that are bought under another id than the mapped one, and about the way
    of sending if it is not the one that the customer chose.
    """
    if quote is None:
        return {}
    said: dict[str, Any] = {}
    if quote.sold_as:
        said["sold_as"] = [f"{mapped} -> {there}" for mapped, there in quote.sold_as.items()]
    if quote.sent_by:
        chosen, *instead = quote.sent_by
        said["sent_by"] = [f"{chosen} -> {', '.join(instead)}"]
    return said


def send(claim: Claim, attempt: Attempt, adapter: SupplierAdapter) -> bool:
    """Make the purchase call that ``attempt`` announces and write down what came of it. True if it was sent."""
    purchase = purchase_of(claim.supplier_order)
    if not _lease_is_enough(claim):
        outcomes.not_sent(attempt)
        return False
    try:
        placed = adapter.place(purchase)
    except Exception as exc:
        outcomes.failed(attempt, exc)
    else:
        outcomes.placed(attempt, placed)
    return True


def purchase_of(supplier_order: SupplierOrder) -> Purchase:
    """The purchase as it is sent: the same lines, address and reference on every send."""
    return Purchase(
        reference=supplier_order.reference,
        address=supplier_order.order.address,
        province=supplier_order.ship_province,
        city=supplier_order.ship_city,
        items=tuple(
            PurchaseItem(
                product_id=line.external_product_id,
                sku_id=line.external_sku_id,
                sku_attr=line.external_sku_attr,
                quantity=line.quantity,
                shipping_service=line.shipping_service,
            )
            for line in supplier_order.lines.all()
        ),
    )


def take_lease(supplier_order_id: int, *conditions: Q) -> Claim | None:
    """Raise the fence of a row that is free and fulfils ``conditions``, and lease it. None if somebody else has it."""
    started = time.monotonic()
    now = database_now()
    claimed = SupplierOrder.objects.filter(_unleased(now), *conditions, pk=supplier_order_id).update(
        fence=F("fence") + 1, lease_until=now + timedelta(seconds=settings.SUPPLIER_LEASE_S)
    )
    if not claimed:
        return None
    # Nobody else can raise the fence while the lease lasts, so what is read back is ours.
    row = SupplierOrder.objects.select_related("order", "account").get(pk=supplier_order_id)
    if row.account is None:
        raise ValueError(f"supplier order {row.pk} was claimed without an account")
    return Claim(supplier_order=row, account=row.account, fence=row.fence, started=started)


def _claim(supplier_order_id: int) -> Claim | None:
    if not settings.BUYING_ENABLED:
        return None
    # An UPDATE cannot join, so the account's part of the condition is a subquery.
    rows = SupplierOrder.objects.filter(buyable(), pk=supplier_order_id).exclude(account__in=_accounts_in_a_queue())
    ready = rows.values("pk")
    return take_lease(supplier_order_id, Q(status=_S.DUE, next_attempt_at__lte=database_now(), pk__in=ready))


def _unleased(now: object) -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lt=now)


def _lease_is_enough(claim: Claim) -> bool:
    enough = database_now() + timedelta(seconds=settings.SUPPLIER_CALL_TIMEOUT_S)
    return SupplierOrder.objects.filter(
        pk=claim.supplier_order.pk, status=_S.IN_FLIGHT, fence=claim.fence, lease_until__gt=enough
    ).exists()


def _place_fields(supplier_order: SupplierOrder, place: PlaceMatch) -> dict[str, Any]:
    """What is kept of the match: with it every send of this purchase names the same place."""
    nearest = dict(place.nearest)
    names = {
        "ship_province": place.province or supplier_order.ship_province,
        "ship_city": place.city or supplier_order.ship_city,
    }
    doubts = {field: nearest.get(field, "") for field in place.unknown}
    return {**names, "place_doubts": doubts}


def _hold(claim: Claim, stop: guards.Stop) -> None:
    try:
        move_supplier_order(
            claim.supplier_order,
            _S.HELD,
            where={"fence": claim.fence, "status": _S.DUE},
            lease_until=None,
            attention=stop.attention,
            attention_note=str(stop),
            attention_field=stop.field,
            **(_place_fields(claim.supplier_order, stop.place) if stop.place else {}),
        )
    except (LostClaim, IllegalTransition):
        logger.info("claim lost before hold supplier_order=%s", claim.supplier_order.pk)
