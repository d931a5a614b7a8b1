"""Countries and provinces in AliExpress' words.

https://openservice.aliexpress.com/doc/doc.htm, appendix "Country and Region" (codes) and the change log of
the dropshipping methods (address rules). Mostly ISO 3166-1 alpha-2; where not, ``address_rules.json`` says so.
"""

from __future__ import annotations

import re

from integrations.aliexpress.address_rules import rules
from integrations.errors import Rejected
from integrations.place_names import latin_province
from integrations.types import Refusal


def country_code(iso: str) -> str:
    """AliExpress' code of the country ``iso``. Raises ``Rejected`` where nothing can safely be sent."""
    iso = iso.strip().upper()
    # Clients in production send OTHER for those countries (and KR for KP): a parcel would go astray.
    if not re.fullmatch("[A-Z]{2}", iso) or iso in rules().not_delivered_to:
        raise Rejected(
            f"AliExpress does not deliver to {iso[:20]!r}",
            code="destination_not_supported",
            refusal=Refusal.SHIPPING,
            field="country",
        )
    return rules().country_codes.get(iso, iso)


def iso_code(code: str) -> str:
    """The ISO code of AliExpress' country ``code``."""
    theirs = rules().country_codes.items()
    return next((iso for iso, named in theirs if named == code), code)


def province_name(province: str, iso: str) -> str:
    """The province's name in Latin letters where ours is a code or in the local script; "Other" where there
    is none.

    Empty for a country without a province given where "Other" is refused: then the supplier asks for it by
    name.
    """
    province = province.strip()
    if not province:
        return "Other" if rules().of(iso.upper()).other_province else ""
    return latin_province(iso.upper(), province)
