"""The customer's money: one function starts a payment, one settles it, one gives it back.

The browser's return and a provider's webhook call the same ``settle_payment``; a conditional UPDATE decides which of
them makes the change, and the other reports success.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from fulfillment.models import Notice, Order, Payment, Refund
from fulfillment.notifications import owe
from fulfillment.routing import route
from fulfillment.states import OrderStatus, PaymentStatus
from fulfillment.transitions import IllegalTransition, move_order, move_payment, record
from shop.errors import DomainError
from shop.money import Money


class PaymentProblem(DomainError):
    """The payment cannot be started. Codes: ``already_paid``, ``order_canceled``."""

    code = "payment_problem"


def start_payment(order: Order, *, method: str) -> Payment:
    """The payment by which ``order`` is to be paid: the open one if it still fits, else a new one.

    Raises ``PaymentProblem`` if there is nothing to pay any more.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.status == OrderStatus.CANCELED:
            raise PaymentProblem("This order has been canceled.", code="order_canceled")
        if order.status != OrderStatus.AWAITING_PAYMENT:
            raise PaymentProblem("This order is already paid.", code="already_paid")
        unsettled = order.payments.filter(
            method=method,
            status__in=[PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.ABANDONED],
            amount=order.total,
            currency=order.currency,
        )
        payment = unsettled.first()
        if payment is None:
            payment = Payment.objects.create(order=order, method=method, amount=order.total, currency=order.currency)
            record(order.pk, "payment.started", actor="customer", data={"method": method, "amount": str(order.total)})
    return payment


def settle_payment(
    payment: Payment, *, outcome: PaymentStatus, money: Money, reference: str, actor: str = "customer"
) -> Payment:
    """Take over what became of ``payment``: ``money`` is what the provider says was paid, ``reference`` its id for it.

    Repeats, late and contradicting news are harmless: money that came is never un-known. An amount, currency or order
    that does not fit is kept as ``mismatch`` in front of staff, and nothing is bought.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        payment.refresh_from_db()
        if outcome == PaymentStatus.SUCCEEDED and (money != payment.money or not _may_pay(order, payment)):
            outcome = PaymentStatus.MISMATCH
        fields = (
            {"external_reference": reference} if outcome in (PaymentStatus.SUCCEEDED, PaymentStatus.MISMATCH) else {}
        )
        try:
            moved = move_payment(payment, outcome, actor=actor, data={"told": str(money)}, **fields)
        except IllegalTransition:
            # Late or contradicting news about a payment that is settled: already told, nothing to change.
            return payment
        if moved and outcome == PaymentStatus.SUCCEEDED:
            move_order(order, OrderStatus.PAID, actor=actor, paid_at=timezone.now())
            route(order)
            owe(order, Notice.Kind.RECEIVED)
    return payment


def refund(payment: Payment, *, amount: Decimal, key: str, reason: str, actor: str) -> Refund:
    """Give ``amount`` (major units, the payment's currency) back, once per ``key``.

    A payment that was made elsewhere is refunded there: the row then waits for a person. Raises ``PaymentProblem``
    (code ``refund_too_large``) if more than what is left would go back.
    """
    try:
        with transaction.atomic():
            row = Refund.objects.create(
                payment=payment,
                key=key,
                amount=amount,
                currency=payment.currency,
                reason=reason[:300],
                # The sandbox moves no money: its refund is done as soon as it is written.
                status=Refund.Status.DONE if payment.method == Payment.Method.SANDBOX else Refund.Status.TO_DO,
            )
            kept = Payment.objects.filter(
                pk=payment.pk, status=PaymentStatus.SUCCEEDED, refunded_amount__lte=F("amount") - amount
            ).update(refunded_amount=F("refunded_amount") + amount, updated_at=timezone.now())
            if not kept:
                raise PaymentProblem("More would go back than was paid.", code="refund_too_large")
            record(
                payment.order_id,
                f"refund.{row.status}",
                note=reason,
                actor=actor,
                data={"amount": str(amount), "currency": payment.currency},
            )
    except IntegrityError:
        return Refund.objects.get(key=key)
    return row


def _may_pay(order: Order, payment: Payment) -> bool:
    if order.status != OrderStatus.AWAITING_PAYMENT or payment.money != order.total_money:
        # The same payment told again is no contradiction.
        return payment.status == PaymentStatus.SUCCEEDED
    return True
