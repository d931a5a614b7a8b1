"""Tax, customs and address numbers that parcels to some countries carry: what they are called, how they look, and
their check digits where these are common knowledge.

The words are the countries' own and belong to no supplier: which number is asked for, and where it goes, stands in the
address rules of each supplier's folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class NationalNumber:
    """One kind of number. ``form`` is matched against the ``plain`` text: capitals and digits only.

    ``label``, ``reason`` and ``example`` are for people; ``check`` tells whether the check digits of a text that has
    the form are right.
    """

    label: Any
    reason: Any
    example: str
    form: str
    check: Callable[[str], bool] | None = None


def plain(text: str) -> str:
    """The number as capitals and digits, without the dots, dashes and spaces that people write in it."""
    return re.sub(r"[^0-9A-Z]", "", anyascii(text).upper())


def has_form(kind: str, text: str) -> bool:
    """Whether ``text`` looks like a number of that kind, however it is punctuated."""
    return re.fullmatch(NUMBERS[kind].form, plain(text)) is not None


def is_valid(kind: str, text: str) -> bool:
    """Whether ``text`` has the form and, where the country has them, the right check digits."""
    check = NUMBERS[kind].check
    return has_form(kind, text) and (check is None or check(plain(text)))


def written(kind: str, text: str, form: str) -> str:
    """``text`` in the form in which a supplier wants it: ``plain``, a mask with ``#`` for each digit, or empty for as
    it is. What does not look like such a number stays as it is: the supplier says what it thinks of it.
    """
    if not form or not has_form(kind, text):
        return text
    if form == "plain":
        return plain(text)
    digits = iter(plain(text))
    return "".join(next(digits) if sign == "#" else sign for sign in form)


def _weighted(digits: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _cpf(number: str) -> bool:
    if len(set(number)) == 1:
        return False  # 111.111.111-11 and the like pass the sums and belong to nobody.
    for length in (9, 10):
        rest = _weighted(number[:length], range(length + 1, 1, -1)) * 10 % 11 % 10
        if rest != int(number[length]):
            return False
    return True


def _rut(number: str) -> bool:
    body, given = number[:-1], number[-1]
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(body)))
    return given == "0123456789K0"[11 - total % 11]


def _cuit(number: str) -> bool:
    return int(number[-1]) == (11 - _weighted(number[:-1], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11


def _teudat_zehut(number: str) -> bool:
    return sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(number)) % 10 == 0


NUMBERS = {
    "br_cpf": NationalNumber(
        _("CPF (Brazilian tax number)"),
        _("Brazilian customs ask for the recipient's CPF. It must belong to the name above."),
        "123.456.789-09",
        r"[0-9]{11}",
        _cpf,
    ),
    "cl_rut": NationalNumber(
        _("RUT (Chilean tax number)"),
        _("Chilean customs may ask for the recipient's RUT; with it the parcel is not stopped for that."),
        "12.345.678-5",
        r"[0-9]{7,8}[0-9K]",
        _rut,
    ),
    "mx_number": NationalNumber(
        _("RFC or CURP (Mexican tax or personal number)"),
        _("Mexican customs may ask for the recipient's number; with it the parcel is not stopped for that."),
        "GODE561231GR8",
        r"[0-9A-Z]{12,18}",
    ),
    "kr_clearance": NationalNumber(
        _("Personal customs clearance code"),
        _("Korean customs clear a parcel by the recipient's code. It is issued at unipass.customs.go.kr."),
        "P123456789012",
        r"P[0-9]{12}|[0-9]{13}",
    ),
    "ar_cuit": NationalNumber(
        _("CUIT or CUIL (Argentine tax number)"),
        _("Argentine customs ask for the recipient's tax number."),
        "20-12345678-6",
        r"[0-9]{11}",
        _cuit,
    ),
    "il_id": NationalNumber(
        _("Teudat zehut (Israeli identity number)"),
        _("Israeli customs ask for the recipient's identity number, all nine digits."),
        "123456782",
        r"[0-9]{9}",
        _teudat_zehut,
    ),
    "sa_national_address": NationalNumber(
        _("Short national address"),
        _("Carriers in Saudi Arabia deliver by the short national address: four letters and four digits."),
        "RRRD2929",
        r"[A-Z]{4}[0-9]{4}",
    ),
}
