"""From a cost to a price. Pure arithmetic over plain values, all of one currency; refusals are in words for staff.

    price x (1 - selling fee %) - selling fee  =  cost + what is added

What is added is a percentage of the cost, an amount, both, or whatever leaves a margin. The dearer the goods, the
dearer the price, never the other way round: in ranges too, where a range begins no lower than the one before it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from catalog.pricing.rounding import Rounding, rounded, rounded_up
from shop.errors import DomainError
from shop.money import CurrencyMismatch, Money

PERCENT, FIXED, FORMULA, MARGIN, BANDS = "percent", "fixed", "formula", "margin", "bands"

_HUNDRED = Decimal(100)
#: What the column holds.
_TOO_MUCH = Decimal(10) ** 10


class PriceRefused(DomainError):
    """No sensible price can be made. ``code``: ``no_rule``, ``impossible_rule``, ``no_cost``, ``absurd_price`` …"""

    code = "price_refused"


@dataclass(frozen=True, slots=True)
class Band:
    """A range of the cost up to ``up_to`` (inclusive; None: without end), and what is added there."""

    up_to: Decimal | None
    percent: Decimal
    fixed: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What a pricing rule says. Amounts and the ``bands``' limits are in ``currency``, percentages in percent."""

    currency: str
    kind: str = PERCENT
    percent: Decimal = Decimal(0)
    fixed: Decimal = Decimal(0)
    bands: tuple[Band, ...] = ()
    selling_fee_percent: Decimal = Decimal(0)
    selling_fee_fixed: Decimal = Decimal(0)
    minimum_margin_percent: Decimal | None = None
    rounding: Rounding = Rounding()


def price_of(cost: Money, terms: Terms) -> Money:
    """The price of what costs ``cost`` in all. Never below the least margin, never below the cost.

    Raises ``PriceRefused`` (``no_cost``, ``impossible_rule``, ``absurd_price``) and ``CurrencyMismatch``.
    """
    if cost.currency != terms.currency:
        raise CurrencyMismatch(f"{cost.currency} and {terms.currency}")
    if cost.amount <= 0:
        raise PriceRefused(_("What costs nothing has no price by a rule."), code="no_cost")
    least = _least(cost.amount, terms)
    wanted = max(_wanted(cost.amount, terms), least)
    # Rounding may lead below what must be left; both of these rise with the cost, and so does the higher of them.
    price = max(
        rounded(wanted, terms.rounding, currency=terms.currency),
        rounded_up(least, terms.rounding, currency=terms.currency),
    )
    if not 0 < price < _TOO_MUCH:
        text = _("The rule makes %(price)s %(currency)s of %(cost)s.")
        told = {"price": price, "currency": terms.currency, "cost": cost}
        raise PriceRefused(text % told, code="absurd_price")
    return Money(price, terms.currency)


def margin_after_fees(price: Money, cost: Money, terms: Terms) -> Decimal | None:
    """What is left of ``price`` after ``cost`` and the selling fees, in percent of it to one decimal; None for 0."""
    if price.amount == 0:
        return None
    kept = price.amount * (1 - terms.selling_fee_percent / _HUNDRED) - terms.selling_fee_fixed
    return ((kept - cost.amount) * _HUNDRED / price.amount).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _wanted(cost: Decimal, terms: Terms) -> Decimal:
    if terms.kind == MARGIN:
        return _grossed(cost, terms, margin_percent=terms.percent)
    if terms.kind == BANDS:
        return _grossed(_by_bands(cost, terms.bands), terms)
    percent = terms.percent if terms.kind in (PERCENT, FORMULA) else Decimal(0)
    fixed = terms.fixed if terms.kind in (FIXED, FORMULA) else Decimal(0)
    return _grossed(_added(cost, percent, fixed), terms)


def _least(cost: Decimal, terms: Terms) -> Decimal:
    return _grossed(cost, terms, margin_percent=terms.minimum_margin_percent or Decimal(0))


def _grossed(net: Decimal, terms: Terms, *, margin_percent: Decimal = Decimal(0)) -> Decimal:
    """The price of which ``net`` is left after the selling fees and the margin."""
    share = 1 - (terms.selling_fee_percent + margin_percent) / _HUNDRED
    if share <= 0:
        raise PriceRefused(_("The fees and the margin leave nothing of any price."), code="impossible_rule")
    return (net + terms.selling_fee_fixed) / share


def _added(cost: Decimal, percent: Decimal, fixed: Decimal) -> Decimal:
    return cost * (1 + percent / _HUNDRED) + fixed


def _by_bands(cost: Decimal, bands: tuple[Band, ...]) -> Decimal:
    floor = Decimal(0)
    for band in sorted(bands, key=lambda band: (band.up_to is None, band.up_to or Decimal(0))):
        if band.up_to is None or cost <= band.up_to:
            return max(floor, _added(cost, band.percent, band.fixed))
        floor = max(floor, _added(band.up_to, band.percent, band.fixed))
    raise PriceRefused(_("No range of the rule holds a cost of %(cost)s.") % {"cost": cost}, code="impossible_rule")
