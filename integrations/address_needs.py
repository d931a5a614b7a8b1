"""What suppliers want to know of an address beyond the ordinary, in neutral words, and whether an answer will do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from integrations import national_numbers
from integrations.types import AddressNeed


@dataclass(frozen=True, slots=True)
class PhoneRule:
    """``form`` is the only E.164 form taken.

    ``mobile_mark`` stands before the ``digits`` of the country's mobile numbers and is not sent.
    """

    form: str
    example: str
    mobile_mark: str = ""
    digits: int = 0

    def need(self) -> AddressNeed:
        """The rule as a need."""
        return AddressNeed(
            field="phone",
            label=_("Phone"),
            reason=_("The carrier in this country takes only numbers of this form."),
            example=self.example,
            pattern=self.form,
        )

    def without_mark(self, national: str) -> str:
        """The national digits as they are sent."""
        is_marked = bool(self.mobile_mark) and len(national) == self.digits + len(self.mobile_mark)
        return national.removeprefix(self.mobile_mark) if is_marked else national


def number(field: str, kind: str, *, is_required: bool) -> AddressNeed:
    """The need of a national number (a key of ``national_numbers.NUMBERS``) in ``field``."""
    known = national_numbers.NUMBERS[kind]
    return AddressNeed(
        field=field,
        label=known.label,
        reason=known.reason,
        example=known.example,
        number=kind,
        is_required=is_required,
    )


def is_met(need: AddressNeed, value: str) -> bool:
    """Whether ``value``, as it is stored, will do for ``need``. Nothing at all does where it is not required."""
    if not value:
        return not need.is_required
    if len(value) > need.max_length:
        return False
    if need.number:
        return national_numbers.is_valid(need.number, value)
    return re.fullmatch(need.pattern, value) is not None


def merged(needs: tuple[AddressNeed, ...], *, insist: bool = False) -> tuple[AddressNeed, ...]:
    """One need for each field: that of a supplier who insists on it, if one does. ``insist``: on every number."""
    by_field: dict[str, AddressNeed] = {}
    for need in sorted(needs, key=lambda need: not need.is_required):
        by_field.setdefault(need.field, need)
    return tuple(replace(need, is_required=need.is_required or insist) for need in by_field.values())
