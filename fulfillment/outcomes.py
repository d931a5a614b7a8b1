"""What came of a purchase call. There are four answers and no fifth: done, rejected, surely not done, unknown."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fulfillment.guards import REFUSALS
from fulfillment.models import Attempt, ExternalOrder, SupplierOrder
from fulfillment.progress import update_order
from fulfillment.states import SupplierOrderStatus
from fulfillment.transitions import (
    IllegalTransition,
    LostClaim,
    call_for_person,
    lock_order,
    move_supplier_order,
    record,
)
from integrations import standing
from integrations.clock import database_now
from integrations.errors import (
    AccountUnusable,
    AlreadyPlaced,
    OutcomeUnknown,
    Rejected,
    SupplierError,
    Transient,
    Unsupported,
)
from integrations.models import SupplierAccount
from integrations.ratelimit import RateLimited
from integrations.types import Placed, Refusal
from integrations.wake import wake

logger = logging.getLogger(__name__)

_S = SupplierOrderStatus
_A = SupplierOrder.Attention

#: The fields of an address in the words of a refusal.
ADDRESS_WORDS = {
    "first_name": "name",
    "last_name": "name",
    "line1": "street and house number",
    "line2": "second line of the address",
    "city": "city",
    "province": "state or province",
    "postcode": "postcode",
    "country": "country",
    "phone": "phone number",
    "tax_id": "tax id",
    "national_address": "national address",
}

#: After so many putting-offs a person is told; the waiting between them grows to about a quarter of an hour.
MAX_DEFERRALS = 30


def placed(attempt: Attempt, result: Placed) -> None:
    """The supplier gave order ids: keep each of them. A late reply is as good a proof as any."""
    if not result.external_ids:
        failed(attempt, OutcomeUnknown("The supplier reports success but names no order.", code="success_without_id"))
        return
    with transaction.atomic():
        if not adopt(attempt.supplier_order, result.external_ids, payment_note=result.payment_note, attempt=attempt):
            _late_proof(attempt.supplier_order, result.external_ids)
        _finish(
            attempt,
            Attempt.Outcome.DONE,
            ids=list(result.external_ids),
            request_id=result.request_id,
            message=result.payment_note,
        )


def adopt(
    supplier_order: SupplierOrder,
    external_ids: tuple[str, ...],
    *,
    payment_note: str = "",
    attempt: Attempt | None = None,
    actor: str = "system",
) -> bool:
    """Take ``external_ids`` as the orders that ``supplier_order`` became; the first proof wins.

    The reply to an ``attempt`` counts whoever owns the row by now, as long as it is still the same purchase; without
    one (a person found the order) the row must be unknown. False if that does not hold: then nothing was changed.
    Call inside a transaction.
    """
    lock_order(supplier_order.order_id)
    where = {"reference": attempt.reference} if attempt else {"status": _S.UNKNOWN}
    fields: dict[str, Any] = {"placed_at": database_now(), "lease_until": None, "settle_at": None}
    if payment_note:
        fields |= {"attention": _A.PAY, "attention_note": payment_note}
    data = {"external_ids": list(external_ids)}
    try:
        moved = move_supplier_order(supplier_order, _S.PLACED, where=where, actor=actor, data=data, **fields)
    except (LostClaim, IllegalTransition):
        return False
    if not moved:
        return False
    now = database_now()
    elsewhere = []
    for external_id in external_ids:
        external, is_new = ExternalOrder.objects.get_or_create(
            account_id=supplier_order.account_id,
            external_id=external_id,
            defaults={"supplier_order": supplier_order, "next_poll_at": now},
        )
        if not is_new and external.supplier_order_id != supplier_order.pk:
            elsewhere.append(external_id)
        wake("fulfillment.tasks.look", external.pk)
    if elsewhere:
        note = f"The supplier answered with {', '.join(elsewhere)}, which belongs to another order here."
        call_for_person(supplier_order, _A.SUPPLIER_NOTE, note)
    update_order(supplier_order.order)
    return True


def failed(attempt: Attempt, exc: Exception) -> None:
    """The purchase call raised ``exc``: sort it into rejected, surely not done or unknown."""
    if isinstance(exc, Transient):
        mark_account(attempt.supplier_order.account_id, exc)
    if isinstance(exc, SupplierError):
        # A refusal may repeat what was sent; the history that it ends in can never be cleaned again.
        exc.hide(_personal_texts(attempt.supplier_order))
    try:
        with transaction.atomic():
            if isinstance(exc, Rejected | Unsupported) and not _sent_before(attempt):
                _rejected(attempt, exc)
            elif isinstance(exc, Transient):
                _surely_not_done(attempt, exc)
            else:
                _unknown(attempt, exc)
            _finish(attempt, _outcome_of(attempt, exc), exc)
    except (LostClaim, IllegalTransition) as lost:
        # Another worker owns the row by now. The attempt keeps the evidence, the row is theirs.
        outcome = _outcome_of(attempt, exc)
        _finish(attempt, outcome, exc)
        logger.warning("claim lost attempt=%s outcome=%s now=%s", attempt.pk, outcome, lost.data.get("status"))


def not_sent(attempt: Attempt) -> None:
    """The lease had become too short before the first byte: nothing was sent."""
    exc = Transient("not enough time was left to send it", code="lease_too_short")
    _finish(attempt, Attempt.Outcome.NOT_DONE, exc)
    try:
        _surely_not_done(attempt, exc)
    except (LostClaim, IllegalTransition):
        logger.warning("claim lost before sending attempt=%s", attempt.pk)


def put_off(supplier_order: SupplierOrder, fence: int, exc: Transient) -> None:
    """Nothing was bought and the supplier cannot be asked now: wait, or after many times call a person."""
    mark_account(supplier_order.account_id, exc)
    deferrals = _deferrals_with(supplier_order, exc)
    now = database_now()
    rows = SupplierOrder.objects.filter(pk=supplier_order.pk, fence=fence, status=_S.DUE)
    if _too_often(deferrals, exc):
        try:
            _call_off(supplier_order, fence, exc)
        except (LostClaim, IllegalTransition):
            logger.info("claim lost while putting off supplier_order=%s", supplier_order.pk)
        return
    rows.update(
        lease_until=None, deferrals=deferrals, next_attempt_at=now + _wait(deferrals, exc), updated_at=timezone.now()
    )


def mark_account(account_id: int | None, exc: Transient) -> None:
    """Remember on the account what concerns all its calls: a refused token, or a ban for some seconds."""
    if account_id is None:
        return
    accounts = SupplierAccount.objects.filter(pk=account_id)
    if isinstance(exc, AccountUnusable):
        standing.refused(account_id, exc.message)
    elif exc.retry_after_s is not None and not isinstance(exc, RateLimited):
        until = database_now() + timedelta(seconds=exc.retry_after_s)
        # A short ban told later must not end a long one.
        accounts.exclude(paused_until__gte=until).update(paused_until=until)


def lapse(supplier_order: SupplierOrder) -> bool:
    """A worker died or froze while it was sending: perhaps bought. False if it was concluded meanwhile."""
    now = database_now()
    try:
        with transaction.atomic():
            moved = move_supplier_order(
                supplier_order,
                _S.UNKNOWN,
                where={"status": _S.IN_FLIGHT, "lease_until__lt": now},
                lease_until=None,
                settle_at=_settle_at(supplier_order, now),
                fence=F("fence") + 1,
                note="The worker that was placing it did not come back.",
            )
            supplier_order.attempts.filter(outcome=Attempt.Outcome.PENDING).update(
                outcome=Attempt.Outcome.UNKNOWN, code="worker_lost", finished_at=now
            )
    except (LostClaim, IllegalTransition):
        return False
    return moved


def _rejected(attempt: Attempt, exc: Rejected | Unsupported) -> None:
    field = exc.field if isinstance(exc, Rejected) else ""
    about = f" (It is about the {ADDRESS_WORDS[field]}.)" if field in ADDRESS_WORDS else ""
    move_supplier_order(
        attempt.supplier_order,
        _S.REJECTED,
        where={"fence": attempt.fence, "status": _S.IN_FLIGHT},
        lease_until=None,
        attention=REFUSALS[exc.refusal if isinstance(exc, Rejected) else Refusal.OTHER],
        attention_note=f"{exc.message[: 500 - len(about)]}{about}",
        attention_field=field if about else "",
        data={"code": exc.code},
    )


def _surely_not_done(attempt: Attempt, exc: Transient) -> None:
    if _sent_before(attempt):
        # This send did nothing, but an earlier one may have: it stays unknown.
        _back_to_unknown(attempt)
        return
    deferrals = _deferrals_with(attempt.supplier_order, exc)
    move_supplier_order(
        attempt.supplier_order,
        _S.DUE,
        where={"fence": attempt.fence, "status": _S.IN_FLIGHT},
        lease_until=None,
        first_sent_at=None,
        deferrals=deferrals,
        note=exc.message,
        next_attempt_at=database_now() + _wait(deferrals, exc),
        data={"code": exc.code},
    )
    if _too_often(deferrals, exc):
        _call_off(attempt.supplier_order, attempt.fence, exc)


def _deferrals_with(supplier_order: SupplierOrder, exc: Transient) -> int:
    # Waiting for one's turn is nothing that a person has to look at, however long the queue or the ban is.
    return supplier_order.deferrals + (0 if isinstance(exc, RateLimited) else 1)


def _too_often(deferrals: int, exc: Transient) -> bool:
    # For an account that must be connected again the account calls for a person, not each of its orders.
    return deferrals > MAX_DEFERRALS and not isinstance(exc, AccountUnusable)


def _call_off(supplier_order: SupplierOrder, fence: int, exc: Transient) -> None:
    move_supplier_order(
        supplier_order,
        _S.HELD,
        where={"fence": fence},
        lease_until=None,
        deferrals=0,
        attention=_A.UNREACHABLE,
        attention_note=exc.message,
    )


def _unknown(attempt: Attempt, exc: Exception) -> None:
    if not isinstance(exc, SupplierError):
        logger.error("purchase call broke attempt=%s", attempt.pk, exc_info=exc)
    _back_to_unknown(attempt)
    supplier_order = attempt.supplier_order
    if isinstance(exc, AlreadyPlaced):
        call_for_person(
            supplier_order,
            _A.OUTCOME,
            "The supplier says it has handled this reference but gave no order id. Look into its account.",
        )
    elif isinstance(exc, Rejected):
        call_for_person(
            supplier_order,
            _A.OUTCOME,
            f"Sent again because the first answer was lost, and refused: {exc.message} "
            "The first send may have been bought. Look into the supplier's account.",
        )


def _back_to_unknown(attempt: Attempt) -> None:
    now = database_now()
    move_supplier_order(
        attempt.supplier_order,
        _S.UNKNOWN,
        where={"fence": attempt.fence, "status": _S.IN_FLIGHT},
        lease_until=None,
        settle_at=_settle_at(attempt.supplier_order, now),
        data={"attempt": attempt.number},
    )


def _settle_at(supplier_order: SupplierOrder, now: datetime) -> datetime:
    """After the settle time; each further try waits twice as long, an hour at most."""
    again = min(max(supplier_order.attempts.count() - 1, 0), 6)
    return now + timedelta(seconds=min(settings.SUPPLIER_SETTLE_S * 2**again, max(3600, settings.SUPPLIER_SETTLE_S)))


def _sent_before(attempt: Attempt) -> bool:
    """Whether an earlier send of the same purchase may have been carried out."""
    return (
        attempt.supplier_order.attempts.filter(reference=attempt.reference, number__lt=attempt.number)
        .exclude(outcome__in=[Attempt.Outcome.NOT_DONE, Attempt.Outcome.REJECTED])
        .exists()
    )


def _late_proof(supplier_order: SupplierOrder, external_ids: tuple[str, ...]) -> None:
    """A reply names orders although the row is past this purchase: nobody may overlook one that we do not know."""
    data = {"external_ids": list(external_ids)}
    record(supplier_order.order_id, "supplier_order.late_reply", supplier_order=supplier_order, data=data)
    known = supplier_order.external_orders.values_list("external_id", flat=True)
    unknown = [external_id for external_id in external_ids if external_id not in set(known)]
    if not unknown:
        return
    note = f"A late reply names {', '.join(unknown)}, which is not followed here. Look into the supplier's account."
    if supplier_order.status == _S.DUE:
        move_supplier_order(supplier_order, _S.HELD, lease_until=None, attention=_A.OUTCOME, attention_note=note)
    else:
        call_for_person(supplier_order, _A.OUTCOME, note)


def _personal_texts(supplier_order: SupplierOrder) -> list[str]:
    order = supplier_order.order
    return [order.email, *(value for name, value in asdict(order.address).items() if name != "country")]


def _outcome_of(attempt: Attempt, exc: Exception) -> str:
    if isinstance(exc, Rejected | Unsupported):
        return Attempt.Outcome.REJECTED
    return Attempt.Outcome.NOT_DONE if isinstance(exc, Transient) else Attempt.Outcome.UNKNOWN


def _finish(
    attempt: Attempt,
    outcome: str,
    exc: Exception | None = None,
    *,
    ids: list[str] | None = None,
    request_id: str = "",
    message: str = "",
) -> None:
    if isinstance(exc, SupplierError):
        code, message, request_id = exc.code, exc.message, exc.request_id
    else:
        code = type(exc).__name__ if exc else ""
    attempt.outcome, attempt.code, attempt.message = outcome, code[:80], message[:500]
    attempt.request_id, attempt.external_ids = request_id[:80], ids or []
    attempt.finished_at = database_now()
    attempt.save(update_fields=["outcome", "code", "message", "request_id", "external_ids", "finished_at"])


def _wait(deferrals: int, exc: Transient) -> timedelta:
    if isinstance(exc, RateLimited):
        return timedelta(seconds=exc.retry_after_s or 0)
    backoff_s = min(900.0, 5.0 * 2 ** min(deferrals - 1, 8))
    return timedelta(seconds=max(backoff_s, exc.retry_after_s or 0))
