"""Which variant a form of the product's page means: its options one by one, or a SKU."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.models import Product, Variant

#: The field of an option carries its name: ``option:Color``. A page that is older than a renaming then matches nothing.
OPTION_PREFIX = "option:"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class PostedChoice:
    """What was chosen. ``options`` is empty if the form sent a SKU alone; ``sku`` if its options name no variant."""

    sku: str
    options: dict[str, str] = field(default_factory=dict)

    @property
    def is_impossible(self) -> bool:
        """Whether options were chosen of which there is no such combination."""
        return bool(self.options) and not self.sku


def posted_choice(data: Mapping[str, str], product: Product | None) -> PostedChoice:
    """The choice in ``data`` for a ``product`` that was loaded with ``for_page()``, if its form came from one.

    The options win over a SKU: they are what the visitor saw ticked.
    """
    options = {
        name.removeprefix(OPTION_PREFIX): value[:_LONGEST]
        for name, value in data.items()
        if name.startswith(OPTION_PREFIX)
    }
    if not options or product is None:
        return PostedChoice(data.get("sku", ""))
    found = variant_with(product.variants.all(), options)
    return PostedChoice(found.sku if found else "", options)


def variant_with(variants: Iterable[Variant], options: Mapping[str, str]) -> Variant | None:
    """The one variant that has these options, or None."""
    matching = [variant for variant in variants if options.items() <= variant.options.items()]
    return matching[0] if len(matching) == 1 else None


def sold_variant(sku: str) -> Variant | None:
    """The variant of this SKU, with its product and listings, if the shop sells it; ``sku`` must hold no NUL."""
    return (
        Variant.objects.filter(sku=sku, is_active=True, product__status=Product.Status.ACTIVE)
        .select_related("product")
        .prefetch_related("listings")
        .first()
    )
