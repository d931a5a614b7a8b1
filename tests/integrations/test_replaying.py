"""A logged call is sent again to an emulator on this machine, never to a real platform, and carries nobody's data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations import replaying
from integrations.models import ApiCall, SupplierAccount
from integrations.redaction import MASK
from integrations.registry import adapter_for
from integrations.replay_request import SAMPLE_TEXT, refill
from integrations.replaying import NotReplayable
from integrations.types import Address, Purchase, PurchaseItem
from tests.factories import SupplierAccountFactory
from tests.faults.processes import Emulator
from tests.running_emulator import aliexpress_account, aliseeks_account, running_emulator

pytestmark = pytest.mark.django_db

CREATE, GET = "aliexpress.ds.order.create", "aliexpress.trade.ds.order.get"
ORDER_PARAM = "param_place_order_request4_open_api_d_t_o"
MAT, SAGE = "1005006000000101", "14:193#Sage;5:100014064"
CUSTOMER = Address("Ada", "Lovelace", "12 Byron Road", "Albany", "US", province="New York", postcode="12203",
                   phone="+15185550123")  # fmt: skip
PURCHASE = Purchase("ORD-1-1", CUSTOMER, (PurchaseItem(MAT, "12000040000010101", 1, sku_attr=SAGE),))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture(autouse=True)
def _own_port(request, settings):
    if "emulator" in request.fixturenames:
        settings.SANDBOX_PORT = int(request.getfixturevalue("emulator").base.rpartition(":")[2])


def live(provider: str = "aliexpress") -> SupplierAccount:
    """An account at the real platform, whose address nothing may ever reach."""
    return SupplierAccountFactory(
        provider=provider, mode="live", endpoint="https://supplier.invalid", external_user_id="RealMerchant"
    )


def logged(account: SupplierAccount, operation: str, body: dict, **changes) -> ApiCall:
    values = {"method": "POST", "path": "supplier.invalid/sync", "started_at": timezone.now(), "request_body": body}
    return ApiCall.objects.create(account=account, operation=operation, **{**values, **changes})


def order_call(account: SupplierAccount) -> ApiCall:
    """An order call as the log keeps it."""
    request = {
        "out_order_id": "ORD-1-1",
        "logistics_address": MASK,
        "product_items": [{"product_id": int(MAT), "product_count": 1, "sku_attr": SAGE}],
    }
    common = {"app_key": "33505222", "session": MASK, "sign": MASK, "timestamp": "1", "sign_method": "sha256",
              "format": "json", "method": CREATE}  # fmt: skip
    return logged(account, CREATE, {**common, ORDER_PARAM: json.dumps(request)}, reference="ORD-1-1", error="http_502")


def aliseeks_order(account: SupplierAccount) -> ApiCall:
    body = {
        "merchantId": MASK,
        "locale": "en_US",
        "mailingAddress": MASK,
        "items": [
            {
                "productId": int(MAT),
                "quantity": 1,
                "shippingService": "CAINIAO_FULFILLMENT_STD",
                "properties": [{"sku": "14:193#Sage"}, {"sku": "5:100014064"}],
            }
        ],
    }
    return logged(account, "aliseeks.orders.create", body, path="supplier.invalid/v1/orders")


def replay(call: ApiCall) -> ApiCall:
    return replaying.send(replaying.prepare(call))


class TestAliExpress:
    def test_purchase_is_placed_at_the_emulator_under_a_new_reference(self, emulator):
        original = order_call(live())

        row = replay(original)

        assert (row.http_status, row.error, row.replay_of, row.is_replay) == (200, "", original, True)
        assert row.path == f"127.0.0.1:{emulator.base.rpartition(':')[2]}/sync"
        order = emulator.orders()[-1]
        assert order["out_order_id"] == row.reference
        assert row.reference.startswith("replay-")
        assert order["address"]["contact_person"] == "Sample Person"

    def test_every_replay_is_another_purchase(self, emulator):
        original = order_call(live())

        references = {replay(original).reference for _ in range(2)}

        assert len(references) == 2
        assert references <= {order["out_order_id"] for order in emulator.orders()}

    def test_call_that_was_really_sent_is_replayed_as_it_was_logged(self, emulator):
        account = aliexpress_account(emulator)
        adapter_for(account).place(PURCHASE)
        original = ApiCall.objects.get()

        row = replay(original)

        assert (row.account, row.error) == (account, "")
        sent, first = emulator.orders()[-1], emulator.orders()[-2]
        assert [line["sku_id"] for line in sent["items"]] == [line["sku_id"] for line in first["items"]]
        text = json.dumps(sent)
        assert not any(word in text for word in ("Ada", "Lovelace", "Byron", "Albany"))

    def test_refusal_of_the_method_is_noted_like_any_other(self, emulator):
        row = replay(logged(live(), GET, {"single_order_query": '{"order_id": 8190000000000001}'}))

        assert row.http_status == 200
        assert row.error
        assert row.request_id

    def test_request_of_the_replay_is_logged_redacted(self, emulator):
        row = replay(order_call(live()))

        text = json.dumps(row.request_body) + row.reply_body
        assert "Sample Person" not in text
        assert "emulatorAccessToken" not in text

    @pytest.mark.parametrize("operation", ["/auth/token/create", "/auth/token/refresh"])
    def test_calls_about_tokens_are_not_replayed(self, operation):
        call = logged(live(), operation, {"refresh_token": MASK})

        assert not replaying.can_replay(call)
        with pytest.raises(NotReplayable, match="tokens"):
            replaying.prepare(call)

    def test_request_that_is_no_order_is_sent_all_the_same(self, emulator):
        row = replay(logged(live(), CREATE, {ORDER_PARAM: "not JSON"}))

        assert row.http_status == 200
        assert row.error


class TestAliseeks:
    def test_purchase_is_placed_at_the_emulator(self, emulator):
        row = replay(aliseeks_order(live("aliseeks")))

        assert (row.http_status, row.error, row.path.partition("/")[2]) == (200, "", "aliseeks/v1/orders")
        order = emulator.orders()[-1]
        assert (order["supplier"], order["address"]["contactName"]) == ("aliseeks", "Sample Person")

    def test_question_in_the_query_is_replayed_as_one(self, emulator):
        account = aliseeks_account(emulator)
        body = {"merchantId": MASK, "orderId": "8190000000000001"}

        row = replay(logged(account, "aliseeks.orders.get", body, method="GET"))

        assert (row.method, row.account) == ("GET", account)
        assert row.http_status in (403, 404, 422)
        assert row.error

    def test_refusal_is_noted_with_the_suppliers_own_code(self, emulator):
        call = aliseeks_order(live("aliseeks"))
        call.request_body["items"][0]["productId"] = 1
        call.save()

        row = replay(call)

        assert row.http_status == 422
        assert row.error
        assert not row.error.startswith("http_")

    def test_call_without_a_road_back_is_refused(self):
        with pytest.raises(NotReplayable, match="not replayed"):
            replaying.prepare(logged(live("aliseeks"), "aliseeks.new.call", {}))


class TestNeverReal:
    def test_live_and_test_accounts_never_sign(self):
        original = order_call(live())
        SupplierAccountFactory(mode="test", endpoint="https://supplier.invalid")

        account = replaying.emulator_for(original)

        assert (account.pk, account.mode, account.endpoint.startswith("http://127.0.0.1:")) == (None, "sandbox", True)

    @pytest.mark.parametrize("endpoint", ["https://supplier.invalid", "http://127.0.0.1.supplier.invalid",
                                          "https://10.0.0.1", "http://127.0.0.1@supplier.invalid"])  # fmt: skip
    def test_sandbox_account_at_another_machine_is_not_used(self, endpoint):
        original = order_call(SupplierAccountFactory(mode="sandbox", endpoint=endpoint))

        assert replaying.emulator_for(original).pk is None

    @pytest.mark.parametrize("changes", [{"mode": "live"}, {"mode": "test"}, {"endpoint": "https://supplier.invalid"}])
    def test_what_is_about_to_be_sent_is_looked_at_once_more(self, changes, monkeypatch):
        other = SupplierAccountFactory(**changes)
        monkeypatch.setattr(replaying, "emulator_for", lambda call: other)
        prepared = replaying.prepare(order_call(live()))
        calls = ApiCall.objects.count()
        if "mode" in changes:
            assert prepared.account.endpoint.startswith("http://127.0.0.1")

        with pytest.raises(NotReplayable, match="nowhere else"):
            replaying.send(prepared)
        assert ApiCall.objects.count() == calls

    def test_supplier_without_an_emulator_is_not_replayed(self):
        assert not replaying.can_replay(logged(SupplierAccountFactory(provider="gone"), "x", {}))

    def test_replay_is_not_replayed(self, emulator):
        assert not replaying.can_replay(replay(order_call(live())))


def test_emulator_that_does_not_run_is_a_row_like_any_other(settings):
    settings.SANDBOX_PORT = 9
    original = order_call(live())

    row = replay(original)

    assert (row.error, row.http_status, row.account) == ("not_connected", None, original.account)


def test_account_whose_secrets_cannot_be_read_is_said(settings):
    account = SupplierAccountFactory(mode="sandbox")
    settings.FIELD_ENCRYPTION_KEYS = ["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="]

    with pytest.raises(NotReplayable):
        replaying.prepare(order_call(account))


def test_replay_outlives_its_original(emulator):
    row = replay(order_call(live()))

    ApiCall.objects.filter(is_replay=False).delete()

    row.refresh_from_db()
    assert (row.replay_of, row.is_replay) == (None, True)


@pytest.mark.parametrize(
    ("question", "expected", "names"),
    [
        ({"a": 1, "b": ["x", Decimal("1.5")]}, {"a": 1, "b": ["x", Decimal("1.5")]}, ()),
        ({"zip": MASK}, {"zip": "10001"}, ("zip",)),
        ({"deep": {"Zip": MASK, "odd": [MASK, MASK]}}, {"deep": {"Zip": "10001", "odd": [SAMPLE_TEXT] * 2}},
         ("Zip", "odd")),
        ({"p": '{"zip": "[redacted]", "n": 1}'}, {"p": '{"zip":"10001","n":1}'}, ("zip",)),
        ({"p": "{broken [redacted]"}, {"p": "{broken [redacted]"}, ()),
    ],
)  # fmt: skip
def test_what_the_log_left_out_is_filled_in_at_any_depth(question, expected, names):
    assert refill(question, {"zip": "10001"}) == (expected, names)
