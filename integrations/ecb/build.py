"""Which file is asked for."""

from __future__ import annotations

DAILY = "eurofxref-daily.xml"
NINETY_DAYS = "eurofxref-hist-90d.xml"


def url_of(base: str, *, history: bool) -> str:
    """The address of the last day's file, or of the last 90 days'."""
    return f"{base.rstrip('/')}/{NINETY_DAYS if history else DAILY}"
