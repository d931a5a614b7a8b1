"""Stripe's own table of minor units, which is not ISO 4217's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integrations.errors import MalformedReply, Rejected
from integrations.stripe.amounts import from_wire, to_wire
from shop.money import Money

PAIRS = [("25.99", "EUR", 2599), ("0.01", "USD", 1), ("500", "JPY", 500), ("12", "ISK", 1200), ("7", "UGX", 700),
         ("1.25", "KWD", 1250), ("10", "MGA", 10), ("99.90", "HUF", 9990), ("3000", "XAF", 3000)]  # fmt: skip


@pytest.mark.parametrize(("amount", "currency", "wire"), PAIRS)
def test_amount_there_and_back(amount, currency, wire):
    money = Money(Decimal(amount), currency)

    assert to_wire(money) == wire
    assert from_wire(wire, currency.lower(), field="amount") == money


@pytest.mark.parametrize(("amount", "currency"), [("0.5", "JPY"), ("0.001", "EUR"), ("1.001", "KWD"), ("1.5", "ISK"),
                                                  ("NaN", "EUR"), ("Infinity", "EUR")])  # fmt: skip
def test_amount_that_stripe_cannot_take_is_refused(amount, currency):
    with pytest.raises(Rejected):
        to_wire(Money(Decimal(amount), currency))


@pytest.mark.parametrize(("amount", "currency"), [("1", "eur"), (1.5, "eur"), (None, "eur"), (True, "eur"), (1, None),
                                                  (1, "e1r"), (1, "euro"), (1, "")])  # fmt: skip
def test_wire_amount_that_is_none_is_malformed(amount, currency):
    with pytest.raises(MalformedReply) as problem:
        from_wire(amount, currency, field="amount_total")

    assert problem.value.field == "amount_total"
