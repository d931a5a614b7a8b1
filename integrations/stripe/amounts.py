"""Amounts on Stripe's wire: whole numbers in the currency's minor unit, by Stripe's own table.

Vendor's page: https://docs.stripe.com/currencies. It differs from ISO 4217: ISK and UGX have no decimals and are sent
times 100 all the same, MGA has none, and the last digit of three-decimal currencies must be 0.
"""

from __future__ import annotations

import re
from decimal import Decimal

from integrations.errors import MalformedReply, Rejected
from shop.money import Money

_WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD JOD KWD OMR TND".split())
#: Sent times 100, in whole units only.
_WHOLE_BUT_SENT_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})


def smallest(currency: str) -> Decimal:
    """The smallest step of an amount that Stripe takes."""
    if currency in _WHOLE or currency in _WHOLE_BUT_SENT_IN_HUNDREDTHS:
        return Decimal(1)
    return Decimal("0.01")


def to_wire(money: Money) -> int:
    """``Money(25.99, EUR)`` -> 2599. Raises ``Rejected`` for an amount that Stripe cannot take, such as 0.5 JPY."""
    if not money.amount.is_finite() or money.amount % smallest(money.currency):
        raise Rejected(f"{money} is no amount that Stripe can take", code="amount_not_possible")
    return int(money.amount * _factor(money.currency))


def from_wire(amount: object, currency: object, *, field: str) -> Money:
    """2599, ``eur`` -> ``Money(25.99, EUR)``. Raises ``MalformedReply``, naming ``field``."""
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise MalformedReply(f"{field} is no whole number", field=field)
    if not isinstance(currency, str) or not re.fullmatch("[a-zA-Z]{3}", currency):
        raise MalformedReply(f"{field} has no currency", field=field)
    code = currency.upper()
    factor = _factor(code)
    value = Decimal(amount) / factor
    return Money(value if factor == 1 else value.quantize(Decimal(1) / factor), code)


def _factor(currency: str) -> int:
    if currency in _WHOLE:
        return 1
    return 1000 if currency in _THREE_DECIMALS else 100
