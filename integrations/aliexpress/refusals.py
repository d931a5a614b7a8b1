"""What the refusals of an order call mean, in words a shop's staff can act on.

https://openservice.aliexpress.com/doc/doc.htm, method aliexpress.ds.order.create, error codes, and the
vendor's guide to placing orders. ``SKU_NOT_EXIST`` was observed and is not documented.
"""

from __future__ import annotations

import re

from integrations.types import Refusal

#: The reference was handled before (or, some say, equal content): an order exists, its id is not in the
#: answer.
REPEATED = "REPEATED_ORDER_ERROR"

_BUYER_BLOCKED = "AliExpress has blocked the buyer account. Contact its support before you buy again."

MEANINGS = {
    "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL": "The delivery address is not accepted.",
    "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID": "The CPF (Brazilian tax number) is not valid.",
    "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_NOT_MATCH": "The CPF (Brazilian tax number) belongs to another name.",
    "DELIVERY_METHOD_NOT_EXIST": "The chosen way of shipping is not offered for this item and destination.",
    "INVENTORY_HOLD_ERROR": "The item is out of stock, or the stock could not be reserved.",
    "PRICE_PAY_CURRENCY_ERROR": "The items are not priced in one and the same currency.",
    "BLACKLIST_BUYER_IN_LIST": _BUYER_BLOCKED,
    "USER_ACCOUNT_DISABLED": _BUYER_BLOCKED,
    "ERROR_WHEN_BUILD_FOR_PLACE_ORDER": "An item is not valid, or AliExpress failed to prepare the order.",
    "A001_ORDER_CANNOT_BE_PLACED": "The order cannot be placed.",
    "A002_INVALID_ZONE": "The seller does not deliver to this region.",
    "A003_SUSPICIOUS_BUYER": "AliExpress finds the buyer account suspicious. Contact its support.",
    "A004_CANNOT_USER_COUPON": "The coupon cannot be used for this order.",
    "A005_INVALID_COUNTRIES": "The seller does not deliver to this country.",
    "A006_INVALID_ACCOUNT_INFO": "The profile of the buyer account at AliExpress is incomplete.",
    "SKU_NOT_EXIST": "The chosen variant no longer exists. Import the product again.",
}

_REFUSALS = {
    "B_DROPSHIPPER_DELIVERY_ADDRESS_VALIDATE_FAIL": Refusal.ADDRESS,
    "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID": Refusal.ADDRESS,
    "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_NOT_MATCH": Refusal.ADDRESS,
    "DELIVERY_METHOD_NOT_EXIST": Refusal.SHIPPING,
    "A002_INVALID_ZONE": Refusal.SHIPPING,
    "A005_INVALID_COUNTRIES": Refusal.SHIPPING,
    "INVENTORY_HOLD_ERROR": Refusal.STOCK,
    "SKU_NOT_EXIST": Refusal.SKU_GONE,
}

_FIELDS = {
    "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_CN_INVALID": "tax_id",
    "B_DROPSHIPPER_DELIVERY_ADDRESS_CPF_NOT_MATCH": "tax_id",
    "A005_INVALID_COUNTRIES": "country",
}

# The texts of the address error, as far as they are known, and what similar ones would be about. The first that fits
# counts: "phone number" before "number", "country code" (of a phone) before "country".
_TEXTS = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"phone|mobile", "phone"),
        (r"national address|nat_addr|short address", "national_address"),
        (r"\bcpf\b|\brut\b|\btax|passport|identity|clearance|\bvat\b|registration", "tax_id"),
        (r"state/province|\b(state|province|county|region)\b", "province"),
        (r"\bcity\b", "city"),
        (r"\b(zip|postal|postcode)", "postcode"),
        (r"\b2 ?- ?(32|128) characters|first name|last name|full name|contact", "first_name"),
        (r"\b5 ?- ?(35|256) characters|address|street", "line1"),
        (r"60 characters", "line2"),
        (r"country", "country"),
    )
)

# A code that is in no list and sounds like a breakdown proves nothing about the order.
_BREAKDOWN = re.compile(r"system|time_?out|internal|unknown|exception|unavailable|isp\.", re.IGNORECASE)


def meaning(code: str, said: str) -> str:
    """One line for staff: what ``code`` means, with the vendor's own words behind it."""
    known = MEANINGS.get(code, "AliExpress refused the order.")
    return f"{known} AliExpress says: {said}" if said else known


def kind(code: str) -> Refusal:
    """What a person can do something about, of the refusal ``code``."""
    return _REFUSALS.get(code, Refusal.OTHER)


def field(code: str, said: str) -> str:
    """The field of our ``Address`` that the refusal is about, by its code or else by the vendor's words; or empty."""
    if code in _FIELDS:
        return _FIELDS[code]
    if kind(code) is not Refusal.ADDRESS:
        return ""
    return next((name for pattern, name in _TEXTS if pattern.search(said)), "")


def is_breakdown(code: str) -> bool:
    """Whether an unlisted refusal code sounds like a failure on the way rather than a decision."""
    return code not in MEANINGS and bool(_BREAKDOWN.search(code))
