"""Signing up, confirming the address, logging in, a new password: and what none of it gives away."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client

from shop.accounts.models import OutgoingMail
from tests.customers import PASSWORD, browser_of, customer, link_in, log_in, mails, sign_up

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    """A page without what differs between any two requests."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


@pytest.fixture
def hashes(monkeypatch) -> list[str]:
    """How often a password was hashed: what takes long, and would tell by its time."""
    made: list[str] = []
    original = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: made.append("hash") or original(self, *args))
    return made


def test_sign_up_confirm_and_be_logged_in(client: Client) -> None:
    response = sign_up(client)
    (message,) = mails()
    confirmed = client.post(link_in(message, "/confirm-email/"))

    assert response.url == "/account/confirm-email/"
    assert message.to == ["ada@example.com"]
    assert confirmed.url == "/account/"
    assert client.get("/account/").status_code == 200
    assert EmailAddress.objects.get().verified


def test_user_name_tells_nothing_of_the_address(client: Client) -> None:
    # Random names are of hexadecimal digits: a name of those would turn up by chance.
    sign_up(client, "zoltan@example.com")

    assert "zoltan" not in User.objects.get().username


def test_opening_the_link_confirms_nothing(client: Client) -> None:
    sign_up(client)

    page = client.get(link_in(mails()[0], "/confirm-email/"))

    assert page.status_code == 200
    assert not EmailAddress.objects.get().verified


def test_another_browser_needs_the_password_to_confirm(client: Client) -> None:
    sign_up(client)
    link = link_in(mails()[0], "/confirm-email/")
    other = Client()

    refused = other.post(link)
    wrong = other.post(link, {"password": "guessed"})
    right = other.post(link, {"password": PASSWORD})

    assert (refused.status_code, wrong.status_code, right.status_code) == (400, 400, 302)
    assert other.get("/account/").status_code == 200


def test_owner_of_an_address_cannot_be_made_to_open_a_strangers_account(client: Client) -> None:
    sign_up(client, "victim@example.com", "the stranger's password")
    link = link_in(mails()[0], "/confirm-email/")

    Client().post(link, {"password": "what the victim would choose"})

    assert not EmailAddress.objects.get().verified
    assert log_in(client, "victim@example.com", "the stranger's password").status_code == 200


def test_used_up_link_says_so(client: Client) -> None:
    sign_up(client)
    link = link_in(mails()[0], "/confirm-email/")
    client.post(link)

    assert b"used up or too old" in client.get(link).content
    assert client.post(link).status_code == 404


def test_known_and_unknown_address_sign_up_alike(hashes: list[str]) -> None:
    customer("known@example.com")
    answers, costs, pages = [], [], []
    for email in ("known@example.com", "unknown@example.com"):
        hashes.clear()
        client = Client()
        response = sign_up(client, email)
        costs.append(len(hashes))
        answers.append((response.status_code, response.url, sorted(response.cookies)))
        pages.append(text_of(client.get(response.url)))

    assert answers[0] == answers[1]
    assert pages[0] == pages[1]
    assert costs == [1, 1]


def test_known_address_gets_a_mail_that_says_so() -> None:
    customer("known@example.com")

    sign_up(Client(), "known@example.com")

    (message,) = mails()
    assert message.to == ["known@example.com"]
    assert "have an account" in message.subject
    assert User.objects.count() == 1


def test_logging_in_after_signing_up_does_not_tell_who_had_the_address(hashes: list[str]) -> None:
    customer("known@example.com")
    answers, costs = [], []
    for email in ("known@example.com", "unknown@example.com"):
        client = Client()
        sign_up(client, email, "the stranger's password")
        hashes.clear()
        response = log_in(client, email, "the stranger's password")
        costs.append(len(hashes))
        answers.append(text_of(response).replace(email, ""))

    assert answers[0] == answers[1]


def test_unconfirmed_login_is_counted_as_a_failure_too() -> None:
    customer(confirmed=False)

    pages = [text_of(log_in(Client())) for _ in range(7)]

    assert "wrong" in pages[0]
    assert "Too many failed login attempts" in pages[-1]


def test_unconfirmed_owner_gets_the_mail_again() -> None:
    customer(confirmed=False)

    log_in(Client())

    assert "/confirm-email/" in mails()[0].body


