"""Signatures against the vectors: values of the vendor and of the SDKs that were run on the same input."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.aliexpress.signing import (
    push_signature,
    request_params,
    sign,
    string_to_sign,
    without_empty,
)
from tests.integrations.aliexpress.payloads import payload_json

FILE = payload_json("aliexpress_sign.json")
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in FILE["vectors"]}
AGREED = [vector for vector in FILE["vectors"] if vector["all_sdks_agree"]]


def signature(vector: dict[str, Any]) -> str:
    method = "md5" if vector["algorithm"] == "md5" else "sha256"
    return sign(vector["params"], secret=vector["secret"], api_path=vector.get("api_path", ""), method=method)


@pytest.mark.parametrize("vector", AGREED, ids=lambda vector: vector["id"])
def test_signature_equals_what_all_sdks_give(vector: dict[str, Any]) -> None:
    assert string_to_sign(vector["params"], api_path=vector.get("api_path", "")) == vector["string_to_sign"]
    assert signature(vector) == vector["sign"]


def test_every_vector_is_either_agreed_or_a_known_disagreement() -> None:
    assert {vector["id"] for vector in AGREED} | {
        "edge-01-empty-value",
        "edge-02-sort-order",
        "edge-04-sort-order-real-method",
    } == set(VECTORS)


def test_empty_value_is_left_out_as_the_minority_of_sdks_does() -> None:
    vector = VECTORS["edge-01-empty-value"]
    without = {name: value for name, value in vector["params"].items() if value}

    assert signature(vector) == sign(without, secret=vector["secret"])
    assert signature(vector) == vector["sdk_results"]["aliexpress-mcp-server"]
    # The rest sign the name alone. We never send such a parameter, so the server need not decide.
    assert signature(vector) != vector["sign"]
    assert sum(value == vector["sign"] for value in vector["sdk_results"].values()) == 5


@pytest.mark.parametrize("name", ["edge-02-sort-order", "edge-04-sort-order-real-method"])
def test_names_are_sorted_by_code_point_and_not_by_language(name: str) -> None:
    vector = VECTORS[name]

    assert signature(vector) == vector["sign"]
    assert vector["sdk_results"]["ae_sdk 0.6.0 (npm)"] != vector["sign"]


@pytest.mark.parametrize("vector", FILE["webhook_vectors"], ids=lambda vector: vector["id"])
def test_push_signature_equals_the_vector(vector: dict[str, Any]) -> None:
    raw_body = vector["raw_body_utf8"].encode()

    assert push_signature(vector["app_key"], vector["secret"], raw_body) == vector["value"]


def test_push_signature_covers_every_byte() -> None:
    spaced, compact = b'{"a": 1}', b'{"a":1}'

    assert push_signature("1", "s", spaced) != push_signature("1", "s", compact)


def test_the_placeholder_of_the_vendors_samples_is_no_signature_of_any_vector() -> None:
    placeholder = FILE["not_a_vector"]["value"]

    assert placeholder not in {signature(vector) for vector in FILE["vectors"]}


def test_sign_itself_never_takes_part() -> None:
    vector = VECTORS["biz-03-order-get"]

    assert sign({**vector["params"], "sign": "X"}, secret=vector["secret"]) == vector["sign"]


def test_an_unknown_signature_method_is_refused() -> None:
    with pytest.raises(ValueError, match="sha1"):
        sign({"a": "b"}, secret="s", method="sha1")


def test_values_without_content_are_dropped_and_zero_is_kept() -> None:
    assert without_empty({"a": None, "b": "", "c": "0", "d": " "}) == {"c": "0", "d": " "}


def test_request_carries_the_common_parameters_and_its_signature() -> None:
    vector = VECTORS["biz-03-order-get"]
    business = {"single_order_query": vector["params"]["single_order_query"], "nothing": "", "none": None}

    params = request_params(
        business,
        app_key="33505222",
        secret=vector["secret"],
        session="50000601234session",
        method="aliexpress.trade.ds.order.get",
        timestamp_ms=1735689600000,
    )

    assert params == {**vector["params"], "sign": vector["sign"]}


def test_system_request_signs_its_path_and_sends_neither_method_nor_session() -> None:
    vector = VECTORS["sys-04-token-refresh"]

    params = request_params(
        {"refresh_token": vector["params"]["refresh_token"]},
        app_key="33505222",
        secret=vector["secret"],
        api_path=vector["api_path"],
        timestamp_ms=1735689600000,
    )

    assert set(params) == {"app_key", "refresh_token", "sign_method", "timestamp", "format", "sign"}
    expected = sign(params, secret=vector["secret"], api_path="/auth/token/refresh")
    assert params["sign"] == expected
    # `format` is signed because it is sent; without it this is the vector.
    del params["format"]
    assert sign(params, secret=vector["secret"], api_path=vector["api_path"]) == vector["sign"]
