"""Misbehaviour on command: which faults exist, which are waiting, and which one a request meets."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from integrations.sandbox import methods
from integrations.sandbox.currencies import RATES
from integrations.sandbox.settings import is_number

BEFORE = ("timeout_before_commit", "drop", "http_5xx", "html_error_page")
AFTER = ("timeout_after_commit", "drop_after_commit", "half_reply", "http_5xx_after_commit", "malformed_json")

_CREATES = methods.CREATE_METHODS
_BUYS = methods.BUYING_METHODS
_LOOKS = methods.ALISEEKS_GOODS | {methods.PRODUCT_GET, methods.FREIGHT_QUERY, methods.FREIGHT_CALCULATE}
_GOODS = _BUYS | _LOOKS | {methods.ORDER_GET}
_ALISEEKS_ORDERS = frozenset({methods.ALISEEKS_ORDER_CREATE, methods.ALISEEKS_ORDER_GET})
_EVERY = methods.EVERY_METHOD
_MAX_HOLD_S = 3600


class FaultRefused(Exception):
    """A fault cannot be taken; the text says why."""


def _seconds(value: object) -> str:
    return "" if is_number(value) and 0 <= value <= _MAX_HOLD_S else f"must be 0 to {_MAX_HOLD_S} seconds"


def _text(value: object) -> str:
    return "" if isinstance(value, str) and value else "must be a text"


def _boolean(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _positive(value: object) -> str:
    try:
        is_good = not isinstance(value, bool) and 0 < float(str(value)) < 1_000_000
    except ValueError:
        is_good = False
    return "" if is_good else "must be a number above 0"


def _currency(value: object) -> str:
    return "" if value in RATES else f"must be one of {', '.join(RATES)}"


def _status(lowest: int) -> Callable[[object], str]:
    return lambda value: (
        "" if isinstance(value, int) and lowest <= value <= 599 else f"must be a status {lowest} to 599"
    )


@dataclass(frozen=True)
class _Kind:
    """What a kind of fault may carry and where it can happen. A field with the default ... must be given."""

    fields: Mapping[str, tuple[Callable[[object], str], Any]]
    methods: frozenset[str] = _EVERY


_HOLD = {"seconds": (_seconds, 60)}
KINDS: dict[str, _Kind] = {
    "delay": _Kind({"seconds": (_seconds, 5)}),
    "timeout_before_commit": _Kind(_HOLD),
    "timeout_after_commit": _Kind(_HOLD),
    "drop": _Kind({}),
    "drop_after_commit": _Kind({}),
    "half_reply": _Kind({}),
    "http_5xx": _Kind({"status": (_status(500), 503)}),
    "http_5xx_after_commit": _Kind({"status": (_status(500), 502)}),
    "html_error_page": _Kind({"status": (_status(200), 200)}),
    "malformed_json": _Kind({}),
    "call_limit": _Kind({"ban_s": (_seconds, 1), "retry_after": (_boolean, None)}),
    "token_expired": _Kind({}, methods.BUSINESS_METHODS | _ALISEEKS_ORDERS),
    "sku_gone": _Kind({}, _BUYS | _LOOKS),
    "out_of_stock": _Kind({}, _BUYS | _LOOKS),
    "price_changed": _Kind({"factor": (_positive, None), "sale_price": (_positive, None)}, _GOODS),
    "wrong_currency": _Kind({"currency": (_currency, "CNY")}, _GOODS),
    "created_unpaid": _Kind({}, _CREATES),
    "success_without_ids": _Kind({}, _BUYS),
    "no_ids_not_created": _Kind({}, _BUYS),
    "split_orders": _Kind({}, _BUYS),
    "two_parcels": _Kind({}, _BUYS),
    "repeated_order_error": _Kind({}, _CREATES),
    "address_error": _Kind({"error_msg": (_text, "Please enter a city")}, _BUYS),
    "reject": _Kind({"error_code": (_text, ...), "error_msg": (_text, "")}, _BUYS),
    "never_pays": _Kind({}, _CREATES),
    "seller_cancels": _Kind({"marks_lines": (_boolean, True)}, _CREATES),
}

# These describe goods, not one request: looking at the goods does not use them up, buying does.
_STATES = frozenset({"sku_gone", "out_of_stock", "price_changed", "wrong_currency"})
_COMMON = ("kind", "method", "supplier", "times", "product_id", "sku_id", "out_order_id")


@dataclass(frozen=True)
class Fault:
    """One piece of misbehaviour. `times` None: until cleared. None in a match field: matches all."""

    kind: str
    method: str | None
    supplier: str | None
    times: int | None
    product_id: str | None
    sku_id: str | None
    out_order_id: str | None
    details: dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """What a request is about, as far as faults can ask for it."""

    method: str
    product_ids: frozenset[str] = frozenset()
    sku_ids: frozenset[str] = frozenset()
    out_order_id: str | None = None


@dataclass(frozen=True)
class Ban:
    """A call limit: emulator's seconds left, and whether Aliseeks tells them (None: as the setting says)."""

    left_s: float
    says_retry_after: bool | None = None


