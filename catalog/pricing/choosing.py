"""Which rule makes a price: product before category before supplier account before the whole shop.

Only rules in use whose currency is that of the price are looked at; for each product, category, account and the shop
there is at most one of them (the database sees to it), so there is never a tie.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from catalog.models import PriceRule
from catalog.pricing.formula import Band, Terms
from catalog.pricing.rounding import Rounding

_S = PriceRule.Scope


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be priced, and in which currency."""

    currency: str
    product_id: int | None = None
    category_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules by what they are for."""

    _rules: dict[tuple[str, int | None, str], PriceRule] = field(default_factory=dict)

    def rule_for(self, subject: Subject) -> PriceRule | None:
        """The narrowest rule that fits, or None."""
        wanted: tuple[tuple[str, int | None], ...] = (
            (_S.PRODUCT, subject.product_id),
            (_S.CATEGORY, subject.category_id),
            (_S.ACCOUNT, subject.account_id),
        )
        keys = [(str(scope), target) for scope, target in wanted if target is not None] + [(str(_S.SHOP), None)]
        found = (self._rules.get((scope, target, subject.currency)) for scope, target in keys)
        return next((rule for rule in found if rule is not None), None)


def rule_book(subjects: Iterable[Subject]) -> RuleBook:
    """The rules that may matter to ``subjects``, in two queries however many they are."""
    subjects = list(subjects)
    narrow = (
        Q(scope=_S.SHOP)
        | Q(product__in={subject.product_id for subject in subjects} - {None})
        | Q(category__in={subject.category_id for subject in subjects} - {None})
        | Q(account__in={subject.account_id for subject in subjects} - {None})
    )
    currencies = {subject.currency for subject in subjects}
    rows = PriceRule.objects.filter(narrow, is_active=True, currency__in=currencies).prefetch_related("bands")
    return RuleBook({(row.scope, target_id(row), row.currency): row for row in rows})


def target_id(rule: PriceRule) -> int | None:
    """The id of the product, category or account that ``rule`` is for; None for the whole shop."""
    return rule.product_id or rule.category_id or rule.account_id


def terms_of(rule: PriceRule) -> Terms:
    """The rule's arithmetic. Reads its ranges (prefetched ones where there are)."""
    return Terms(
        currency=rule.currency,
        kind=rule.kind,
        percent=rule.percent,
        fixed=rule.fixed,
        bands=tuple(Band(band.up_to, band.percent, band.fixed) for band in rule.bands.all())
        if rule.kind == PriceRule.Kind.BANDS
        else (),
        selling_fee_percent=rule.selling_fee_percent,
        selling_fee_fixed=rule.selling_fee_fixed,
        minimum_margin_percent=rule.minimum_margin_percent,
        rounding=Rounding(rule.rounding, rule.rounding_step, rule.rounding_ending),
    )
