"""Refunds at the provider: sent once under their key, followed until they are done, and those made elsewhere noted.

``fulfillment.payments.refund`` writes the intent; here it is carried out. A refund whose outcome is unknown is looked
for at the provider and, if it is not there, sent again under the same key.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment.models import Payment, Refund
from fulfillment.payments import PaymentProblem, hold_what_is_not_bought, refund_done
from fulfillment.staff_mail import REFUND_FAILED, tell_staff
from fulfillment.transitions import IllegalTransition, lock_order, move_refund, record, record_refund
from integrations.errors import Rejected, SupplierError
from integrations.payments import ProviderRefund, RefundRequest, RefundState, provider_for
from shop.money import Money

logger = logging.getLogger(__name__)

_R = Refund.Status
#: Longer than a call can take: whoever holds the refund has surely ended by then.
_SENDING = timedelta(minutes=2)
_LATEST = timedelta(hours=6)
_SENT = "Sent; its outcome is not known yet."


def unfinished() -> list[int]:
    """Ids of refunds that are to be sent, or asked for, now."""
    rows = Refund.objects.filter(status=_R.PENDING, next_try_at__lte=timezone.now())
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:200])


def failed() -> QuerySet[Refund]:
    """Refunds that did not go back, and after which nobody has given anything back of the same payment."""
    later = Refund.objects.filter(payment=OuterRef("payment"), pk__gt=OuterRef("pk")).exclude(status=_R.FAILED)
    return Refund.objects.filter(~Exists(later), status=_R.FAILED)


def send(refund_id: int) -> bool:
    """Carry one refund out, or see what became of it. True if it is done or failed now.

    Makes network calls. False as well if it is not due or somebody else holds it.
    """
    now = timezone.now()
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    was_sent = bool(refund.note or refund.external_id)
    claimed = Refund.objects.filter(
        Q(next_try_at__lte=now), pk=refund_id, status=_R.PENDING, note=refund.note, external_id=refund.external_id
    ).update(next_try_at=now + _SENDING, note=refund.note or _SENT, updated_at=now)
    if not claimed:
        return False
    payment = refund.payment
    try:
        provider = provider_for(payment.method)
        if was_sent:
            # Keys are kept for a day only: what went out before is looked for, not sent blindly.
            sync(payment.pk)
            refund.refresh_from_db()
            if refund.status != _R.PENDING:
                return True
            if refund.external_id:
                _try_later(refund)
                return False
        money = Money(refund.amount, refund.currency)
        told = provider.refund(RefundRequest(f"{payment.public_id}-{refund.pk}", payment.external_reference, money))
    except Rejected as exc:
        _fail(refund, f"The provider refused it ({exc.code}).")
        return True
    except SupplierError as exc:
        logger.warning("refund not sent refund=%s code=%s", refund.pk, exc.code)
        _try_later(refund)
        return False
    _apply(refund, told)
    refund.refresh_from_db()
    if refund.status == _R.PENDING:
        _try_later(refund)
    return refund.status != _R.PENDING


def sync(payment_id: int) -> None:
    """Take over every refund that the provider has for this payment, ours and those made in its own pages.

    Makes a network call; raises ``SupplierError`` if it fails.
    """
    payment = Payment.objects.get(pk=payment_id)
    for told in provider_for(payment.method).fetch_refunds(payment.external_reference):
        known = _ours(payment, told)
        if known is None:
            _note_foreign(payment, told)
        else:
            _apply(known, told)


def mark_done(refund: Refund, *, actor: str, note: str = "") -> None:
    """A person has sent the money back by hand. Raises ``PaymentProblem`` (``not_to_do``)."""
    with transaction.atomic():
        lock_order(refund.payment.order_id)
        refund.refresh_from_db()
        if refund.status != _R.TO_DO:
            raise PaymentProblem(_("This refund is not to be done by a person."), code="not_to_do")
        move_refund(refund, _R.DONE, actor=actor, note=note)
        refund_done(refund)


def _ours(payment: Payment, told: ProviderRefund) -> Refund | None:
    rows = payment.refunds.filter(external_id=told.refund_id)
    own, _, number = told.key.rpartition("-")
    if own == payment.public_id and number.isdecimal():
        rows = rows | payment.refunds.filter(pk=int(number), external_id="")
    return rows.select_related("payment").first()


def _apply(refund: Refund, told: ProviderRefund) -> None:
    """Bring our row to where the provider's refund stands. Late and repeated news change nothing."""
    with transaction.atomic():
        lock_order(refund.payment.order_id)
        Refund.objects.filter(pk=refund.pk, external_id="").update(external_id=told.refund_id)
        refund.refresh_from_db()
        if told.money != Money(refund.amount, refund.currency):
            logger.error("refund differs refund=%s told=%s", refund.pk, told.money)
        try:
            if told.state == RefundState.DONE and move_refund(refund, _R.DONE, actor="system"):
                refund_done(refund)
            elif told.state == RefundState.FAILED:
                _fail(refund, "The provider could not send it.")
        except IllegalTransition:
            logger.info("late news about a refund refund=%s told=%s", refund.pk, told.state.value)


def _fail(refund: Refund, note: str) -> None:
    """What did not go back can be given back again: a person decides, also where it was said to be done before."""
    with transaction.atomic():
        order = lock_order(refund.payment.order_id)
        if move_refund(refund, _R.FAILED, actor="system", note=note):
            payment = Payment.objects.get(pk=refund.payment_id)
            left = max(payment.refunded_amount - refund.amount, Decimal(0))
            Payment.objects.filter(pk=payment.pk).update(refunded_amount=left, updated_at=timezone.now())
            tell_staff(order, REFUND_FAILED)


def _note_foreign(payment: Payment, told: ProviderRefund) -> None:
    """A refund that nobody made here. The money is gone all the same: it counts, and nothing more is bought with it."""
    if told.state == RefundState.FAILED:
        return
    try:
        with transaction.atomic():
            order = lock_order(payment.order_id)
            payment.refresh_from_db()
            left = payment.refundable
            if left is None or told.money.currency != left.currency or told.money.amount > left.amount:
                # Seen again at every look; said once.
                data = {"told": str(told.money), "reference": told.refund_id}
                if not order.events.filter(kind="refund.does_not_fit", data__reference=told.refund_id).exists():
                    record(order.pk, "refund.does_not_fit", data=data)
                logger.error("refund does not fit payment=%s told=%s", payment.pk, told.money)
                return
            done = told.state == RefundState.DONE
            refund = Refund.objects.create(
                payment=payment,
                key=f"{payment.method}:{told.refund_id}",
                amount=told.money.amount,
                currency=told.money.currency,
                reason="Made in the provider's own pages.",
                status=_R.DONE if done else _R.PENDING,
                external_id=told.refund_id,
                next_try_at=None if done else timezone.now() + timedelta(minutes=10),
            )
            refunded = payment.refunded_amount + refund.amount
            Payment.objects.filter(pk=payment.pk).update(refunded_amount=refunded, updated_at=timezone.now())
            record_refund(refund, actor="system", note=refund.reason)
            hold_what_is_not_bought(order, payment, actor="system")
            if done:
                refund_done(refund)
    except IntegrityError:
        logger.info("refund noted by another process payment=%s", payment.pk)


def _try_later(refund: Refund) -> None:
    now = timezone.now()
    wait = min(max((now - refund.created_at) / 2, timedelta(minutes=1)), _LATEST)
    Refund.objects.filter(pk=refund.pk, status=_R.PENDING).update(next_try_at=now + wait, updated_at=now)
