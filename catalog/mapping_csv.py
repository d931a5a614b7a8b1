"""Mappings as CSV: out for an overview, in for many at once. Never a price, a stock or anything that was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from catalog.importing.spreadsheets import harmless
from catalog.models import Listing, Variant
from catalog.shelf import refresh_variants
from integrations.models import SupplierAccount

#: About a millisecond each, in one transaction: on SQLite nobody else writes meanwhile, and gives up after 20 seconds.
MAX_ROWS = 5_000
#: What ``harmless`` puts before a cell that a spreadsheet would take for a formula, taken off again.
_DISARMED = re.compile(r"^'(?=[=+\-@\t\r])")
_ID = re.compile(r"[A-Za-z0-9_:;#., -]*")


class _Column(fields.Field):
    """A column that names itself in each error."""

    def clean(self, row: Any, **kwargs: Any) -> Any:
        """The cell's value for the listing. Raises ``ValueError`` with the column's name."""
        row = {**row, self.column_name: _cell(row.get(self.column_name))}
        try:
            return super().clean(row, **kwargs)
        except (ValueError, ValidationError) as exc:
            why = exc.messages[0] if isinstance(exc, ValidationError) else str(exc)
            raise ValueError(_("Column %(column)s: %(why)s") % {"column": self.column_name, "why": why}) from exc


class _Sku(widgets.Widget):
    """One of our variants by its SKU, of those that the file names."""

    known: dict[str, Variant]

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Variant:
        variant = self.known.get(value)
        if variant is None:
            raise ValueError(_("there is no variant with the SKU “%(sku)s”.") % {"sku": value})
        if variant.is_bundle:
            raise ValueError(_("%(sku)s is a bundle: map its parts.") % {"sku": value})
        return variant

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.sku if value else ""


class _Account(widgets.Widget):
    """A supplier account by provider and label: ``aliexpress: Main``."""

    known: dict[tuple[str, str], SupplierAccount]

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> SupplierAccount:
        provider, _colon, name = str(value).partition(":")
        account = self.known.get((provider.strip(), name.strip()))
        if account is None:
            text = _("there is no supplier account “%(name)s”; write it as “aliexpress: Name”.")
            raise ValueError(text % {"name": value})
        return account

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value.provider}: {value.label}" if value else ""


class _Text(widgets.CharWidget):
    def __init__(self, *, max_length: int, is_required: bool = False, is_id: bool = False) -> None:
        super().__init__()
        self._max_length, self._is_required, self._is_id = max_length, is_required, is_id

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = str(value)
        if self._is_required and not text:
            raise ValueError(_("must not be empty."))
        if len(text) > self._max_length:
            raise ValueError(_("at most %(n)d characters.") % {"n": self._max_length})
        if self._is_id and not _ID.fullmatch(text):
            raise ValueError(_("“%(value)s” is no id of a supplier.") % {"value": text[:40]})
        return text


class _Number(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        text = str(value) or "1"
        if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 32_767:
            raise ValueError(_("“%(value)s” is no whole number from 1 to 32767.") % {"value": text[:40]})
        return int(text)


class _Flag(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        known = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
        if (word := str(value).lower()) not in known:
            raise ValueError(_("write yes or no."))
        return known[word]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else "no"


class _Countries(widgets.Widget):
    """ISO codes between blanks; nothing for everywhere."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        codes = re.split(r"[\s,]+", str(value).upper().strip()) if str(value).strip() else []
        wrong = next((code for code in codes if not re.fullmatch("[A-Z]{2}", code)), None)
        if wrong is not None:
            raise ValueError(_("“%(code)s” is no country code such as US.") % {"code": wrong[:20]})
        return codes

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return " ".join(value or [])


_Key = tuple[int, str, str, int]


def _key(listing: Listing) -> _Key:
    return listing.account_id, listing.external_product_id, listing.external_sku_id, listing.quantity_per_unit


def _cell(value: Any) -> str:
    return _DISARMED.sub("", str(value or "").strip())


def _batches(cells: Iterable[Any]) -> Iterator[list[str]]:
    """The words of a column, each once, in lists that a database takes."""
    words = sorted({_cell(cell) for cell in cells} - {""})
    for start in range(0, len(words), 500):
        yield words[start : start + 500]


