"""The emulator's own signing function against the published and computed vectors."""

import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.signing import is_signed, sign, sign_push, text_to_sign

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("aliexpress_sign.json").read_text(encoding="utf-8"))
BY_ID = {vector["id"]: vector for vector in VECTORS["vectors"]}


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["id"])
def test_every_request_vector_is_reproduced(vector: dict[str, Any]) -> None:
    path = vector.get("api_path", "")

    assert text_to_sign(vector["params"], api_path=path) == vector["string_to_sign"]
    assert sign(vector["params"], vector["secret"], api_path=path) == vector["sign"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["id"])
def test_every_request_vector_is_accepted(vector: dict[str, Any]) -> None:
    params = vector["params"] | {"sign": vector["sign"]}

    assert is_signed(params, vector["secret"], api_path=vector.get("api_path", ""))


@pytest.mark.parametrize("vector", VECTORS["webhook_vectors"], ids=lambda vector: vector["id"])
def test_every_push_vector_is_reproduced(vector: dict[str, Any]) -> None:
    value = sign_push(vector["app_key"], vector["secret"], vector["raw_body_utf8"].encode())

    assert value == vector["value"]


def test_empty_value_left_out_is_accepted_too() -> None:
    vector = BY_ID["edge-01-empty-value"]
    left_out = vector["sdk_results"]["aliexpress-mcp-server"]

    assert left_out != vector["sign"]
    assert is_signed(vector["params"] | {"sign": left_out}, vector["secret"])


@pytest.mark.parametrize("vector_id", ["edge-02-sort-order", "edge-04-sort-order-real-method"])
def test_locale_aware_order_is_refused(vector_id: str) -> None:
    vector = BY_ID[vector_id]
    by_locale = vector["sdk_results"]["ae_sdk 0.6.0 (npm)"]

    assert not is_signed(vector["params"] | {"sign": by_locale}, vector["secret"])


def test_vendors_placeholder_fits_nothing() -> None:
    placeholder = VECTORS["not_a_vector"]["value"]

    assert not any(is_signed(v["params"] | {"sign": placeholder}, v["secret"]) for v in VECTORS["vectors"])


def test_old_hmac_style_is_hmac_md5() -> None:
    expected = hmac.new(b"key", b"absign_methodhmac", "md5").hexdigest().upper()

    assert sign({"sign_method": "hmac", "a": "b"}, "key") == expected


def test_unknown_style_is_an_error() -> None:
    with pytest.raises(ValueError, match="sign_method"):
        sign({"sign_method": "rot13"}, "key")
