"""The second step: of customers who want one, and of staff who have to."""

from __future__ import annotations

import hashlib
import hmac
import struct
import time
from base64 import b32decode
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from shop.accounts import registering
from tests.customers import PASSWORD, browser_of, customer, log_in, mails, reauthenticate

pytestmark = pytest.mark.django_db


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    digest = hmac.new(b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def with_app(user: User) -> str:
    """Turn an authenticator app on; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def admin_login(client: Client, name: str, password: str = PASSWORD):
    return client.post("/admin/login/?next=/admin/auth/user/", {"username": name, "password": password})


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss", "boss@example.com", PASSWORD)


def test_app_is_set_up_with_a_code_and_its_secret_is_sealed(django_capture_on_commit_callbacks) -> None:
    user = customer()
    browser = browser_of(user)
    reauthenticate(browser)
    page = browser.get("/account/security/totp/activate/")
    secret = page.context["form"].secret

    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post("/account/security/totp/activate/", {"code": code_of(secret)})

    assert response.status_code == 302
    assert 'style="' not in page.content.decode()
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    assert "ada@example.com" in mails()[-1].to


def test_password_alone_does_not_open_an_account_with_an_app() -> None:
    user = customer()
    secret = with_app(user)
    browser = Client()

    first = log_in(browser)
    inside = browser.get("/account/").status_code
    wrong = browser.post("/account/security/authenticate/", {"code": "000000"})
    right = browser.post("/account/security/authenticate/", {"code": code_of(secret)})

    assert first.url == "/account/security/authenticate/"
    assert (inside, wrong.status_code, right.status_code) == (302, 200, 302)
    assert browser.get("/account/").status_code == 200


def test_app_works_after_its_key_was_rotated_away(settings) -> None:
    user = customer()
    secret = with_app(user)
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    call_command("rotate_token_keys", stdout=StringIO())
    settings.FIELD_ENCRYPTION_KEYS = [new]
    browser = Client()
    log_in(browser)

    assert browser.post("/account/security/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_recovery_code_works_once() -> None:
    user = customer()
    with_app(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    results = []
    for _ in range(2):
        browser = Client()
        log_in(browser)
        results.append(browser.post("/account/security/authenticate/", {"code": code}).status_code)

    assert results == [302, 200]


def test_api_is_told_who_has_a_second_factor() -> None:
    user = customer()
    with_app(user)

    assert registering.has_second_factor(user)
    assert not registering.has_second_factor(customer("bob@example.com"))


def test_staff_log_in_by_name_as_before(boss: User) -> None:
    browser = Client()

    response = admin_login(browser, "boss")

    assert response.url == "/admin/auth/user/"
    assert browser.get("/admin/auth/user/").status_code == 200


def test_customer_does_not_get_into_the_admin() -> None:
    user = customer()

    response = admin_login(Client(), user.username)

    assert response.status_code == 200
    assert browser_of(user).get("/admin/").status_code == 302


def test_admins_login_leads_nowhere_else(boss: User) -> None:
    response = Client().post("/admin/login/?next=https://evil.example.org/", {"username": "boss", "password": PASSWORD})

    assert response.url == "/admin/"


def test_guessing_staffs_passwords_is_stopped(boss: User) -> None:
    for _ in range(5):
        admin_login(Client(), "boss", "guess")

    assert b"Too many failed" in admin_login(Client(), "boss").content


def test_staff_with_an_app_are_asked_for_it_also_by_the_admins_login(boss: User) -> None:
    with_app(boss)
    browser = Client()

    assert admin_login(browser, "boss").url == "/account/security/authenticate/"
    assert browser.get("/admin/auth/user/").status_code == 302
    assert browser.get("/account/security/totp/deactivate/").status_code == 302


def test_code_opens_the_admin_where_it_is_required(boss: User, settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    secret = with_app(boss)
    browser = Client()
    admin_login(browser, "boss")

    response = browser.post("/account/security/authenticate/", {"code": code_of(secret)})

    assert response.url == "/admin/auth/user/"
    assert browser.get("/admin/auth/user/").status_code == 200


def test_staff_without_a_second_factor_are_led_to_set_one_up(boss: User, settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    browser = Client()
    admin_login(browser, "boss")

    response = browser.get("/admin/auth/user/", follow=True)

    assert response.redirect_chain[-1][0] == "/account/security/"
    assert b"asks for a second factor" in response.content


@pytest.mark.parametrize("address", ["/admin/", "/admin/auth/user/", "/admin/fulfillment/order/"])
def test_session_without_the_second_factor_opens_no_page_of_the_admin(boss: User, settings, address: str) -> None:
    settings.STAFF_SECOND_FACTOR = True
    with_app(boss)
    browser = Client()
    browser.force_login(boss)

    response = browser.get(address)

    assert response.url.startswith("/account/security/reauthenticate/")


def test_admin_is_as_it_was_where_nothing_is_required(boss: User) -> None:
    browser = Client()
    browser.force_login(boss)

    assert browser.get("/admin/").status_code == 200
