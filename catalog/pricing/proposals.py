"""What the rules would make of prices: proposals that say old, new, margin and, if there is none, why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Min, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import delivery
from catalog.models import Listing, PriceChange, PriceRule, Variant
from catalog.pricing.choosing import Subject, rule_book, terms_of
from catalog.pricing.costs import fees_of, landed_cost, listing_to_price_by
from catalog.pricing.formula import PriceRefused, margin_after_fees, price_of
from catalog.rates import Rates, rates_for
from shop.errors import DomainError
from shop.money import Money

#: The price before, if it follows the history, is the lowest one of this time.
HISTORY = timedelta(days=30)

#: A proposal with this code is no mistake of arithmetic: staff may want exactly that.
LARGE_CHANGE = "large_change"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What becomes of one price. ``code`` is empty if nothing speaks against it, else why not (``message`` in words).

    ``cost`` is what the variant costs in all, in the price's currency; None where it is not known.
    """

    variant_id: int
    product_id: int
    sku: str
    title: str
    old: Money
    old_compare_at: Decimal | None
    new: Money | None = None
    new_compare_at: Decimal | None = None
    cost: Money | None = None
    old_margin: Decimal | None = None
    new_margin: Decimal | None = None
    rate_date: date | None = None
    rule_id: int | None = None
    rule_name: str = ""
    is_automatic: bool = False
    code: str = ""
    message: str = ""

    @property
    def price(self) -> Money:
        """The new price. Raises ``ValueError`` where there is none."""
        if self.new is None:
            raise ValueError(f"no price was made for variant {self.variant_id}: {self.code}")
        return self.new

    @property
    def changes(self) -> bool:
        """Whether it would change anything."""
        return self.new is not None and (self.new, self.new_compare_at) != (self.old, self.old_compare_at)

    @property
    def is_sound(self) -> bool:
        """Whether it may be applied without a person's word."""
        return self.changes and not self.code

    @property
    def can_be_insisted_on(self) -> bool:
        """Whether a person may apply it all the same: a large change, but a sensible price."""
        return self.changes and self.code == LARGE_CHANGE


