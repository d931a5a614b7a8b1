"""The customer's data: to take away, and to have erased."""

from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fulfillment.models import Order
from shop import devices, hooks
from shop.accounts import address_book, closing, sessions, stock_watch, wishes
from shop.accounts.models import StockWatch
from shop.models import DeviceToken, EventHook
from tests.customers import browser_of, customer, reauthenticate
from tests.factories import PAID_AT, ListingFactory, OrderFactory, OrderLineFactory
from tests.shop.accounts.test_address_book import HOME

pytestmark = pytest.mark.django_db

PLANTED = "planted-in-the-address"


def _is_here(model) -> bool:
    """Whether the model's rows may hold a customer's words: not sessions, which end, nor the queue's own tables."""
    return model is not Session and model._meta.app_label != "django_q"


def full_account(email: str = "ada@example.com") -> User:
    """An account with one of everything."""
    user, variant = customer(email), ListingFactory().variant
    address_book.save_address(user, HOME)
    wishes.add_wish(user, variant)
    stock_watch.watch(variant, email=email, user=user)
    devices.open_device(user, name=f"Telephone of {email}")
    hooks.register(user, url=f"https://push.example.com/{email}", scope="own")
    return user


def exported(browser: Client) -> dict:
    reauthenticate(browser)
    return json.loads(browser.get("/account/data/export.json").content)


def test_export_has_everything_and_nothing_of_others() -> None:
    user = full_account()
    order = OrderLineFactory(order=OrderFactory(customer=user, email="friend@example.com")).order
    guest = OrderFactory(email="ada@example.com")
    OrderFactory(customer=full_account("bob@example.com"), email="bob@example.com")

    browser = browser_of(user)
    Order.objects.filter(pk=guest.pk).update(customer=None)  # As if it had been made since.
    data = exported(browser)

    assert [row["email"] for row in data["email_addresses"]] == ["ada@example.com"]
    assert {row["number"] for row in data["orders"]} == {order.number, guest.number}
    assert [row["name"] for row in data["devices"]] == ["Telephone of ada@example.com"]
    assert [row["url"] for row in data["event_webhooks"]] == ["https://push.example.com/ada@example.com"]
    assert next(row for row in data["orders"] if row["number"] == order.number)["lines"][0]["unit_price"] == "24.90"
    assert [row["line1"] for row in data["saved_addresses"]] == ["123 Main St"]
    assert (len(data["wishes"]), len(data["stock_watches"]), len(data["sessions"])) == (1, 1, 1)
    assert "bob" not in json.dumps(data)


def test_export_holds_no_secret() -> None:
    user = full_account()

    text = json.dumps(exported(browser_of(user)))

    assert user.password not in text
    assert not any(hook.secret in text for hook in EventHook.objects.all())
    assert not any(token.token_hash in text for token in DeviceToken.objects.all())
    assert UserSession.objects.get().session_key not in text


@pytest.mark.parametrize("address", ["/account/data/export.json", "/account/data/close/"])
def test_password_is_asked_for_once_more(address: str) -> None:
    browser = browser_of(customer())

    assert browser.get(address).url.startswith("/account/reauthenticate/")


def test_export_reads_many_orders_in_as_few_queries_as_few(django_assert_max_num_queries) -> None:
    user = customer()
    browser = browser_of(user)
    reauthenticate(browser)
    for _ in range(8):
        OrderLineFactory(order=OrderFactory(customer=user))

    with django_assert_max_num_queries(32):
        browser.get("/account/data/export.json")


def close(browser: Client, **typed: str):
    reauthenticate(browser)
    return browser.post("/account/data/close/", typed)


def test_closed_account_leaves_no_trace_but_the_money() -> None:
    user = full_account()
    fields = {"line1": PLANTED, "last_name": PLANTED, "email": "ada@example.com"}
    order = OrderFactory(customer=user, status="canceled", **fields)
    browser = browser_of(user)
    # Since the login: an order as a guest, and an address that waits for its confirmation.
    OrderFactory(customer=None, status="canceled", **fields)
    second = "second@example.com"
    EmailAddress.objects.create(user=user, email=second)
    stock_watch.watch(ListingFactory().variant, email=second)

    response = close(browser, confirm="on")

    assert response.status_code == 200
    assert not User.objects.exists()
    everything = " ".join(str(list(model.objects.values())) for model in apps.get_models() if _is_here(model))
    assert PLANTED not in everything
    assert "ada@example.com" not in everything
    assert second not in everything
    order.refresh_from_db()
    assert (str(order.total), order.country, order.customer) == ("24.90", "US", None)
    assert not Session.objects.exclude(session_key=browser.session.session_key).exists()


