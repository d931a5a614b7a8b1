"""Calculations about prices: pure functions over plain values."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from shop.money import Money


def margin_percent(price: Money, cost: Money) -> Decimal:
    """The share of ``price`` that is left after ``cost``, in percent, to one decimal; both in one currency.

    A price of zero leaves nothing: -100 % as soon as there is a cost. Raises ``CurrencyMismatch``.
    """
    left = price - cost
    if price.amount == 0:
        return Decimal(0) if cost.amount == 0 else Decimal(-100)
    return (left.amount * 100 / price.amount).quantize(Decimal("0.1"), ROUND_HALF_UP)


def saving_percent(price: Money, compare_at: Money | None) -> int | None:
    """How many whole percent ``price`` is below ``compare_at``, or None if it is not."""
    if compare_at is None or compare_at.amount <= price.amount:
        return None
    return int((compare_at - price).amount * 100 / compare_at.amount)
