"""Connecting an account in a browser: who may, what is believed of what comes back, and what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import OrderEvent
from integrations.models import ConnectAttempt, SupplierAccount
from tests.factories import SupplierAccountFactory, SupplierOrderFactory
from tests.integrations.aliexpress.payloads import payload, payload_json
from tests.staff import VIEWS, signed_in

pytestmark = pytest.mark.django_db

CONNECT = "integrations.change_supplieraccount"
BASE = "https://api-sg.aliexpress.com"
CREATE = f"{BASE}/rest/auth/token/create"
BACK = "/admin/integrations/supplieraccount/connected/"
LIST = "/admin/integrations/supplieraccount/"


@pytest.fixture
def account() -> SupplierAccount:
    return SupplierAccountFactory(
        endpoint=BASE, access_token="old-access", refresh_token="old-refresh", health="reconnect", health_note="ended"
    )


@pytest.fixture
def client() -> Client:
    return signed_in(*VIEWS, CONNECT)


@pytest.fixture
def gateway() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(CREATE, body=payload("token_created.json"))
        yield mock


def page_of(account: SupplierAccount, name: str = "change") -> str:
    return reverse(f"admin:integrations_supplieraccount_{name}", args=[account.pk])


def begin(client: Client, account: SupplierAccount) -> str:
    """The state with which the browser is sent away."""
    response = client.post(page_of(account, "connect_account"))
    assert response.status_code == 302, response.content
    return parse_qs(urlsplit(response["Location"]).query)["state"][0]


def come_back(client: Client, **query: str) -> str:
    """What the page says to which the browser is led."""
    return client.get(BACK, query, follow=True).content.decode()


def assert_nothing_changed(account: SupplierAccount) -> None:
    now = SupplierAccount.objects.get(pk=account.pk)
    assert (now.access_token, now.refresh_token, now.health) == ("old-access", "old-refresh", "reconnect")
    assert (now.external_user_id, now.authorized_at) == ("", None)


# --- away -----------------------------------------------------------------------------------------------------------


def test_button_sends_the_browser_to_the_authorization_page(client, account, settings):
    settings.BASE_URL = "https://shop.example"

    response = client.post(page_of(account, "connect_account"))

    parts = urlsplit(response["Location"])
    query = parse_qs(parts.query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{BASE}/oauth/authorize"
    assert query["redirect_uri"] == [f"https://shop.example{BACK}"]
    assert query["client_id"] == [account.app_key]
    assert len(query["state"][0]) >= 43


def test_state_is_kept_as_a_hash_only(client, account):
    state = begin(client, account)

    attempt = ConnectAttempt.objects.get()
    assert (attempt.account, attempt.used_at) == (account, None)
    assert state not in str(ConnectAttempt.objects.values().get())


def test_question_allows_its_form_to_lead_to_the_supplier_and_other_pages_do_not(client, account):
    question = client.get(page_of(account, "connect_account"))
    other = client.get(page_of(account))

    def policy(response) -> str:
        found = re.search("form-action ([^;]+)", response["Content-Security-Policy"])
        assert found
        return found[1]

    assert policy(question) == f"'self' {BASE}"
    assert policy(other) == "'self'"


def test_account_page_offers_to_connect_or_reconnect(client, account):
    fresh = SupplierAccountFactory(access_token="", refresh_token="")

    assert "Reconnect AliExpress" in client.get(page_of(account)).content.decode()
    page = client.get(page_of(fresh)).content.decode()
    assert "Connect AliExpress" in page
    assert "not connected in a browser yet" in page
    assert page_of(account, "connect_account") in client.get(LIST).content.decode()


def test_who_may_not_change_accounts_may_not_connect_them(account):
    client = signed_in(*VIEWS)

    assert client.get(page_of(account, "connect_account")).status_code == 403
    assert client.post(page_of(account, "connect_account")).status_code == 403
    assert client.get(BACK, {"state": "s", "code": "c"}).status_code == 403
    assert "Reconnect AliExpress" not in client.get(page_of(account)).content.decode()


def test_connecting_asks_for_a_csrf_token(account):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root", "root@example.com", "not-a-secret"))

    assert client.post(page_of(account, "connect_account")).status_code == 403
    assert not ConnectAttempt.objects.exists()


def test_account_without_app_key_is_told_what_is_missing(client):
    account = SupplierAccountFactory(app_key="")

    page = client.post(page_of(account, "connect_account"), follow=True).content.decode()

    assert "no app key" in page
    assert not ConnectAttempt.objects.exists()


# --- and back -------------------------------------------------------------------------------------------------------


def test_good_code_connects_the_account(client, account, gateway):
    page = come_back(client, state=begin(client, account), code="3_33505222_good")

    now = SupplierAccount.objects.get(pk=account.pk)
    assert (now.access_token, now.refresh_token) == ("50000601c30exampleAccess", "50001600300exampleRefresh")
    assert (now.external_user_id, now.external_name) == ("2637900814", "us1234567890abcd")
    assert (now.health, now.health_note) == ("ok", "")
    assert timedelta(hours=23) < now.access_token_expires_at - timezone.now() < timedelta(days=1)
    assert timedelta(hours=47) < now.refresh_token_expires_at - timezone.now() < timedelta(days=2)
    assert now.authorized_at is not None
    assert "Connected as us1234567890abcd (user id 2637900814)" in page
    assert f"{now.access_token_expires_at:%Y-%m-%d %H:%M}" in page
    assert f"{now.refresh_token_expires_at:%Y-%m-%d %H:%M}" in page
    assert "50000601c30exampleAccess" not in page + now.access_token_sealed


def test_waiting_orders_are_bought_from_now_on(client, account, gateway):
    waiting = SupplierOrderFactory(account=account, next_attempt_at=timezone.now() + timedelta(hours=3))

    come_back(client, state=begin(client, account), code="3_33505222_good")

    waiting.refresh_from_db()
    assert waiting.next_attempt_at <= timezone.now()
    assert OrderEvent.objects.filter(supplier_order=waiting, kind="supplier_order.resumed").exists()


def test_made_up_state_is_refused(client, account, gateway):
    begin(client, account)

    page = come_back(client, state="made-up", code="3_33505222_good")

    assert "belongs to no connection that was begun here" in page
    assert len(gateway.calls) == 0
    assert_nothing_changed(account)


def test_state_works_once(client, account, gateway):
    state = begin(client, account)
    come_back(client, state=state, code="3_33505222_good")

    page = come_back(client, state=state, code="3_33505222_again")

    assert "was used before" in page
    assert len(gateway.calls) == 1


def test_state_of_another_person_is_refused_and_used_up(client, account, gateway):
    state = begin(client, account)
    other = Client()
    other.force_login(User.objects.create_superuser("root", "root@example.com", "not-a-secret"))

    assert "in another session or by somebody else" in come_back(other, state=state, code="3_33505222_good")
    assert "was used before" in come_back(client, state=state, code="3_33505222_good")
    assert_nothing_changed(account)


def test_state_of_another_session_of_the_same_person_is_refused(client, account, gateway):
    state = begin(client, account)
    again = Client()
    again.force_login(User.objects.get(username="grace"))

    assert "in another session" in come_back(again, state=state, code="3_33505222_good")
    assert_nothing_changed(account)


def test_state_is_good_for_ten_minutes(client, account, gateway):
    state = begin(client, account)
    ConnectAttempt.objects.update(created_at=timezone.now() - timedelta(minutes=10, seconds=1))

    assert "longer than 10 minutes" in come_back(client, state=state, code="3_33505222_good")
    assert_nothing_changed(account)


@pytest.mark.parametrize("answer", [{"error": "access_denied"}, {}, {"code": ""}])
def test_refused_consent_is_said_and_uses_the_state_up(client, account, gateway, answer):
    state = begin(client, account)

    assert "The authorization was refused at the supplier" in come_back(client, state=state, **answer)
    assert "was used before" in come_back(client, state=state, code="3_33505222_good")
    assert_nothing_changed(account)


def test_ended_code_is_said_and_nothing_stored(client, account):
    state = begin(client, account)
    with responses.RequestsMock() as gateway:
        gateway.post(CREATE, json={"type": "ISV", "code": "InvalidCode", "message": "bad", "request_id": "1"})

        page = come_back(client, state=state, code="3_33505222_late")

    assert "older than 3 minutes" in page
    assert "3_33505222_late" not in page
    assert_nothing_changed(account)


def test_another_users_authorization_is_not_taken_for_an_account_that_is_connected(client, account, gateway):
    SupplierAccount.objects.filter(pk=account.pk).update(external_user_id="1234")
    state = begin(client, account)

    page = come_back(client, state=state, code="3_33505222_good")

    now = SupplierAccount.objects.get(pk=account.pk)
    assert "another account at the supplier" in page
    assert (now.access_token, now.external_user_id) == ("old-access", "1234")


def test_same_user_may_connect_again(client, account, gateway):
    SupplierAccount.objects.filter(pk=account.pk).update(external_user_id=payload_json("token_created.json")["user_id"])

    page = come_back(client, state=begin(client, account), code="3_33505222_good")

    assert "Connected as" in page


def test_visitors_are_sent_to_the_login(account, gateway):
    response = Client().get(BACK, {"state": "s", "code": "c"})

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
