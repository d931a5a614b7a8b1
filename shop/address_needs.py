"""What the suppliers of a choice want to know of an address, asked at the checkout and checked for every order."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from integrations import address_trees, national_numbers
from integrations.address_needs import is_met, merged
from integrations.place_names import match
from integrations.registry import address_needs
from integrations.types import Address, AddressNeed

#: The fields that are shown at the checkout only where they are needed.
ASKED_FIELDS = ("tax_id", "national_address")


def needs_of(providers: Iterable[str], country: str) -> tuple[AddressNeed, ...]:
    """What any of ``providers`` needs for ``country`` (ISO), one need for each field."""
    return merged(
        tuple(need for provider in sorted(set(providers)) for need in address_needs(provider, country)),
        insist=country in settings.REQUIRE_TAX_ID_IN,
    )


def problems(address: dict[str, str], needs: Iterable[AddressNeed]) -> dict[str, list[str]]:
    """Field -> messages, for the values (as they would be stored) that will not do."""
    return {
        need.field: [_message(need, address[need.field])] for need in needs if not is_met(need, address[need.field])
    }


def help_text(need: AddressNeed) -> str:
    """Why it is asked for, and how it looks."""
    return _("%(reason)s Example: %(example)s") % {"reason": need.reason, "example": need.example}


def nearest_places(account_ids: Iterable[int], address: Address) -> dict[str, str]:
    """``province`` or ``city`` -> the name in a supplier's list that was perhaps meant. Asks nobody outside."""
    tree = address_trees.known(account_ids, address.country)
    return dict(match(tree, address).nearest) if tree else {}


def _message(need: AddressNeed, value: str) -> str:
    words = {"label": need.label, "example": need.example}
    if not value:
        return _("Please enter the %(label)s. Example: %(example)s") % words
    if need.number and national_numbers.has_form(need.number, value):
        return _("The digits do not add up. Please compare them with your document.")
    return _("This does not have the form that is needed. Example: %(example)s") % words
