"""What customers fill in: the choice on a product's page and the checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fulfillment.payment_methods import PaymentMethod
from integrations.types import Address, AddressNeed
from shop.address_layout import FieldLayout, address_layout
from shop.address_needs import ASKED_FIELDS, help_text
from shop.addresses import AddressError, clean_address, country_choices, province_named


class BuyForm(forms.Form):
    """Which variant, and how many. Whether it is sold and in stock is the view's question."""

    sku = forms.CharField(max_length=64, error_messages={"required": _("Please choose one of the options.")})
    quantity = forms.IntegerField(
        min_value=1,
        max_value=settings.MAX_QUANTITY_PER_LINE,
        error_messages={
            "required": _("Please say how many you would like."),
            "invalid": _("Please enter the quantity as a whole number."),
            "min_value": _("Please order at least one."),
            "max_value": _("You can order at most %(limit_value)s at once."),
        },
    )


#: What the checkout asks beside the address.
_NO_ADDRESS = ("email", "payment_method")


class TypedText(forms.Field):
    """Text exactly as typed: ``clean_address`` trims, checks and complains, for the page and the order call alike."""

    def __init__(self, *, label: Any, autocomplete: str, help_text: Any = "", is_optional: bool = False, **attrs: str):
        # "off" stands alone: a section before it would be no value that a browser knows.
        autocomplete = autocomplete if autocomplete == "off" else f"shipping {autocomplete}"
        attrs = {"autocomplete": autocomplete, "inputmode": "text", **attrs}
        super().__init__(required=False, label=label, help_text=help_text, widget=forms.TextInput(attrs=attrs))
        self.is_optional = is_optional
        self.modifier = "field-wide"
        #: A place that is typed freely, and the name in a supplier's list that was perhaps meant.
        self.is_place, self.nearest = False, ""

    def to_python(self, value: Any) -> str:
        return value or ""


