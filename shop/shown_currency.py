"""Prices in the currency that a visitor has chosen to see, beside the one that they pay in.

They are estimates by the last known exchange rates. Nothing is ever charged, compared or stored by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from catalog.rates import NoRate, Rates, last_known_rates, today
from shop.money import Money
from shop.visitor import chosen_currency


@dataclass(frozen=True)
class ShownCurrency:
    """``currency`` is an ISO 4217 code, or empty: prices are shown as they are charged. Rates are read when needed."""

    currency: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> ShownCurrency:
        """What the visitor has chosen."""
        return cls(chosen_currency(request))

    @cached_property
    def _rates(self) -> Rates:
        return last_known_rates()

    @property
    def is_another(self) -> bool:
        """Whether it is another one than the shop's."""
        return self.currency not in ("", settings.SHOP_CURRENCY)

    def estimate(self, money: Money | None) -> Money | None:
        """``money`` in the visitor's currency, rounded; None where it is in that already, or no rate is known."""
        if money is None or not self.currency or money.currency == self.currency:
            return None
        try:
            return self._rates.convert(money, self.currency).amount.rounded()
        except NoRate:
            return None

    def about(self, money: Money | None) -> str:
        """``about 12,34 €``, or nothing where there is no estimate."""
        estimated = self.estimate(money)
        if estimated is None:
            return ""
        price = format_currency(estimated.amount, estimated.currency, locale=_locale())
        return _("about %(price)s") % {"price": price}

    @property
    def rate_date(self) -> date | None:
        """The day of the rate between the shop's currency and the visitor's; None if there is none."""
        try:
            return self._rates.convert(Money(Decimal(1), settings.SHOP_CURRENCY), self.currency).rate_date
        except NoRate:
            return None

    @property
    def rate_text(self) -> str:
        """Units for one unit of the shop's currency, to six digits after the point; empty if no rate is known."""
        try:
            rate = self._rates.convert(Money(Decimal(1), settings.SHOP_CURRENCY), self.currency).rate
        except NoRate:
            return ""
        return f"{rate.quantize(Decimal('0.000001')):f}"

    @property
    def note(self) -> str:
        """Where the estimates come from, how old their rate is, and what is really charged; empty if there are none."""
        if not self.is_another:
            return ""
        names = {"shown": self.currency, "charged": settings.SHOP_CURRENCY}
        day = self.rate_date
        if day is None:
            return _("No exchange rate of %(shown)s is known at the moment. Prices are in %(charged)s.") % names
        text = _(
            "Amounts in %(shown)s are estimates by the exchange rate of %(day)s (%(age)s). You pay in %(charged)s."
        )
        return text % {**names, "day": format_date(day, "d MMM y", locale=_locale()), "age": _age(day)}


def _locale() -> str:
    return to_locale(get_language() or "en")


def _age(day: date) -> str:
    days = (today() - day).days
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days} if days > 0 else _("today")
