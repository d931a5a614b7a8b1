"""One currency in another, by stored rates.

Rates are units for one euro, by day. A fetched rate counts while it is no older than ``EXCHANGE_RATE_MAX_DAYS``; where
there is none that counts, one that staff have entered does, for ``MANUAL_RATE_MAX_DAYS``. A currency without a rate is
an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from catalog.models import ExchangeRate
from shop.errors import DomainError
from shop.money import Money

BASE = "EUR"
_LAST_KNOWN = "exchange-rates:last-known"
_LAST_KNOWN_S = 600
_S = ExchangeRate.Source


class NoRate(DomainError):
    """``no_rate``: there is none for a currency. ``stale_rate``: the newest one is too old to rely on."""

    code = "no_rate"


@dataclass(frozen=True, slots=True)
class Converted:
    """``amount`` at full precision (round it once, at the end), by ``rate`` units for one of the old currency.

    ``rate_date`` is the day of the older of the two rates; the day asked for where nothing was to be converted.
    """

    amount: Money
    rate: Decimal
    rate_date: date


@dataclass(frozen=True, slots=True)
class StoredRate:
    """Units of a currency for one euro on ``date``."""

    rate: Decimal
    date: date
    source: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates as they counted on one day. Pure: what it knows was read before.

    ``any_age``: where no rate counts any more, the newest one is taken all the same.
    """

    on: date
    by_currency: Mapping[str, tuple[StoredRate, ...]]
    any_age: bool = False

    def convert(self, money: Money, currency: str) -> Converted:
        """``money`` in ``currency``. Raises ``NoRate``."""
        if money.currency == currency:
            return Converted(money, Decimal(1), self.on)
        source, target = self._counting(money.currency), self._counting(currency)
        rate = target.rate / source.rate
        amount = money.amount * target.rate / source.rate
        return Converted(Money(amount, currency), rate, min(source.date, target.date))

    def convert_cost(self, cost: Money, currency: str) -> Converted:
        """The same for what we will have to pay: dearer by ``EXCHANGE_MARGIN_PERCENT`` where currencies differ.

        Reference rates are nobody's buying rates, and the purchase is later than the rate.
        """
        converted = self.convert(cost, currency)
        if cost.currency == currency:
            return converted
        factor = 1 + Decimal(str(settings.EXCHANGE_MARGIN_PERCENT)) / 100
        return Converted(converted.amount * factor, converted.rate, converted.rate_date)

    def _counting(self, currency: str) -> StoredRate:
        if currency == BASE:
            return StoredRate(Decimal(1), self.on, BASE)
        known = self.by_currency.get(currency, ())
        for rate in sorted(known, key=lambda rate: rate.source != _S.ECB):
            if not is_stale(rate, self.on):
                return rate
        if known and self.any_age:
            return max(known, key=lambda rate: (rate.date, rate.source == _S.ECB))
        if known:
            newest = max(rate.date for rate in known)
            raise NoRate(
                _("The newest exchange rate of %(currency)s is of %(date)s: too old.")
                % {"currency": currency, "date": newest.isoformat()},
                code="stale_rate",
                currency=currency,
                rate_date=newest.isoformat(),
            )
        raise NoRate(
            _("There is no exchange rate of %(currency)s.") % {"currency": currency}, code="no_rate", currency=currency
        )


def convert(money: Money, currency: str, *, on: date | None = None) -> Converted:
    """``money`` in ``currency`` by the rates of ``on`` (today). Raises ``NoRate``: ``no_rate`` or ``stale_rate``."""
    return rates_for([money.currency, currency], on=on).convert(money, currency)


def rates_for(currencies: Iterable[str], *, on: date | None = None) -> Rates:
    """The rates of ``currencies`` as they counted on ``on`` (today). One query; none if nothing can need one."""
    day, wanted = on or today(), set(currencies)
    known: dict[str, tuple[StoredRate, ...]] = {}
    if len(wanted) > 1:
        for row in _newest(day).filter(currency__in=wanted - {BASE}):
            known[row.currency] = (*known.get(row.currency, ()), StoredRate(row.rate, row.date, row.source))
    return Rates(day, known)


def last_known_rates() -> Rates:
    """The newest rate of every currency, however old: for amounts that are shown as estimates, with the rate's date.

    Nothing that is charged may be reckoned with it. Read once in ten minutes.
    """
    known: dict[str, tuple[StoredRate, ...]] | None = cache.get(_LAST_KNOWN)
    if known is None:
        known = {}
        for row in newest_rates():
            known[row.currency] = (*known.get(row.currency, ()), StoredRate(row.rate, row.date, row.source))
        cache.set(_LAST_KNOWN, known, _LAST_KNOWN_S)
    return Rates(today(), known, any_age=True)


def newest_rates(*, on: date | None = None) -> list[ExchangeRate]:
    """The newest row of each currency and source, by currency."""
    return list(_newest(on or today()).order_by("currency", "source", "pk"))


def is_stale(rate: StoredRate, on: date) -> bool:
    """Whether ``rate`` is too old to count on that day."""
    most: int = settings.EXCHANGE_RATE_MAX_DAYS if rate.source == _S.ECB else settings.MANUAL_RATE_MAX_DAYS
    return (on - rate.date).days > most


def today() -> date:
    """The day it is, UTC."""
    return datetime.now(UTC).date()


def _newest(day: date) -> QuerySet[ExchangeRate]:
    same = ExchangeRate.objects.filter(currency=OuterRef("currency"), source=OuterRef("source"), date__lte=day)
    newest = same.order_by().values("currency").annotate(newest=Max("date")).values("newest")
    return ExchangeRate.objects.filter(date=Subquery(newest))
