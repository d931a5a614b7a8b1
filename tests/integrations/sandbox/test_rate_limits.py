"""Call limits as a setting, and the quick clock they are counted by."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from integrations.sandbox.rate_limits import RateLimits

from .aliseeks_wire import PLACE, Aliseeks, purchase
from .conftest import Start
from .wire import CREATE, PRODUCT, Supplier
from .wire import purchase as order


def limit(supplier: Supplier, **limits: int) -> None:
    names = {"create": CREATE, "product": PRODUCT, "place": PLACE, "refresh": "/auth/token/refresh"}
    supplier.control("POST", "settings", {"limits": {names[name]: number for name, number in limits.items()}})


def outcome(supplier: Supplier) -> str:
    answer = supplier.create(order())
    return str(answer.get("error_response", {}).get("code", "ok"))


def test_calls_beyond_the_limit_are_refused_with_the_ban(supplier: Supplier) -> None:
    limit(supplier, create=3)

    seen = [outcome(supplier) for _ in range(4)]

    assert seen == ["ok", "ok", "ok", "ApiCallLimit"]
    message = supplier.create(order())["error_response"]["msg"]
    assert message.startswith("Api access frequency exceeds the limit. this ban will last ")
    assert 55 <= int(message.split()[-2]) <= 60
    assert len(supplier.control("GET", "orders")) == 3


def test_window_slides(supplier: Supplier) -> None:
    limit(supplier, create=2)
    outcome(supplier)
    supplier.advance(40)
    outcome(supplier)
    supplier.advance(21)

    assert [outcome(supplier), outcome(supplier)] == ["ok", "ApiCallLimit"]


def test_refused_calls_do_not_lengthen_the_wait() -> None:
    rates = RateLimits()
    rates.left_ms("key", "method", 1, 0)

    waits = [rates.left_ms("key", "method", 1, now_ms) for now_ms in (10_000, 59_999, 60_000)]

    assert waits == [50_000, 1, None]


def test_smaller_limit_waits_for_as_many_calls_as_needed() -> None:
    rates = RateLimits()
    for now_ms in (0, 1_000, 2_000):
        rates.left_ms("key", "method", 3, now_ms)

    assert rates.left_ms("key", "method", 1, 3_000) == 59_000


def test_keys_and_methods_are_counted_apart() -> None:
    rates = RateLimits()

    pairs = [("a", "x"), ("a", "y"), ("b", "x")]

    assert [rates.left_ms(key, method, 1, 0) for key, method in pairs] == [None] * 3


def test_other_methods_are_not_limited(supplier: Supplier) -> None:
    limit(supplier, create=1)
    outcome(supplier)
    outcome(supplier)

    assert supplier.product()["rsp_code"] == 200


def test_token_calls_can_be_limited(supplier: Supplier) -> None:
    limit(supplier, refresh=1)
    supplier.system("/auth/token/refresh", refresh_token="x")

    assert supplier.system("/auth/token/refresh", refresh_token="x")["code"] == "ApiCallLimit"


def test_unsigned_calls_use_nothing_up(supplier: Supplier) -> None:
    limit(supplier, product=1)
    supplier.post(supplier.common(method=PRODUCT, product_id="1", ship_to_country="US") | {"sign": "0"})

    assert supplier.product()["rsp_code"] == 200


def test_parallel_calls_never_pass_the_limit(supplier: Supplier) -> None:
    limit(supplier, create=5)

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: outcome(supplier), range(24)))

    assert seen.count("ok") == 5
    assert len(supplier.control("GET", "orders")) == 5


def test_refused_calls_are_counted_by_method(supplier: Supplier) -> None:
    limit(supplier, create=1)
    for _ in range(3):
        outcome(supplier)

    assert supplier.control("GET", "calls") == {CREATE: 3, "refused": {CREATE: 2}}
    supplier.control("DELETE", "calls")
    assert supplier.control("GET", "calls") == {}


def test_aliseeks_answers_status_429(supplier: Supplier, aliseeks: Aliseeks) -> None:
    limit(supplier, place=1)
    aliseeks.buy()

    status, headers, _ = aliseeks.call("POST", "/orders", purchase())

    assert status == 429
    assert headers["x-error-code"] == "TooManyRequests"
    assert supplier.control("GET", "calls")["refused"] == {PLACE: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": {CREATE: 0}},
        {"limits": {CREATE: True}},
        {"limits": {"aliexpress.nothing": 3}},
        {"limits": [CREATE]},
        {"clock_speed": 0},
        {"clock_speed": 0.5},
        {"clock_speed": "60"},
        {"aliseeks_unknown_merchant": 404},
        {"aliseeks_unknown_merchant": True},
        {"oauth_callback": "javascript:1"},
        {"access_lifetime_s": 0},
    ],
)
def test_wrong_settings_are_refused(supplier: Supplier, changes: dict[str, Any]) -> None:
    before = supplier.control("GET", "settings")
    assert supplier.send("POST", "/_control/settings", json.dumps(changes).encode())[0] == 400
    assert supplier.control("GET", "settings") == before


# The quick clock


def test_quick_clock_runs_faster_from_the_moment_it_is_set(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"clock_speed": 100})
    before = supplier.control("GET", "clock")
    time.sleep(0.1)
    after = supplier.control("GET", "clock")

    assert after["clock_speed"] == 100
    assert after["offset_s"] - before["offset_s"] >= 9.8


def test_quick_clock_frees_the_limit_sooner_and_says_real_seconds(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"clock_speed": 60, "limits": {CREATE: 1}})
    outcome(supplier)

    message = supplier.create(order())["error_response"]["msg"]
    time.sleep(1.01)

    assert message.endswith("this ban will last 1 seconds")
    assert outcome(supplier) == "ok"


def test_quick_clock_never_goes_back_over_a_restart(start: Start, tmp_path: object) -> None:
    store = f"{tmp_path}/sandbox.sqlite3"
    _, before = start(store=store)
    before.control("POST", "settings", {"clock_speed": 60})
    time.sleep(0.05)
    seen = before.control("GET", "clock")["now"]

    _, after = start(store=store)

    assert after.control("GET", "clock")["now"] >= seen
    assert after.control("GET", "clock")["clock_speed"] == 60


def test_slowed_clock_goes_on_from_where_it_was(supplier: Supplier) -> None:
    supplier.control("POST", "settings", {"clock_speed": 1000})
    time.sleep(0.02)
    seen = supplier.control("GET", "clock")

    supplier.control("POST", "settings", {"clock_speed": 1})

    after = supplier.control("GET", "clock")
    assert after["now"] >= seen["now"]
    assert after["offset_s"] >= seen["offset_s"]
