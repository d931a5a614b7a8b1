"""The customer's money: one function starts a payment, one settles it, one gives it back.

The browser's return and a provider's webhook call the same ``settle_payment``; a conditional UPDATE decides which of
them makes the change, and the other reports success.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from fulfillment.models import Notice, Order, Payment, Refund
from fulfillment.notifications import owe
from fulfillment.routing import route
from fulfillment.states import OrderStatus, PaymentStatus
from fulfillment.transitions import IllegalTransition, lock_order, move_order, move_payment, record
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
        order = lock_order(order.pk)
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
        order = lock_order(payment.order_id)
        payment.refresh_from_db()
        if outcome == PaymentStatus.SUCCEEDED and (money != payment.money or not _may_pay(order, payment)):
            outcome = PaymentStatus.MISMATCH
        money_came = outcome in (PaymentStatus.SUCCEEDED, PaymentStatus.MISMATCH)
        fields = {"external_reference": reference} if money_came else {}
        if fields and _is_another_payments(reference, payment):
            # The same money cannot pay twice.
            outcome, fields = PaymentStatus.MISMATCH, {}
        told = {"told": str(money), "reference": reference}
        try:
            moved = move_payment(payment, outcome, actor=actor, data=told, **fields)
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

    A payment that was made elsewhere is refunded there: the row then waits for a person. Raises ``PaymentProblem``:
    ``refund_too_large`` if more than what is left would go back, ``refund_not_positive``, ``key_reused``.
    """
    if amount <= 0:
        raise PaymentProblem("A refund is more than nothing.", code="refund_not_positive")
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
            # Counted here under the order's lock, not in the database: SQLite would reckon with binary fractions, and
            # the exact rest of a payment would be refused or a cent too much let through.
            lock_order(payment.order_id)
            present = Payment.objects.get(pk=payment.pk)
            refunded = present.refunded_amount + amount
            if present.status != PaymentStatus.SUCCEEDED or refunded > present.amount:
                raise PaymentProblem("More would go back than was paid.", code="refund_too_large")
            Payment.objects.filter(pk=payment.pk).update(refunded_amount=refunded, updated_at=timezone.now())
            record(
                payment.order_id,
                f"refund.{row.status}",
                note=reason,
                actor=actor,
                data={"amount": str(amount), "currency": payment.currency},
            )
    except IntegrityError:
        row = Refund.objects.get(key=key)
        if (row.payment_id, row.amount) != (payment.pk, amount):
            raise PaymentProblem("This key belongs to another refund.", code="key_reused") from None
    return row


def _is_another_payments(reference: str, payment: Payment) -> bool:
    others = Payment.objects.filter(method=payment.method, external_reference=reference).exclude(pk=payment.pk)
    return bool(reference) and others.exists()


def _may_pay(order: Order, payment: Payment) -> bool:
    if order.status != OrderStatus.AWAITING_PAYMENT or payment.money != order.total_money:
        # The same payment told again is no contradiction.
        return payment.status == PaymentStatus.SUCCEEDED
    return True
