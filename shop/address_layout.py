"""Which address fields a country has, in which order, and what people there call them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.addresses import province_choices, rules_of

_POSTCODE_WORDS = {
    "zip": gettext_lazy("ZIP code"),
    "pin": gettext_lazy("PIN code"),
    "eircode": gettext_lazy("Eircode"),
}
_CITY_WORDS = {
    "post_town": gettext_lazy("Town or city"),
    "suburb": gettext_lazy("Suburb or city"),
    "district": gettext_lazy("District"),
}
_PROVINCE_WORDS = {
    "area": gettext_lazy("Area"),
    "county": gettext_lazy("County"),
    "department": gettext_lazy("Department"),
    "district": gettext_lazy("District"),
    "do_si": gettext_lazy("Province or city"),
    "emirate": gettext_lazy("Emirate"),
    "island": gettext_lazy("Island"),
    "oblast": gettext_lazy("Oblast"),
    "parish": gettext_lazy("Parish"),
    "prefecture": gettext_lazy("Prefecture"),
    "state": gettext_lazy("State"),
}
_PLACES = {"C": "city", "S": "province", "Z": "postcode"}


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """One field of a country's address form. ``choices`` (value, label) where there is a list to choose from."""

    name: str
    label: str
    required: bool
    help_text: str = ""
    inputmode: str = "text"
    choices: tuple[tuple[str, str], ...] = ()


def address_layout(iso: str) -> tuple[FieldLayout, ...]:
    """The fields between the name and the phone, as they are filled in from top to bottom."""
    rules = rules_of(iso)
    street = (
        FieldLayout("line1", _("Address"), required=True, help_text=_("Street and house number")),
        FieldLayout("line2", _("Apartment, suite, floor"), required=False),
    )
    written = [_PLACES[letter] for letter in _letters(rules.address_format) if letter in _PLACES]
    places = tuple(_place(name, iso) for name in written)
    # Where an envelope begins with the postcode or the province, people expect to be asked in that order.
    begins_with_place = _letters(rules.address_format)[:1] in ("Z", "S")
    return (*places, *street) if begins_with_place else (*street, *places)


def _place(name: str, iso: str) -> FieldLayout:
    rules = rules_of(iso)
    if name == "city":
        return FieldLayout(
            name, str(_CITY_WORDS.get(rules.city_type, _("City"))), required="city" in rules.required_fields
        )
    if name == "province":
        return FieldLayout(
            name,
            str(_PROVINCE_WORDS.get(rules.country_area_type, _("Province"))),
            required="country_area" in rules.required_fields,
            choices=tuple(province_choices(iso)),
        )
    examples = list(rules.postal_code_examples)
    example = examples[0] if examples else ""
    return FieldLayout(
        name,
        str(_POSTCODE_WORDS.get(rules.postal_code_type, _("Postcode"))),
        required="postal_code" in rules.required_fields,
        help_text=_("For example %(example)s") % {"example": example} if example else "",
        inputmode="numeric" if examples and all(text.isdigit() for text in examples) else "text",
    )


def _letters(address_format: str) -> str:
    """``%N%n%O%n%A%n%C, %S %Z`` as ``NnOnAnCSZ``, without the line breaks."""
    pieces = address_format.split("%")[1:]
    return "".join(piece[0] for piece in pieces if piece and piece[0] != "n")
