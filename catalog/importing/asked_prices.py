"""What customers shall pay for staged variants, as far as a rule can tell, and what that leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import StagedProduct, StagedVariant
from catalog.pricing.costs import Fees, fees_of, landed_cost
from catalog.pricing.margin import margin_percent
from catalog.pricing.repricing import StartingPrices
from catalog.rates import NoRate, Rates, rates_for
from integrations.models import SupplierAccount
from shop.errors import DomainError
from shop.money import Money


@dataclass(frozen=True, slots=True)
class AskedPrice:
    """An amount in the shop's currency, or why there is none."""

    amount: Decimal | None
    problem: str = ""


class Pricer:
    """The shop's rules for one staged product whose variants cost something in ``currencies``: read once for all."""

    def __init__(self, row: StagedProduct, currencies: Iterable[str]) -> None:
        self._prices = StartingPrices.read(
            currencies,
            category_id=row.category_id,
            account_id=row.account_id,
            product_id=row.product_id,
            currency=settings.SHOP_CURRENCY,
        )

    def price_of(self, cost: Money) -> AskedPrice:
        """The price by rule of what costs ``cost`` at the supplier."""
        try:
            return AskedPrice(self._prices.price_of(cost).amount)
        except DomainError as exc:
            return AskedPrice(None, _("No price: %(why)s") % {"why": exc.message})


def set_prices(row: StagedProduct) -> int:
    """Price anew what no person has priced and nobody sells yet; how many prices changed. The caller's transaction."""
    variants = list(row.variants.filter(variant=None))
    pricer, changed = Pricer(row, {variant.cost_currency for variant in variants}), 0
    for variant in variants:
        if "price" in variant.edited:
            continue
        asked = pricer.price_of(Money(variant.cost, variant.cost_currency))
        if (asked.amount, asked.problem) != (variant.price, variant.price_note):
            variant.price, variant.price_note = asked.amount, asked.problem[:200]
            variant.save(update_fields=["price", "price_note"])
            changed += 1
    return changed


@dataclass(frozen=True, slots=True)
class Margins:
    """What is left of prices after costs and fees, for rows of one account: rates and fees are read once."""

    rates: Rates
    fees: Fees

    @classmethod
    def of(cls, account: SupplierAccount, currencies: set[str]) -> Margins:
        """For costs in ``currencies``."""
        return cls.of_each([(account, currencies)])[0]

    @classmethod
    def of_each(cls, wanted: Sequence[tuple[SupplierAccount, set[str]]]) -> list[Margins]:
        """The same for several accounts, in one query."""
        fees = [fees_of(account) for account, _currencies in wanted]
        needed = {settings.SHOP_CURRENCY, *(one.fixed.currency for one in fees)}
        rates = rates_for(needed.union(*(currencies for _account, currencies in wanted)))
        return [cls(rates, one) for one in fees]

    def percent(self, variant: StagedVariant, price: Decimal | None) -> Decimal | None:
        """The margin of ``variant`` in percent at ``price``; None without a price or a rate."""
        if price is None:
            return None
        shop = settings.SHOP_CURRENCY
        try:
            cost = landed_cost(
                Money(variant.cost, variant.cost_currency), currency=shop, rates=self.rates, fees=self.fees
            )
        except NoRate:
            return None
        return margin_percent(Money(price, shop), cost.total)
