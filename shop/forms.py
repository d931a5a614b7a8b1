"""What customers fill in: the choice on a product's page and the checkout."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations.types import Address
from shop.addresses import AddressError, clean_address, country_choices


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


class TypedText(forms.Field):
    """Text exactly as typed: ``clean_address`` trims, checks and complains, for the page and the order call alike."""

    def __init__(self, *, label: Any, autocomplete: str, help_text: Any = "", is_optional: bool = False, **attrs: str):
        super().__init__(
            required=False,
            label=label,
            help_text=help_text,
            widget=forms.TextInput(attrs={"autocomplete": f"shipping {autocomplete}", **attrs}),
        )
        self.is_optional = is_optional

    def to_python(self, value: Any) -> str:
        return value or ""


class CheckoutForm(forms.Form):
    """Contact and shipping address. After ``is_valid()`` the result is in ``contact_email`` and ``address``."""

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
    first_name = TypedText(label=_("First name"), autocomplete="given-name")
    last_name = TypedText(label=_("Last name"), autocomplete="family-name")
    line1 = TypedText(label=_("Address"), autocomplete="address-line1", help_text=_("Street and house number"))
    line2 = TypedText(label=_("Apartment, suite, floor"), autocomplete="address-line2", is_optional=True)
    city = TypedText(label=_("City"), autocomplete="address-level2")
    province = TypedText(label=_("State / province"), autocomplete="address-level1")
    postcode = TypedText(label=_("ZIP / postcode"), autocomplete="postal-code", autocapitalize="characters")
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        widget=forms.Select(attrs={"autocomplete": "shipping country"}),
        error_messages={"invalid_choice": _("Please choose a country from the list.")},
    )
    phone = TypedText(
        label=_("Phone"),
        autocomplete="tel",
        help_text=_("Only for the carrier, in case of a question about delivery."),
        type="tel",
        inputmode="tel",
    )

    # The messages are ours, at the field, and not the browser's.
    use_required_attribute = False
    address: Address

    def __init__(self, *args: Any, countries: Iterable[str] | None = None, **kwargs: Any) -> None:
        """``countries``: the ISO codes that can be chosen; all if None."""
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices(countries)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check the address as a whole and put each message at its field."""
        typed = {name: self.cleaned_data.get(name, "") for name in self.fields if name != "email"}
        try:
            self.address = clean_address(**typed)
        except AddressError as error:
            for name, messages in error.errors.items():
                if name not in self.errors:
                    self.add_error(name, list(messages))
        return self.cleaned_data

    @property
    def contact_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email
