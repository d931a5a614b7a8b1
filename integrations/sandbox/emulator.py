"""What the emulator's parts share, and one call as its methods see it."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integrations.sandbox import settings as settings_module
from integrations.sandbox.catalogue import Catalogue
from integrations.sandbox.clock import Clock
from integrations.sandbox.faults import Faults, RequestFaults
from integrations.sandbox.moving import Moving
from integrations.sandbox.rate_limits import LimitRefusal, RateLimits
from integrations.sandbox.settings import Settings
from integrations.sandbox.store import Store
from integrations.sandbox.stripe.faults import StripeFaults

_SETTINGS = "settings"


class Emulator:
    """Store, clock, goods, settings and waiting faults of one process."""

    def __init__(self, store: Store, catalogue: Catalogue, *, public_url: str, media_dir: Path | None = None) -> None:
        self.store = store
        self.moving = Moving(store, catalogue)
        self.public_url = public_url
        self.media_dir = media_dir
        self.clock = Clock(store)
        self.faults = Faults()
        self.stripe_faults = StripeFaults()
        self.stopping = threading.Event()
        self.calls: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._rates = RateLimits()
        self._calls_lock = threading.Lock()
        self.settings: Settings = settings_module.changed(Settings(), json.loads(store.meta(_SETTINGS) or "{}"))
        self.clock.set_speed(self.settings.clock_speed)

    @property
    def catalogue(self) -> Catalogue:
        """The goods as they are now."""
        return self.moving.catalogue

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Apply and remember settings. Raises SettingRefused."""
        self.settings = settings_module.changed(self.settings, changes)
        self.store.set_meta(_SETTINGS, json.dumps(self.settings.as_dict()))
        self.clock.set_speed(self.settings.clock_speed)

    def count_call(self, name: str) -> None:
        """Count a call of a method."""
        with self._calls_lock:
            self.calls[name] += 1

    def call_limit(self, key: str, name: str, faults: RequestFaults, now_ms: int) -> LimitRefusal | None:
        """Tell whether a call of a method is beyond a limit, set by a fault or by the settings, and count it."""
        refusal = self._call_limit(key, name, faults, now_ms)
        if refusal is not None:
            with self._calls_lock:
                self.refused[name] += 1
        return refusal

    def _call_limit(self, key: str, name: str, faults: RequestFaults, now_ms: int) -> LimitRefusal | None:
        if ban := faults.ban(now_ms):
            return LimitRefusal.after(ban.left_s, self.clock.speed, ban.says_retry_after)
        per_minute = self.settings.limits.get(name)
        left_ms = None if per_minute is None else self._rates.left_ms(key, name, per_minute, now_ms)
        return None if left_ms is None else LimitRefusal.after(left_ms / 1000, self.clock.speed)

    def forget_calls(self) -> None:
        """Start counting anew; limits are not affected."""
        with self._calls_lock:
            self.calls.clear()
            self.refused.clear()


@dataclass(frozen=True)
class Call:
    """A call that has passed the gateway's checks."""

    method: str
    params: dict[str, str]
    faults: RequestFaults
    settings: Settings
    now_ms: int
    files: frozenset[str] = field(default_factory=frozenset)
