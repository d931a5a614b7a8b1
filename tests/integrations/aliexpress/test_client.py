"""What the adapter sends, where, and what becomes of each way a call can end."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock
from urllib.parse import parse_qsl

import pytest
import requests
import responses
from django.db import DatabaseError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from integrations import aliexpress
from integrations.aliexpress import build, client
from integrations.aliexpress.client import AliExpressAdapter, Endpoints
from integrations.aliexpress.signing import sign
from integrations.errors import (
    AccountUnusable,
    AlreadyPlaced,
    MalformedReply,
    OutcomeUnknown,
    Rejected,
    SupplierError,
    Transient,
)
from integrations.models import ApiCall, SupplierAccount
from integrations.ratelimit import RateLimited
from integrations.types import Address, Purchase, PurchaseItem, SettleClass, SupplierOrderState
from tests.integrations.aliexpress.payloads import payload, payload_json

pytestmark = pytest.mark.django_db

SECRET = "s3cr3t-Of-The-Test-App"
TOKEN = "50000601c30exampleAccess"
SYNC = "https://api-sg.aliexpress.com/sync"
ORDER_ID = "8198352049851315"

PURCHASE = Purchase(
    reference="SO-2025-000123-1",
    address=Address(
        first_name="Maria",
        last_name="Silva",
        line1="Rua das Flores 123",
        line2="Apto 45",
        city="São Paulo",
        province="SP",
        postcode="01310-100",
        country="BR",
        phone="+5511987654321",
        tax_id="12345678909",
    ),
    items=(
        PurchaseItem(
            product_id="1005008177221739",
            sku_id="12000044126059467",
            quantity=2,
            sku_attr="14:29#Bear;183:200007741",
            shipping_service="CAINIAO_FULFILLMENT_STD",
            memo="No invoice, please — merci",
        ),
    ),
)


@pytest.fixture
def account() -> SupplierAccount:
    account = SupplierAccount(
        provider="aliexpress",
        label="Main",
        mode=SupplierAccount.Mode.TEST,
        endpoint="https://api-sg.aliexpress.com",
        app_key="33505222",
    )
    account.app_secret = SECRET
    account.access_token = TOKEN
    account.save()
    return account


@pytest.fixture
def adapter(account: SupplierAccount) -> AliExpressAdapter:
    return aliexpress.connect(account)


@pytest.fixture
def gateway() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def replies(gateway: responses.RequestsMock, *bodies: bytes | str | Exception, status: int = 200) -> None:
    """Answer the next calls with payload files, bytes or exceptions, in this order."""
    for body in bodies:
        gateway.post(SYNC, body=payload(body) if isinstance(body, str) else body, status=status)


def sent(gateway: responses.RequestsMock, index: int = 0) -> dict[str, str]:
    """The form of a call; fails if a name occurs twice or a value is empty."""
    body = gateway.calls[index].request.body
    text = body.decode() if isinstance(body, bytes) else str(body)
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    assert all(value for _, value in pairs)
    return dict(pairs)


def refused_connection() -> requests.ConnectionError:
    reason = NewConnectionError(Mock(), "refused")
    return requests.ConnectionError(MaxRetryError(Mock(), "/sync", reason))


# --- what is sent ---------------------------------------------------------------------------------------


def test_place_sends_one_signed_form_to_the_business_address(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    replies(gateway, "order_created.json")

    placed = adapter.place(PURCHASE)

    form = sent(gateway)
    request = gateway.calls[0].request
    assert placed.external_ids == (ORDER_ID,)
    assert (request.method, request.url) == ("POST", SYNC)
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert set(form) == {
        "app_key", "format", "method", "session", "sign", "sign_method", "timestamp",
        "param_place_order_request4_open_api_d_t_o",
    }  # fmt: skip
    assert form["sign"] == sign(form, secret=SECRET)
    assert (form["app_key"], form["session"]) == ("33505222", TOKEN)
    assert (form["method"], form["sign_method"], form["format"]) == (
        "aliexpress.ds.order.create",
        "sha256",
        "json",
    )
    order = json.loads(form["param_place_order_request4_open_api_d_t_o"])
    assert order == payload_json("order_create_request.json")


def test_timestamp_is_now_in_milliseconds(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.time, "time_ns", lambda: 1_735_689_600_123_456_789)
    replies(gateway, "order_created.json")

    adapter.place(PURCHASE)

    assert sent(gateway)["timestamp"] == "1735689600123"


def test_account_that_pays_automatically_asks_for_it(account: SupplierAccount, gateway: responses.RequestsMock) -> None:
    account.pays_automatically = True
    replies(gateway, "order_created.json")

    AliExpressAdapter(account).place(PURCHASE)

    assert json.loads(sent(gateway)["ds_extend_request"])["payment"]["try_to_pay"] == "true"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://api-sg.aliexpress.com",
        "https://api-sg.aliexpress.com/",
        "https://api-sg.aliexpress.com/sync",
        "https://api-sg.aliexpress.com/rest/",
    ],
)
def test_endpoint_is_accepted_with_and_without_its_tail(endpoint: str) -> None:
    endpoints = Endpoints.from_setting(endpoint)

    assert endpoints.business == SYNC
    assert endpoints.system("/auth/token/refresh") == "https://api-sg.aliexpress.com/rest/auth/token/refresh"


def test_order_is_asked_for_by_its_number(adapter: AliExpressAdapter, gateway: responses.RequestsMock) -> None:
    replies(gateway, "order_shown.json", "tracking_shown.json")

    adapter.fetch_order(ORDER_ID)

    first, second = sent(gateway, 0), sent(gateway, 1)
    assert first["method"] == build.ORDER_GET
    assert first["single_order_query"] == payload_json("order_get_request.json")["single_order_query"]
    assert first["sign"] == sign(first, secret=SECRET)
    assert second["method"] == build.TRACKING_GET
    assert (second["ae_order_id"], second["language"]) == (ORDER_ID, "en_US")
    assert second["sign"] == sign(second, secret=SECRET)


def test_product_is_asked_for_as_sold_to_the_country(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    replies(gateway, "product_shown.json")

    product = adapter.fetch_product("1005008177221739", country="GB", currency="EUR")

    form = sent(gateway)
    assert product.title == "Absorbent bath mat"
    assert payload_json("product_get_request.json").items() <= form.items()
    assert form["method"] == build.PRODUCT_GET
    assert form["sign"] == sign(form, secret=SECRET)


def test_freight_is_asked_for_this_sku_and_country(adapter: AliExpressAdapter, gateway: responses.RequestsMock) -> None:
    replies(gateway, "freight_shown.json")

    options = adapter.fetch_freight("1005008177221739", "12000044126059467", quantity=1, country="FR", currency="EUR")

    form = sent(gateway)
    assert [option.service for option in options] == ["CAINIAO_FULFILLMENT_STD", "CAINIAO_STANDARD"]
    assert form["method"] == build.FREIGHT_QUERY
    assert json.loads(form["queryDeliveryReq"]) == payload_json("freight_query_request.json")
    assert form["sign"] == sign(form, secret=SECRET)


@pytest.mark.parametrize("missing", ["app_key", "app_secret", "access_token"])
def test_incomplete_account_sends_nothing(account: SupplierAccount, missing: str) -> None:
    setattr(account, missing, "")

    with pytest.raises(AccountUnusable) as caught:
        AliExpressAdapter(account).place(PURCHASE)

    assert caught.value.code == "account_incomplete"
    assert not ApiCall.objects.exists()


def test_purchase_that_cannot_be_built_sends_nothing(adapter: AliExpressAdapter) -> None:
    nowhere = Purchase(reference="R-1", address=Address("A", "B", "1 Road", "Town", country="AQ"), items=PURCHASE.items)

    with pytest.raises(Rejected):
        adapter.place(nowhere)

    assert not ApiCall.objects.exists()


# --- how a purchase can end -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (refused_connection(), 200, Transient),
        (requests.ConnectTimeout(), 200, Transient),
        (requests.ReadTimeout(), 200, OutcomeUnknown),
        (requests.ConnectionError("reset"), 200, OutcomeUnknown),
        (requests.exceptions.ChunkedEncodingError(), 200, OutcomeUnknown),
        (b"", 200, OutcomeUnknown),
        (b"<html><body>Bad gateway</body></html>", 200, OutcomeUnknown),
        (b'{"aliexpress_ds_order_create_response": {"result": {"is_success": tr', 200, OutcomeUnknown),
        (b"[" * 50_000, 200, OutcomeUnknown),
        (b"{}", 200, OutcomeUnknown),
        (b"oops", 500, OutcomeUnknown),
        (b"<html>", 502, OutcomeUnknown),
        (b"", 504, OutcomeUnknown),
        (b"", 302, OutcomeUnknown),
        (b"", 404, OutcomeUnknown),
        (b"", 401, AccountUnusable),
        (b"", 429, Transient),
        (payload("error_token.json"), 200, AccountUnusable),
        (payload("error_flat.json"), 200, AccountUnusable),
        (payload("error_call_limit.json"), 200, RateLimited),
        (payload("error_their_side.json"), 200, OutcomeUnknown),
        (payload("order_refused_address.json"), 200, Rejected),
        (payload("order_repeated.json"), 200, AlreadyPlaced),
    ],
)
def test_place_ends_in_the_one_error_that_is_true(
    adapter: AliExpressAdapter,
    gateway: responses.RequestsMock,
    body: bytes | Exception,
    status: int,
    expected: type[SupplierError],
) -> None:
    gateway.post(SYNC, body=body, status=status)

    with pytest.raises(SupplierError) as caught:
        adapter.place(PURCHASE)

    assert type(caught.value) is expected
    assert len(gateway.calls) == 1
    assert ApiCall.objects.get().error == (caught.value.code)


def test_unreadable_reply_to_a_purchase_keeps_its_cause_and_request_id(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    replies(gateway, b'{"x_response": {"result": {"is_success": "perhaps"}, "request_id": "2101abc"}}')

    with pytest.raises(OutcomeUnknown) as caught:
        adapter.place(PURCHASE)

    assert isinstance(caught.value.__cause__, MalformedReply)
    assert (caught.value.code, caught.value.request_id) == ("malformed_reply", "2101abc")


def test_call_limit_tells_the_caller_how_long_to_wait(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    replies(gateway, "error_call_limit.json")

    with pytest.raises(Transient) as caught:
        adapter.place(PURCHASE)

    assert caught.value.retry_after_s == 7


# --- how a question can end -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (refused_connection(), 200, Transient),
        (requests.ReadTimeout(), 200, Transient),
        (requests.ConnectionError("reset"), 200, Transient),
        (b"", 503, Transient),
        (b"<html>", 200, MalformedReply),
        (b"", 404, MalformedReply),
        (b"", 401, AccountUnusable),
        (payload("error_token.json"), 200, AccountUnusable),
        (payload("error_their_side.json"), 200, Transient),
        (payload("error_call_limit.json"), 200, RateLimited),
    ],
)
def test_question_ends_in_the_one_error_that_is_true(
    adapter: AliExpressAdapter,
    gateway: responses.RequestsMock,
    body: bytes | Exception,
    status: int,
    expected: type[SupplierError],
) -> None:
    gateway.post(SYNC, body=body, status=status)

    with pytest.raises(SupplierError) as caught:
        adapter.fetch_order(ORDER_ID)

    assert type(caught.value) is expected


def test_order_and_its_tracking_come_as_one(adapter: AliExpressAdapter, gateway: responses.RequestsMock) -> None:
    replies(gateway, "order_shown.json", "tracking_shown.json")

    order = adapter.fetch_order(ORDER_ID)

    (parcel,) = order.parcels
    assert order.state is SupplierOrderState.SHIPPED
    assert parcel.tracking_number == "LP00681234567890"
    assert [point.label for point in parcel.checkpoints] == ["Shipped", "In transit"]


@pytest.mark.parametrize("trouble", [requests.ReadTimeout(), b"<html>", "error_token.json", "error_call_limit.json"])
def test_failing_tracking_does_not_lose_the_order(
    adapter: AliExpressAdapter,
    gateway: responses.RequestsMock,
    caplog: pytest.LogCaptureFixture,
    trouble: bytes | str | Exception,
) -> None:
    replies(gateway, "order_shown.json", trouble)

    with caplog.at_level(logging.WARNING):
        order = adapter.fetch_order(ORDER_ID)

    assert order.state is SupplierOrderState.SHIPPED
    assert [parcel.tracking_number for parcel in order.parcels] == ["LP00681234567890"]
    assert f"no tracking for order={ORDER_ID}" in caplog.text


def test_shipped_order_without_a_parcel_of_its_own_gets_those_of_tracking(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    document: Any = payload_json("order_shown.json")
    document["aliexpress_trade_ds_order_get_response"]["result"]["logistics_info_list"] = None
    replies(gateway, json.dumps(document).encode(), "tracking_shown.json")

    assert [parcel.tracking_number for parcel in adapter.fetch_order(ORDER_ID).parcels] == ["LP00681234567890"]


def test_goods_without_tracking_yet_leave_the_order_as_it_is(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    replies(gateway, "order_shown.json", "tracking_not_yet.json")

    assert [parcel.checkpoints for parcel in adapter.fetch_order(ORDER_ID).parcels] == [()]


def test_order_that_was_not_shipped_is_not_asked_for_tracking(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    document: Any = payload_json("order_shown.json")
    document["aliexpress_trade_ds_order_get_response"]["result"] |= {
        "order_status": "PLACE_ORDER_SUCCESS",
        "logistics_status": "NO_LOGISTICS",
        "logistics_info_list": None,
    }
    replies(gateway, json.dumps(document).encode())

    assert adapter.fetch_order(ORDER_ID).state is SupplierOrderState.AWAITING_PAYMENT
    assert len(gateway.calls) == 1


# --- the call log ---------------------------------------------------------------------------------------


def test_call_log_tells_the_request_id_and_reference(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    replies(gateway, "order_created.json")

    adapter.place(PURCHASE)

    row = ApiCall.objects.get()
    assert (row.operation, row.path) == (build.ORDER_CREATE, "api-sg.aliexpress.com/sync")
    assert (row.reference, row.request_id) == ("SO-2025-000123-1", "2101f04d17767599114785865")
    assert (row.http_status, row.error) == (200, "")
    assert ORDER_ID in row.reply_body


def test_call_log_tells_the_error_and_keeps_the_suppliers_words_readable(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    replies(gateway, "error_token.json")

    with pytest.raises(AccountUnusable):
        adapter.place(PURCHASE)

    row = ApiCall.objects.get()
    assert (row.error, row.request_id) == ("IllegalAccessToken", "2101f04d17767599114785877")
    assert '"code": "IllegalAccessToken"' in row.reply_body


def test_call_log_holds_neither_secrets_nor_persons(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock
) -> None:
    echo = {
        "error_response": {
            "code": "InternalError",
            "msg": "failed",
            "session": TOKEN,
            "logistics_address": payload_json("order_create_request.json")["logistics_address"],
            "cpf": "12345678909",
            "full_name": "Maria Silva",
        }
    }
    replies(gateway, json.dumps(echo).encode())

    with pytest.raises(OutcomeUnknown):
        adapter.place(PURCHASE)

    row = ApiCall.objects.get()
    kept = json.dumps(row.request_body, ensure_ascii=False) + row.reply_body
    form = sent(gateway)
    for private in (
        TOKEN, SECRET, form["sign"], "Maria", "Silva", "Rua das Flores", "Apto 45", "Sao Paulo", "01310",
        "11987654321", "+55", "12345678909",
    ):  # fmt: skip
        assert private not in kept
    for useful in ("33505222", "SO-2025-000123-1", "1005008177221739", "CAINIAO_FULFILLMENT_STD"):
        assert useful in kept


def test_broken_call_log_does_not_lose_a_purchase(
    adapter: AliExpressAdapter,
    gateway: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    replies(gateway, "order_created.json")
    save = ApiCall.save

    def fail_on_update(self: ApiCall, **kwargs: Any) -> None:
        if "update_fields" in kwargs:
            raise DatabaseError("disk full")
        save(self, **kwargs)

    monkeypatch.setattr(ApiCall, "save", fail_on_update)

    assert adapter.place(PURCHASE).external_ids == (ORDER_ID,)
    assert "could not be completed" in caplog.text


# --- the rest -------------------------------------------------------------------------------------------


def test_reference_may_be_sent_again_for_twenty_hours() -> None:
    assert AliExpressAdapter.capabilities.settle_class is SettleClass.KEY_FOR_A_TIME
    assert AliExpressAdapter.capabilities.resend_window_s == 72_000
    assert not AliExpressAdapter.capabilities.cancels


def test_order_page_is_on_the_vendors_site(adapter: AliExpressAdapter) -> None:
    assert adapter.order_url(ORDER_ID) == f"https://www.aliexpress.com/p/order/detail.html?orderId={ORDER_ID}"


def test_order_page_of_an_account_on_this_machine_is_the_emulators(account: SupplierAccount) -> None:
    account.endpoint = "http://127.0.0.1:8100/sync"

    url = AliExpressAdapter(account).order_url("1 & 2")

    assert url == "http://127.0.0.1:8100/_control/orders?order_id=1+%26+2"


def test_ping_reaches_the_host_and_leaves_no_row(adapter: AliExpressAdapter, gateway: responses.RequestsMock) -> None:
    gateway.get("https://api-sg.aliexpress.com/", status=404)

    adapter.ping()

    assert not ApiCall.objects.exists()


def test_ping_without_an_answer_is_transient(adapter: AliExpressAdapter, gateway: responses.RequestsMock) -> None:
    gateway.get("https://api-sg.aliexpress.com/", body=refused_connection())

    with pytest.raises(Transient):
        adapter.ping()


@pytest.mark.parametrize(
    "body",
    [
        b'{"x_response": {"result": {"is_success": false, "error_msg": "\\ud800\\u0000"}}}',
        b"<html>\x00\x01\xff</html>",
        '{"result": {"is_success": "ü"}}'.encode("utf-16"),
        b'{"a": "' + b"[" * 50_000 + b'"}',
        b'{"error_response": {"code": "' + b"X" * 5_000 + b'", "request_id": "' + b"r" * 5_000 + b'"}}',
        b'{"error_response": {"code": "E\\u0000", "request_id": "\\ud800"}}',
    ],
)
def test_monstrous_reply_to_a_purchase_is_an_error_of_ours_with_a_whole_row(
    adapter: AliExpressAdapter, gateway: responses.RequestsMock, body: bytes
) -> None:
    replies(gateway, body)

    with pytest.raises(SupplierError) as caught:
        adapter.place(PURCHASE)

    row = ApiCall.objects.get()
    assert row.http_status == 200
    assert row.error == caught.value.code
    assert "\x00" not in row.reply_body + row.request_id + row.error
