"""Errors as Aliseeks tells them, sorted by what is to be done about them. Pure.

https://docs.aliseeks.com, "Errors": status 403 (no access), 422 (a list of violations), 429, 500, each with the headers
``x-error-code`` and ``x-error-detailed-message``. The vendor's SDKs declare an object instead of the list. Of the
codes only ``NotNull`` is published: what a violation is about is read from the field it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, Rejected, SupplierError
from integrations.fields import clean, opened, said
from integrations.types import Refusal

#: Statuses whose body and headers say what is wrong.
READABLE = frozenset({403, 422})

# Whatever the status, these words in a code speak of one thing. Codes are not published: the words of AliExpress'
# own refusals, which Aliseeks may hand through, are covered as well.
_STOCK = re.compile(r"stock|inventory", re.IGNORECASE)
_SKU = re.compile(r"sku|properties|productId|NotFound", re.IGNORECASE)


#: What a violation's field is in our address.
_ADDRESS_FIELDS = {
    "mailingAddress.contactName": "first_name",
    "mailingAddress.fullName": "first_name",
    "mailingAddress.taxNumber": "tax_id",
    "mailingAddress.phoneNumber": "phone",
    "mailingAddress.phoneNumber.number": "phone",
    "mailingAddress.phoneNumber.countryPrefix": "phone",
    "mailingAddress.address.line1": "line1",
    "mailingAddress.address.line2": "line2",
    "mailingAddress.address.city": "city",
    "mailingAddress.address.state": "province",
    "mailingAddress.address.postalCode": "postcode",
    "mailingAddress.address.country": "country",
    "country": "country",
}


def error_of(status: int, headers: Mapping[str, str], body: bytes, *, write: bool) -> SupplierError:
    """The error that a reply with one of the ``READABLE`` statuses means."""
    code = _code(headers.get("x-error-code", ""))
    detail = said(headers.get("x-error-detailed-message", ""))
    violations = _violations(body)
    if status == 403:
        return _no_access(code, detail)
    if not violations and not code:
        # Not the vendor's own page: something on the way may have written it, which proves nothing about an order.
        message = "the supplier answered HTTP 422 without a reason"
        return OutcomeUnknown(message, code="http_422") if write else MalformedReply(message)
    return _refused(code, detail, violations)


def _no_access(code: str, detail: str) -> AccountUnusable:
    words = f"Aliseeks refuses the API key or the merchant ({_joined(code, detail)})."
    return AccountUnusable(
        f"{words} A merchant authorizes again every month: use “Authorize at Aliseeks”.", code=code or "http_403"
    )


def _refused(code: str, detail: str, violations: list[dict[str, str]]) -> Rejected:
    lines = [_joined(row["field"], row["violation"] or row["code"]) for row in violations[:5]]
    words = "; ".join(line for line in lines if line) or _joined(code, detail)
    first = violations[0] if violations else {"code": code, "field": "", "violation": detail}
    kind = next((found for found in map(_kind, violations or [first]) if found is not Refusal.OTHER), Refusal.OTHER)
    fields = (_ADDRESS_FIELDS.get(row["field"], "") for row in violations)
    return Rejected(
        f"Aliseeks refused: {words}"[:400],
        code=first["code"] or code or "rejected",
        refusal=kind,
        field=next(filter(None, fields), ""),
    )


def _kind(violation: Mapping[str, str]) -> Refusal:
    field, code = violation["field"], violation["code"]
    if _STOCK.search(code) or field.endswith(".quantity"):
        return Refusal.STOCK
    if field.startswith("mailingAddress"):
        return Refusal.ADDRESS
    if field.endswith("shippingService") or field == "country":
        return Refusal.SHIPPING
    if field == "productId" or field.endswith((".productId", ".properties")) or re.search(r"\.properties\[", field):
        return Refusal.SKU_GONE
    return Refusal.SKU_GONE if field.startswith("items") and _SKU.search(code) else Refusal.OTHER


def _violations(body: bytes) -> list[dict[str, str]]:
    """The body's violations: the documented list, or the object of the SDKs as a single one."""
    try:
        found = opened(body)
    except MalformedReply:
        return []
    if isinstance(found, list):
        return [_violation(row, "code", "violation") for row in found if isinstance(row, dict)]
    if isinstance(found, dict) and {"exception", "type", "cause", "message"} & found.keys():
        return [_violation(found, "exception", "message")]
    return []


def _violation(row: Mapping[str, Any], code: str, words: str) -> dict[str, str]:
    return {
        "code": _code(_text(row.get(code))),
        "field": _text(row.get("field"))[:80],
        "violation": said(_text(row.get(words))),
    }


def _code(value: str) -> str:
    """``value`` if it is a code. A sentence is none, and cut to a code's length it might end within a name."""
    return value if re.fullmatch(r"\S{1,80}", value) and said(value) == value else ""


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _joined(*parts: str) -> str:
    return ": ".join(part for part in parts if part)
