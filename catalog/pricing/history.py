"""The history of prices: what staff set by hand is written down as well as what rules did."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from catalog.models import PriceChange, Variant


def record_change(
    variant: Variant,
    *,
    old_price: Decimal | None,
    old_compare_at: Decimal | None,
    actor: str,
    reason: str = PriceChange.Reason.STAFF,
    note: str = "",
) -> PriceChange | None:
    """Note that ``variant`` was given the price it has now, by no rule; None if that is the price it had.

    Call it in the transaction that writes the price. ``old_price`` is None for a variant that is new.
    """
    if (old_price, old_compare_at) == (variant.price, variant.compare_at_price):
        return None
    return PriceChange.objects.create(
        variant=variant,
        sku=variant.sku,
        old_price=old_price,
        new_price=variant.price,
        old_compare_at=old_compare_at,
        new_compare_at=variant.compare_at_price,
        currency=variant.currency,
        reason=reason,
        note=note[:200],
        actor=actor,
    )


def record_first_prices(variants: Iterable[Variant], *, actor: str, note: str) -> None:
    """Note the prices with which these variants, just made, come into the shop. One query; in their transaction."""
    PriceChange.objects.bulk_create(
        PriceChange(
            variant=variant,
            sku=variant.sku,
            new_price=variant.price,
            new_compare_at=variant.compare_at_price,
            currency=variant.currency,
            reason=PriceChange.Reason.OTHER,
            note=note[:200],
            actor=actor,
        )
        for variant in variants
    )
