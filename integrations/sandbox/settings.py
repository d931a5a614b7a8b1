"""The emulator's settings: its pace, and the switches for what the platform leaves unsaid."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from integrations.sandbox import methods

DAY_S = 86_400
IDEMPOTENCY_WINDOW_S = DAY_S


class SettingRefused(Exception):
    """A setting's name or value is not possible; the text says why."""


@dataclass(frozen=True)
class Settings:
    """Names ending in `_s` are seconds.

    Payment, shipment, delivery and confirmation count from an order's creation and are divided by `speed`
    when the order is created. `clock_speed` quickens the whole clock. `limits` are calls per minute.
    """

    repeat: str = "same_ids"
    simplify: str = "flattened"
    single_items: str = "list"
    scalars: str = "typed"
    auto_pay: str = "allowed"
    app_status: str = "online"
    after_refresh: str = "revokes_old"
    parcels: int = 1
    endless_stock: bool = False
    speed: float = 1.0
    sub_products: str = "either"
    unreadable_s: float = 0.0
    paid_after_s: float = 3.0
    shipped_after_s: float = 15.0
    delivered_after_s: float = 45.0
    confirmed_after_delivery_s: float = 5.0
    pay_timeout_s: float = float(DAY_S)
    push_url: str | None = None
    consent: str = "asks"
    oauth_callback: str | None = None
    access_lifetime_s: float | None = None
    refresh_lifetime_s: float | None = None
    clock_speed: float = 1.0
    limits: dict[str, int] = field(default_factory=dict)
    aliseeks_unknown_merchant: int = 403
    aliseeks_authorization: str = "by_time"
    aliseeks_unshipped: str = "empty"
    aliseeks_amounts: str = "text"
    aliseeks_countries: str = "iso"
    aliseeks_error_body: str = "object"
    aliseeks_retry_after: bool = False
    stripe_webhook_url: str | None = None
    stripe_delayed_s: float = 10.0
    rates_seed: int = 1
    rates_days_old: int = 0

    def as_dict(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self)


def changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return the settings with `changes` applied. Raises SettingRefused; then nothing has changed."""
    for name, value in changes.items():
        check = _CHECKS.get(name)
        if check is None:
            known = ", ".join(field.name for field in fields(Settings))
            raise SettingRefused(f"unknown setting {name!r}; known: {known}")
        problem = check(value)
        if problem:
            raise SettingRefused(f"{name}: {problem}")
    result = replace(settings, **changes)
    if not result.paid_after_s <= result.shipped_after_s <= result.delivered_after_s:
        raise SettingRefused("paid_after_s <= shipped_after_s <= delivered_after_s must hold")
    return result


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a JSON value is a finite number (a boolean is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _one_of(*words: str) -> Callable[[Any], str]:
    return lambda value: "" if value in words else f"must be one of {', '.join(words)}"


def _seconds(value: Any) -> str:
    return "" if is_number(value) and 0 <= value <= 400 * DAY_S else "must be a number of seconds from 0 on"


def _speed(value: Any) -> str:
    return "" if is_number(value) and 0 < value <= 1_000_000 else "must be a number above 0"


def _boolean(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _whole(value: Any) -> str:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000
    return "" if is_whole else "must be a whole number from 0 to 100000"


def _parcels(value: Any) -> str:
    return "" if is_number(value) and value in (1, 2) else "must be 1 or 2"


def _lifetime(value: Any) -> str:
    is_good = value is None or (is_number(value) and 1 <= value <= 400 * DAY_S)
    return "" if is_good else "must be a number of seconds from 1 on, or null"


def _clock_speed(value: Any) -> str:
    return "" if is_number(value) and 1 <= value <= 1000 else "must be a number from 1 to 1000"


def _limits(value: Any) -> str:
    if not isinstance(value, dict):
        return "must be an object of method and calls per minute"
    for name, number in value.items():
        if name not in methods.EVERY_METHOD:
            return f"unknown method {name!r}; known: {', '.join(sorted(methods.EVERY_METHOD))}"
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 1_000_000:
            return f"{name} must be a whole number of calls per minute, from 1 on"
    return ""


def _status(value: Any) -> str:
    return "" if value in (403, 422) and is_number(value) else "must be 403 or 422"


def _callback(value: Any) -> str:
    try:
        is_url = isinstance(value, str) and urlsplit(value).scheme in ("http", "https") and urlsplit(value).hostname
    except ValueError:
        is_url = False
    return "" if value is None or is_url else "must be an http address or null"


def _push_url(value: Any) -> str:
    is_url = isinstance(value, str) and value.startswith(("http://", "https://"))
    return "" if value is None or is_url else "must be an http address or null"


_CHECKS: dict[str, Callable[[Any], str]] = {
    "repeat": _one_of("same_ids", "error"),
    "simplify": _one_of("flattened", "bare", "ignored"),
    "single_items": _one_of("list", "bare"),
    "scalars": _one_of("typed", "text"),
    "auto_pay": _one_of("allowed", "refused"),
    "app_status": _one_of("online", "test"),
    "after_refresh": _one_of("revokes_old", "keeps_old"),
    "parcels": _parcels,
    "endless_stock": _boolean,
    "speed": _speed,
    "sub_products": _one_of("either", "only"),
    "unreadable_s": _seconds,
    "paid_after_s": _seconds,
    "shipped_after_s": _seconds,
    "delivered_after_s": _seconds,
    "confirmed_after_delivery_s": _seconds,
    "pay_timeout_s": _seconds,
    "push_url": _push_url,
    "consent": _one_of("asks", "always"),
    "oauth_callback": _callback,
    "access_lifetime_s": _lifetime,
    "refresh_lifetime_s": _lifetime,
    "clock_speed": _clock_speed,
    "limits": _limits,
    "aliseeks_unknown_merchant": _status,
    "aliseeks_authorization": _one_of("by_time", "ended"),
    "aliseeks_unshipped": _one_of("empty", "absent"),
    "aliseeks_amounts": _one_of("text", "number"),
    "aliseeks_countries": _one_of("iso", "aliexpress", "both"),
    "aliseeks_error_body": _one_of("object", "text", "empty"),
    "aliseeks_retry_after": _boolean,
    "stripe_webhook_url": _push_url,
    "stripe_delayed_s": _seconds,
    "rates_seed": _whole,
    "rates_days_old": _whole,
}
