"""The five shapes of an answer, and what each error of the gateway means for purchases and questions."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from integrations.aliexpress.envelope import Answer, open_answer
from integrations.errors import (
    AccountUnusable,
    MalformedReply,
    OutcomeUnknown,
    Rejected,
    SupplierError,
    Transient,
    Unsupported,
)
from tests.integrations.aliexpress.payloads import payload


def gateway_error(code: str, **fields: str) -> bytes:
    error = {"type": "ISV", "code": code, "msg": "No.", "request_id": "2101abc", **fields}
    return json.dumps({"error_response": error}).encode()


def failure(body: bytes, *, write: bool) -> SupplierError:
    with pytest.raises(SupplierError) as caught:
        open_answer(body, write=write)
    return caught.value


def opened(document: Any) -> Answer:
    return open_answer(json.dumps(document).encode(), write=False)


def test_wrapped_answer_is_unwrapped() -> None:
    answer = open_answer(payload("order_created.json"), write=True)

    assert answer.request_id == "2101f04d17767599114785865"
    assert answer.payload["result"]["is_success"] is True


def test_bare_answer_is_read_like_a_wrapped_one() -> None:
    wrapped = open_answer(payload("order_created.json"), write=True)
    bare = open_answer(payload("order_created_simplified.json"), write=True)

    assert bare.payload["result"]["is_success"] is wrapped.payload["result"]["is_success"]
    assert bare.request_id == wrapped.request_id


def test_request_id_beside_the_wrapper_is_found() -> None:
    assert opened({"x_response": {"result": 1}, "request_id": "2101abc"}).request_id == "2101abc"


def test_numbers_with_a_point_are_exact() -> None:
    answer = open_answer(b'{"result": {"amount": 0.1}}', write=False)

    assert answer.payload["result"]["amount"] == Decimal("0.1")


PROVEN_NOT_DONE = [
    ("IncompleteSignature", AccountUnusable),
    ("InvalidAppkey", AccountUnusable),
    ("InvalidAppKey", AccountUnusable),
    ("IllegalAccessToken", AccountUnusable),
    ("InvalidSession", AccountUnusable),
    ("InvalidCode", AccountUnusable),
    ("IllegalRefreshToken", AccountUnusable),
    ("AUTH_TYPE_UNSUPPORTED", AccountUnusable),
    ("isv.402", AccountUnusable),
    ("InsufficientPermission", AccountUnusable),
    ("MissingParameter", Rejected),
    ("InvalidParameter", Rejected),
    ("UnsupportedParamMapping", Rejected),
    ("InvalidApiPath", Unsupported),
    ("ApiCallLimit", Transient),
    ("AppCallLimit", Transient),
    ("AppApiCallLimit", Transient),
    ("SellerCallLimit", Transient),
    ("7", Transient),
]


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(("code", "kind"), PROVEN_NOT_DONE)
def test_error_before_the_method_proves_that_nothing_was_done(
    code: str, kind: type[SupplierError], write: bool
) -> None:
    error = failure(gateway_error(code), write=write)

    assert type(error) is kind
    assert error.code == code
    assert error.request_id == "2101abc"


@pytest.mark.parametrize(
    "code",
    [
        "ServiceUnavailable", "isp.service-unavailable", "ServiceTimeout", "InternalError", "15",
        "isv.invalid-authorization", "IllegalTimestamp", "InvalidTimestamp", "NeverSeenBefore", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ISV", "ISP", "SYSTEM", ""])
def test_every_other_error_leaves_a_purchase_unknown(code: str, kind: str) -> None:
    assert type(failure(gateway_error(code, type=kind), write=True)) is OutcomeUnknown


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("ServiceUnavailable", "ISV", Transient),
        ("isp.service-unavailable", "ISV", Transient),
        ("ServiceTimeout", "SYSTEM", Transient),
        ("InternalError", "ISP", Transient),
        ("NeverSeenBefore", "ISP", Transient),
        ("NeverSeenBefore", "SYSTEM", Transient),
        ("15", "ISP", Transient),
        ("NeverSeenBefore", "ISV", Rejected),
        ("isv.invalid-authorization", "ISP", Rejected),
        ("IllegalTimestamp", "ISV", AccountUnusable),
    ],
)
def test_other_errors_of_a_question_say_whether_to_ask_again(
    code: str, kind: str, expected: type[SupplierError]
) -> None:
    assert type(failure(gateway_error(code, type=kind), write=False)) is expected


def test_token_error_keeps_the_vendors_code_for_the_refresh() -> None:
    error = failure(payload("error_token.json"), write=True)

    assert isinstance(error, AccountUnusable)
    assert (error.code, error.request_id) == ("IllegalAccessToken", "2101f04d17767599114785877")


def test_numeric_error_is_read_by_its_sub_code() -> None:
    error = failure(payload("error_numeric.json"), write=True)

    assert isinstance(error, AccountUnusable)
    assert error.code == "isv.insufficient-permission"


def test_missing_permission_on_a_question_does_not_stop_the_account() -> None:
    """For an order it also means a wrong number, says the vendor."""
    error = failure(payload("error_numeric.json"), write=False)

    assert type(error) is Rejected


def test_numeric_call_limit_is_a_call_limit() -> None:
    body = gateway_error("7", sub_code="accesscontrol.limited-by-app-api-access-count")

    assert type(failure(body, write=True)) is Transient


def test_sub_code_does_not_overrule_a_named_code() -> None:
    """A named breakdown must not be taken for a refusal because of what stands beside it."""
    body = gateway_error("ServiceTimeout", sub_code="isv.insufficient-permission")

    assert type(failure(body, write=True)) is OutcomeUnknown


def test_flat_error_is_an_error() -> None:
    error = failure(payload("error_flat.json"), write=True)

    assert isinstance(error, AccountUnusable)
    assert (error.code, error.request_id) == ("IncompleteSignature", "212a69f317116001605067741")


def test_flat_error_beside_a_result_is_left_to_the_method() -> None:
    answer = open_answer(b'{"code": "ApiCallLimit", "result": {"order_list": [1]}}', write=True)

    assert answer.payload["result"] == {"order_list": [1]}


def test_call_limit_carries_its_seconds() -> None:
    error = failure(payload("error_call_limit.json"), write=True)

    assert isinstance(error, Transient)
    assert error.retry_after_s == 7


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("This ban will last 1 more seconds", 1.0),
        ("ban will last 12 second", 12.0),
        ("slow down", 2.0),
        ("ban will last 0 seconds", 1.0),
        ("ban will last 999999999 seconds", 3600.0),
        ("ban will last ٣ seconds", 2.0),
    ],
)
def test_seconds_of_a_call_limit_are_read_tolerantly(words: str, seconds: float) -> None:
    error = failure(gateway_error("ApiCallLimit", msg=words), write=False)

    assert isinstance(error, Transient)
    assert error.retry_after_s == seconds


def test_code_with_its_text_attached_is_recognised() -> None:
    body = gateway_error("MissingParameter: param_place_order_request4_open_api_dto")

    assert failure(body, write=True).code == "MissingParameter"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b'"text"',
        b"null",
        b"NaN",
        b'{"a": Infinity}',
        b'{"a": 1e99999999999999999999}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a_response": {}, "b_response": {}}',
        b'{"error_response": "x"}',
        b'{"error_response": {"code": "ApiCallLimit"}, "aliexpress_ds_order_create_response": {}}',
        b'{"x_response": []}',
        b'{"code": {"a": 1}}',
        b'{"error_response": {"code": ["ApiCallLimit"]}}',
    ],
)
@pytest.mark.parametrize("write", [True, False])
def test_what_cannot_be_read_is_malformed(body: bytes, write: bool) -> None:
    assert isinstance(failure(body, write=write), MalformedReply)


def test_message_holds_neither_addresses_nor_tokens() -> None:
    secret = "50000601c30exampleAccess1234567890"
    words = f"Token {secret} of maria@example.com, see https://example.com/?t=1, param_place_order_request4 bad"

    message = failure(gateway_error("InvalidParameter", msg=words), write=False).message

    assert secret not in message
    assert "example.com" not in message
    assert "param_place_order_request4 bad" in message


def test_long_code_and_request_id_are_cut_to_what_the_log_can_hold() -> None:
    error = failure(gateway_error("X" * 500, request_id="r\x00" * 300), write=True)

    assert len(error.code) == len(error.request_id) == 80
    assert "\x00" not in error.request_id
