"""Asks for the bank's file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integrations.ecb.build import url_of
from integrations.ecb.parse import DayRates, parse_rates
from integrations.http import fetch_file


@dataclass(frozen=True, slots=True)
class Fetched:
    """The days of the file, none if it is still the one of ``last_modified``, and its own word for its version."""

    days: tuple[DayRates, ...]
    last_modified: str


def fetch(base: str, *, today: date, history: bool = False, last_modified: str = "") -> Fetched:
    """Ask for the rates of the last day, or of the last 90 days. A network call: not inside a transaction.

    Raises ``Transient`` if they cannot be had now, ``MalformedReply`` if they cannot be read, ``ValueError`` for an
    address that may not be asked.
    """
    file = fetch_file(url_of(base, history=history), last_modified=last_modified)
    if file.body is None:
        return Fetched((), last_modified)
    return Fetched(parse_rates(file.body, today=today), file.last_modified)
