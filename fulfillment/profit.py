"""What a part of an order leaves us: the customer's money, less the supplier's bill and the fees on it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.pricing.costs import fees_of
from catalog.pricing.margin import margin_percent
from catalog.rates import NoRate, rates_for
from fulfillment.guards import revenue_of
from fulfillment.models import Order, SupplierOrder
from shop.money import Money


@dataclass(frozen=True, slots=True)
class PartProfit:
    """All amounts in the order's currency, rounded. ``is_charged``: by the supplier's bill, else by what is expected.

    ``cost`` is the goods and their shipping without ``fees``; ``left`` and what it is made of are None where the cost
    or an exchange rate is not known, and ``problem`` says so.
    """

    sold: Money
    is_charged: bool
    cost: Money | None = None
    fees: Money | None = None
    left: Money | None = None
    percent: Decimal | None = None
    problem: str = ""


def profit_of(part: SupplierOrder) -> PartProfit | None:
    """What ``part`` leaves, converted by the rates of the day it was placed; today's where it was not.

    None where the customer's price is not known to us (the order call), and for a part that is bought by no one.
    """
    order = part.order
    if order.source == Order.Source.API or part.account is None:
        return None
    sold = revenue_of(part)
    is_charged = part.charged_amount is not None
    paid = part.charged_amount if part.charged_amount is not None else part.expected_cost
    if paid is None:
        return PartProfit(sold, is_charged)
    bill, rule = Money(paid, part.currency), fees_of(part.account)
    on = part.placed_at.date() if part.placed_at else None
    rates = rates_for([bill.currency, rule.fixed.currency, order.currency], on=on)
    try:
        cost = rates.convert(bill, order.currency).amount
        fees = cost * (rule.percent / 100)
        if rule.fixed.amount:
            fees = fees + rates.convert(rule.fixed, order.currency).amount
    except NoRate as exc:
        return PartProfit(sold, is_charged, problem=exc.message)
    cost, fees = cost.rounded(), fees.rounded()
    return PartProfit(sold, is_charged, cost, fees, sold - cost - fees, margin_percent(sold, cost + fees))
