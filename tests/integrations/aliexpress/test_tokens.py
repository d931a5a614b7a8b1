"""How tokens are asked for, what their answers mean, and what a token that is refused in mid-flight leads to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
import responses
from django.utils import timezone

from integrations import aliexpress
from integrations.aliexpress.signing import sign
from integrations.aliexpress.tokens import AliExpressTokens
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, Rejected, Transient
from integrations.models import ApiCall, RateWindow, SupplierAccount
from tests.factories import SupplierAccountFactory
from tests.integrations.aliexpress.payloads import payload, payload_json
from tests.integrations.aliexpress.test_client import PURCHASE

pytestmark = pytest.mark.django_db

BASE = "https://api-sg.aliexpress.com"
CREATE = f"{BASE}/rest/auth/token/create"
REFRESH = f"{BASE}/rest/auth/token/refresh"
SYNC = f"{BASE}/sync"
CODE = "3_33505222_plantedCode77"


@pytest.fixture
def account() -> SupplierAccount:
    return SupplierAccountFactory(endpoint=BASE, access_token="old-access", refresh_token="old-refresh")


@pytest.fixture
def issuer(account: SupplierAccount) -> AliExpressTokens:
    return aliexpress.token_issuer(account)


@pytest.fixture
def gateway() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def form(gateway: responses.RequestsMock, index: int = 0) -> dict[str, str]:
    body = gateway.calls[index].request.body
    return dict(parse_qsl(body.decode() if isinstance(body, bytes) else str(body), strict_parsing=True))


def answer(**changes: object) -> str:
    found = {**payload_json("token_created.json"), **changes}
    return json.dumps({name: value for name, value in found.items() if value is not None})


def seconds_until(moment: datetime | None) -> float:
    assert moment is not None
    return (moment - timezone.now()).total_seconds()


# --- asking ---------------------------------------------------------------------------------------------------------


def test_authorization_page_gets_what_the_vendor_names_and_no_secret(issuer: AliExpressTokens):
    address = issuer.authorize_url(redirect_uri="https://shop.example/admin/back/", state="s-t-a-t-e")

    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://api-sg.aliexpress.com/oauth/authorize"
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "force_auth": ["true"],
        "redirect_uri": ["https://shop.example/admin/back/"],
        "client_id": ["33505222"],
        "state": ["s-t-a-t-e"],
    }


@pytest.mark.parametrize(
    ("endpoint", "setting", "begins"),
    [
        ("http://127.0.0.1:8100", "", "http://127.0.0.1:8100/oauth/authorize?"),
        (BASE, "https://auth.example/go", "https://auth.example/go?"),
    ],
)
def test_authorization_page_follows_the_account_or_the_setting(settings, endpoint, setting, begins):
    settings.ALIEXPRESS_AUTHORIZE_URL = setting
    issuer = aliexpress.token_issuer(SupplierAccountFactory(endpoint=endpoint))

    assert issuer.authorize_url(redirect_uri="http://127.0.0.1/x", state="s").startswith(begins)


def test_an_account_without_app_key_is_not_sent_to_the_page():
    issuer = aliexpress.token_issuer(SupplierAccountFactory(app_key=""))

    with pytest.raises(AccountUnusable):
        issuer.authorize_url(redirect_uri="https://shop.example/", state="s")


def test_create_sends_the_code_alone_signed_with_the_path(issuer, gateway):
    gateway.post(CREATE, body=payload("token_created.json"))

    issuer.create(CODE)

    sent = form(gateway)
    assert set(sent) == {"app_key", "code", "format", "sign", "sign_method", "timestamp"}
    assert sent["code"] == CODE
    assert sent["sign"] == sign(sent, secret="app-secret-for-tests", api_path="/auth/token/create")
    assert CODE not in str(gateway.calls[0].request.url)


def test_refresh_sends_the_refresh_token_alone(issuer, gateway):
    gateway.post(REFRESH, body=payload("token_created.json"))

    issuer.refresh("old-refresh")

    sent = form(gateway)
    assert set(sent) == {"app_key", "refresh_token", "format", "sign", "sign_method", "timestamp"}
    assert sent["sign"] == sign(sent, secret="app-secret-for-tests", api_path="/auth/token/refresh")


# --- reading --------------------------------------------------------------------------------------------------------


def test_answer_gives_both_tokens_their_ends_and_whose_they_are(issuer, gateway):
    gateway.post(CREATE, body=payload("token_created.json"))

    tokens = issuer.create(CODE)

    assert (tokens.access_token, tokens.refresh_token) == ("50000601c30exampleAccess", "50001600300exampleRefresh")
    assert seconds_until(tokens.access_expires_at) == pytest.approx(86_400, abs=10)
    assert seconds_until(tokens.refresh_expires_at) == pytest.approx(172_800, abs=10)
    assert (tokens.user_id, tokens.name) == ("2637900814", "us1234567890abcd")


def test_numbers_may_be_texts(issuer, gateway):
    gateway.post(CREATE, body=answer(expires_in="3600", refresh_expires_in="7200", user_id=2637900814))

    tokens = issuer.create(CODE)

    assert seconds_until(tokens.access_expires_at) == pytest.approx(3600, abs=10)
    assert tokens.user_id == "2637900814"


def test_instants_serve_where_the_seconds_are_missing(issuer, gateway):
    gateway.post(CREATE, body=answer(expires_in=None, refresh_expires_in=None, expire_time="1735776000000"))

    tokens = issuer.create(CODE)

    assert tokens.access_expires_at == datetime(2025, 1, 2, tzinfo=UTC)
    assert tokens.refresh_expires_at == datetime(2025, 1, 3, tzinfo=UTC)


def test_refresh_without_a_new_refresh_token_keeps_the_old_one(issuer, gateway):
    gateway.post(REFRESH, body=answer(refresh_token=None))

    assert issuer.refresh("old-refresh").refresh_token == "old-refresh"


def test_zero_seconds_of_refreshing_means_not_refreshable(issuer, gateway):
    gateway.post(REFRESH, body=answer(refresh_expires_in=0))

    tokens = issuer.refresh("old-refresh")

    assert (tokens.refresh_token, tokens.refresh_expires_at) == ("", None)


@pytest.mark.parametrize("changes", [{"access_token": None}, {"access_token": 5}, {"expires_in": "soon"}])
def test_answer_that_cannot_be_read_is_malformed(issuer, gateway, changes):
    gateway.post(CREATE, body=answer(**changes))

    with pytest.raises(MalformedReply):
        issuer.create(CODE)


def test_refused_refresh_token_is_said_in_plain_words(issuer, gateway):
    gateway.post(REFRESH, body=payload("token_refused.json"))

    with pytest.raises(Rejected, match="has ended or was withdrawn") as caught:
        issuer.refresh("old-refresh")

    assert caught.value.code == "IllegalRefreshToken"
    assert ApiCall.objects.get().error == "IllegalRefreshToken"


def test_code_that_is_used_up_is_said_in_plain_words(issuer, gateway):
    gateway.post(CREATE, json={"error_response": {"type": "ISV", "code": "InvalidCode", "msg": f"bad code {CODE}"}})

    with pytest.raises(Rejected, match="older than 3 minutes") as caught:
        issuer.create(CODE)

    assert CODE not in str(caught.value)


@pytest.mark.parametrize("broken", [requests.ReadTimeout(), requests.ConnectionError("reset")])
def test_unclear_refresh_is_sent_once_and_may_be_tried_again(issuer, gateway, broken):
    gateway.post(REFRESH, body=broken)

    with pytest.raises(Transient):
        issuer.refresh("old-refresh")

    assert len(gateway.calls) == 1


def test_neither_codes_nor_tokens_reach_the_call_log(issuer, gateway):
    gateway.post(CREATE, body=answer(message=f"code {CODE} was good"))

    issuer.create(CODE)

    log = ApiCall.objects.get()
    kept = json.dumps(log.request_body) + log.reply_body + log.path
    for secret in (CODE, "50000601c30exampleAccess", "50001600300exampleRefresh", "2637900814", "buyer@example.com"):
        assert secret not in kept


# --- in mid-flight --------------------------------------------------------------------------------------------------


def refresh_ends_well(gateway: responses.RequestsMock) -> None:
    gateway.post(REFRESH, body=payload("token_created.json"))


def test_read_with_an_ended_token_is_repeated_once_with_a_new_one(account, gateway):
    gateway.post(SYNC, body=payload("error_token.json"))
    refresh_ends_well(gateway)
    gateway.post(SYNC, body=payload("order_shown.json"))

    aliexpress.connect(account).fetch_order("8198352049851315")

    account.refresh_from_db()
    assert form(gateway, 2)["session"] == account.access_token == "50000601c30exampleAccess"
    assert account.refresh_token == "50001600300exampleRefresh"


def test_purchase_with_an_ended_token_is_repeated_once_with_a_new_one(account, gateway):
    gateway.post(SYNC, body=payload("error_token.json"))
    refresh_ends_well(gateway)
    gateway.post(SYNC, body=payload("order_created.json"))

    placed = aliexpress.connect(account).place(PURCHASE)

    assert placed.external_ids
    first, second = form(gateway, 0), form(gateway, 2)
    order = "param_place_order_request4_open_api_d_t_o"
    assert first[order] == second[order]


def test_repeated_purchase_takes_another_place_among_the_order_calls(account, gateway):
    gateway.post(SYNC, body=payload("error_token.json"))
    refresh_ends_well(gateway)
    gateway.post(SYNC, body=payload("order_created.json"))

    aliexpress.connect(account).place(PURCHASE)

    assert len(RateWindow.objects.get(account=account, group="order").slots) == 1


def test_token_refused_twice_is_given_up(account, gateway):
    gateway.post(SYNC, body=payload("error_token.json"))
    refresh_ends_well(gateway)
    gateway.post(SYNC, body=payload("error_token.json"))

    with pytest.raises(AccountUnusable):
        aliexpress.connect(account).place(PURCHASE)

    assert len(gateway.calls) == 3


def test_purchase_whose_outcome_is_unclear_is_never_repeated(account, gateway):
    gateway.post(SYNC, body=requests.ReadTimeout())

    with pytest.raises(OutcomeUnknown):
        aliexpress.connect(account).place(PURCHASE)

    assert len(gateway.calls) == 1


@pytest.mark.parametrize("code", ["IncompleteSignature", "InvalidAppKey", "InsufficientPermission"])
def test_what_a_new_token_does_not_cure_refreshes_nothing(account, gateway, code):
    gateway.post(SYNC, json={"error_response": {"type": "ISV", "code": code, "msg": "no"}})

    with pytest.raises(AccountUnusable):
        aliexpress.connect(account).place(PURCHASE)

    assert len(gateway.calls) == 1


def test_token_that_another_worker_has_refreshed_is_taken_as_it_is(account, gateway):
    adapter = aliexpress.connect(SupplierAccount.objects.get(pk=account.pk))
    account.access_token = "refreshed-elsewhere"
    account.save()
    gateway.post(SYNC, body=payload("error_token.json"))
    gateway.post(SYNC, body=payload("order_created.json"))

    adapter.place(PURCHASE)

    assert form(gateway, 1)["session"] == "refreshed-elsewhere"


def test_refused_refresh_in_mid_flight_raises_the_first_refusal_and_asks_for_a_person(account, gateway):
    gateway.post(SYNC, body=payload("error_token.json"))
    gateway.post(REFRESH, body=payload("token_refused.json"))

    with pytest.raises(AccountUnusable) as caught:
        aliexpress.connect(account).place(PURCHASE)

    account.refresh_from_db()
    assert caught.value.code == "IllegalAccessToken"
    assert account.health == "reconnect"


def test_unclear_refresh_in_mid_flight_puts_the_purchase_off_without_stopping_the_account(account, gateway):
    gateway.post(SYNC, body=payload("error_token.json"))
    gateway.post(REFRESH, body=requests.ReadTimeout())

    with pytest.raises(Transient) as caught:
        aliexpress.connect(account).place(PURCHASE)

    account.refresh_from_db()
    assert not isinstance(caught.value, AccountUnusable)
    assert (account.health, account.refresh_token, account.refresh_lease_until) == ("ok", "old-refresh", None)


def test_no_second_purchase_call_when_the_refresh_took_all_the_time(account, gateway, settings, monkeypatch):
    def slow(account: SupplierAccount, *, refused: str) -> SupplierAccount:
        settings.SUPPLIER_CALL_TIMEOUT_S = 0
        return account

    monkeypatch.setattr("integrations.aliexpress.client.tokens.refresh_now", slow)
    gateway.post(SYNC, body=payload("error_token.json"))

    with pytest.raises(Transient) as caught:
        aliexpress.connect(account).place(PURCHASE)

    assert caught.value.code == "token_refreshed"
    assert len(gateway.calls) == 1