def test_closing_takes_nothing_from_who_has_confirmed_the_address() -> None:
    owner = full_account("bob@example.com")
    EmailAddress.objects.create(user=(eve := customer("eve@example.com")), email="bob@example.com")

    closing.close_account(eve)

    assert StockWatch.objects.filter(user=owner).exists()


def test_page_names_orders_made_as_a_guest_since_the_login() -> None:
    browser = browser_of(customer())
    order = OrderFactory(email="ada@example.com", status="paid", paid_at=PAID_AT)
    reauthenticate(browser)

    assert order.number in browser.get("/account/data/close/").content.decode()


def test_order_under_way_keeps_its_address_until_it_has_ended(settings) -> None:
    settings.RETURN_DAYS = 0
    user = customer()
    order = OrderFactory(customer=user, status="shipped", paid_at=PAID_AT)
    done = closing.close_account(user)
    order.refresh_from_db()
    while_under_way = (order.line1, closing.orders_to_erase())

    Order.objects.filter(pk=order.pk).update(status="delivered")
    for order_id in closing.orders_to_erase():
        closing.erase_order(order_id)

    order.refresh_from_db()
    assert (done.erased, done.waiting) == (0, 1)
    assert while_under_way == ("123 Main St", [])
    assert (order.line1, order.email, order.erasure_wanted_at) == ("", "", None)
    assert closing.orders_to_erase() == []


def test_order_that_can_be_sent_back_keeps_its_address(settings) -> None:
    settings.RETURN_DAYS = 30
    user = customer()
    OrderLineFactory(order=OrderFactory(customer=user, status="delivered", paid_at=PAID_AT))

    assert closing.close_account(user).waiting == 1


def test_page_names_the_orders_that_are_still_needed() -> None:
    user = customer()
    order = OrderFactory(customer=user, status="paid", paid_at=PAID_AT)
    browser = browser_of(user)
    reauthenticate(browser)

    assert order.number in browser.get("/account/data/close/").content.decode()


def test_nothing_is_closed_without_the_tick() -> None:
    browser = browser_of(customer())

    assert close(browser).status_code == 400
    assert User.objects.exists()


def test_staff_are_not_closed_here() -> None:
    browser = browser_of(customer(is_staff=True))

    assert close(browser, confirm="on").status_code == 403
    assert User.objects.exists()


def test_order_that_waits_for_its_erasure_joins_no_new_account_of_that_address() -> None:
    OrderFactory(customer=(user := customer()), email="ada@example.com", status="paid", paid_at=PAID_AT)
    closing.close_account(user)

    browser_of(customer())

    assert Order.objects.get().customer is None


def test_ended_sessions_are_forgotten_with_their_network_addresses() -> None:
    browser_of(customer())
    browser_of(User.objects.get())
    Session.objects.filter(session_key=UserSession.objects.first().session_key).delete()

    sessions.purge()

    assert UserSession.objects.count() == 1


def test_log_out_everywhere_else() -> None:
    user = customer()
    here, there = browser_of(user), browser_of(user)
    token = devices.open_device(user).access

    here.post("/account/sessions/")

    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    with pytest.raises(devices.TokenProblem):
        devices.authenticate(token)


def test_lost_phone_is_logged_out_from_a_browser() -> None:
    user = customer()
    lost, kept = (devices.open_device(user, name=name) for name in ("Lost phone", "Tablet"))
    theirs = devices.open_device(customer("eve@example.com"), name="Another's phone")
    browser = browser_of(user)

    before = browser.get("/account/sessions/").content.decode()
    for pair in (lost, theirs):
        browser.post(f"/account/sessions/{pair.device.public_id}/end/")
    after = browser.get("/account/sessions/").content.decode()

    assert "Lost phone" in before
    assert "Another" not in before
    assert "Lost phone" not in after
    assert "Log out everywhere else" in after
    for pair in (kept, theirs):
        devices.authenticate(pair.access)


def test_devices_page_is_nobody_elses() -> None:
    lost = devices.open_device(customer()).device

    asked = [Client().get("/account/sessions/"), Client().post(f"/account/sessions/{lost.public_id}/end/")]

    assert [answer.status_code for answer in asked] == [302, 302]
    lost.refresh_from_db()
    assert lost.revoked_at is None


def test_orders_that_cannot_be_erased_yet_do_not_keep_others_from_their_turn(monkeypatch, settings) -> None:
    settings.RETURN_DAYS = 30
    monkeypatch.setattr(closing, "_AT_ONCE", 2)
    for status in ("in_fulfillment", "delivered", "delivered", "in_fulfillment"):
        OrderLineFactory(order=OrderFactory(status=status, paid_at=PAID_AT, erasure_wanted_at=PAID_AT))
    free = [OrderFactory(status="canceled", erasure_wanted_at=timezone.now()).pk for _ in range(3)]

    assert closing.orders_to_erase() == free[:2]