class Waiting:
    """A fault with what is left of it."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number, self.fault = number, fault
        self.left = fault.times
        self.ban_ends_at_ms: int | None = None
        self.is_cleared = False

    def as_dict(self) -> dict[str, Any]:
        """For the control API."""
        fault = self.fault
        shown = {name: getattr(fault, name) for name in _COMMON}
        return {"id": self.number} | shown | fault.details | {"left": self.left}


class Faults:
    """All faults waiting in this process. They do not survive a restart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Waiting] = []
        self._count = 0

    def add(self, faults: list[Fault]) -> None:
        """Let faults wait, behind those already waiting."""
        with self._lock:
            for fault in faults:
                self._count += 1
                self._waiting.append(Waiting(self._count, fault))

    def listing(self) -> list[dict[str, Any]]:
        """All waiting faults, oldest first."""
        with self._lock:
            return [waiting.as_dict() for waiting in self._waiting]

    def clear(self) -> int:
        """Forget all faults and end running holds; return how many there were."""
        with self._lock:
            cleared, self._waiting = self._waiting, []
            for waiting in cleared:
                waiting.is_cleared = True
        return len(cleared)

    def find(self, kinds: tuple[str, ...], facts: Facts, met: set[int]) -> Waiting | None:
        """Return the oldest fault of these kinds that fits, using it up once per request (`met`)."""
        with self._lock:
            for waiting in self._waiting:
                fault = waiting.fault
                if fault.kind not in kinds or not _fits(fault, facts):
                    continue
                if waiting.number in met:
                    return waiting
                if waiting.left == 0:
                    continue
                if _uses_up(fault, facts):
                    met.add(waiting.number)
                    waiting.left = None if waiting.left is None else waiting.left - 1
                return waiting
        return None

    def ban(self, facts: Facts, now_ms: int) -> Ban | None:
        """The call limit that a request meets, started now if one waits; None without."""
        with self._lock:
            for waiting in self._waiting:
                fault = waiting.fault
                if fault.kind != "call_limit" or not _fits(fault, facts):
                    continue
                if waiting.ban_ends_at_ms is not None and now_ms < waiting.ban_ends_at_ms:
                    return Ban((waiting.ban_ends_at_ms - now_ms) / 1000, fault.details["retry_after"])
                if waiting.left == 0:
                    continue
                waiting.left = None if waiting.left is None else waiting.left - 1
                ban_s = float(fault.details["ban_s"])
                # A fault without an end would ban for ever: after each ban one request passes.
                if waiting.left is None and waiting.ban_ends_at_ms is not None:
                    waiting.ban_ends_at_ms = None
                    continue
                waiting.ban_ends_at_ms = now_ms + int(ban_s * 1000)
                return Ban(ban_s, fault.details["retry_after"])
        return None


