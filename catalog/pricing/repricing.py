"""Prices by rule: making the first one, following the cost, and applying what was proposed, with a history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import shelf
from catalog.models import PriceChange, PriceRule, Variant
from catalog.pricing.choosing import Subject, rule_book, terms_of
from catalog.pricing.costs import Fees, fees_of, landed_cost
from catalog.pricing.formula import PriceRefused, Terms, price_of
from catalog.pricing.proposals import Proposal, propose, shipping_by
from catalog.rates import Rates, rates_for
from integrations.models import SupplierAccount
from shop.money import Money

__all__ = [
    "Applied", "Proposal", "Refused", "Repriced", "StartingPrices", "apply", "propose", "reprice", "starting_price",
]  # fmt: skip

_T = TypeVar("_T")

SYSTEM = "system"
_CHUNK = 250


@dataclass(frozen=True, slots=True)
class Refused:
    """A price that was left as it is, and why: ``no_cost``, ``stale_rate``, ``large_change`` …"""

    variant_id: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Repriced:
    """Ids of the variants whose price changed, those refused, and those that stay (also for want of a rule)."""

    changed: tuple[int, ...]
    refused: tuple[Refused, ...]
    unchanged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """Ids whose price changed, and ids passed over because their price was another one by then."""

    changed: tuple[int, ...]
    passed_over: tuple[int, ...]


def reprice(variant_ids: Iterable[int], *, reason: str) -> Repriced:
    """Let the prices of these variants follow their costs, by the rules that are automatic. ``reason`` is for people.

    A few queries for every 250 variants. Nothing is written for a variant that is exempt, whose rule is not automatic,
    whose rate is missing or too old, or whose price would move absurdly far.
    """
    changed, refused, unchanged = list[int](), list[Refused](), list[int]()
    for chunk in _chunks(sorted(set(variant_ids))):
        proposals = propose(chunk)
        sound = [proposal for proposal in proposals if proposal.is_automatic and proposal.is_sound]
        stopped = [proposal for proposal in proposals if proposal.is_automatic and proposal.code]
        done = apply(sound, reason=PriceChange.Reason.COST, actor=SYSTEM, note=reason)
        changed += done.changed
        refused += [Refused(proposal.variant_id, proposal.code, proposal.message) for proposal in stopped]
        text = _("Its price was changed by somebody else just now.")
        refused += [Refused(pk, "price_moved", text) for pk in done.passed_over]
        told = {*done.changed, *done.passed_over, *(proposal.variant_id for proposal in stopped)}
        unchanged += [pk for pk in chunk if pk not in told]
    return Repriced(tuple(changed), tuple(refused), tuple(unchanged))


@dataclass(frozen=True, slots=True)
class StartingPrices:
    """What is needed for the first prices of one product: rule, fees and rates, read once for any number of costs."""

    currency: str
    rule: PriceRule | None
    terms: Terms | None
    fees: Fees | None
    rates: Rates

    @classmethod
    def read(
        cls,
        cost_currencies: Iterable[str],
        *,
        category_id: int | None,
        account_id: int | None,
        product_id: int | None,
        currency: str,
    ) -> StartingPrices:
        """For costs (and shipping) in these currencies, priced in ``currency``."""
        subject = Subject(currency=currency, product_id=product_id, category_id=category_id, account_id=account_id)
        rule = rule_book([subject]).rule_for(subject)
        fees = _fees(account_id)
        needed = {*cost_currencies, currency} | ({fees.fixed.currency} if fees else set())
        return cls(currency, rule, terms_of(rule) if rule else None, fees, rates_for(needed))

    def price_of(self, cost: Money, *, shipping: Money | None = None) -> Money:
        """The price of what costs ``cost``. Pure; raises what ``starting_price`` does."""
        if self.rule is None or self.terms is None:
            text = _("No pricing rule in %(currency)s is for it.") % {"currency": self.currency}
            raise PriceRefused(text, code="no_rule")
        counted = shipping_by(self.rule, shipping)
        landed = landed_cost(cost, shipping=counted, fees=self.fees, currency=self.currency, rates=self.rates)
        return price_of(landed.total, self.terms)


def starting_price(
    cost: Money,
    *,
    category_id: int | None,
    account_id: int | None,
    product_id: int | None,
    currency: str,
    shipping: Money | None = None,
) -> Money:
    """The price in ``currency`` of something new that costs ``cost`` at the supplier, by the rule that is for it.

    ``shipping`` is the supplier's fee where it is known; it counts only if the rule wants it. Raises ``DomainError``:
    ``no_rule``, ``no_rate``, ``stale_rate``, ``no_cost``, ``no_shipping``, ``impossible_rule``, ``absurd_price``.
    """
    currencies = {money.currency for money in (cost, shipping) if money}
    prices = StartingPrices.read(
        currencies, category_id=category_id, account_id=account_id, product_id=product_id, currency=currency
    )
    return prices.price_of(cost, shipping=shipping)


def apply(proposals: Iterable[Proposal], *, reason: str, actor: str, note: str = "") -> Applied:
    """Write these prices and their history; lists show them at once. ``reason`` is one of ``PriceChange.Reason``.

    A price that is not the proposal's old one any more, or that has become exempt, is passed over. What a proposal
    says against itself is for the caller to heed (``is_sound``, ``can_be_insisted_on``).
    """
    wanted = [proposal for proposal in proposals if proposal.changes]
    changed, passed_over, products = list[int](), list[int](), set[int]()
    for chunk in _chunks(wanted):
        with transaction.atomic():
            current = _lock([proposal.variant_id for proposal in chunk])
            fitting = [proposal for proposal in chunk if _still_fits(proposal, current.get(proposal.variant_id))]
            _write(fitting, current)
            PriceChange.objects.bulk_create(
                _change(proposal, reason=reason, actor=actor, note=note) for proposal in fitting
            )
        done = {proposal.variant_id for proposal in fitting}
        changed += done
        passed_over += [proposal.variant_id for proposal in chunk if proposal.variant_id not in done]
        products |= {proposal.product_id for proposal in fitting}
    shelf.refresh(products, words=False)
    return Applied(tuple(sorted(changed)), tuple(passed_over))


def _lock(variant_ids: list[int]) -> dict[int, Variant]:
    """The rows as they are, nobody else's until the transaction ends (on SQLite it is the only writer anyway)."""
    rows = Variant.objects.select_for_update().filter(pk__in=variant_ids).order_by("pk")
    return {row.pk: row for row in rows}


