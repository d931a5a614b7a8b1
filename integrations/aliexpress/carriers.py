"""Carriers' names and words as customers may read them: without the name of the platform behind the shop. Pure.

What the platform calls a carrier is often a service of its own (``AliExpress Selection Standard``) or a code
(``CAINIAO_STANDARD``); see ``logistics_service`` of aliexpress.trade.ds.order.get and ``carrier_name`` of
aliexpress.ds.order.tracking.get, https://openservice.aliexpress.com/doc/doc.htm. Neither list is published. The raw
word is kept in the log of calls.
"""

from __future__ import annotations

import re

STANDARD, EXPRESS, ECONOMY = "Standard delivery", "Express delivery", "Economy delivery"

#: Carriers that deliver under a name of their own, however the platform writes them.
CARRIERS = {
    "australiapost": "Australia Post",
    "bpost": "bpost",
    "canadapost": "Canada Post",
    "chinapost": "China Post",
    "chronopost": "Chronopost",
    "colissimo": "Colissimo",
    "correios": "Correios",
    "correos": "Correos",
    "deutschepost": "Deutsche Post",
    "dhl": "DHL",
    "dhlexpress": "DHL Express",
    "dpd": "DPD",
    "ems": "EMS",
    "evri": "Evri",
    "fedex": "FedEx",
    "gls": "GLS",
    "hermes": "Hermes",
    "inpost": "InPost",
    "laposte": "La Poste",
    "mondialrelay": "Mondial Relay",
    "ontrac": "OnTrac",
    "postnl": "PostNL",
    "royalmail": "Royal Mail",
    "seur": "SEUR",
    "speedx": "SpeedX",
    "tnt": "TNT",
    "uniuni": "UniUni",
    "ups": "UPS",
    "usps": "USPS",
    "yunexpress": "YunExpress",
}

_OWN_NAMES = re.compile(r"ali[\s_-]?express|ali[\s_-]?baba|cainiao|tao[\s_-]?bao|tmall|\bAE(?=[\s_-])", re.IGNORECASE)


def public_name(word: str) -> str:
    """The carrier or kind of delivery that ``word`` stands for; empty if it is empty.

    A word that is in no list is shown as a kind of delivery: it may be one more name of the platform's.
    """
    plain = re.sub(r"[^a-z0-9]", "", word.lower())
    if not plain:
        return ""
    if plain in CARRIERS:
        return CARRIERS[plain]
    if "economy" in plain:
        return ECONOMY
    return EXPRESS if "express" in re.sub("aliexpress", "", plain) or "premium" in plain else STANDARD


def without_brands(text: str) -> str:
    """A carrier's report with the platform's names replaced."""
    return _OWN_NAMES.sub("carrier", text)
