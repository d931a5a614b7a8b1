"""What staff enter to find and to import goods."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.importing.addresses import MAX_BYTES, BadList, Entry, read_file, read_list
from catalog.models import Category
from catalog.sourcing import ProductSearch, can_be_searched
from integrations.models import SupplierAccount
from integrations.registry import PROVIDERS
from integrations.types import SearchSort

_STARS = [("", _("any")), ("80", _("4 stars")), ("90", _("4.5 stars")), ("96", _("4.8 stars"))]
_SORTS = [
    ("", _("best match")),
    (SearchSort.PRICE_ASC.value, _("cheapest first")),
    (SearchSort.PRICE_DESC.value, _("dearest first")),
    (SearchSort.ORDERS_DESC.value, _("most sold first")),
]
_LIMITS = [("20", "20"), ("50", "50"), ("100", "100")]


def countries() -> list[tuple[str, str]]:
    """ISO codes with their names, by name."""
    names = Locale.parse((get_language() or "en").partition("-")[0]).territories
    found = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NONE]
    return sorted(found, key=lambda pair: pair[1])


_NONE = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})


class _AccountForm(forms.Form):
    """Which account, and as sold to which country."""

    account = forms.ModelChoiceField(
        label=_("Supplier account"),
        queryset=SupplierAccount.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        empty_label=None,
    )
    country = forms.ChoiceField(label=_("Ships to"), choices=countries, widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"country": settings.SHOP_COUNTRY, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.accounts()

    def accounts(self) -> QuerySet[SupplierAccount]:
        """Those of suppliers that are installed."""
        return SupplierAccount.objects.filter(provider__in=list(PROVIDERS))


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
    )


def _whole(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=1_000_000_000, widget=UnfoldAdminIntegerFieldWidget()
    )


def _choice(label: Any, choices: list[tuple[str, Any]], *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required, widget=UnfoldAdminSelectWidget())


class FindForm(_AccountForm):
    """What is looked for. Prices are in the account's currency."""

    keywords = forms.CharField(label=_("Words"), max_length=200, widget=UnfoldAdminTextInputWidget())
    min_price = _amount(_("Price from"))
    max_price = _amount(_("Price to"))
    min_orders = _whole(_("Sold at least"))
    rating = _choice(_("Rating at least"), _STARS)
    max_days = _whole(_("Days at most"))
    sort = _choice(_("Sorted"), _SORTS)
    limit = _choice(_("Show"), _LIMITS, required=True)

    field_order = [
        "keywords", "account", "country", "min_price", "max_price", "min_orders", "rating", "max_days", "sort", "limit",
    ]  # fmt: skip

    def accounts(self) -> QuerySet[SupplierAccount]:
        """Those whose goods can be searched."""
        found = super().accounts()
        return found.filter(pk__in=[account.pk for account in found if can_be_searched(account)])

    def wanted(self) -> ProductSearch:
        """Only after ``is_valid``."""
        values = self.cleaned_data
        return ProductSearch(
            keywords=values["keywords"],
            country=values["country"],
            currency=values["account"].currency,
            limit=int(values["limit"]),
            min_price=values["min_price"],
            max_price=values["max_price"],
            min_orders=values["min_orders"],
            min_rating_percent=forms.DecimalField(required=False).clean(values["rating"] or None),
            max_ship_days=values["max_days"],
            sort=SearchSort(values["sort"]) if values["sort"] else None,
        )


class ImportForm(_AccountForm):
    """Products named by address or id: pasted, or in a file."""

    named = forms.CharField(
        label=_("Addresses or ids"),
        required=False,
        max_length=400_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text=_("One on each line, or a table copied from a spreadsheet."),
    )
    file = forms.FileField(
        label=_("Or a CSV file"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=_("With a column such as product_id or url; other columns do no harm."),
    )
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.all(),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("For what the map of categories does not know."),
    )

    field_order = ["account", "country", "category", "named", "file"]
    entries: tuple[Entry, ...] = ()

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or self.cleaned_data
        account, text, upload = values.get("account"), values.get("named", ""), values.get("file")
        if account is None:
            return values
        try:
            if upload is not None:
                self.entries = read_file(account.provider, upload.read(MAX_BYTES + 1))
            elif text.strip():
                self.entries = read_list(account.provider, text)
            else:
                self.add_error("named", _("Paste at least one address, or choose a file."))
        except BadList as exc:
            self.add_error("file" if upload is not None else "named", exc.message)
        return values

    @property
    def title(self) -> str:
        """What the import is called. Only after ``is_valid``."""
        upload = self.cleaned_data.get("file")
        return str(upload.name)[:200] if upload is not None else self.entries[0].entered[:200]
