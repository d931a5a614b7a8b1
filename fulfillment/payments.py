"""The customer's money: one function starts a payment, one settles it, one gives it back.

The browser's return and a provider's webhook call the same ``settle_payment``; a conditional UPDATE decides which of
them makes the change, and the other reports success.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.shelf import count_sold
from fulfillment.models import Notice, Order, Payment, Refund, SupplierOrder
from fulfillment.notifications import owe
from fulfillment.routing import route
from fulfillment.states import BOUGHT, OrderStatus, PaymentStatus, SupplierOrderStatus
from fulfillment.transitions import (
    IllegalTransition,
    lock_order,
    move_order,
    move_payment,
    move_supplier_order,
    record,
    record_refund,
)
from integrations.payments import has_provider
from integrations.wake import wake
from shop.errors import DomainError
from shop.money import Money

_P = PaymentStatus
_S = SupplierOrderStatus

#: A page that is about to close is not offered again.
_LAST_MINUTES = timedelta(minutes=2)
#: So long a session that perhaps was opened is asked for again under its key; later it could not stay open for the
#: half hour that the provider wants.
_SAME_KEY_FOR = timedelta(minutes=10)
#: The bounds of a page's life (minutes): Stripe's are 30 minutes and 24 hours, less what a repeat takes.
_PAGE_MINUTES = (45, 24 * 60 - 10)


class PaymentProblem(DomainError):
    """The payment cannot be started, confirmed or given back. Codes: ``already_paid``, ``order_canceled``,
    ``processing`` (the bank is still at it), ``payment_unavailable``, and those that each function names.
    """

    code = "payment_problem"


def start_payment(order: Order, *, method: str) -> Payment:
    """The payment by which ``order`` is to be paid: the open one if it still fits, else a new one.

    An order that costs nothing is paid at once, whatever the ``method``: the payment of 0 has succeeded then. Makes no
    network call. Raises ``PaymentProblem`` if there is nothing to pay any more, or the bank is still at it.
    """
    with transaction.atomic():
        order = lock_order(order.pk)
        if order.status == OrderStatus.CANCELED:
            raise PaymentProblem(_("This order has been canceled."), code="order_canceled")
        if order.status != OrderStatus.AWAITING_PAYMENT:
            raise PaymentProblem(_("This order is already paid."), code="already_paid")
        earlier = list(order.payments.all())
        if any(payment.status == _P.PROCESSING for payment in earlier):
            raise PaymentProblem(_("The bank is still working on this order's payment."), code="processing")
        if not order.total:
            return _pay_nothing(order)
        if method == Payment.Method.NONE:
            raise PaymentProblem(_("There is something to pay."), code="payment_unavailable")
        now = timezone.now()
        fitting = (payment for payment in earlier if payment.method == method and payment.money == order.total_money)
        payment = next((payment for payment in fitting if _can_go_on(payment, now)), None)
        if payment is None:
            payment = Payment.objects.create(
                order=order,
                method=method,
                amount=order.total,
                currency=order.currency,
                is_test=method == Payment.Method.SANDBOX,
                **_page_times(method, now),
            )
            record(order.pk, "payment.started", actor="customer", data={"method": method, "amount": str(order.total)})
            if method == Payment.Method.BANK_TRANSFER:
                # Days may pass until the money is there: the customer is told at once how to send it.
                owe(order, Notice.Kind.RECEIVED)
        if earlier:
            # Pages that ask for what is not owed any more are closed.
            look_at_open_pages(order, except_for=payment)
    return payment


def _pay_nothing(order: Order) -> Payment:
    """A coupon (say) has paid for everything: nobody is asked for money, and the goods are bought. Call under the
    order's lock.
    """
    payment = Payment.objects.create(
        order=order, method=Payment.Method.NONE, amount=order.total, currency=order.currency
    )
    return settle_payment(payment, outcome=_P.SUCCEEDED, money=payment.money, reference="")


def settle_payment(
    payment: Payment, *, outcome: PaymentStatus, money: Money, reference: str, actor: str = "customer"
) -> Payment:
    """Take over what became of ``payment``: ``money`` is what the provider says was paid, ``reference`` its id for it.

    Repeats, late and contradicting news are harmless: money that came is never un-known. An amount, currency or order
    that does not fit is kept as ``mismatch`` in front of staff, with what was told, and nothing is bought.
    """
    with transaction.atomic():
        order = lock_order(payment.order_id)
        payment.refresh_from_db()
        if outcome == PaymentStatus.SUCCEEDED and (money != payment.money or not _may_pay(order, payment)):
            outcome = PaymentStatus.MISMATCH
        money_came = outcome in (PaymentStatus.SUCCEEDED, PaymentStatus.MISMATCH)
        fields: dict[str, Any] = {} if outcome == _P.PROCESSING else {"next_look_at": None, "session_url": ""}
        if money_came and _is_another_payments(reference, payment):
            # The same money cannot pay twice, and it goes back by the payment that it belongs to.
            outcome = PaymentStatus.MISMATCH
        elif money_came:
            fields |= {"external_reference": reference, **_told(money)}
        told = {"told": str(money), "reference": reference}
        try:
            moved = move_payment(payment, outcome, actor=actor, data=told, **fields)
        except IllegalTransition:
            # Late or contradicting news about a payment that is settled: already told, nothing to change.
            return payment
        if moved and outcome == PaymentStatus.SUCCEEDED:
            move_order(order, OrderStatus.PAID, actor=actor, paid_at=timezone.now())
            count_sold(order.lines.exclude(variant=None).values_list("variant_id", "quantity"))
            route(order)
            owe(order, Notice.Kind.PAID)
            # The customer may have another page open in another tab.
            look_at_open_pages(order)
    return payment


def confirm_transfer(payment: Payment, *, money: Money, reference: str, actor: str) -> Payment:
    """A person saw the transfer on the bank statement: ``money`` came, under the statement's ``reference``.

    Raises ``PaymentProblem`` (``not_a_transfer``, ``already_settled``, ``reference_used``). An amount that does not fit
    is a ``mismatch``.
    """
    with transaction.atomic():
        lock_order(payment.order_id)
        payment.refresh_from_db()
        if payment.method != Payment.Method.BANK_TRANSFER:
            raise PaymentProblem(_("This payment is no bank transfer."), code="not_a_transfer")
        if payment.status not in (_P.PENDING, _P.FAILED, _P.ABANDONED):
            raise PaymentProblem(_("This payment is settled already."), code="already_settled")
        if _is_another_payments(reference, payment):
            raise PaymentProblem(_("This reference was confirmed for another payment."), code="reference_used")
        return settle_payment(payment, outcome=_P.SUCCEEDED, money=money, reference=reference, actor=actor)


def refund(payment: Payment, *, amount: Decimal, key: str, reason: str, actor: str, by_hand: bool = False) -> Refund:
    """Give ``amount`` (major units, the currency that came) back, once per ``key``.

    Only writes the intent: a job calls the provider. What nobody can be called for (or ``by_hand``) waits for a
    person. Raises ``PaymentProblem``: ``refund_too_large`` if more than what is left would go back,
    ``refund_not_positive``, ``amount_not_possible``, ``key_reused``.
    """
    if not amount.is_finite() or amount <= 0:
        raise PaymentProblem(_("A refund is more than nothing."), code="refund_not_positive")
    if amount >= 10**10:
        raise PaymentProblem(_("More would go back than was paid."), code="refund_too_large")
    if amount != amount.quantize(Decimal("0.01")):
        raise PaymentProblem(_("An amount has two decimals at most."), code="amount_not_possible")
    try:
        with transaction.atomic():
            status = _first_status(payment, by_hand=by_hand)
            received = payment.received
            row = Refund.objects.create(
                payment=payment,
                key=key,
                amount=amount,
                currency=received.currency if received else payment.currency,
                reason=reason[:300],
                status=status,
                next_try_at=timezone.now() if status == Refund.Status.PENDING else None,
            )
            order = lock_order(payment.order_id)
            _take_from_what_is_left(payment, amount)
            record_refund(row, actor=actor, note=reason)
            if status == Refund.Status.DONE:
                refund_done(row)
            elif status == Refund.Status.PENDING:
                wake("fulfillment.tasks.send_refund", row.pk)
            hold_what_is_not_bought(order, payment, actor=actor)
    except IntegrityError:
        existing = Refund.objects.filter(key=key).first()
        if existing is None:
            raise
        if (existing.payment_id, existing.amount) != (payment.pk, amount):
            raise PaymentProblem(_("This key belongs to another refund."), code="key_reused") from None
        return existing
    return row


def refund_done(refund: Refund) -> None:
    """Money has gone back to the customer. Called once per refund, inside the transaction that notes it.

    Whatever shall follow from a refund (a mail, say) begins here.
    """
    owe(refund.payment.order, Notice.Kind.REFUNDED, refund=refund)
    close_if_all_went_back(refund.payment)


def close_if_all_went_back(payment: Payment) -> None:
    """Make the order ``refunded`` once everything that came has gone back and nothing is left to be bought for it."""
    payment = Payment.objects.select_related("order").get(pk=payment.pk)
    gone = payment.refunds.filter(status=Refund.Status.DONE).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    if payment.status != _P.SUCCEEDED or gone != payment.amount:
        return
    order = payment.order
    if order.status == OrderStatus.CANCELED and not payment.amount:
        return  # Nothing was paid and nothing goes back: it is canceled, and that is all.
    if order.supplier_orders.exclude(status__in=[*BOUGHT, _S.CANCELED]).exists():
        # A person decides first what becomes of it.
        return
    if order.status != OrderStatus.REFUNDED:
        move_order(order, OrderStatus.REFUNDED)


def look_at_open_pages(order: Order, *, except_for: Payment | None = None) -> None:
    """Have every page that is open for ``order`` looked at soon: one that is owed nothing any more is closed then."""
    rows = order.payments.filter(status=_P.PENDING).exclude(session_id="")
    for payment_id in rows.values_list("pk", flat=True):
        if except_for is None or payment_id != except_for.pk:
            wake("fulfillment.tasks.look_at_payment", payment_id)


def hold_what_is_not_bought(order: Order, payment: Payment, *, actor: str, note: str = "") -> int:
    """Hold the order's purchases that are not sent yet, if the customer's money is contested or all of it goes back.

    Call under the order's lock. How many were held. A worker that is just checking one of them loses its claim.
    """
    payment.refresh_from_db()
    if not payment.is_leaving:
        return 0
    held = 0
    for part in order.supplier_orders.filter(status__in=[_S.PLANNED, _S.DUE]):
        held += move_supplier_order(
            part,
            _S.HELD,
            where={"status": part.status},
            actor=actor,
            attention=SupplierOrder.Attention.MONEY_BACK,
            attention_note=note or "The customer's money goes back: cancel it, or buy it all the same.",
            lease_until=None,
            fence=F("fence") + 1,
        )
    return held


def _first_status(payment: Payment, *, by_hand: bool) -> str:
    if payment.method == Payment.Method.SANDBOX:
        return Refund.Status.DONE  # The sandbox moves no money: its refund is done as soon as it is written.
    can_call = has_provider(payment.method) and payment.external_reference and not by_hand
    return Refund.Status.PENDING if can_call else Refund.Status.TO_DO


def _take_from_what_is_left(payment: Payment, amount: Decimal) -> None:
    """Counted here under the order's lock, not in the database: SQLite would reckon with binary fractions, and the
    exact rest of a payment would be refused or a cent too much let through.
    """
    present = Payment.objects.get(pk=payment.pk)
    left = present.refundable
    if left is None or amount > left.amount:
        raise PaymentProblem(_("More would go back than was paid."), code="refund_too_large")
    refunded = present.refunded_amount + amount
    Payment.objects.filter(pk=payment.pk).update(refunded_amount=refunded, updated_at=timezone.now())


def _can_go_on(payment: Payment, now: datetime) -> bool:
    """Whether an earlier attempt can simply be continued."""
    if not has_provider(payment.method):
        return payment.status in (_P.PENDING, _P.FAILED, _P.ABANDONED)
    if payment.status != _P.PENDING:
        # A provider's session that ended has ended for good.
        return False
    if payment.session_id:
        return payment.session_expires_at is not None and payment.session_expires_at > now + _LAST_MINUTES
    return payment.created_at > now - _SAME_KEY_FOR


def _page_times(method: str, now: datetime) -> dict[str, Any]:
    if not has_provider(method):
        return {}
    shortest, longest = _PAGE_MINUTES
    minutes = min(max(settings.PAYMENT_PAGE_MINUTES, shortest), longest)
    # Whole seconds: on the wire it has no more, and a repeat must say the same.
    ends = (now + timedelta(minutes=minutes)).replace(microsecond=0)
    return {"session_expires_at": ends, "next_look_at": now + timedelta(minutes=1)}


def _told(money: Money) -> dict[str, Any]:
    """What came, as columns; nothing if it cannot even be an amount (the history has it word for word)."""
    amount = money.amount
    if not amount.is_finite() or not 0 <= amount < 10**10 or amount != amount.quantize(Decimal("0.01")):
        return {}
    return {"told_amount": amount, "told_currency": money.currency}


def _is_another_payments(reference: str, payment: Payment) -> bool:
    others = Payment.objects.filter(method=payment.method, external_reference=reference).exclude(pk=payment.pk)
    return bool(reference) and others.exists()


def _may_pay(order: Order, payment: Payment) -> bool:
    if order.status != OrderStatus.AWAITING_PAYMENT or payment.money != order.total_money:
        # The same payment told again is no contradiction.
        return payment.status == PaymentStatus.SUCCEEDED
    return True
