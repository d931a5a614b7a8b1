"""Countries and states in the words of Aliseeks, and text in Latin letters.

https://docs.aliseeks.com, "Types" (countries) and "Ordering" (mailing address). Product calls take AliExpress' codes;
the address of an order is documented as ISO. Which of the two it takes for the United Kingdom is not established, so
the document is followed.
"""

from __future__ import annotations

import re

from integrations.aliseeks.address_rules import rules
from integrations.errors import Rejected
from integrations.place_names import latin_province
from integrations.types import Refusal


def product_country(iso: str) -> str:
    """The code of the country ``iso`` in product calls."""
    return rules().product_country_codes.get(order_country(iso), order_country(iso))


def order_country(iso: str) -> str:
    """The code of the country ``iso`` in the address of an order. Raises ``Rejected`` for what is no code."""
    code = iso.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise Rejected(
            f"not a country code: {code[:20]!r}", code="country_not_readable", refusal=Refusal.ADDRESS, field="country"
        )
    return code


def state_name(state: str, iso: str) -> str:
    """The state by its name in Latin letters, as asked for; "Other" where a country has none."""
    state = state.strip()
    if not state:
        return "" if iso in rules().states_are_named else "Other"
    # The order ends in AliExpress' forms, which take no other letters.
    return latin_province(iso, state)