class ProvinceSelect(forms.Select):
    """A country's provinces. ``NY`` selects New York; what stands in no list is kept as one more choice."""

    def __init__(self, *, iso: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._iso = iso

    def format_value(self, value: Any) -> list[str]:
        named = province_named(self._iso, str(value or ""))
        if named and all(named != known for known, _label in self.choices):
            self.choices = [*self.choices, (named, named)]
        return [named]


class OrderLinksForm(forms.Form):
    """Whose order links are to be mailed again."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Please enter your email address."),
            "invalid": _("This does not look like an email address. Example: anna@example.com"),
        },
    )

    use_required_attribute = False


class CheckoutForm(forms.Form):
    """Contact and shipping address, as the chosen country writes it.

    After ``is_valid()`` the result is in ``contact_email`` and ``address``.
    """

    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        help_text=_("For your order confirmation and tracking number."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Please enter your email address."),
            "invalid": _("This does not look like an email address. Example: anna@example.com"),
            "max_length": _("Please use at most %(limit_value)d characters (these are %(show_value)d)."),
        },
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        widget=forms.Select(attrs={"autocomplete": "shipping country", "inputmode": "text", "data-updates": ""}),
        error_messages={"invalid_choice": _("Please choose a country from the list.")},
    )
    first_name = TypedText(label=_("First name"), autocomplete="given-name")
    last_name = TypedText(label=_("Last name"), autocomplete="family-name")
    line1 = TypedText(label=_("Address"), autocomplete="address-line1")
    line2 = TypedText(label=_("Apartment, suite, floor"), autocomplete="address-line2", is_optional=True)
    city = TypedText(label=_("City"), autocomplete="address-level2")
    province = TypedText(label=_("State / province"), autocomplete="address-level1")
    postcode = TypedText(label=_("ZIP / postcode"), autocomplete="postal-code", autocapitalize="characters")
    phone = TypedText(
        label=_("Phone"),
        autocomplete="tel",
        help_text=_("Only for the carrier, in case of a question about delivery."),
        type="tel",
        inputmode="tel",
    )
    terms = forms.BooleanField(
        required=True,
        error_messages={"required": _("Please agree to the terms; without that we may not take your order.")},
    )

    # Shown only where the country and the suppliers of the choice need them; the words are theirs.
    tax_id = TypedText(label=_("Tax number"), autocomplete="off", spellcheck="false")
    national_address = TypedText(
        label=_("National address"), autocomplete="off", spellcheck="false", autocapitalize="characters"
    )

    payment_method = forms.ChoiceField(
        label=_("Payment"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose one of these ways to pay.")},
    )

    # The messages are ours, at the field, and not the browser's.
    use_required_attribute = False
    address: Address

    def __init__(
        self,
        *args: Any,
        country: str,
        countries: Iterable[str] | None = None,
        asks_for_terms: bool = False,
        needs: Callable[[str], tuple[AddressNeed, ...]] = lambda country: (),
        methods: Sequence[PaymentMethod] = (),
        **kwargs: Any,
    ) -> None:
        """``country``: the ISO code whose address is asked for; ``countries``: those offered, all if None; ``needs``:
        what the suppliers want to know for one of them. The first of ``methods`` is the default.
        """
        super().__init__(*args, **kwargs)
        choices = [(method.code, method.label) for method in methods]
        self.fields["payment_method"].choices = choices  # type: ignore[attr-defined]
        self.fields["payment_method"].initial = choices[0][0] if choices else ""
        self.fields["country"].choices = country_choices(countries)  # type: ignore[attr-defined]
        if not asks_for_terms:
            del self.fields["terms"]
        self._layout = address_layout(country)
        shown = {"first_name", "last_name"} | {field.name for field in self._layout}
        for name in ADDRESS_FIELDS:
            if name not in shown:
                # Typed for another country: it has no place in this one's addresses.
                del self.fields[name]
        for field in self._layout:
            self._fit(field, country)
        for name in ("first_name", "last_name"):
            self.fields[name].modifier = "field-half"  # type: ignore[attr-defined]
        self._needs = needs
        self._ask_for(needs(country))

    @property
    def address_fields(self) -> list[forms.BoundField]:
        """What is asked for below the country, in its order."""
        names = ("first_name", "last_name", *(field.name for field in self._layout), "phone", *ASKED_FIELDS)
        return [self[name] for name in names if name in self.fields]

    def propose_places(self, nearest: dict[str, str]) -> None:
        """Ask beside the field whether ``nearest`` (field -> name) was meant."""
        for name in _PLACES:
            if name in self.fields:
                self.fields[name].nearest = nearest.get(name, "")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check the address as a whole and put each message at its field."""
        names = (*ADDRESS_FIELDS, *ASKED_FIELDS, "country", "phone")
        typed = {name: self.cleaned_data.get(name, "") for name in names}
        try:
            self.address = clean_address(**typed, needs=self._needs)
        except AddressError as error:
            for name, messages in error.errors.items():
                if name not in self.errors:
                    self.add_error(name if name in self.fields else "country", list(messages))
        return self.cleaned_data

    @property
    def contact_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    @property
    def chosen_method(self) -> str:
        """The code of the way to pay; the default where no choice was shown."""
        return str(self.cleaned_data.get("payment_method") or self.fields["payment_method"].initial)

    def _ask_for(self, needs: tuple[AddressNeed, ...]) -> None:
        needed = {need.field: need for need in needs}
        for name in ASKED_FIELDS:
            need = needed.get(name)
            if need is None:
                # Typed for another country: nobody needs it any more, so nobody keeps it.
                del self.fields[name]
                continue
            field = cast(TypedText, self.fields[name])
            field.label, field.help_text, field.is_optional = need.label, help_text(need), not need.is_required

    def _fit(self, layout: FieldLayout, country: str) -> None:
        field = cast(TypedText, self.fields[layout.name])
        field.label, field.help_text, field.is_optional = layout.label, layout.help_text, not layout.required
        field.widget.attrs["inputmode"] = layout.inputmode
        if layout.name in _PLACES:
            places = [place.name for place in self._layout if place.name in _PLACES]
            field.modifier = "field-third" if len(places) > 2 else "field-half"
            field.is_place = layout.name in ("city", "province") and not layout.choices
        if layout.choices:
            attrs = {**field.widget.attrs, "data-updates": ""}
            choices = [("", gettext("Choose…")), *layout.choices]
            field.widget = ProvinceSelect(iso=country, attrs=attrs, choices=choices)


class AddressForm(CheckoutForm):
    """An address for the book, as the checkout asks for one. After ``is_valid()`` the result is in ``address``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _NO_ADDRESS:
            del self.fields[name]


class StockWatchForm(OrderLinksForm):
    """Who is to be told when something can be had again."""


#: The fields of an address that a country may do without.
ADDRESS_FIELDS = ("first_name", "last_name", "line1", "line2", "city", "province", "postcode")
_PLACES = ("city", "province", "postcode")
