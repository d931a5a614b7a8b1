"""Logging in on a device: what its tokens open, for how long, and what ends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import Order
from shop import devices
from shop.models import Device, DeviceToken
from tests.customers import PASSWORD, customer, link_in, mails
from tests.factories import ListingFactory, OrderFactory
from tests.shop.api.v1.app import App

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def user(db) -> User:
    return customer()


def test_customer_logs_in_and_out(app: App, user: User) -> None:
    tokens = app.post("auth/login/", {"email": user.email, "password": PASSWORD, "device_name": "phone"}).json()
    app.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    profile = app.get("account/").json()

    ended = app.post("auth/logout/")
    after = app.get("account/")

    assert (profile["email"], profile["permissions"]) == (user.email, [])
    assert ended.status_code == 204
    assert (after.status_code, after.json()["code"], after["WWW-Authenticate"]) == (401, "token_revoked", "Bearer")


def test_address_is_confirmed_once_by_the_key_of_the_mail(app: App) -> None:
    body = {"email": "new@example.com", "password": PASSWORD}
    signed_up = app.post("auth/register/", body)
    before = app.post("auth/login/", body)
    (mail, *_more) = mails()
    key = link_in(mail, "confirm-email").rstrip("/").rpartition("/")[2]

    confirmed = app.post("auth/confirm-email/", {"key": key})
    again = app.post("auth/confirm-email/", {"key": key})
    after = app.post("auth/login/", body)

    assert (signed_up.status_code, before.status_code, confirmed.status_code) == (202, 401, 204)
    assert not confirmed.cookies
    assert (again.status_code, again.json()["code"]) == (422, "key_unknown")
    assert after.status_code == 200


def test_forged_key_confirms_nothing(app: App) -> None:
    user = customer("bob@example.com", confirmed=False)

    answer = app.post("auth/confirm-email/", {"key": f"{user.pk}:1wGxQz:forged"})

    assert (answer.status_code, answer.json()["code"]) == (422, "key_unknown")
    assert not user.emailaddress_set.get().verified


@pytest.mark.parametrize(("email", "password"), [("", PASSWORD), ("nobody@example.com", PASSWORD), ("own", "wrong")])
def test_wrong_login_gives_nothing_away(app: App, user: User, email: str, password: str) -> None:
    typed = user.email if email == "own" else email

    answer = app.post("auth/login/", {"email": typed, "password": password})

    assert answer.status_code == (401 if email else 400)
    assert not Device.objects.exists()


def test_staff_log_in_by_name_and_customers_do_not(app: App, user: User) -> None:
    boss = User.objects.create_user("boss", password=PASSWORD, is_staff=True)

    as_boss = app.post("auth/login/", {"username": boss.username, "password": PASSWORD})
    as_customer = app.post("auth/login/", {"username": user.username, "password": PASSWORD})

    assert as_boss.status_code == 200
    assert as_customer.status_code == 401


def test_staff_without_the_second_factor_that_is_asked_for_are_not_let_in(app: App, settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    User.objects.create_user("boss", password=PASSWORD, is_staff=True)

    answer = app.post("auth/login/", {"username": "boss", "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")


def test_tokens_are_stored_as_hashes_only(user: User) -> None:
    pair = devices.open_device(user)

    kept = set(DeviceToken.objects.values_list("token_hash", flat=True))

    assert len(kept) == 2
    assert not kept & {pair.access, pair.refresh}


def test_access_token_expires_and_is_refreshed(app: App, user: User) -> None:
    with time_machine.travel(NOW, tick=False):
        pair = devices.open_device(user)
    app.headers["Authorization"] = f"Bearer {pair.access}"

    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        expired = app.get("account/")
        tokens = app.post("auth/refresh/", {"refresh_token": pair.refresh}).json()
        app.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        fresh = app.get("account/")

    assert expired.json()["code"] == "token_expired"
    assert fresh.status_code == 200


def test_stolen_refresh_token_ends_the_device(app: App, user: User) -> None:
    with time_machine.travel(NOW, tick=False):
        pair = devices.open_device(user)
        tokens = app.post("auth/refresh/", {"refresh_token": pair.refresh}).json()

    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        stolen = app.post("auth/refresh/", {"refresh_token": pair.refresh})
        app.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        victim = app.get("account/")

    assert (stolen.status_code, stolen.json()["code"]) == (401, "token_reused")
    assert victim.json()["code"] == "token_revoked"
    assert Device.objects.get().end == Device.End.REUSE


def test_lost_answer_may_be_asked_for_again_at_once(app: App, user: User) -> None:
    with time_machine.travel(NOW, tick=False):
        pair = devices.open_device(user)
        app.post("auth/refresh/", {"refresh_token": pair.refresh})

    with time_machine.travel(NOW + timedelta(seconds=5), tick=False):
        again = app.post("auth/refresh/", {"refresh_token": pair.refresh})

    assert again.status_code == 200


def test_new_password_ends_every_device(app: App, user: User) -> None:
    app.log_in(user)
    user.set_password("another sentence that nobody guesses")
    user.save()

    assert app.get("account/").json()["code"] == "token_revoked"


def test_refresh_token_opens_nothing_else(app: App, user: User) -> None:
    app.headers["Authorization"] = f"Bearer {devices.open_device(user).refresh}"

    assert app.get("account/").json()["code"] == "token_unknown"


def test_lost_phone_is_logged_out_from_another_device(app: App, user: User) -> None:
    lost = devices.open_device(user, name="lost phone").device
    theirs = devices.open_device(customer("eve@example.com")).device
    app.log_in(user)

    shown = app.get("auth/devices/").json()["results"]
    ended = app.send("DELETE", f"auth/devices/{lost.public_id}/")
    foreign = app.send("DELETE", f"auth/devices/{theirs.public_id}/")

    assert {device["name"] for device in shown} == {"lost phone", ""}
    assert (ended.status_code, foreign.status_code) == (204, 404)


def test_order_of_an_account_is_its_own(app: App, user: User, supplier) -> None:
    app.log_in(user)
    app.buy_now(ListingFactory().variant.sku)
    order = app.order()
    app.headers.pop("Order-Token")
    other = App(Client())
    other.log_in(customer("eve@example.com"))

    mine = app.get(f"orders/{order['number']}/")
    listed = app.get("account/orders/").json()["results"]

    assert mine.status_code == 200
    assert [row["number"] for row in listed] == [order["number"]]
    assert other.get(f"orders/{order['number']}/").status_code == 404
    assert other.get("account/orders/").json()["results"] == []


def test_orders_come_in_pages_of_the_same_cost(app: App, user: User, django_assert_num_queries) -> None:
    app.log_in(user)
    for number in range(21):
        OrderFactory(customer=user, created_at=NOW + timedelta(minutes=number))

    with django_assert_num_queries(2):
        first = app.get("account/orders/").json()
    rest = app.get(f"account/orders/?cursor={first['next_cursor']}").json()

    assert (len(first["results"]), len(rest["results"]), rest["next_cursor"]) == (20, 1, None)
    assert Order.objects.count() == 21


def test_requests_are_counted_and_then_refused(app: App, settings) -> None:
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, "anonymous": 2}

    answers = [app.get("categories/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json()["code"] == "throttled"
    assert 0 < int(answers[2]["Retry-After"]) <= 61


def test_address_book_is_checked_as_the_page_checks_it(app: App, user: User) -> None:
    from tests.shop.api.v1.app import ADDRESS

    app.log_in(user)
    bad = app.post("account/addresses/", {"address": {**ADDRESS, "postcode": "ABC"}})
    saved = app.post("account/addresses/", {"address": ADDRESS})
    gone = app.send("DELETE", f"account/addresses/{saved.json()['id']}/")

    assert "address.postcode" in {error["field"] for error in bad.json()["errors"]}
    assert saved.json()["is_default"] is True
    assert gone.status_code == 204
