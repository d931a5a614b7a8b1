"""What one of ours costs us in all, in the currency of its price: the goods, sending them, the account's fees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.models import Listing
from catalog.rates import Rates, rates_for
from integrations.models import SupplierAccount
from shop.money import Money


@dataclass(frozen=True, slots=True)
class Fees:
    """What a purchase through an account costs on top: a percentage of goods and shipping, and an amount."""

    percent: Decimal
    fixed: Money


@dataclass(frozen=True, slots=True)
class Landed:
    """``total`` = goods + shipping + fees, at full precision. ``rate_date`` is None where no rate was needed."""

    total: Money
    fees: Money
    rate_date: date | None


def fees_of(account: SupplierAccount) -> Fees:
    """The fee rule of ``account``."""
    return Fees(Decimal(account.fee_percent), Money(Decimal(account.fee_fixed), account.currency))


def landed_cost(
    goods: Money, *, currency: str, rates: Rates, shipping: Money | None = None, fees: Fees | None = None
) -> Landed:
    """What ``goods`` (and ``shipping``) cost in ``currency``, fees included. Pure; raises ``NoRate``.

    The fixed fee is that of a whole purchase: for one piece it counts in full, which errs on the safe side.
    """
    dates: list[date] = []

    def there(money: Money) -> Money:
        converted = rates.convert_cost(money, currency)
        if money.currency != currency:
            dates.append(converted.rate_date)
        return converted.amount

    bought = there(goods) + (there(shipping) if shipping else Money(Decimal(0), currency))
    fee = Money(Decimal(0), currency)
    if fees is not None:
        fee = bought * (fees.percent / 100)
        if fees.fixed.amount:
            fee = fee + there(fees.fixed)
    return Landed(bought + fee, fee, min(dates, default=None))


def rates_of(listings: Iterable[Listing], currencies: Iterable[str]) -> Rates:
    """The rates that ``landed_unit_cost`` of ``listings`` in any of ``currencies`` can need, in one query."""
    needed = set(currencies)
    for listing in listings:
        needed |= {listing.currency, listing.account.currency}
    return rates_for(needed)


def landed_unit_cost(listing: Listing, *, currency: str, rates: Rates | None = None) -> Money | None:
    """What one of ours costs through ``listing`` in ``currency``: the goods with the account's fees, without sending.

    None if the cost is not known. Raises ``NoRate``.
    """
    goods = listing.unit_cost
    if goods is None:
        return None
    rates = rates or rates_of([listing], [currency])
    return landed_cost(goods, currency=currency, rates=rates, fees=fees_of(listing.account)).total


def listing_to_price_by(listings: Iterable[Listing]) -> Listing | None:
    """The listing whose cost makes the price: of those in use the one that is tried first."""
    in_use = [listing for listing in listings if listing.is_usable]
    return min(in_use, key=lambda listing: (listing.priority, listing.pk), default=None)
