"""The emulator's clock: real time, moved forward and quickened on demand, and never set back by a restart."""

import json
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from integrations.sandbox.store import Store

_ANCHOR = "clock_anchor"
_OFFSET_OF_EARLIER_VERSIONS = "clock_offset_ms"


@dataclass(frozen=True)
class _Anchor:
    """The clock showed `shown_ms` at the real instant `real_ms` and has run at `speed` since."""

    real_ms: int
    shown_ms: int
    speed: float

    def at(self, real_ms: int) -> int:
        """What the clock shows at a real instant."""
        return self.shown_ms + round((real_ms - self.real_ms) * self.speed)


class Clock:
    """Milliseconds since 1970. A quick clock also runs while the process does not, so that it never goes back."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        known = store.meta(_ANCHOR)
        if known is None:
            real_ms = _real_ms()
            offset_ms = int(store.meta(_OFFSET_OF_EARLIER_VERSIONS) or 0)
            self._anchor = _Anchor(real_ms, real_ms + offset_ms, 1.0)
        else:
            self._anchor = _Anchor(**json.loads(known))

    def now_ms(self) -> int:
        """The emulator's present instant."""
        return self._anchor.at(_real_ms())

    @property
    def offset_ms(self) -> int:
        """How far the clock is ahead of real time."""
        real_ms = _real_ms()
        return self._anchor.at(real_ms) - real_ms

    @property
    def speed(self) -> float:
        """How many emulator's seconds one real second is."""
        return self._anchor.speed

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self._move(int(seconds * 1000), None)

    def set_speed(self, speed: float) -> None:
        """Let the clock run `speed` times as fast as real time from now on."""
        if speed != self._anchor.speed:
            self._move(0, speed)

    def _move(self, step_ms: int, speed: float | None) -> None:
        with self._lock:
            before = self._anchor
            real_ms = _real_ms()
            self._anchor = _Anchor(real_ms, before.at(real_ms) + step_ms, speed or before.speed)
            self._store.set_meta(_ANCHOR, json.dumps(asdict(self._anchor)))


def _real_ms() -> int:
    return int(time.time() * 1000)


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