class MappingResource(resources.ModelResource):
    """One row for each listing. A listing is known by account, product id, SKU id and pieces; the rest may change.

    A new row makes a listing that has not been read yet. What is not in the file stays as it is.
    """

    sku = _Column("variant", "sku", _Sku())
    account = _Column("account", "account", _Account())
    product_id = _Column("external_product_id", "product_id", _Text(max_length=64, is_required=True, is_id=True))
    sku_id = _Column("external_sku_id", "sku_id", _Text(max_length=64, is_id=True))
    pieces = _Column("quantity_per_unit", "pieces", _Number())
    priority = _Column("priority", "priority", _Number())
    in_use = _Column("is_active", "in_use", _Flag())
    ships_to = _Column("destination_countries", "ships_to", _Countries())
    shipping_service = _Column("shipping_service", "shipping_service", _Text(max_length=80))

    class Meta:
        model = Listing
        fields = (
            "sku", "account", "product_id", "sku_id", "pieces", "priority", "in_use", "ships_to", "shipping_service",
        )  # fmt: skip
        import_order = export_order = fields
        import_id_fields = ("account", "product_id", "sku_id", "pieces")
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        clean_model_instances = False

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("variant__product", "account")

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Refuse a file that is not meant for this, before any row of it is looked at."""
        missing = [name for name in ("sku", *self._meta.import_id_fields) if name not in (dataset.headers or [])]
        if missing:
            raise ValidationError(_("The column %(name)s is missing.") % {"name": ", ".join(missing)})
        unknown = [name for name in dataset.headers if name not in self._meta.fields]
        if unknown:
            raise ValidationError(_("There is no column %(name)s.") % {"name": ", ".join(map(str, unknown))[:200]})
        if len(dataset) > MAX_ROWS:
            raise ValidationError(_("At most %(n)d rows at once: split the file.") % {"n": MAX_ROWS})
        self._touched = set[int]()
        self._look_up(dataset)

    def _look_up(self, dataset: Any) -> None:
        """Read what the rows name, all at once: on SQLite nobody else writes while they are carried out."""
        accounts = SupplierAccount.objects.order_by("-pk")
        self.fields["account"].widget.known = {(one.provider, one.label): one for one in accounts}
        variants = dict[str, Variant]()
        for skus in _batches(dataset["sku"]):
            variants |= {one.sku: one for one in Variant.objects.select_related("product").filter(sku__in=skus)}
        self.fields["sku"].widget.known = variants
        self._present = dict[_Key, Listing]()
        for ids in _batches(dataset["product_id"]):
            self._present |= {_key(one): one for one in self.get_queryset().filter(external_product_id__in=ids)}

    def get_instance(self, instance_loader: Any, row: Any) -> Listing | None:
        """The listing of this row; None for a new one, and for a row whose key is wrong: its fields say what."""
        columns = (self.fields[name] for name in self._meta.import_id_fields)
        try:
            account, product_id, sku_id, pieces = (column.clean(row) for column in columns)
        except ValueError:
            return None
        return self._present.get((account.pk, product_id, sku_id, pieces))

    def import_instance(self, instance: Listing, row: Any, **kwargs: Any) -> None:
        """Write the columns that the file has; each wrong one is told by its name."""
        before = instance.variant_id
        errors = {}
        for field in self.get_import_fields():
            if field.column_name not in row:
                continue
            try:
                field.save(instance, row)
            except ValueError as exc:
                errors[field.attribute] = ValidationError(force_str(exc), code="invalid")
        if before is not None and instance.variant_id != before and "variant" not in errors:
            text = _("Column sku: the supplier's SKU is bought for another variant already.")
            errors["variant"] = ValidationError(text, code="invalid")
        if errors:
            raise ValidationError(errors)
        self._touched.add(instance.variant_id)

    def do_instance_save(self, instance: Listing, is_create: bool) -> None:
        """Write what a row may say and nothing else: orders take off stock meanwhile."""
        if is_create:
            instance.save(force_insert=True)
            # A further row of the file may say the same.
            self._present[_key(instance)] = instance
        else:
            instance.save(update_fields=["priority", "is_active", "destination_countries", "shipping_service"])

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Show the shop what can be had now."""
        refresh_variants(self._touched)

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        return harmless(super().export_field(field, instance, **kwargs))
