"""What an order brought in, gave back and costs, as staff read it. Reads what was prefetched; asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fulfillment.models import ExternalOrder, Order, Refund, SupplierOrder
from fulfillment.states import BOUGHT, OrderStatus, SupplierOrderStatus
from integrations.types import SupplierOrderState
from shop.money import Money

#: Nothing is known of it at the supplier yet, and it may still be bought.
_TO_BUY = frozenset(set(SupplierOrderStatus) - BOUGHT - {SupplierOrderStatus.CANCELED})


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """Sums by currency, one ``Money`` each; an empty tuple is nothing.

    ``left`` is what stays of the customer's money after the suppliers', before fees: None where it cannot be told
    (nothing came in, currencies differ, or a cost is not known).
    """

    due: tuple[Money, ...]
    came_in: tuple[Money, ...]
    went_back: tuple[Money, ...]
    goes_back: tuple[Money, ...]
    paid_to_suppliers: tuple[Money, ...]
    to_pay_to_suppliers: tuple[Money, ...]
    expected_to_buy: tuple[Money, ...]
    left: Money | None


def money_of(order: Order) -> OrderMoney:
    """The sums of ``order``; its payments, refunds, supplier orders and their orders at suppliers are at hand."""
    payments = list(order.payments.all())
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    parts = list(order.supplier_orders.all())
    externals = [
        row for part in parts for row in part.external_orders.all() if row.state != SupplierOrderState.CANCELED
    ]
    came_in = _sums(payment.received for payment in payments)
    gone = {Refund.Status.DONE, Refund.Status.PENDING, Refund.Status.TO_DO}
    returned = _sums(refund.money for refund in refunds if refund.status in gone)
    costs = _sums([*map(_amount, externals), *(part.expected_money for part in parts if part.status in _TO_BUY)])
    return OrderMoney(
        due=(order.total_money,) if order.status == OrderStatus.AWAITING_PAYMENT else (),
        came_in=came_in,
        went_back=_sums(refund.money for refund in refunds if refund.status == Refund.Status.DONE),
        goes_back=_sums(
            refund.money for refund in refunds if refund.status in (Refund.Status.PENDING, Refund.Status.TO_DO)
        ),
        paid_to_suppliers=_sums(_amount(row) for row in externals if not _is_unpaid(row)),
        to_pay_to_suppliers=_sums(_amount(row) for row in externals if _is_unpaid(row)),
        expected_to_buy=_sums(part.expected_money for part in parts if part.status in _TO_BUY),
        left=_left(came_in, returned, costs) if _is_complete(parts, externals) else None,
    )


def _amount(external: ExternalOrder) -> Money | None:
    return Money(external.amount, external.currency) if external.amount is not None else None


def _is_unpaid(external: ExternalOrder) -> bool:
    return external.state == SupplierOrderState.AWAITING_PAYMENT and external.paid_at is None


def _is_complete(parts: list[SupplierOrder], externals: list[ExternalOrder]) -> bool:
    """Whether each cost is known: of what was bought as charged, of what is to be bought as expected."""
    return all(row.amount is not None for row in externals) and all(
        part.expected_money is not None for part in parts if part.status in _TO_BUY
    )


def _left(came_in: tuple[Money, ...], returned: tuple[Money, ...], costs: tuple[Money, ...]) -> Money | None:
    if len(came_in) != 1 or any(money.currency != came_in[0].currency for money in (*returned, *costs)):
        return None
    amount = came_in[0].amount - sum(money.amount for money in (*returned, *costs))
    return Money(amount, came_in[0].currency)


def _sums(amounts: Iterable[Money | None]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for money in amounts:
        if money is not None:
            sums[money.currency] = sums[money.currency] + money if money.currency in sums else money
    return tuple(sums.values())
