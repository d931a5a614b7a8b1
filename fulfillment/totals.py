"""What an order costs, exact to the smallest coin: goods, discount, shipping, taxes and their sum. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from shop.money import CurrencyMismatch, Money, minor_unit

if TYPE_CHECKING:
    from fulfillment.coupons import CouponTerms
    from fulfillment.taxes import TaxTerms


@dataclass(frozen=True, slots=True)
class LineInput:
    """What is bought: ``key`` is the caller's name for the line."""

    key: str
    quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True)
class ShippingInput:
    """What the customer pays for sending one parcel; ``key`` is the caller's name for it."""

    key: str
    price: Money


@dataclass(frozen=True, slots=True)
class LineTotal:
    """A line: ``total`` before the discount, its share of the discount, and the tax on what is left."""

    key: str
    total: Money
    discount: Money
    tax: Money
    tax_percent: Decimal


@dataclass(frozen=True, slots=True)
class ShippingTotal:
    """A parcel's shipping after a free-shipping coupon, and the tax on it."""

    key: str
    price: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax of the order: ``net`` is what it is reckoned on, without it."""

    name: str
    percent: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """``total`` = items - discount + shipping, plus tax unless ``prices_include_tax``.

    The lines' discounts add up to ``discount``, and the taxes of lines and parcels to ``tax``.
    """

    currency: str
    items: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    prices_include_tax: bool
    lines: tuple[LineTotal, ...]
    tax_lines: tuple[TaxLine, ...]
    shippings: tuple[ShippingTotal, ...] = ()


def reckon(
    lines: Sequence[LineInput],
    *,
    shipping: Sequence[ShippingInput] = (),
    coupon: CouponTerms | None = None,
    tax: TaxTerms,
) -> Totals:
    """The totals of an order of at least one line. Whether the coupon may be used is for the caller to find out.

    Raises ``ValueError`` for no lines, a quantity below one or a negative amount, ``CurrencyMismatch`` for amounts
    (the coupon's included) in more than one currency.
    """
    _check(lines, shipping)
    currency = lines[0].unit_price.currency
    coin = _Coin(currency)
    gross = [coin.count(line.unit_price * line.quantity) for line in lines]
    parcels = [0 if coupon and coupon.frees_shipping else coin.count(parcel.price) for parcel in shipping]
    discount = min(coin.count(coupon.discount_on(coin.money(sum(gross)))), sum(gross)) if coupon else 0
    discounts = _spread(discount, gross)
    left = [total - off for total, off in zip(gross, discounts, strict=True)]
    taxed = [*left, *(parcels if tax.on_shipping else [0] * len(parcels))]
    tax_total = _tax_on(sum(taxed), tax)
    taxes = _spread(tax_total, taxed)
    net = sum(taxed) - (tax_total if tax.includes else 0)
    return Totals(
        currency=currency,
        items=coin.money(sum(gross)),
        discount=coin.money(discount),
        shipping=coin.money(sum(parcels)),
        tax=coin.money(tax_total),
        total=coin.money(sum(left) + sum(parcels) + (0 if tax.includes else tax_total)),
        prices_include_tax=tax.includes,
        lines=tuple(
            LineTotal(line.key, coin.money(total), coin.money(off), coin.money(share), tax.percent)
            for line, total, off, share in zip(lines, gross, discounts, taxes[: len(lines)], strict=True)
        ),
        tax_lines=(TaxLine(tax.name, tax.percent, coin.money(net), coin.money(tax_total)),) if tax.percent else (),
        shippings=tuple(
            ShippingTotal(parcel.key, coin.money(price), coin.money(share))
            for parcel, price, share in zip(shipping, parcels, taxes[len(lines) :], strict=True)
        ),
    )


class _Coin:
    """Amounts of one currency as whole numbers of its smallest coin, so that nothing is lost between roundings.

    A thousandth (of a dinar) is no coin here: amounts are kept, and charged, in hundredths at the finest.
    """

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._unit = max(minor_unit(currency), Decimal("0.01"))

    def count(self, money: Money) -> int:
        if money.currency != self._currency:
            raise CurrencyMismatch(f"{money.currency} and {self._currency}")
        return _rounded(money.amount / self._unit)

    def money(self, count: int) -> Money:
        return Money(count * self._unit, self._currency)


def _check(lines: Sequence[LineInput], shipping: Sequence[ShippingInput]) -> None:
    if not lines:
        raise ValueError("nothing to reckon: no lines")
    if any(line.quantity < 1 for line in lines):
        raise ValueError("a quantity below one")
    if any(price.amount < 0 for price in (*(line.unit_price for line in lines), *(part.price for part in shipping))):
        raise ValueError("a negative amount")


def _spread(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` in shares proportional to ``weights``, by largest remainder: they add up to it exactly."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(amount * weights[index] % whole))
    for index in by_remainder[: amount - sum(shares)]:
        shares[index] += 1
    return shares


def _tax_on(taxed: int, tax: TaxTerms) -> int:
    return _rounded(taxed * tax.percent / ((100 + tax.percent) if tax.includes else Decimal(100)))


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
