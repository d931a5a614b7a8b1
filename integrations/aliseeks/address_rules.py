"""The rules for addresses, read from ``address_rules.json`` beside this file, which names where each comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from integrations import address_needs, national_numbers
from integrations.address_needs import PhoneRule
from integrations.place_names import latin
from integrations.types import Address, AddressNeed

_FILE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class NumberRule:
    """Which number of the address (its ``field``) is the country's, how it is ``written``, and whether it is needed."""

    field: str
    number: str
    need: str
    written: str


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The whole file."""

    version: int
    as_of: str
    product_country_codes: dict[str, str]
    states_are_named: frozenset[str]
    numbers: dict[str, NumberRule]
    phones: dict[str, PhoneRule]


@lru_cache(maxsize=1)
def rules() -> AddressRules:
    """The rules in force. Raises ``TypeError`` or ``KeyError`` for a file that does not say what is read here."""
    data = json.loads(_FILE.read_text("utf-8"))
    return AddressRules(
        version=data["version"],
        as_of=data["as_of"],
        product_country_codes=data["product_country_codes"],
        states_are_named=frozenset(data["states_are_named"]),
        numbers={iso: NumberRule(**rule) for iso, rule in data["numbers"].items()},
        phones={iso: PhoneRule(**rule) for iso, rule in data["phones"].items()},
    )


def needs(country: str) -> tuple[AddressNeed, ...]:
    """What an order to ``country`` (ISO) must carry beyond an ordinary address."""
    rule = rules().numbers.get(country.strip().upper())
    phone = rules().phones.get(country.strip().upper())
    found = (address_needs.number(rule.field, rule.number, is_required=rule.need == "required"),) if rule else ()
    return (*found, phone.need()) if phone else found


def number_for(address: Address, iso: str) -> str:
    """The one number that an order to ``iso`` carries, as it is written there; empty without one."""
    rule = rules().numbers.get(iso)
    if rule is None:
        return latin(address.tax_id)
    return national_numbers.written(rule.number, latin(getattr(address, rule.field)), rule.written)


def field_of_number(country: str) -> str:
    """The field of our address from which the number of an order to ``country`` (ISO) is taken."""
    rule = rules().numbers.get(country.strip().upper())
    return rule.field if rule else "tax_id"
