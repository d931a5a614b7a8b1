"""The rules for addresses, read from ``address_rules.json`` beside this file: one version of what the vendor demands.

The file names where each rule comes from. A misspelt rule is an error at the first use, never a rule that is skipped.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from integrations import address_needs, national_numbers
from integrations.address_needs import PhoneRule
from integrations.place_names import latin
from integrations.types import AddressNeed

_FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A number that goes into the fields ``wire``.

    ``need`` is ``required``, ``optional``, or empty where it is sent if it is given and never asked for; ``written``
    is ``plain``, a mask of ``#`` for its digits, or empty for as it was typed.
    """

    wire: tuple[str, ...]
    number: str = ""
    need: str = ""
    written: str = ""
    says_not_foreign: bool = False

    def fields(self, typed: str) -> dict[str, str]:
        """The wire fields for the number as ``typed``; none without one."""
        text = national_numbers.written(self.number, latin(typed), self.written)
        if not text:
            return {}
        fields = dict.fromkeys(self.wire, text)
        return {**fields, "is_foreigner": "false"} if self.says_not_foreign else fields


@dataclass(frozen=True, slots=True)
class CountryRules:
    """What the platform demands of the addresses of one country. Lengths are in characters."""

    name_max: int
    other_province: bool
    tax_id: NumberRule
    since: str = ""
    name_letters_only: bool = False
    street_max: int = 0
    places_checked: bool = False
    phone: PhoneRule | None = None
    national_address: NumberRule | None = None


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The whole file."""

    version: int
    as_of: str
    country_codes: dict[str, str]
    not_delivered_to: frozenset[str]
    default: CountryRules
    countries: dict[str, CountryRules]

    @property
    def places_checked_in(self) -> frozenset[str]:
        """The countries whose provinces and cities must be those of the platform's own list."""
        return frozenset(iso for iso, own in self.countries.items() if own.places_checked)

    def of(self, iso: str) -> CountryRules:
        """The rules of the country ``iso``."""
        return self.countries.get(iso, self.default)


@lru_cache(maxsize=1)
def rules() -> AddressRules:
    """The rules in force. Raises ``TypeError`` or ``ValueError`` for a file that says what nothing here reads."""
    data = json.loads(_FILE.read_text("utf-8"))
    default = data["default"]
    return AddressRules(
        version=data["version"],
        as_of=data["as_of"],
        country_codes=data["country_codes"],
        not_delivered_to=frozenset(data["not_delivered_to"]),
        default=_country(default),
        countries={iso: _country({**default, **own}) for iso, own in data["countries"].items()},
    )


def needs(country: str) -> tuple[AddressNeed, ...]:
    """What the platform wants to know for ``country`` (ISO) beyond an ordinary address."""
    own = rules().of(country.strip().upper())
    found = []
    for field, rule in (("tax_id", own.tax_id), ("national_address", own.national_address)):
        if rule is not None and rule.need:
            found.append(address_needs.number(field, rule.number, is_required=rule.need == "required"))
    if own.phone is not None:
        found.append(own.phone.need())
    return tuple(found)


def _country(data: dict[str, Any]) -> CountryRules:
    national, phone = data.get("national_address"), data.get("phone")
    return CountryRules(
        **{
            **data,
            "tax_id": _number(data["tax_id"]),
            "national_address": _number(national) if national else None,
            "phone": PhoneRule(**phone) if phone else None,
        }
    )


def _number(data: dict[str, Any]) -> NumberRule:
    rule = NumberRule(**{**data, "wire": tuple(data["wire"])})
    if rule.need not in ("", "optional", "required") or not re.fullmatch(r"plain|[#-]*", rule.written):
        raise ValueError(f"not a rule for a number: {data}")
    if (rule.need or rule.written) and rule.number not in national_numbers.NUMBERS:
        raise ValueError(f"not a kind of number: {rule.number!r}")
    return rule
