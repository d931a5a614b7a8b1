"""Call limits of the emulator's own: so many calls a minute for each key and method, in a sliding window.

The vendor's limits are calls per second of the application (page "API QPS") and far above what a test sends; a
smaller figure per minute shows whether a client keeps to a limit at all. Windows are forgotten by a restart.
"""

import math
import threading
from collections import deque
from dataclasses import dataclass

WINDOW_MS = 60_000


@dataclass(frozen=True)
class LimitRefusal:
    """A call beyond a limit. `wait_s`: whole real seconds after which one is free again, on a client's watch."""

    wait_s: int
    says_retry_after: bool | None

    @classmethod
    def after(cls, left_s: float, clock_speed: float, says_retry_after: bool | None = None) -> "LimitRefusal":
        """From seconds on the emulator's clock, which may run faster than a client's."""
        return cls(max(1, math.ceil(left_s / clock_speed)), says_retry_after)


class RateLimits:
    """The instants of the last minute's accepted calls. Refused ones do not count, so waiting always helps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accepted: dict[tuple[str, str], deque[int]] = {}

    def left_ms(self, key: str, method: str, per_minute: int, now_ms: int) -> int | None:
        """Note an accepted call and return None, or return how long the limit still lasts."""
        with self._lock:
            instants = self._accepted.setdefault((key, method), deque())
            while instants and instants[0] <= now_ms - WINDOW_MS:
                instants.popleft()
            if len(instants) < per_minute:
                instants.append(now_ms)
                return None
            # With a limit made smaller meanwhile, several calls must leave the window before one is free.
            return max(1, instants[-per_minute] + WINDOW_MS - now_ms)
