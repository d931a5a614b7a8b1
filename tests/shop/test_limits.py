"""How often one visitor may do something that costs."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from shop.limits import COUPON_TRIES, allowed, may_try_coupon


def visit(address: str = "203.0.113.7", **headers: str):
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


def count(request) -> int:
    """How many times ``request``'s visitor was let through out of five."""
    return sum(allowed(request, "look", times=3, seconds=60) for _ in range(5))


def test_visitor_is_let_through_so_many_times():
    assert count(visit()) == 3


def test_another_visitor_and_another_thing_have_counts_of_their_own():
    count(visit())

    assert count(visit("203.0.113.8")) == 3
    assert allowed(visit(), "buy", times=1, seconds=60)


def test_one_network_of_ipv6_is_one_visitor():
    assert count(visit("2001:db8:1:2::1")) == 3
    assert count(visit("2001:db8:1:2:ffff::9")) == 0
    assert count(visit("2001:db8:1:3::1")) == 3


@pytest.mark.parametrize(("behind_proxy", "let_through"), [(False, 0), (True, 3)])
def test_forwarded_address_counts_only_behind_our_proxy(settings, behind_proxy, let_through):
    settings.BEHIND_PROXY = behind_proxy
    count(visit(**{"X-Forwarded-For": "198.51.100.1"}))

    assert count(visit(**{"X-Forwarded-For": "198.51.100.2"})) == let_through


def test_claimed_address_before_the_proxys_own_is_ignored(settings):
    settings.BEHIND_PROXY = True
    count(visit(**{"X-Forwarded-For": "198.51.100.1"}))

    assert count(visit(**{"X-Forwarded-For": "192.0.2.99, 198.51.100.1"})) == 0


def test_cache_keeps_no_address(monkeypatch):
    keys = []
    monkeypatch.setattr(cache, "add", lambda key, *args: keys.append(key) or True)

    allowed(visit(), "look", times=3, seconds=60)

    assert len(keys) == 1
    assert "203.0.113.7" not in keys[0]


def test_coupon_codes_cannot_be_guessed_for_long():
    tries = [may_try_coupon(visit()) for _ in range(COUPON_TRIES + 5)]

    assert tries == [True] * COUPON_TRIES + [False] * 5
