"""What customers shall pay for staged variants, as far as a rule can tell, and what that leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import StagedProduct, StagedVariant
from catalog.pricing.costs import Fees, fees_of, landed_cost
from catalog.pricing.margin import margin_percent
from catalog.pricing.repricing import starting_price
from catalog.rates import NoRate, Rates, rates_for
from integrations.models import SupplierAccount
from shop.errors import DomainError
from shop.money import Money


@dataclass(frozen=True, slots=True)
class AskedPrice:
    """An amount in the shop's currency, or why there is none."""

    amount: Decimal | None
    problem: str = ""


@dataclass
class Pricer:
    """The shop's rules for one staged product. Variants of one cost have one price: the rules are asked once for it."""

    row: StagedProduct
    _known: dict[Money, AskedPrice] = field(default_factory=dict)

    def price_of(self, cost: Money) -> AskedPrice:
        """The price by rule of what costs ``cost`` at the supplier."""
        if cost not in self._known:
            self._known[cost] = self._ask(cost)
        return self._known[cost]

    def _ask(self, cost: Money) -> AskedPrice:
        try:
            price = starting_price(
                cost,
                category_id=self.row.category_id,
                account_id=self.row.account_id,
                product_id=self.row.product_id,
                currency=settings.SHOP_CURRENCY,
            )
        except DomainError as exc:
            return AskedPrice(None, _("No price: %(why)s") % {"why": exc.message})
        return AskedPrice(price.amount)


def set_prices(row: StagedProduct) -> int:
    """Price anew what no person has priced and nobody sells yet; how many prices changed. The caller's transaction."""
    pricer, changed = Pricer(row), 0
    for variant in row.variants.filter(variant=None):
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
        fees = fees_of(account)
        return cls(rates_for({*currencies, fees.fixed.currency, settings.SHOP_CURRENCY}), fees)

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
