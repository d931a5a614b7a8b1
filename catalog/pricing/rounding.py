"""The last digits of a price. Pure.

The prices that fit are ``k x step + ending`` (every 1 ending 0.99: 0.99, 1.99, 2.99 …), or whole coins.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from shop.money import minor_unit

COIN, NEAREST, UP = "coin", "nearest", "up"

#: Prices are kept in hundredths, even where a currency has thousandths.
_SMALLEST = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rounding:
    """``mode`` is ``coin``, ``nearest`` or ``up``; ``step`` and ``ending`` (0 <= ending < step) matter to these two."""

    mode: str = COIN
    step: Decimal = Decimal(1)
    ending: Decimal = Decimal(0)


def rounded(amount: Decimal, rounding: Rounding, *, currency: str) -> Decimal:
    """``amount`` (not negative) as the rule wants it: half up to the coin, the nearest that fits (of two the higher),
    or the next one up. Never falls when ``amount`` rises.
    """
    if rounding.mode == UP:
        return rounded_up(amount, rounding, currency=currency)
    if rounding.mode == COIN:
        return amount.quantize(coin(currency), ROUND_HALF_UP)
    below = _step_below(amount, rounding)
    above = below + rounding.step
    nearest = below if below >= 0 and amount - below < above - amount else above
    return _whole_coins(nearest, currency)


def rounded_up(amount: Decimal, rounding: Rounding, *, currency: str) -> Decimal:
    """The least price that fits and is not below ``amount``."""
    if rounding.mode == COIN:
        return _whole_coins(amount, currency)
    below = _step_below(amount, rounding)
    return _whole_coins(below if below == amount else below + rounding.step, currency)


def coin(currency: str) -> Decimal:
    """The smallest difference between two prices in ``currency``."""
    return max(minor_unit(currency), _SMALLEST)


def _step_below(amount: Decimal, rounding: Rounding) -> Decimal:
    """The last price that fits and is not above ``amount``; below zero if the first one is."""
    if amount < rounding.ending:
        return rounding.ending - rounding.step
    return (amount - rounding.ending) // rounding.step * rounding.step + rounding.ending


def _whole_coins(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(coin(currency), ROUND_CEILING)