def propose(variant_ids: Iterable[int]) -> list[Proposal]:
    """A proposal for each of these variants that rules may price, in the order of their ids. Writes nothing.

    The number of queries does not grow with the variants; give it some hundred at a time.
    """
    listings = Listing.objects.filter(is_active=True).select_related("account")
    variants = list(
        Variant.objects.filter(pk__in=list(variant_ids), price_is_fixed=False)
        .select_related("product")
        .prefetch_related(Prefetch("listings", listings))
        .order_by("pk")
    )
    if not variants:
        return []
    sources = {
        # A bundle is bought in parts: its own listings, if it has any, say nothing of its cost.
        variant.pk: None if variant.is_bundle else listing_to_price_by(variant.listings.all())
        for variant in variants
    }
    subjects = {variant.pk: _subject(variant, sources[variant.pk]) for variant in variants}
    book = rule_book(subjects.values())
    rules = {pk: book.rule_for(subject) for pk, subject in subjects.items()}
    facts = _Facts(
        rates=rates_for(_currencies(variants, sources.values())),
        shipping=_shipping(sources, rules),
        lowest=_lowest_prices(rules),
    )
    return [_proposal(variant, sources[variant.pk], rules[variant.pk], facts) for variant in variants]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was read for all variants at once."""

    rates: Rates
    #: Variant id -> the supplier's fee for sending one, where a rule counts it and it is known.
    shipping: dict[int, Money]
    #: Variant id -> the lowest price that it had within ``HISTORY`` before the present one.
    lowest: dict[int, Decimal]


def _subject(variant: Variant, listing: Listing | None) -> Subject:
    return Subject(
        currency=variant.currency,
        product_id=variant.product_id,
        category_id=variant.product.category_id,
        account_id=listing.account_id if listing else None,
    )


def _currencies(variants: Iterable[Variant], listings: Iterable[Listing | None]) -> set[str]:
    found = {variant.currency for variant in variants}
    for listing in listings:
        if listing:
            found |= {listing.currency, listing.account.currency}
    return found


def _shipping(sources: dict[int, Listing | None], rules: dict[int, PriceRule | None]) -> dict[int, Money]:
    """The fee that counts for each variant, in one query for each country that rules name."""
    by_country: dict[str, list[tuple[int, Listing]]] = {}
    for pk, rule in rules.items():
        listing = sources[pk]
        if rule and rule.includes_shipping and rule.shipping_country and listing:
            by_country.setdefault(rule.shipping_country, []).append((pk, listing))
    fees: dict[int, Money] = {}
    for country, pairs in by_country.items():
        known = delivery.last_known_options_for([listing for _pk, listing in pairs], country=country)
        for pk, listing in pairs:
            way = delivery.choose_freight(known.get(listing.pk) or (), listing.shipping_service)
            if way is not None:
                fees[pk] = way.fee
    return fees


def _lowest_prices(rules: dict[int, PriceRule | None]) -> dict[int, Decimal]:
    wanted = [pk for pk, rule in rules.items() if rule and rule.compare_at == PriceRule.CompareAt.LOWEST]
    if not wanted:
        return {}
    rows = (
        PriceChange.objects.filter(variant__in=wanted, at__gte=timezone.now() - HISTORY, old_price__isnull=False)
        .order_by()
        .values_list("variant_id")
        .annotate(lowest=Min("old_price"))
    )
    return dict(rows)


def _proposal(variant: Variant, listing: Listing | None, rule: PriceRule | None, facts: _Facts) -> Proposal:
    blank = Proposal(
        variant_id=variant.pk,
        product_id=variant.product_id,
        sku=variant.sku,
        title=variant.title,
        old=variant.unit_price,
        old_compare_at=variant.compare_at_price,
        new_compare_at=variant.compare_at_price,
    )
    try:
        return _priced(blank, listing, rule, facts)
    except DomainError as exc:
        known = {"rule_id": rule.pk, "rule_name": rule.name, "is_automatic": rule.is_automatic} if rule else {}
        return replace(blank, code=exc.code, message=exc.message, **known)  # type: ignore[arg-type]


def _priced(blank: Proposal, listing: Listing | None, rule: PriceRule | None, facts: _Facts) -> Proposal:
    if rule is None:
        raise PriceRefused(_("No rule is for it."), code="no_rule")
    if listing is None:
        raise PriceRefused(_("No listing is in use: what it costs is not known."), code="no_cost")
    goods = listing.unit_cost
    if goods is None:
        raise PriceRefused(_("What it costs at the supplier is not known."), code="no_cost")
    terms = terms_of(rule)
    landed = landed_cost(
        goods,
        shipping=shipping_by(rule, facts.shipping.get(blank.variant_id)),
        fees=fees_of(listing.account),
        currency=blank.old.currency,
        rates=facts.rates,
    )
    price = price_of(landed.total, terms)
    lowest = min(blank.old.amount, facts.lowest.get(blank.variant_id, blank.old.amount))
    return checked(
        replace(
            blank,
            new=price,
            new_compare_at=compare_at_by(rule, blank.old, price, blank.old_compare_at, lowest=lowest),
            cost=landed.total,
            old_margin=margin_after_fees(blank.old, landed.total, terms),
            new_margin=margin_after_fees(price, landed.total, terms),
            rate_date=landed.rate_date,
            rule_id=rule.pk,
            rule_name=rule.name,
            is_automatic=rule.is_automatic,
        )
    )


def shipping_by(rule: PriceRule, known: Money | None) -> Money | None:
    """What counts for sending by ``rule``; None if nothing does. Raises ``PriceRefused`` if that is not known."""
    if not rule.includes_shipping:
        return None
    if known is not None:
        return known
    if rule.shipping_fallback is None:
        raise PriceRefused(_("What sending it costs is not known."), code="no_shipping")
    return Money(rule.shipping_fallback, rule.currency)


def compare_at_by(
    rule: PriceRule, old: Money, new: Money, present: Decimal | None, *, lowest: Decimal
) -> Decimal | None:
    """The price before that ``rule`` wants beside ``new``: above it, or none. ``lowest`` is of the last 30 days."""
    wanted: Decimal | None = None
    if rule.compare_at == PriceRule.CompareAt.KEEP or (rule.compare_at == PriceRule.CompareAt.LOWEST and new == old):
        wanted = present
    elif rule.compare_at == PriceRule.CompareAt.PERCENT:
        wanted = (new * (1 + rule.compare_at_percent / 100)).rounded().amount
    elif rule.compare_at == PriceRule.CompareAt.LOWEST and new < old:
        wanted = lowest
    return wanted if wanted is not None and wanted > new.amount else None


def checked(proposal: Proposal) -> Proposal:
    """The proposal, marked if its price moves by more than ``PRICE_CHANGE_LIMIT_PERCENT``: more likely a mistake."""
    new, old = proposal.new, proposal.old
    if new is None:
        return proposal
    if moves_far(old.amount, new.amount):
        limit = settings.PRICE_CHANGE_LIMIT_PERCENT
        text = _("More than %(limit)s %% from one price to the next: look at it first.") % {"limit": limit}
        return replace(proposal, code=LARGE_CHANGE, message=text)
    return proposal


def moves_far(old: Decimal, new: Decimal) -> bool:
    """Whether a price moves by more than ``PRICE_CHANGE_LIMIT_PERCENT``. One of nothing may become anything."""
    return bool(old) and abs(new - old) * 100 / old > settings.PRICE_CHANGE_LIMIT_PERCENT
