"""What a supplier's support asks for, put together from a row of the call log."""

from __future__ import annotations

import json
from typing import Any

from integrations.models import ApiCall


def support_text(call: ApiCall) -> str:
    """The text for a supplier's support form: app key, description, request id, API path and request body.

    Made of the redacted row only, so that it can be pasted without a second look.
    """
    answered = f"HTTP {call.http_status}" if call.http_status else "no whole reply"
    description = (
        f"{call.operation} at {call.started_at:%Y-%m-%d %H:%M:%S} UTC: {answered}"
        f"{f', error {call.error}' if call.error else ''}, after {call.duration_ms} ms"
    )
    return "\n".join(
        [
            f"App key: {call.account.app_key or '-'}",
            f"Description: {description}",
            f"Request ID: {call.request_id or '-'}",
            f"API path: {call.method} {call.path} ({call.operation})",
            "Request body:",
            json.dumps(call.request_body, indent=2, ensure_ascii=False, sort_keys=True),
        ]
    )


def pretty_request(body: dict[str, Any]) -> str:
    """A logged request, indented; JSON texts inside of it are opened to be read."""
    return json.dumps({name: _opened(value) for name, value in body.items()}, indent=2, ensure_ascii=False)


def _opened(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def pretty_reply(text: str) -> str:
    """A logged reply with its JSON indented; what is not (or no longer) JSON stays as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
