"""SKUs for variants that the shop makes by itself: ``P12-3`` is the third of product 12."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.models import Product, Variant


def free_skus(product: Product, positions: Iterable[int]) -> list[str]:
    """A SKU that no variant has for each of ``positions``. One query."""
    # Not the supplier's numbers: customers see it.
    taken = set(Variant.objects.filter(sku__startswith=f"P{product.pk}-").values_list("sku", flat=True))
    found = []
    for position in positions:
        base = f"P{product.pk}-{position}"
        sku = next(sku for sku in (base, *(f"{base}-{number}" for number in range(2, 1000))) if sku not in taken)
        taken.add(sku)
        found.append(sku)
    return found
