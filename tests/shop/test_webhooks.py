"""``POST /webhooks/<provider>/<account public id>``."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError
from django.test import Client

from integrations.models import PushMessage, SupplierAccount
from shop.views import webhooks
from tests.factories import SupplierAccountFactory
from tests.fulfillment.scenes import together
from tests.staff import signed_in, superuser

pytestmark = pytest.mark.django_db

# As the vendor's page prints it, ids replaced.
BODY = (
    b'{"data":{"buyerId":6000001,"orderId":8198352049851315,"orderStatus":"OrderShipped"},"message_type":53,'
    b'"seller_id":"6000001","site":"ae_global","timestamp":1735776000}'
)


@pytest.fixture
def account() -> SupplierAccount:
    return SupplierAccountFactory()


def address(account: SupplierAccount) -> str:
    return f"/webhooks/{account.provider}/{account.public_id}"


def send(account: SupplierAccount, body: bytes = BODY, *, url: str = "", secret: str = "", **headers: str) -> Any:
    key = (secret or account.app_secret).encode()
    signature = hmac.new(key, account.app_key.encode() + body, hashlib.sha256).hexdigest()
    return Client(enforce_csrf_checks=True).post(
        url or address(account),
        body,
        content_type="application/json",
        headers={"Authorization": signature, **headers},
    )


def test_push_is_kept_and_answered_with_nothing(account):
    response = send(account)

    assert (response.status_code, response.content) == (200, b"")
    assert not response.cookies
    message = PushMessage.objects.get()
    assert (message.account, message.kind, message.external_id) == (account, "order_shipped", "8198352049851315")
    assert message.key == hashlib.sha256(BODY).hexdigest()
    assert message.handled_at is None
    assert "6000001" not in json.dumps(message.body)


def test_push_wakes_a_job(account, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr("integrations.wake._wake_now", lambda *args: woken.append(args))

    with django_capture_on_commit_callbacks(execute=True):
        send(account)
    with django_capture_on_commit_callbacks(execute=True):
        send(account)

    assert woken == [("fulfillment.tasks.handle_push", PushMessage.objects.get().pk)]


def test_push_is_answered_within_half_a_second(account):
    send(account)
    began = time.perf_counter()

    send(account, BODY.replace(b"Shipped", b"Closed"))

    assert time.perf_counter() - began < 0.5


def test_repeat_is_answered_the_same_and_kept_once(account):
    assert [send(account).status_code for _ in range(3)] == [200, 200, 200]

    assert PushMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_repeats_at_once_are_kept_once(account):
    statuses = together(20, lambda index: send(account).status_code)

    assert statuses == [200] * 20
    assert PushMessage.objects.count() == 1


def test_same_push_at_two_accounts_is_two(account):
    other = SupplierAccountFactory()

    send(account)
    send(other)

    assert PushMessage.objects.count() == 2


def test_forged_push_is_refused_and_not_kept(account):
    response = send(account, secret="not-the-secret")

    assert (response.status_code, response.content) == (401, b"")
    assert not PushMessage.objects.exists()


def test_push_that_cannot_be_checked_for_now_is_to_come_again(account, settings):
    secret = account.app_secret
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert send(account, secret=secret).status_code == 503
    assert not PushMessage.objects.exists()


def test_push_without_signature_is_refused(account):
    assert send(account, Authorization="").status_code == 401


def test_push_signed_for_another_account_is_refused(account):
    other = SupplierAccountFactory(app_secret="another-secret")

    assert send(account, url=address(other)).status_code == 401


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"message_type":53,"data":{"orderId":"x"}}', b"\xff"])
def test_signed_nonsense_is_kept_for_staff(account, body):
    assert send(account, body).status_code == 200

    assert PushMessage.objects.get().kind == "unreadable"


@pytest.mark.parametrize(
    "url", ["/webhooks/aliexpress/nobody", "/webhooks/nobody/{id}", "/webhooks/cjdropshipping/{id}"]
)
def test_nobody_is_at_an_unknown_address(account, url):
    assert send(account, url=url.format(id=account.public_id)).status_code == 404


def test_supplier_that_is_not_installed_has_no_address():
    assert send(SupplierAccountFactory(provider="removed")).status_code == 404


def test_long_push_is_refused_unread(account):
    assert send(account, b" " * (webhooks.MAX_BYTES + 1)).status_code == 413
    assert send(account, b" " * webhooks.MAX_BYTES).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_other_methods_are_refused(client, account, method):
    assert getattr(client, method)(address(account)).status_code == 405


def test_database_that_is_down_is_a_503_that_asks_to_come_back(account, monkeypatch):
    def down(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("fulfillment.webhooks.PushMessage.objects.get_or_create", down)

    response = send(account)

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0


# --- staff's page ---------------------------------------------------------------------------------------


def test_staff_see_pushes_and_cannot_change_them(account):
    send(account)
    message = PushMessage.objects.get()
    browser = signed_in("integrations.view_pushmessage")

    page = browser.get("/admin/integrations/pushmessage/", {"q": "8198352049851315"}).content.decode()
    detail = browser.get(f"/admin/integrations/pushmessage/{message.pk}/change/").content.decode()

    assert "Order shipped" in page
    assert "Not yet" in page
    assert "6000001" not in detail
    assert "OrderShipped" in detail
    assert browser.get("/admin/integrations/pushmessage/add/").status_code == 403
    assert browser.post(f"/admin/integrations/pushmessage/{message.pk}/delete/").status_code == 403


def test_staff_without_the_permission_see_no_pushes(account):
    assert signed_in().get("/admin/integrations/pushmessage/").status_code == 403


def test_accounts_page_shows_where_its_pushes_go(account, settings):
    settings.BASE_URL = "https://shop.example"

    page = superuser().get(f"/admin/integrations/supplieraccount/{account.pk}/change/").content.decode()

    assert f"https://shop.example{address(account)}" in page