def _still_fits(proposal: Proposal, variant: Variant | None) -> bool:
    return (
        variant is not None
        and not variant.price_is_fixed
        and (variant.unit_price, variant.compare_at_price) == (proposal.old, proposal.old_compare_at)
    )


def _write(proposals: list[Proposal], rows: dict[int, Variant]) -> None:
    """One UPDATE for all of them."""
    changed = []
    for found in proposals:
        row = rows[found.variant_id]
        row.price, row.compare_at_price = found.price.amount, found.new_compare_at
        changed.append(row)
    Variant.objects.bulk_update(changed, ["price", "compare_at_price"])


def _change(proposal: Proposal, *, reason: str, actor: str, note: str) -> PriceChange:
    return PriceChange(
        variant_id=proposal.variant_id,
        sku=proposal.sku,
        old_price=proposal.old.amount,
        new_price=proposal.price.amount,
        old_compare_at=proposal.old_compare_at,
        new_compare_at=proposal.new_compare_at,
        currency=proposal.price.currency,
        cost=proposal.cost.amount if proposal.cost else None,
        margin_percent=proposal.new_margin,
        rate_date=proposal.rate_date,
        rule_name=proposal.rule_name,
        reason=reason,
        note=note[:200],
        actor=actor,
    )


def _fees(account_id: int | None) -> Fees | None:
    account = SupplierAccount.objects.filter(pk=account_id).first() if account_id else None
    return fees_of(account) if account else None


def _chunks(rows: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
