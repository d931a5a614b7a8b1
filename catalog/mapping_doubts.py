"""Which variants are bought nowhere, or perhaps not as they should be: counted and listed for staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import BundlePart, Listing, Product, Variant

#: What was read of a supplier's SKU longer ago than that is no knowledge any more.
STALE_DAYS = 14


class Doubt(models.TextChoices):
    """Why a variant's mapping needs a look, the most urgent first."""

    UNMAPPED = "unmapped", _("Bought nowhere")
    DRIFTED = "drifted", _("Means something else now")
    BROKEN_BUNDLE = "broken_bundle", _("Bundle with a part that cannot be bought")
    LOSS = "loss", _("Costs more than it is sold for")
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


def _conditions() -> dict[Doubt, Any]:
    listings = Listing.objects.filter(variant=OuterRef("pk"), is_active=True)
    usable = listings.filter(drifted_at__isnull=True)
    of_part = Listing.objects.filter(variant=OuterRef("variant"), is_active=True, drifted_at__isnull=True)
    broken = BundlePart.objects.filter(~Exists(of_part), bundle=OuterRef("pk"))
    cost = ExpressionWrapper(
        F("cost") * F("quantity_per_unit"), output_field=DecimalField(max_digits=14, decimal_places=2)
    )
    loss = usable.filter(currency=OuterRef("currency")).annotate(unit=cost).filter(unit__gte=OuterRef("price"))
    stale = usable.filter(checked_at__lt=timezone.now() - timedelta(days=STALE_DAYS))
    single = Q(is_bundle=False)
    has_stock = usable.filter(Q(stock__isnull=True) | Q(stock__gte=F("quantity_per_unit")))
    return {
        Doubt.UNMAPPED: single & ~Exists(listings),
        Doubt.DRIFTED: Exists(listings.filter(drifted_at__isnull=False)),
        Doubt.BROKEN_BUNDLE: Q(is_bundle=True) & Exists(broken),
        Doubt.LOSS: single & Exists(loss),
        Doubt.UNREAD: single & Exists(usable.filter(fingerprint={})),
        Doubt.NO_COST: single & Exists(usable.filter(cost__isnull=True)),
        Doubt.STALE: single & Exists(stale),
        Doubt.SOLD_OUT: single & Exists(usable) & ~Exists(has_stock),
    }
