"""The text for a supplier's support."""

from __future__ import annotations

from datetime import UTC, datetime

from integrations.models import ApiCall, SupplierAccount
from integrations.support import pretty_reply, support_text


def call(**changes) -> ApiCall:
    values = {
        "account": SupplierAccount(app_key="33505222"),
        "operation": "order.create",
        "method": "POST",
        "path": "api.example.com/sync",
        "request_id": "21016f35",
        "http_status": 200,
        "error": "SKU_NOT_EXIST",
        "duration_ms": 12,
        "started_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "request_body": {"b": "2", "a": "[redacted]"},
    }
    return ApiCall(**{**values, **changes})


def test_it_holds_what_the_form_asks_for():
    assert support_text(call()).splitlines() == [
        "App key: 33505222",
        "Description: order.create at 2026-03-01 12:00:00 UTC: HTTP 200, error SKU_NOT_EXIST, after 12 ms",
        "Request ID: 21016f35",
        "API path: POST api.example.com/sync (order.create)",
        "Request body:",
        "{",
        '  "a": "[redacted]",',
        '  "b": "2"',
        "}",
    ]


def test_a_call_without_reply_says_so():
    text = support_text(call(http_status=None, error="", request_id=""))

    assert "no whole reply, after 12 ms" in text
    assert "Request ID: -" in text


def test_a_reply_is_indented_if_it_is_json():
    assert pretty_reply('{"a":{"b":1}}') == '{\n  "a": {\n    "b": 1\n  }\n}'
    assert pretty_reply("[not JSON, 12 bytes] Bad gateway") == "[not JSON, 12 bytes] Bad gateway"
