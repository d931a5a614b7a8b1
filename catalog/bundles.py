"""Bundles: variants that are put together from others, each bought through listings of its own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import BundlePart, Variant
from catalog.shelf import refresh_variants
from shop.errors import DomainError
from shop.money import Money

#: What one bundle holds: a variant and how many of it.
Part = tuple[Variant, int]

MAX_PARTS = 20
_SHARE_PLACES = Decimal("0.000001")


class BadBundle(DomainError):
    """Codes: ``part_is_bundle``, ``bundle_is_part``, ``part_twice``, ``part_quantity``, ``too_many_parts``."""

    code = "bad_bundle"


def check_parts(bundle: Variant, parts: Sequence[Part]) -> None:
    """Raise ``BadBundle`` unless ``bundle`` may be put together from ``parts``. Bundles of bundles are not made."""
    variants = [variant for variant, _quantity in parts]
    if len(parts) > MAX_PARTS:
        raise BadBundle(_("A bundle has at most %(n)d parts.") % {"n": MAX_PARTS}, code="too_many_parts")
    if len({variant.pk for variant in variants}) < len(variants):
        raise BadBundle(_("Each part stands once; give its quantity instead."), code="part_twice")
    for variant, quantity in parts:
        if variant.pk == bundle.pk or variant.is_bundle:
            raise BadBundle(_("%(sku)s is a bundle itself.") % {"sku": variant.sku}, code="part_is_bundle")
        if quantity < 1:
            raise BadBundle(_("Of each part at least one is needed."), code="part_quantity")
    if parts and BundlePart.objects.filter(variant=bundle).exists():
        raise BadBundle(_("%(sku)s is a part of a bundle already.") % {"sku": bundle.sku}, code="bundle_is_part")


def set_parts(bundle: Variant, parts: Sequence[Part]) -> None:
    """Let ``bundle`` consist of ``parts``; of none: it is bought by its own listings again. Raises ``BadBundle``."""
    with transaction.atomic():
        # Locked in the order of their keys, so that two changes cannot nest bundles in each other.
        ids = sorted({bundle.pk, *(variant.pk for variant, _quantity in parts)})
        rows = Variant.objects.select_for_update().filter(pk__in=ids).order_by("pk").in_bulk()
        fresh = [(rows[variant.pk], quantity) for variant, quantity in parts]
        check_parts(rows[bundle.pk], fresh)
        BundlePart.objects.filter(bundle=bundle).delete()
        BundlePart.objects.bulk_create(
            BundlePart(bundle=bundle, variant=variant, quantity=quantity) for variant, quantity in fresh
        )
        Variant.objects.filter(pk=bundle.pk).update(is_bundle=bool(parts))
        bundle.is_bundle = bool(parts)
        refresh_variants([bundle.pk])


def shares_of(costs: Sequence[Money | None]) -> list[Decimal]:
    """Which share of a bundle's price belongs to each part, by what they cost; together exactly 1.

    Equal ones if a cost is not known, costs are in several currencies, or all are nothing.
    """
    if not costs:
        return []
    known = [cost for cost in costs if cost is not None]
    total = sum((cost.amount for cost in known), Decimal(0))
    weights = [cost.amount for cost in known]
    if len(known) < len(costs) or len({cost.currency for cost in known}) > 1 or not total:
        weights, total = [Decimal(1)] * len(costs), Decimal(len(costs))
    shares = [(weight / total).quantize(_SHARE_PLACES) for weight in weights[:-1]]
    return [*shares, 1 - sum(shares, Decimal(0))]
