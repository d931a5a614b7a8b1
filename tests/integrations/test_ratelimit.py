"""Calls of a group wait for their place; no minute ever holds more of them than the limit."""

from __future__ import annotations

import pytest

from integrations import ratelimit
from integrations.clock import database_now
from integrations.models import RateWindow
from integrations.ratelimit import RateLimited, pause, take_place, wait_for_place, waiting_times
from tests.factories import SupplierAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(settings):
    settings.RATE_LIMITS = {"standard": 3, "search": 2, "order": 1}
    return SupplierAccountFactory()


def test_calls_within_the_limit_wait_for_nothing(account):
    assert [take_place(account, "standard", patience_s=0) for _ in range(3)] == [0, 0, 0]


def test_call_past_the_limit_waits_until_the_oldest_is_a_minute_old(account):
    for _ in range(3):
        take_place(account, "standard", patience_s=0)

    assert 59 < take_place(account, "standard", patience_s=90) <= 60 * (1 + ratelimit.MARGIN)


def test_no_minute_holds_more_calls_than_the_limit(account):
    now = database_now().timestamp()

    places = sorted(now + take_place(account, "standard", patience_s=10_000) for _ in range(20))

    assert all(later - earlier > 59.9 for earlier, later in zip(places, places[3:], strict=False))


def test_impatient_call_takes_no_place(account):
    take_place(account, "order", patience_s=0)

    with pytest.raises(RateLimited) as caught:
        take_place(account, "order", patience_s=5)

    assert 55 < caught.value.retry_after_s <= 60 * (1 + ratelimit.MARGIN) + 0.001
    assert len(RateWindow.objects.get().slots) == 1


def test_groups_and_accounts_do_not_share_places(account):
    take_place(account, "order", patience_s=0)

    assert take_place(account, "search", patience_s=0) == 0
    assert take_place(SupplierAccountFactory(), "order", patience_s=0) == 0


def test_ban_moves_every_place_behind_it(account):
    pause(account, "order", seconds=40)

    assert 38 < take_place(account, "order", patience_s=60) <= 40


def test_ban_that_comes_while_a_call_waits_is_waited_for_too(account):
    take_place(account, "order", patience_s=0)
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 1:
            pause(account, "order", seconds=200)

    wait_for_place(account, "order", patience_s=500, sleep=sleep)

    assert [55 < waits[0] < 62, 195 < waits[1] <= 200] == [True, True]


def test_call_that_has_no_patience_for_a_ban_that_came_meanwhile_is_not_made(account):
    take_place(account, "order", patience_s=0)

    with pytest.raises(RateLimited) as caught:
        wait_for_place(account, "order", patience_s=90, sleep=lambda _s: pause(account, "order", seconds=200))

    assert 195 < caught.value.retry_after_s <= 200


def test_ban_that_ends_before_the_place_is_no_reason_to_wait_longer(account):
    take_place(account, "order", patience_s=0)
    waits = []

    wait_for_place(
        account, "order", patience_s=90, sleep=lambda s: (waits.append(s), pause(account, "order", seconds=5))
    )

    assert len(waits) == 1


def test_shorter_ban_does_not_end_a_longer_one(account):
    pause(account, "order", seconds=40)
    pause(account, "order", seconds=1)

    assert waiting_times("order")[account.pk] > 30
