"""Which delivery addresses the platform refuses, with its own texts.

Vendor's pages: openservice.aliexpress.com, place-order guide (error texts) and the change log of the
dropshipping API (rules by country). Texts marked below as ours stand for refusals that are documented without
a text.
"""

import re
from collections.abc import Callable
from typing import Any

from integrations.sandbox.address_tree import provinces
from integrations.sandbox.countries import CODES

ADDRESS_ERROR = "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL"
CPF_ERROR = "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID"
COUNTRY_ERROR = "A005_INVALID_COUNTRIES"

_ENGLISH = "Please use English only"
_PHONE = "Please enter the country code and phone number without any spaces or special characters"
_PROVINCE = "Please select a State/Province/County"
_CITY = "Please enter a city"
_NAME_LENGTH = "Please enter between 2 - 32 characters"
_FIRST_NAME = "Please enter your first name"
# The following texts are ours.
_STREET = "Please enter an address"
_ZIP = "Please enter a valid zip code"
_TAX = "Please enter a valid tax or identity number"
_NATIONAL = "Please enter a valid national address"

_SUBJECTS = {
    COUNTRY_ERROR: "country",
    CPF_ERROR: "tax",
    _PHONE: "mobile_no",
    _PROVINCE: "province",
    _CITY: "city",
    _NAME_LENGTH: "contact_person",
    _FIRST_NAME: "contact_person",
    _ZIP: "zip",
    _TAX: "tax",
    _NATIONAL: "tax",
}

_Address = dict[str, str]
_Refusal = tuple[str, str]


def refusal(raw: Any, trade_extra: Any) -> _Refusal | None:
    """Return error code and text for a `logistics_address`, or None if it is accepted."""
    address = {name: _text(value) for name, value in raw.items()} if isinstance(raw, dict) else {}
    country = address.get("country", "")
    if country not in CODES:
        return COUNTRY_ERROR, "The country is not supported"
    problem = _general(address, country)
    if problem:
        return ADDRESS_ERROR, problem
    if country == "BR" and not re.fullmatch(r"\d{11}", address.get("cpf", "")):
        return CPF_ERROR, "The CPF is not valid"
    rule = _BY_COUNTRY.get(country)
    problem = rule(address) if rule else ""
    if not problem and country == "SA":
        extra = trade_extra if isinstance(trade_extra, dict) else {}
        problem = "" if re.fullmatch(r"[A-Za-z]{4}\d{4}", _text(extra.get("nat_addr"))) else _NATIONAL
    return (ADDRESS_ERROR, problem) if problem else None


def subject_of(code: str, text: str) -> str:
    """Which field a refusal is about: `country`, `province`, `city`, `address`, `zip`, …"""
    return _SUBJECTS.get(code) or _SUBJECTS.get(text, "address")


def name_of(address: _Address) -> str:
    """The addressee: both fields are documented, in practice both are sent equal."""
    return address.get("contact_person") or address.get("full_name") or ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _general(address: _Address, country: str) -> str:
    required = (("province", _PROVINCE), ("city", _CITY), ("address", _STREET))
    for name, text in required:
        if not address.get(name, "").strip():
            return text
    if not name_of(address).strip():
        return _FIRST_NAME
    written = [address.get(name, "") for name in ("province", "city", "address", "address2", "full_name")]
    # Saudi Arabia alone may be written in Arabic letters.
    if country != "SA" and not all(text.isascii() for text in [*written, name_of(address)]):
        return _ENGLISH
    if not re.fullmatch(r"\+?\d{1,4}", address.get("phone_country", "")):
        return _PHONE
    if not re.fullmatch(r"\d{5,15}", address.get("mobile_no", "")):
        return _PHONE
    return ""


def _name(address: _Address, lowest: int, highest: int) -> str:
    name = name_of(address)
    if not lowest <= len(name) <= highest:
        return _NAME_LENGTH
    return "" if " " in name.strip() else _FIRST_NAME


def _us(address: _Address) -> str:
    if address["province"] not in provinces("US"):
        return _PROVINCE
    if not 5 <= len(address["address"]) <= 35:
        return "Please enter between 5 - 35 characters"
    if not re.fullmatch(r"\d{5}(-\d{4})?", address.get("zip", "")):
        return _ZIP
    return _name(address, 2, 32)


def _br(address: _Address) -> str:
    if address["province"] not in provinces("BR"):
        return _PROVINCE
    if address["city"] == "Other":
        return _CITY
    return "" if re.fullmatch(r"\d{5}-?\d{3}", address.get("zip", "")) else _ZIP


def _latin_name(address: _Address) -> str:
    problem = _name(address, 2, 128)
    return problem or ("" if re.fullmatch(r"[A-Za-z ]+", name_of(address)) else _ENGLISH)


def _two_passport_fields(pattern: str) -> Callable[[_Address], str]:
    """Argentina and Israel ask for one number in both passport fields, and for the text "false"."""

    def rule(address: _Address) -> str:
        numbers = [address.get("passport_no", ""), address.get("foreigner_passport_no", "")]
        is_good = all(re.fullmatch(pattern, number) for number in numbers)
        return "" if is_good and address.get("is_foreigner") == "false" else _TAX

    return rule


def _ar(address: _Address) -> str:
    if not re.fullmatch(r"\d{10}", address["mobile_no"]):
        return _PHONE
    return _two_passport_fields(r"\d{2}-\d{8}-\d")(address)


def _sa(address: _Address) -> str:
    if not re.fullmatch(r"5\d{8}", address["mobile_no"]):
        return _PHONE
    if not 5 <= len(address["address"]) <= 256:
        return _STREET
    return _name(address, 2, 128)


def _mobile(pattern: str) -> Callable[[_Address], str]:
    return lambda address: "" if re.fullmatch(pattern, address["mobile_no"]) else _PHONE


_BY_COUNTRY: dict[str, Callable[[_Address], str]] = {
    "US": _us,
    "BR": _br,
    "AU": _latin_name,
    "NZ": _latin_name,
    "AR": _ar,
    "IL": _two_passport_fields(r"\d{9}"),
    "SA": _sa,
    "ES": _mobile(r"\d{9}"),
    "FR": _mobile(r"\d{9}"),
    "KR": lambda address: "" if address.get("foreigner_passport_no") and address.get("is_foreigner") else _TAX,
    "MX": lambda address: "" if len(address.get("address2", "")) <= 60 else "Please enter at most 60 characters",
    "DZ": lambda address: _name(address, 2, 128),
    "ZA": lambda address: _name(address, 2, 128),
}
