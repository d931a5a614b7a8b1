"""Whom a request is counted for, and how long who has asked too often is told to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.test import Client

from shop import devices
from shop.models import Device
from tests.customers import PASSWORD, customer
from tests.shop.api.v1.app import App

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db) -> User:
    return customer()


@pytest.fixture(autouse=True)
def early_in_a_minute():
    """No test begins in one window and ends in the next."""
    with time_machine.travel(datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)):
        yield


def limit(settings, **limits: int) -> None:
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, **limits}


def test_devices_of_an_account_are_counted_together(app: App, user: User, settings) -> None:
    limit(settings, customer=2)
    other = App(Client(REMOTE_ADDR="203.0.113.7"))
    app.log_in(user)
    other.log_in(user)

    answers = [one.get("account/").status_code for one in (app, other, app)]

    assert answers == [200, 200, 429]


@pytest.mark.parametrize("token", ["Bearer " + "x" * 43, "Bearer", "Basic abc"])
def test_who_tries_tokens_out_is_counted_as_a_visitor(app: App, settings, token: str) -> None:
    limit(settings, anonymous=2)
    app.headers["Authorization"] = token

    answers = [app.get("account/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert App(Client()).get("categories/").status_code == 429


def test_addresses_where_nothing_is_are_counted_too(app: App, settings) -> None:
    limit(settings, anonymous=2)

    answers = [app.get("no/such/thing/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[0]["RateLimit-Remaining"] == "1"


def test_account_has_so_many_devices_and_the_one_not_used_for_longest_ends(user: User) -> None:
    first, *others = (devices.open_device(user, name=str(number)) for number in range(devices.MAX_DEVICES))
    theirs = devices.open_device(customer("eve@example.com")).device

    newest = devices.open_device(user)

    living = set(Device.objects.filter(revoked_at=None).values_list("pk", flat=True))
    assert living == {pair.device.pk for pair in [*others, newest]} | {theirs.pk}
    first.device.refresh_from_db()
    assert first.device.end == Device.End.TOO_MANY


def test_wait_is_that_of_the_longest_limit_that_is_used_up(app: App, user: User) -> None:
    login = {"email": user.email, "password": "guess"}

    answers = [app.post("auth/login/", login) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json()["code"] == "too_many_tries"
    # Five tries in five minutes for one address.
    assert 240 < int(answers[-1]["Retry-After"]) <= 300


def test_too_many_codes_are_no_wrong_code(app: App, user: User) -> None:
    TOTP.activate(user, generate_totp_secret())
    assert Authenticator.objects.filter(user=user).exists()
    login = {"email": user.email, "password": PASSWORD, "code": "000000"}

    answers = [app.post("auth/login/", login) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 240 < int(answers[-1]["Retry-After"]) <= 300
