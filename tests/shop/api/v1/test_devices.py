"""Logging in on a device: what its tokens open, for how long, and what ends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import Order
from shop import devices
from shop.models import Device, DeviceToken
from tests.customers import PASSWORD, browser_of, customer, link_in, mails
from tests.factories import ListingFactory, OrderFactory
from tests.shop.accounts.test_second_factor import code_of, with_app
from tests.shop.api.v1.app import App
from tests.staff import staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def user(db) -> User:
    return customer()


def key_in(mail: Any) -> str:
    """What an app reads from the link that asks to confirm an address."""
    return link_in(mail, "confirm-email").rstrip("/").rpartition("/")[2]


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
    proof = {"key": key_in(mail), "password": PASSWORD}

    confirmed = app.post("auth/confirm-email/", proof)
    again = app.post("auth/confirm-email/", proof)
    after = app.post("auth/login/", body)

    assert (signed_up.status_code, before.status_code, confirmed.status_code) == (202, 401, 204)
    assert not confirmed.cookies
    assert (again.status_code, again.json()["code"]) == (422, "key_unknown")
    assert after.status_code == 200


def test_forged_key_confirms_nothing(app: App) -> None:
    user = customer("bob@example.com", confirmed=False)

    answer = app.post("auth/confirm-email/", {"key": f"{user.pk}:1wGxQz:forged", "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (422, "key_unknown")
    assert not user.emailaddress_set.get().verified


def test_owner_of_an_address_cannot_be_made_to_open_a_strangers_account(app: App) -> None:
    order = OrderFactory(email="victim@example.com")
    stranger = {"email": "victim@example.com", "password": "the stranger's password"}
    app.post("auth/register/", stranger)
    key = key_in(mails()[0])

    silent = app.post("auth/confirm-email/", {"key": key})
    own = app.post("auth/confirm-email/", {"key": key, "password": "what the victim would choose"})

    assert (silent.status_code, own.status_code, own.json()["code"]) == (400, 422, "key_unknown")
    assert app.post("auth/login/", stranger).status_code == 401
    order.refresh_from_db()
    assert order.customer is None


def test_owner_of_an_address_cannot_be_made_to_add_it_to_a_strangers_account(app: App, user: User) -> None:
    order = OrderFactory(email="victim@example.com")
    browser = browser_of(user)
    browser.post("/account/reauthenticate/?next=/account/", {"password": PASSWORD})
    browser.post("/account/email/", {"email": "victim@example.com", "action_add": "1"})
    key = key_in(next(mail for mail in mails() if mail.to == ["victim@example.com"]))

    refused = app.post("auth/confirm-email/", {"key": key, "password": "what the victim would choose"})
    order.refresh_from_db()
    joined = order.customer
    confirmed = app.post("auth/confirm-email/", {"key": key, "password": PASSWORD})

    assert (refused.status_code, joined, confirmed.status_code) == (422, None, 204)


def test_guessing_the_password_of_an_unconfirmed_account_is_stopped(app: App) -> None:
    app.post("auth/register/", {"email": "new@example.com", "password": PASSWORD})
    proof = {"key": key_in(mails()[0])}

    guesses = [app.post("auth/confirm-email/", {**proof, "password": "guess"}).status_code for _ in range(6)]

    assert guesses == [422] * 5 + [429]
    assert app.post("auth/confirm-email/", {**proof, "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("door", ["api", "admin"])
def test_login_by_name_does_not_tell_which_address_is_known(app: App, user: User, door: str) -> None:
    typed = "the stranger's password"
    answers = []
    for number, email in enumerate((user.email, "unknown@example.com")):
        visitor = App(Client(REMOTE_ADDR=f"203.0.113.{number}"))
        visitor.post("auth/register/", {"email": email, "password": typed})
        answers.append([by_name(visitor, door, email, typed) for _ in range(7)])

    assert answers[0] == answers[1]
    assert answers[0][0] != answers[0][-1]


def by_name(visitor: App, door: str, name: str, password: str) -> tuple[int, str]:
    """What a login by name is answered, without the name."""
    if door == "api":
        answer = visitor.post("auth/login/", {"username": name, "password": password})
        return answer.status_code, answer.content.decode()
    page = visitor.client.post("/admin/login/", {"username": name, "password": password})
    errors = [str(error) for found in page.context["form"].errors.values() for error in found]
    return page.status_code, " ".join(errors)


def test_name_of_staff_is_theirs_to_the_letter(app: App) -> None:
    boss = customer("boss@example.com", is_staff=True)

    by_their_name = app.post("auth/login/", {"username": boss.username, "password": PASSWORD})
    by_their_address = app.post("auth/login/", {"username": boss.email, "password": PASSWORD})

    assert (by_their_name.status_code, by_their_address.status_code) == (200, 401)


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


def test_device_from_before_the_second_factor_opens_nothing_of_the_staffs(app: App, settings) -> None:
    boss = staff("fulfillment.view_order")
    app.log_in(boss)
    before = app.get("staff/orders/").status_code
    settings.STAFF_SECOND_FACTOR = True

    refused = app.get("staff/orders/")
    hook = app.post("account/webhooks/", {"url": "https://push.example.com/", "scope": "all"})

    assert (before, refused.status_code, refused.json()["code"]) == (200, 401, "second_factor_required")
    assert hook.json()["code"] == "second_factor_required"
    assert app.get("account/").status_code == 200


def test_device_that_has_shown_the_second_factor_opens_the_staffs(app: App, settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    boss = staff("fulfillment.view_order")
    login = {"username": boss.username, "password": "not-a-secret", "code": code_of(with_app(boss))}

    app.headers["Authorization"] = f"Bearer {app.post('auth/login/', login).json()['access_token']}"

    assert app.get("staff/orders/").status_code == 200


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
