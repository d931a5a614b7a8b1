"""What differs between a staged product and what the shop sells of it, for staff to accept or leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.content import plain_text
from catalog.models import Product, StagedPicture, StagedProduct, StagedVariant

#: Fields of the product, in the order in which they are shown. Prices and stock belong to the sync.
FIELDS = {
    "title": _("title"),
    "brand": _("brand"),
    "summary": _("summary"),
    "description_html": _("description"),
    "option_names": _("options"),
    "category": _("category"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. ``key`` names it in a form: a field, or a kind and the id of a staged row."""

    key: str
    label: str
    live: str
    new: str


def changes_of(staged: StagedProduct) -> list[Change]:
    """What publishing could change of what is live; empty for a product that is not in the shop."""
    product = staged.product
    if product is None:
        return []
    return [*_of_fields(staged, product), *_of_variants(staged, product), *_of_pictures(staged, product)]


def count_changes(staged: StagedProduct) -> int:
    """How many."""
    return len(changes_of(staged))


def recount(staged: StagedProduct) -> None:
    """Keep the number on the staged product true, after its pictures arrived or a person edited it."""
    StagedProduct.objects.filter(pk=staged.pk).update(changes_count=count_changes(staged))


def _of_fields(staged: StagedProduct, product: Product) -> list[Change]:
    found = []
    for name, label in FIELDS.items():
        live, new = getattr(product, name), getattr(staged, name)
        # An empty proposal is none: a supplier without a word about it must not empty what staff wrote.
        if new and new != live:
            found.append(Change(name, str(label), _shown(live), _shown(new)))
    return found


def _of_variants(staged: StagedProduct, product: Product) -> list[Change]:
    found = []
    for row in staged.variants.select_related("variant"):
        change = _of_variant(row, product)
        if change is not None:
            found.append(change)
    return found


def _of_variant(row: StagedVariant, product: Product) -> Change | None:
    live = row.variant
    if live is None:
        if row.is_kept and not row.is_gone:
            return Change(f"variant:{row.pk}", gettext("variant"), "", str(row))
        return None
    if row.is_gone:
        is_asked = row.is_kept and live.is_active
        return Change(f"gone:{row.pk}", gettext("variant"), str(row), "") if is_asked else None
    if row.options and row.options != live.options and live.product_id == product.pk:
        return Change(
            f"options:{row.pk}", gettext("options of %(sku)s") % {"sku": live.sku}, _shown(live.options), str(row)
        )
    return None


def _of_pictures(staged: StagedProduct, product: Product) -> list[Change]:
    new = staged.pictures.filter(status=StagedPicture.Status.STORED, is_kept=True, image=None)
    new = new.exclude(large__in=product.images.values("image"))
    return [Change(f"picture:{row.pk}", gettext("picture"), "", row.small) for row in new]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values())
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return plain_text(str(value or ""))