class RequestFaults:
    """The faults that one request meets; each is used up at most once by it."""

    def __init__(self, faults: Faults, facts: Facts) -> None:
        self.facts = facts
        self._faults = faults
        self._met: set[int] = set()

    def take(self, *kinds: str) -> Waiting | None:
        """Meet a fault of one of these kinds, if one waits for this request."""
        return self._faults.find(kinds, self.facts, self._met)

    def take_for(self, kind: str, product_id: str, sku_id: str) -> Waiting | None:
        """The same for one SKU among those the request is about."""
        narrow = replace(self.facts, product_ids=frozenset({product_id}), sku_ids=frozenset({sku_id}))
        return self._faults.find((kind,), narrow, self._met)

    def ban(self, now_ms: int) -> Ban | None:
        """A call limit; None if there is none."""
        return self._faults.ban(self.facts, now_ms)


def _fits(fault: Fault, facts: Facts) -> bool:
    return (
        fault.method in (None, facts.method)
        and fault.supplier in (None, methods.supplier_of(facts.method))
        # A fault that cannot happen here must not be met here. An unknown method can meet those on the wire.
        and (facts.method not in _EVERY or facts.method in KINDS[fault.kind].methods)
        and (fault.product_id is None or fault.product_id in facts.product_ids)
        and (fault.sku_id is None or fault.sku_id in facts.sku_ids)
        and (fault.out_order_id is None or fault.out_order_id == facts.out_order_id)
    )


def _uses_up(fault: Fault, facts: Facts) -> bool:
    return fault.kind not in _STATES or facts.method in _BUYS or fault.method is not None


def parse_faults(raw: object) -> list[Fault]:
    """Read one fault or a list of faults from decoded JSON. Raises FaultRefused; then none is taken."""
    items = raw if isinstance(raw, list) else [raw]
    return [_parse_fault(item) for item in items]


def _parse_fault(raw: object) -> Fault:
    if not isinstance(raw, dict):
        raise FaultRefused("a fault is a JSON object")
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FaultRefused(f"unknown fault kind {kind!r}; known: {', '.join(KINDS)}")
    allowed = KINDS[kind]
    unknown = sorted(set(raw) - set(_COMMON) - set(allowed.fields))
    if unknown:
        raise FaultRefused(f"{kind}: unknown field {unknown[0]!r}; known: {', '.join([*_COMMON, *allowed.fields])}")
    method = raw.get("method")
    if method is not None and method not in allowed.methods:
        raise FaultRefused(
            f"{kind}: cannot happen in method {method!r}; possible: {', '.join(sorted(allowed.methods))}"
        )
    supplier = raw.get("supplier")
    if supplier not in (None, *methods.SUPPLIERS):
        raise FaultRefused(f"{kind}: supplier must be one of {', '.join(methods.SUPPLIERS)}")
    times = raw.get("times", 1)
    if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
        raise FaultRefused(f"{kind}: times must be a whole number from 1 on, or null for 'until cleared'")
    details = {}
    for name, (check, default) in allowed.fields.items():
        value = raw.get(name, default)
        problem = "must be given" if value is ... else "" if value in (None, default) else check(value)
        if problem:
            raise FaultRefused(f"{kind}: {name} {problem}")
        details[name] = value
    if kind == "price_changed" and (details["factor"] is None) == (details["sale_price"] is None):
        raise FaultRefused("price_changed: give either factor or sale_price")
    match = {name: _match_text(raw.get(name), name) for name in ("product_id", "sku_id", "out_order_id")}
    return Fault(kind=kind, method=method, supplier=supplier, times=times, details=details, **match)


def _match_text(value: object, name: str) -> str | None:
    if value is None or (isinstance(value, str) and value):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise FaultRefused(f"{name} must be a text or null")