def test_login_with_an_unknown_address_hashes_as_often_as_with_a_known_one(hashes: list[str]) -> None:
    customer("known@example.com")
    answers, costs = [], []
    for email in ("known@example.com", "unknown@example.com"):
        hashes.clear()
        response = log_in(Client(), email, "guessed")
        costs.append(len(hashes))
        answers.append(text_of(response).replace(email, ""))

    assert answers[0] == answers[1]
    assert costs[0] == costs[1] == 1


def test_reset_answers_and_mails_alike() -> None:
    customer("known@example.com")
    pages, counts = [], []
    for email in ("known@example.com", "unknown@example.com"):
        client = Client()
        response = client.post("/account/password/reset/", {"email": email}, follow=True)
        pages.append(text_of(response))
        counts.append(OutgoingMail.objects.filter(to=email).count())

    assert pages[0] == pages[1]
    assert counts == [1, 1]


def test_new_password_opens_the_account_and_the_old_one_does_not(client: Client) -> None:
    customer()
    client.post("/account/password/reset/", {"email": "ada@example.com"})
    page = client.get(link_in(mails()[0], "/password/reset/key/"), follow=True)
    fresh = "another sentence of mine"

    client.post(page.request["PATH_INFO"], {"password1": fresh, "password2": fresh})

    assert log_in(Client()).status_code == 200
    assert log_in(Client(), password=fresh).status_code == 302


def test_new_password_proves_the_mailbox_of_an_unconfirmed_account(client: Client) -> None:
    customer(confirmed=False)
    client.post("/account/password/reset/", {"email": "ada@example.com"})
    page = client.get(link_in(mails()[0], "/password/reset/key/"), follow=True)
    fresh = "another sentence of mine"

    client.post(page.request["PATH_INFO"], {"password1": fresh, "password2": fresh})

    assert log_in(Client(), password=fresh).status_code == 302


def test_guessing_is_stopped_for_the_address_whoever_guesses() -> None:
    customer()

    for number in range(5):
        Client(REMOTE_ADDR=f"203.0.113.{number}").post(
            "/account/login/", {"login": "ada@example.com", "password": "guess"}
        )

    assert "Too many failed" in text_of(log_in(Client(REMOTE_ADDR="203.0.113.99")))


def test_visitor_is_counted_by_the_address_the_proxy_tells(settings) -> None:
    settings.BEHIND_PROXY = True
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "2/m/ip"}

    def ask(forwarded: str) -> int:
        data = {"email": "x@example.com", "password1": "short"}
        return Client().post("/account/signup/", data, headers={"X-Forwarded-For": forwarded}).status_code

    assert [ask("1.1.1.1, 198.51.100.1"), ask("2.2.2.2, 198.51.100.1"), ask("3.3.3.3, 198.51.100.1")] == [200, 200, 429]
    assert ask("198.51.100.2") == 200


def test_mail_waits_sealed_and_goes_when_it_is_sent(client: Client) -> None:
    sign_up(client)
    row = OutgoingMail.objects.get()

    assert "confirm-email" not in row.content_sealed
    mails()
    assert not OutgoingMail.objects.exists()


def test_links_in_mails_begin_with_the_shops_own_address(client: Client, settings) -> None:
    settings.BASE_URL = "https://shop.example.com"

    client.post(
        "/account/signup/", {"email": "ada@example.com", "password1": PASSWORD}, headers={"host": "evil.example.org"}
    )

    assert "https://shop.example.com/account/confirm-email/" in mails()[0].body
    assert "evil" not in mails()[0].body


def test_adding_an_address_that_somebody_has_looks_like_any_other() -> None:
    customer("taken@example.com")
    pages = []
    for own, added in (("a@example.com", "taken@example.com"), ("b@example.com", "unknown@example.com")):
        browser = browser_of(customer(own))
        browser.post("/account/reauthenticate/?next=/account/", {"password": PASSWORD})
        response = browser.post("/account/email/", {"email": added, "action_add": "1"}, follow=True)
        pages.append(text_of(response).replace(own, "").replace(added, ""))

    assert pages[0] == pages[1]


def test_log_out_forgets_the_session() -> None:
    browser = browser_of(customer())

    browser.post("/account/logout/")

    assert browser.get("/account/").url.startswith("/account/login/")
