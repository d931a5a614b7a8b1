"""Amounts and the currencies they can be asked in.

Vendor's page: docs.aliseeks.com, "Types". `value` is text in the samples and a number in the vendor's SDKs.
"""

from decimal import Decimal
from typing import Any

from integrations.sandbox.settings import Settings

REALTIME_CURRENCIES = frozenset(
    "AUD BRL CAD CHF CLP EUR GBP IDR KRW MXN NZD PLN RUB SEK SGD TRY UAH USD".split(),
)
STORED_CURRENCIES = REALTIME_CURRENCIES | {"CNY", "INR", "JPY"}
LOCALES = frozenset("ar_SA de_DE en_US es_ES fr_FR he_IL ko_KR pl_PL pt_BR ru_RU tr_TR".split())


def amount(value: Decimal, currency: str, settings: Settings) -> dict[str, Any]:
    """An amount in main units."""
    text = f"{value:.2f}"
    return {"currency": currency, "value": float(text) if settings.aliseeks_amounts == "number" else text}
