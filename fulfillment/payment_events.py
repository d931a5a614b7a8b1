"""What payment providers tell unasked. The request only checks, stores and answers; a job does the rest.

An event says where to look. States and amounts are then read at the provider, so repeats, late ones and a wrong order
of arrival are harmless, and one that never comes costs the time until the next look.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fulfillment import payment_pages, refunds
from fulfillment.models import Order, Payment, PaymentEvent
from fulfillment.payments import hold_what_is_not_bought
from fulfillment.staff_mail import tell_staff, tell_staff_of_stray
from fulfillment.transitions import lock_order, record
from integrations.errors import SupplierError
from integrations.payments import EventKind, provider_for
from integrations.wake import wake

logger = logging.getLogger(__name__)

#: After this long an event that could not be followed is left to the regular looks.
GIVE_UP_AFTER = timedelta(days=3)
#: For so long money of which no payment is known stands in front of staff.
STRAYS_SHOWN_FOR = timedelta(days=14)
_HANDLING = timedelta(minutes=2)
_LATEST = timedelta(hours=3)

DONE, NOTED, UNKNOWN_PAYMENT, FAILED = "done", "noted", "unknown_payment", "failed"
#: How a dispute ends without money being lost.
_WON = ("won", "warning_closed")
_OPENED, _CLOSED = "payment.disputed", "payment.dispute_closed"


def receive(method: str, *, headers: Mapping[str, str], body: bytes) -> bool:
    """Check and keep the event in the raw ``body``; handled later. True if it is new, False for a repeat.

    Raises ``EventForged``, ``EventUnreadable``, and ``SupplierError`` where no such provider is set up.
    """
    told = provider_for(method).read_event(body, headers)
    with transaction.atomic():
        event, is_new = PaymentEvent.objects.get_or_create(
            provider=method,
            event_id=told.event_id,
            defaults={
                "kind": told.kind.value,
                "word": told.word,
                "note": told.note,
                "session_id": told.session_id,
                "payment_reference": told.payment_reference,
                "body": {**told.body, **({"reference": told.reference} if told.reference else {})},
            },
        )
        if is_new:
            wake("fulfillment.tasks.handle_payment_event", event.pk)
    if is_new:
        logger.info("payment event kept event=%s provider=%s word=%s", event.pk, method, told.word)
    return is_new


def unhandled() -> list[int]:
    """Ids of events to be handled now."""
    rows = PaymentEvent.objects.filter(handled_at=None, next_try_at__lte=timezone.now())
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:200])


def handle(event_id: int) -> bool:
    """Act on one event. True if it is done with by this call. Makes network calls."""
    now = timezone.now()
    rows = PaymentEvent.objects.filter(pk=event_id, handled_at=None)
    if not rows.filter(next_try_at__lte=now).update(next_try_at=now + _HANDLING):
        return False
    event = PaymentEvent.objects.get(pk=event_id)
    payment = _payment_of(event)
    try:
        outcome = _outcome(event, payment)
    except SupplierError as exc:
        logger.warning("payment event waits event=%s code=%s", event.pk, exc.code)
        outcome = None
    age = timezone.now() - event.received_at
    if outcome is None and age < GIVE_UP_AFTER:
        rows.update(next_try_at=timezone.now() + min(max(age, timedelta(minutes=1)), _LATEST))
        return False
    done = bool(rows.update(handled_at=timezone.now(), outcome=outcome or FAILED, payment=payment))
    if done and strays().filter(pk=event_id).exists():
        tell_staff_of_stray(event.event_id)
    return done


def strays() -> QuerySet[PaymentEvent]:
    """Lately paid sessions that name a reference as ours are, and of which no payment is known.

    A person looks whose they are. Those of other programs on the same account name no such reference.
    """
    since = timezone.now() - STRAYS_SHOWN_FOR
    unknown = PaymentEvent.objects.filter(kind=EventKind.SESSION, outcome=UNKNOWN_PAYMENT, received_at__gt=since)
    return unknown.filter(note="paid", body__has_key="reference")


def _payment_of(event: PaymentEvent) -> Payment | None:
    rows = Payment.objects.filter(method=event.provider)
    found = rows.filter(session_id=event.session_id).first() if event.session_id else None
    if found is None and event.payment_reference:
        found = rows.filter(external_reference=event.payment_reference).first()
    return found or _payment_without_session(event)


def _payment_without_session(event: PaymentEvent) -> Payment | None:
    """The payment that the event names by our own reference: its session was opened, but its id never reached us."""
    reference = event.body.get("reference")
    if not reference or not event.session_id:
        return None
    rows = Payment.objects.filter(method=event.provider, public_id=reference)
    rows.filter(session_id="").update(session_id=event.session_id, updated_at=timezone.now())
    return rows.filter(session_id=event.session_id).first()


def _outcome(event: PaymentEvent, payment: Payment | None) -> str | None:
    """Do what the event asks for; None if that must be tried again."""
    if event.kind not in (EventKind.SESSION, EventKind.REFUND, EventKind.DISPUTE_OPENED, EventKind.DISPUTE_CLOSED):
        return NOTED
    if payment is None:
        # Of another shop on the same account, or about money that we come to know of later: then it is taken up again.
        return UNKNOWN_PAYMENT
    if event.kind == EventKind.SESSION:
        return DONE if payment_pages.look(payment.pk) else None
    if event.kind == EventKind.REFUND:
        refunds.sync(payment.pk)
        return DONE
    return _dispute(event, payment)


def _dispute(event: PaymentEvent, payment: Payment) -> str:
    """The customer's bank takes the money back, for now or for good: what is not bought waits for a person.

    What became of each dispute is kept in the order's history: their events overtake each other, and are not kept for
    as long as a dispute may take.
    """
    is_over = event.kind == EventKind.DISPUTE_CLOSED
    dispute = str(event.body.get("object") or "")
    now = timezone.now()  # Not after the line in the history: that tells whether a marked dispute is over.
    with transaction.atomic():
        order = lock_order(payment.order_id)
        payment.refresh_from_db()
        if not is_over and dispute in _disputes(order, payment):
            return NOTED  # A repeat, or its end overtook it: what is over is not opened again.
        record(
            order.pk,
            _CLOSED if is_over else _OPENED,
            note=event.note,
            data={"event": event.event_id, "dispute": dispute, "payment": payment.public_id},
        )
        if is_over and event.note in _WON and all(_disputes(order, payment).values()):
            Payment.objects.filter(pk=payment.pk).update(disputed_at=None, updated_at=now)
        else:
            # Lost, or another one is still open: the end may be the first that is heard of it.
            Payment.objects.filter(pk=payment.pk, disputed_at=None).update(disputed_at=now, updated_at=now)
            hold_what_is_not_bought(
                order, payment, actor="system", note="The customer disputes the payment at the bank."
            )
        tell_staff(order, event.kind)
    return DONE


def _disputes(order: Order, payment: Payment) -> dict[str, bool]:
    """The disputes about ``payment`` that were heard of (the provider's id): whether it ended without a loss."""
    found: dict[str, bool] = {}
    for row in order.events.filter(kind__in=[_OPENED, _CLOSED], data__payment=payment.public_id).order_by("pk"):
        if dispute := row.data.get("dispute"):
            found[dispute] = row.kind == _CLOSED and row.note in _WON
    return found
