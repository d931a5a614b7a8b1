"""Misbehaviour on command, for the Stripe half: of its answers, of its events and of what it says was paid."""

import threading
from dataclasses import dataclass
from typing import Any

#: What happens to a call, before or after the work is done.
ON_CALLS = ("http_500", "http_500_after", "drop", "drop_after", "rate_limited")
#: What happens to an event on its way, or to a payment.
ON_EVENTS = ("duplicate", "late", "out_of_order", "lost")
ON_PAYMENTS = ("wrong_amount", "wrong_currency", "refund_fails", "refund_waits")
KINDS = (*ON_CALLS, *ON_EVENTS, *ON_PAYMENTS)
_FIELDS = ("kind", "operation", "times", "seconds")


class StripeFaultRefused(Exception):
    """A fault cannot be taken; the text says why."""


@dataclass
class StripeFault:
    """One piece of misbehaviour; `operation` None matches all, `times` is what is left of it."""

    kind: str
    operation: str | None
    times: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For the control API."""
        return {"kind": self.kind, "operation": self.operation, "times": self.times, "seconds": self.seconds}


class StripeFaults:
    """All faults waiting in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[StripeFault] = []

    def add(self, raw: Any) -> None:
        """Take one fault or a list of them. Raises StripeFaultRefused; then none is taken."""
        items = raw if isinstance(raw, list) else [raw]
        faults = [_parse(item) for item in items]
        with self._lock:
            self._waiting += faults

    def take(self, *kinds: str, operation: str | None = None) -> StripeFault | None:
        """Use up the oldest fault of these kinds that fits."""
        with self._lock:
            for fault in self._waiting:
                if fault.kind in kinds and fault.operation in (None, operation):
                    fault.times -= 1
                    if fault.times == 0:
                        self._waiting.remove(fault)
                    return fault
        return None

    def listing(self) -> list[dict[str, Any]]:
        """All waiting faults, oldest first."""
        with self._lock:
            return [fault.as_dict() for fault in self._waiting]

    def clear(self) -> int:
        """Forget all faults; return how many there were."""
        with self._lock:
            count = len(self._waiting)
            self._waiting = []
        return count


def _parse(raw: Any) -> StripeFault:
    if not isinstance(raw, dict) or set(raw) - set(_FIELDS):
        raise StripeFaultRefused(f"a fault is an object with {', '.join(_FIELDS)}")
    if raw.get("kind") not in KINDS:
        raise StripeFaultRefused(f"unknown fault kind; known: {', '.join(KINDS)}")
    times, seconds, operation = raw.get("times", 1), raw.get("seconds", 2), raw.get("operation")
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise StripeFaultRefused("times must be a whole number from 1 on")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= 3600:
        raise StripeFaultRefused("seconds must be 0 to 3600")
    if operation is not None and not isinstance(operation, str):
        raise StripeFaultRefused("operation must be a text such as sessions.create, or null")
    return StripeFault(raw["kind"], operation, times, float(seconds))
