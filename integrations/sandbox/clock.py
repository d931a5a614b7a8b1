"""The emulator's clock: real time plus an offset that only grows and survives restarts."""

import time
from datetime import UTC, datetime, timedelta

from integrations.sandbox.store import Store

_OFFSET = "clock_offset_ms"


class Clock:
    """Milliseconds since 1970, moved forward on demand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.offset_ms = int(store.meta(_OFFSET) or 0)

    def now_ms(self) -> int:
        """The emulator's present instant."""
        return int(time.time() * 1000) + self.offset_ms

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self.offset_ms += int(seconds * 1000)
        self._store.set_meta(_OFFSET, str(self.offset_ms))


def iso_utc(instant_ms: int) -> str:
    """ISO-8601 text in UTC with milliseconds."""
    return datetime.fromtimestamp(instant_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pacific(instant_ms: int) -> datetime:
    """The same instant with the US Pacific offset, by the rule in force since 2007.

    The platform writes Pacific times; computing them here needs no time zone database on the machine.
    """
    moment = datetime.fromtimestamp(instant_ms / 1000, UTC)
    starts = _sunday(moment.year, 3, 8).replace(hour=10)
    ends = _sunday(moment.year, 11, 1).replace(hour=9)
    offset_h = -7 if starts <= moment < ends else -8
    return (moment + timedelta(hours=offset_h)).replace(tzinfo=None)


def pacific_text(instant_ms: int) -> str:
    """`2024-09-09 21:00:03`, as `gmt_create` carries it."""
    return pacific(instant_ms).strftime("%Y-%m-%d %H:%M:%S")


def pacific_zoned_text(instant_ms: int) -> str:
    """`2024-09-09T21:05:47-07:00[America/Los_Angeles]`, as `order_paidtime_string` carries it."""
    local = pacific(instant_ms)
    utc = datetime.fromtimestamp(instant_ms / 1000, UTC).replace(tzinfo=None)
    hours = round((utc - local).total_seconds() / 3600)
    return f"{local:%Y-%m-%dT%H:%M:%S}-{hours:02d}:00[America/Los_Angeles]"


def _sunday(year: int, month: int, earliest_day: int) -> datetime:
    day = datetime(year, month, earliest_day, tzinfo=UTC)
    return day + timedelta(days=(6 - day.weekday()) % 7)
