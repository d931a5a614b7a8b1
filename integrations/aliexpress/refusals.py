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

# A code that is in no list and sounds like a breakdown proves nothing about the order.
_BREAKDOWN = re.compile(r"system|time_?out|internal|unknown|exception|unavailable|isp\.", re.IGNORECASE)


def meaning(code: str, said: str) -> str:
    """One line for staff: what ``code`` means, with the vendor's own words behind it."""
    known = MEANINGS.get(code, "AliExpress refused the order.")
    return f"{known} AliExpress says: {said}" if said else known


def kind(code: str) -> Refusal:
    """What a person can do something about, of the refusal ``code``."""
    return _REFUSALS.get(code, Refusal.OTHER)


def is_breakdown(code: str) -> bool:
    """Whether an unlisted refusal code sounds like a failure on the way rather than a decision."""
    return code not in MEANINGS and bool(_BREAKDOWN.search(code))
