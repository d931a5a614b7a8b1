"""From the bank's file to rates by day. Strict: a file that is odd in any way is not used at all.

Seen in the files: attributes in single quotes; several dated cubes, newest first, in the history; the euro itself is
not listed; currencies come and go (HRK and BGN joined the euro, RUB is suspended).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from integrations.errors import MalformedReply

_NS = {"e": "http://www.ecb.int/vocabulary/2002-08-01/eurofxref"}
_RATE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,8})?", re.ASCII)
#: Fewer than these is not the file we know.
LEAST_CURRENCIES = 15


@dataclass(frozen=True, slots=True)
class DayRates:
    """Units of each currency (ISO 4217) for one euro on ``day``."""

    day: date
    rates: dict[str, Decimal]


def parse_rates(body: bytes, *, today: date) -> tuple[DayRates, ...]:
    """The days of a file, oldest first. Raises ``MalformedReply`` naming the part that is missing or wrong."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise MalformedReply("The file of exchange rates is no XML that can be read.", field="Envelope") from exc
    days = sorted((_day(cube, today) for cube in root.findall("e:Cube/e:Cube", _NS)), key=lambda found: found.day)
    if not days:
        raise MalformedReply("The file of exchange rates has no day.", field="Cube")
    if len({found.day for found in days}) != len(days):
        raise MalformedReply("The file of exchange rates has a day twice.", field="time")
    newest = days[-1].rates
    if len(newest) < LEAST_CURRENCIES or "USD" not in newest:
        raise MalformedReply(f"The file has {len(newest)} currencies, the dollar or others are missing.", field="Cube")
    return tuple(days)


def _day(cube: Element, today: date) -> DayRates:
    text = cube.get("time", "")
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise MalformedReply("A day of the exchange rates is no date.", field="time") from exc
    if day > today:
        raise MalformedReply(f"The exchange rates are of {day}, which is to come.", field="time")
    rates: dict[str, Decimal] = {}
    for entry in cube.findall("e:Cube", _NS):
        currency, rate = entry.get("currency", ""), entry.get("rate", "")
        if not re.fullmatch("[A-Z]{3}", currency) or currency == "EUR" or currency in rates:
            raise MalformedReply("A currency of the exchange rates is odd or there twice.", field="currency")
        if not _RATE.fullmatch(rate) or not Decimal(rate):
            raise MalformedReply(f"The exchange rate of {currency} is no positive number.", field="rate")
        rates[currency] = Decimal(rate)
    return DayRates(day, rates)
