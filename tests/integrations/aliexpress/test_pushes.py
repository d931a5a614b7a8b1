"""Push messages: who may send them, and what of them is read and kept.

The three signed messages of the vectors were computed with the vendor's formula; no published example exists.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.aliexpress import read_push
from integrations.models import SupplierAccount
from integrations.pushes import PushForged, PushHint, PushKind
from tests.integrations.aliexpress.payloads import payload_json

KEY, SECRET = "33505222", "s3cr3t-Of-The-Test-App"
VECTORS = payload_json("aliexpress_sign.json")["webhook_vectors"]
ORDER_ID = "8198352049851315"


def account(app_key: str = KEY, secret: str = SECRET) -> SupplierAccount:
    row = SupplierAccount(provider="aliexpress", app_key=app_key)
    row.app_secret = secret
    return row


def signature(body: bytes, *, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), KEY.encode() + body, hashlib.sha256).hexdigest()


def read(body: bytes) -> PushHint:
    return read_push(account(), {"Authorization": signature(body)}, body)


def message(order_status: Any = "OrderShipped", **changes: Any) -> bytes:
    data = {"buyerId": 6000001, "orderId": int(ORDER_ID), "orderStatus": order_status}
    whole = {"data": data, "message_type": 53, "seller_id": "6000001", "site": "ae_global", "timestamp": 1735776000}
    return json.dumps(whole | changes).encode()


# --- signature ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_signed_message_is_read(vector: dict[str, str]) -> None:
    body = vector["raw_body_utf8"].encode()

    hint = read_push(account(vector["app_key"], vector["secret"]), {"Authorization": vector["value"]}, body)

    assert hint.key == hashlib.sha256(body).hexdigest()
    assert hint.kind is not PushKind.UNREADABLE


def test_signature_may_come_in_upper_case() -> None:
    body = message()

    assert read_push(account(), {"Authorization": signature(body).upper()}, body).external_id == ORDER_ID


@pytest.mark.parametrize("forged", ["", "0" * 64, "é" * 64, "\ud800"], ids=["none", "wrong", "not-ascii", "surrogate"])
def test_forged_message_is_refused(forged: str) -> None:
    with pytest.raises(PushForged):
        read_push(account(), {"Authorization": forged}, message())


def test_missing_signature_is_refused() -> None:
    with pytest.raises(PushForged):
        read_push(account(), {}, message())


def test_signature_of_the_same_json_in_other_bytes_is_refused() -> None:
    body = message()
    spaced = body.replace(b":", b" :")

    with pytest.raises(PushForged):
        read_push(account(), {"Authorization": signature(body)}, spaced)


def test_signature_by_another_secret_is_refused() -> None:
    body = message()

    with pytest.raises(PushForged):
        read_push(account(), {"Authorization": signature(body, secret="another")}, body)


@pytest.mark.parametrize(("app_key", "secret"), [("", ""), (KEY, ""), ("", SECRET)])
def test_account_without_key_or_secret_believes_nobody(app_key: str, secret: str) -> None:
    body = message()
    signed = hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()

    with pytest.raises(PushForged):
        read_push(account(app_key, secret), {"Authorization": signed}, body)


# --- content --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("OrderCreated", PushKind.ORDER_CREATED),
        ("PaymentAuthorized", PushKind.ORDER_PAID),
        ("paymentFailedEvent", PushKind.ORDER_PAYMENT_FAILED),
        ("OrderShipped", PushKind.ORDER_SHIPPED),
        ("OrderConfirmed", PushKind.ORDER_RECEIVED),
        ("OrderClosed", PushKind.ORDER_CLOSED),
        ("OrderFoundUnderASofa", PushKind.ORDER_CHANGED),
    ],
)
def test_each_word_has_its_reading(word: str, kind: PushKind) -> None:
    hint = read(message(word))

    assert (hint.kind, hint.external_id, hint.at) == (kind, ORDER_ID, datetime(2025, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("message_type", "kind"),
    [
        (0, PushKind.TEST),
        (18, PushKind.ORDER_CHANGED),
        (51, PushKind.ORDER_CHANGED),
        (65, PushKind.AUTHORIZATION_ENDS),
        (99, PushKind.UNKNOWN),
    ],
)
def test_each_type_has_its_reading(message_type: int, kind: PushKind) -> None:
    assert read(message(message_type=message_type, data={})).kind is kind


def test_order_word_counts_even_if_the_type_has_changed() -> None:
    assert read(message("OrderShipped", message_type=1053)).kind is PushKind.ORDER_SHIPPED


def test_order_id_may_be_a_text() -> None:
    assert read(message(data={"orderId": ORDER_ID, "orderStatus": "OrderShipped"})).external_id == ORDER_ID


@pytest.mark.parametrize("timestamp", [1, 1735776000, 4102444800], ids=["late", "usual", "future"])
def test_late_and_future_messages_are_read(timestamp: int) -> None:
    hint = read(message(timestamp=timestamp))

    assert hint.kind is PushKind.ORDER_SHIPPED
    assert hint.at == datetime.fromtimestamp(timestamp, UTC)


@pytest.mark.parametrize("timestamp", [None, "soon", True, -5, 10**18, [1]])
def test_message_without_a_sensible_time_is_read_all_the_same(timestamp: Any) -> None:
    hint = read(message(timestamp=timestamp))

    assert (hint.kind, hint.at) == (PushKind.ORDER_SHIPPED, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"null",
        b'{"message_type": "53"}',
        b'{"message_type": 53, "data": {"orderId": -1}}',
        b'{"message_type": 53, "data": {"orderId": true}}',
        b'{"message_type": 53, "data": {"orderId": 12345678901234567890123}}',
        b'{"message_type": NaN}',
        b'{"message_type": 53, "data": ' + b'{"a":' * 30 + b"1" + b"}" * 31,
        b"[" * 30_000,
        b'{"message_type": ' + b"9" * 5000 + b"}",
    ],
)
def test_signed_nonsense_is_kept_as_unreadable(body: bytes) -> None:
    hint = read(body)

    assert (hint.kind, hint.external_id) == (PushKind.UNREADABLE, "")
    assert hint.key == hashlib.sha256(body).hexdigest()
    json.dumps(hint.body, allow_nan=False)


def test_persons_and_what_databases_refuse_are_not_kept() -> None:
    data = {"buyerId": 6000001, "orderId": int(ORDER_ID), "note\x00": "a\x00b\ud800", "email": "ada@example.com"}

    kept = json.dumps(read(message(data=data)).body)

    assert "6000001" not in kept
    assert "ada@example.com" not in kept
    assert "\\u0000" not in kept
    assert "\\ud800" not in kept
    assert ORDER_ID in kept
