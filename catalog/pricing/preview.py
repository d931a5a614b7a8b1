"""What applying the rules would change, a page at a time, and applying what a person has seen of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db.models import Q, QuerySet

from catalog.models import PriceChange, PriceRule, Product, Variant
from catalog.pricing.proposals import Proposal, propose
from catalog.pricing.repricing import apply

#: So many rows are shown at once, and so many variants are looked at for them.
ROWS = 200
LOOKED_AT = 2000
_CHUNK = 250

CHANGES, LARGE, PROBLEMS, ALL = "changes", "large", "problems", "all"
SHOWN = (CHANGES, LARGE, PROBLEMS, ALL)


@dataclass(frozen=True, slots=True)
class Preview:
    """``rows`` are those asked for, the counts are of all ``looked_at``. The next page begins ``after`` this id."""

    rows: list[Proposal]
    looked_at: int
    changing: int
    large: int
    problems: int
    after: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A row that a person saw and ticked: the variant and the prices that stood there."""

    variant_id: int
    old: Decimal
    new: Decimal

    def __str__(self) -> str:
        return f"{self.variant_id}:{self.old}:{self.new}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many prices were applied, and how many were not because something has moved since they were shown."""

    changed: int
    moved: int


def preview(variants: QuerySet[Variant], *, show: str = CHANGES, after: int = 0) -> Preview:
    """The proposals for ``variants`` with an id above ``after`` that belong to ``show``."""
    rows = list[Proposal]()
    looked_at = changing = large = problems = 0
    while looked_at < LOOKED_AT:
        ids = list(variants.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_CHUNK])
        for proposal in propose(ids):
            changing += proposal.is_sound
            large += proposal.can_be_insisted_on
            problems += proposal.new is None
            if _belongs(proposal, show):
                rows.append(proposal)
            looked_at += 1
            after = proposal.variant_id
            if len(rows) == ROWS or looked_at == LOOKED_AT:
                return Preview(rows, looked_at, changing, large, problems, after)
        if len(ids) < _CHUNK:
            break
        after = ids[-1]
    return Preview(rows, looked_at, changing, large, problems, None)


def apply_seen(seen: Iterable[Seen], *, actor: str, note: str = "") -> Outcome:
    """Apply what a person has seen and nothing else: where a rule would say something else by now, nothing changes.

    A price that moves far is applied, too: it was marked as such, and ticked all the same.
    """
    wanted = {row.variant_id: row for row in seen}
    proposals = [
        proposal
        for proposal in propose(wanted)
        if (proposal.is_sound or proposal.can_be_insisted_on) and _is_as_seen(proposal, wanted[proposal.variant_id])
    ]
    done = apply(proposals, reason=PriceChange.Reason.RULE, actor=actor, note=note)
    return Outcome(len(done.changed), len(wanted) - len(done.changed))


def seen_of(proposal: Proposal) -> Seen:
    """The row as a form sends it back."""
    return Seen(proposal.variant_id, proposal.old.amount, proposal.price.amount)


def parse_seen(text: str) -> Seen | None:
    """What ``str(Seen)`` wrote; None if it is something else."""
    variant_id, _colon, prices = text.partition(":")
    old, _colon, new = prices.partition(":")
    if not variant_id.isascii() or not variant_id.isdecimal() or len(variant_id) > 18 or len(prices) > 40:
        return None
    try:
        seen = Seen(int(variant_id), Decimal(old), Decimal(new))
    except InvalidOperation:
        return None
    # "NaN" and "Infinity" are decimals, too, but no prices: some of them cannot even be compared.
    return seen if seen.old.is_finite() and seen.new.is_finite() else None


def variants_of(rule: PriceRule | None, *, text: str = "") -> QuerySet[Variant]:
    """The variants that ``rule`` is for (all without one) and that ``text`` names; a narrower rule may win."""
    rows = Variant.objects.filter(price_is_fixed=False).exclude(product__status=Product.Status.ARCHIVED)
    if rule is not None:
        rows = rows.filter(currency=rule.currency)
    if rule is not None and rule.product_id:
        rows = rows.filter(product=rule.product_id)
    elif rule is not None and rule.category_id:
        rows = rows.filter(product__category=rule.category_id)
    elif rule is not None and rule.account_id:
        rows = rows.filter(listings__account=rule.account_id, listings__is_active=True).distinct()
    if text:
        rows = rows.filter(Q(sku__icontains=text) | Q(product__title__icontains=text))
    return rows


def _belongs(proposal: Proposal, show: str) -> bool:
    return {
        CHANGES: proposal.is_sound or proposal.can_be_insisted_on,
        LARGE: proposal.can_be_insisted_on,
        PROBLEMS: proposal.new is None,
        ALL: True,
    }[show]


def _is_as_seen(proposal: Proposal, seen: Seen) -> bool:
    return (proposal.old.amount, proposal.price.amount) == (seen.old, seen.new)
