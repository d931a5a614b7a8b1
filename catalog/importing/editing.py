"""What a person writes into a staged product: kept apart from what the supplier says, and never overwritten by it.

All of it happens in the caller's transaction. An import may have changed the rows since the person's form was opened:
only the fields that the person changed are written.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalog.importing.asked_prices import set_prices
from catalog.importing.differences import recount
from catalog.importing.staging import choose_category, mark_edited
from catalog.models import StagedPicture, StagedProduct, StagedVariant

_FIELDS = frozenset({"title", "category", "brand", "summary", "description_html", "option_names"})


def save_product(
    row: StagedProduct, changed: Sequence[str], *, old_options: Sequence[str], remember_category: bool
) -> None:
    """Write the fields that a person changed; ``remember_category`` also for what comes from the supplier later."""
    names = [name for name in changed if name in _FIELDS]
    if not names:
        return
    _mark(row, names)
    row.save(update_fields=[*names, "edited"])
    if "category" in names and row.category is not None and remember_category:
        choose_category(row, row.category)


def save_row(row: StagedVariant | StagedPicture, changed: Sequence[str]) -> None:
    """The same for a variant or a picture."""
    if isinstance(row, StagedVariant):
        _mark(row, [name for name in changed if name in ("options", "price")])
        columns = [*changed, "edited"]
        if "price" in changed:
            row.price_note = "" if row.price is not None else _("Left empty by a person.")
            columns.append("price_note")
        row.save(update_fields=columns)
    else:
        row.save(update_fields=list(changed))


def settle(row: StagedProduct, changed: Sequence[str], *, old_options: Sequence[str]) -> None:
    """After everything of a form was written: options renamed, prices by rule followed, changes counted."""
    if "option_names" in changed:
        rename_options(row, old_options, row.option_names)
    if "category" in changed:
        set_prices(row)
    # Of the row as it is now: the form's fields hold what they held when it was opened.
    recount(StagedProduct.objects.select_related("product", "category").get(pk=row.pk))


def rename_options(row: StagedProduct, old: Sequence[str], new: Sequence[str]) -> None:
    """Give options their new names in variants and pictures, by their places; nothing if their number differs."""
    names = dict(zip(old, new, strict=False))
    if len(old) != len(new) or set(old) == set(new):
        return
    for variant in row.variants.all():
        renamed = {names.get(name, name): value for name, value in variant.options.items()}
        if renamed != variant.options:
            variant.options = renamed
            mark_edited(variant, ["options"])
            variant.save(update_fields=["options", "edited"])
    for picture in row.pictures.exclude(options={}):
        picture.options = {names.get(name, name): value for name, value in picture.options.items()}
        picture.save(update_fields=["options"])


def _mark(row: StagedProduct | StagedVariant, names: list[str]) -> None:
    """Note what a person wrote besides what is noted by now, and keep an import from writing it at the same time."""
    row.edited = type(row).objects.select_for_update().values_list("edited", flat=True).get(pk=row.pk)
    mark_edited(row, names)
