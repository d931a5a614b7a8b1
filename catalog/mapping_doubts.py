"""Which variants are bought nowhere, or perhaps not as they should be: counted and listed for staff."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import BundlePart, Listing, Product, Variant
from catalog.rates import NoRate, rates_for
from shop.money import Money

_EXACT = DecimalField(max_digits=40, decimal_places=12)

#: What was read of a supplier's SKU longer ago than that is no knowledge any more.
STALE_DAYS = 14


class Doubt(models.TextChoices):
    """Why a variant's mapping needs a look, the most urgent first."""

    UNMAPPED = "unmapped", _("Bought nowhere")
    DRIFTED = "drifted", _("Means something else now")
    BROKEN_BUNDLE = "broken_bundle", _("Bundle with a part that cannot be bought")
    LOSS = "loss", _("Costs more than it is sold for, or no exchange rate tells")
    UNREAD = "unread", _("Never read from the supplier")
    NO_COST = "no_cost", _("Cost not known")
    STALE = "stale", _("Not checked for long")
    SOLD_OUT = "sold_out", _("Sold out at every supplier")


def doubtful(doubt: str) -> QuerySet[Variant]:
    """The variants, sold themselves or as parts of bundles, of which ``doubt`` is true."""
    return _in_question().filter(_conditions()[Doubt(doubt)]).select_related("product").order_by("product_id", "pk")


def counts() -> dict[str, int]:
    """How many variants each doubt is about."""
    rows = _in_question()
    return {doubt: rows.filter(condition).count() for doubt, condition in _conditions().items()}


def doubts_of(variant: Variant) -> list[Doubt]:
    """What is doubtful about the mapping of ``variant``."""
    rows = _in_question().filter(pk=variant.pk)
    return [doubt for doubt, condition in _conditions().items() if rows.filter(condition).exists()]


def _in_question() -> QuerySet[Variant]:
    is_sold = Q(is_active=True) | Exists(BundlePart.objects.filter(variant=OuterRef("pk"), bundle__is_active=True))
    return Variant.objects.filter(is_sold).exclude(product__status=Product.Status.ARCHIVED)


def _makes_a_loss() -> Q:
    """Of listings: goods and fees cost the price of the variant or more, or that cannot be told for want of a rate."""
    used = Listing.objects.filter(is_active=True, cost__isnull=False).order_by()
    found = Q(pk__in=[])
    for goods, fees, price in used.values_list("currency", "account__currency", "variant__currency").distinct():
        same = Q(currency=goods, account__currency=fees, variant__currency=price, cost__isnull=False)
        rates = rates_for({goods, fees, price})
        try:
            unit, fixed = (rates.convert_cost(Money(Decimal(1), one), price).amount.amount for one in (goods, fees))
        except NoRate:
            found |= same
            continue
        # SQLite divides whole numbers without a rest.
        percent = 1 + F("account__fee_percent") * _factor(Decimal("0.01"))
        cost = F("cost") * F("quantity_per_unit") * _factor(unit) * percent + F("account__fee_fixed") * _factor(fixed)
        found |= same & Q(variant__price__lte=ExpressionWrapper(cost, output_field=_EXACT))
    return found


def _factor(value: Decimal) -> Value:
    return Value(value.quantize(Decimal("1.0000000000")), output_field=_EXACT)


def _conditions() -> dict[Doubt, Any]:
    listings = Listing.objects.filter(variant=OuterRef("pk"), is_active=True)
    usable = listings.filter(drifted_at__isnull=True)
    of_part = Listing.objects.filter(variant=OuterRef("variant"), is_active=True, drifted_at__isnull=True)
    broken = BundlePart.objects.filter(~Exists(of_part), bundle=OuterRef("pk"))
    stale = usable.filter(checked_at__lt=timezone.now() - timedelta(days=STALE_DAYS))
    single = Q(is_bundle=False)
    has_stock = usable.filter(Q(stock__isnull=True) | Q(stock__gte=F("quantity_per_unit")))
    return {
        Doubt.UNMAPPED: single & ~Exists(listings),
        Doubt.DRIFTED: Exists(listings.filter(drifted_at__isnull=False)),
        Doubt.BROKEN_BUNDLE: Q(is_bundle=True) & Exists(broken),
        Doubt.LOSS: single & Exists(usable.filter(_makes_a_loss())),
        Doubt.UNREAD: single & Exists(usable.filter(fingerprint={})),
        Doubt.NO_COST: single & Exists(usable.filter(cost__isnull=True)),
        Doubt.STALE: single & Exists(stale),
        Doubt.SOLD_OUT: single & Exists(usable) & ~Exists(has_stock),
    }
