"""Answers in the platform's five shapes, HTTP status 200 for all of them.

Vendor's page: https://openservice.aliexpress.com/doc/doc.htm#/?docId=1367. A list travels as an object with
one inner array, as a plain array with `simplify=true`. The page says that `simplify` also drops the wrapper;
observed answers keep it, and some keep the lists as they are, so that is a setting.
"""

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.settings import Settings


@dataclass(frozen=True)
class WireList:
    """A list of an answer together with the name of its inner array."""

    inner: str
    items: list[Any]


class GatewayError(Exception):
    """The gateway refuses a call: shapes (c) and (d). `kind` is ISV, ISP or SYSTEM."""

    def __init__(self, code: str, msg: str, *, kind: str = "ISV", sub_code: str = "", sub_msg: str = "") -> None:
        super().__init__(f"{code}: {msg}")
        self.kind, self.code, self.msg = kind, code, msg
        self.sub_code, self.sub_msg = sub_code, sub_msg


def missing_parameter(name: str) -> GatewayError:
    """The gateway's answer to an absent mandatory parameter."""
    text = f'The input parameter "{name}" that is mandatory for processing this request is not supplied'
    return GatewayError("MissingParameter", text)


@dataclass(frozen=True)
class Reply:
    """What goes back over HTTP. `outcome` is the word for the log line and the counters."""

    body: bytes
    outcome: str
    status: int = 200
    content_type: str = "application/json;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)


def new_request_id() -> str:
    """A request id in the platform's look."""
    return f"2101{secrets.token_hex(2)}{int(time.time() * 1000)}{secrets.randbelow(10_000):04d}"


def error_answer(error: GatewayError, *, is_system: bool) -> dict[str, Any]:
    """Shape (d), flat with `message`, for system calls; shape (c), wrapped with `msg`, for business calls."""
    if is_system:
        return {"type": error.kind, "code": error.code, "message": error.msg, "request_id": new_request_id()}
    inner: dict[str, Any] = {"type": error.kind, "code": error.code, "msg": error.msg}
    if error.sub_code:
        inner |= {"sub_code": error.sub_code, "sub_msg": error.sub_msg}
    return {"error_response": inner | {"request_id": new_request_id()}}


def success_answer(method: str, body: dict[str, Any], settings: Settings, *, simplify: bool) -> dict[str, Any]:
    """Shape (a), or with `simplify` the shape chosen in the settings."""
    simplify = simplify and settings.simplify != "ignored"
    plain: dict[str, Any] = _render(body, settings, simplify=simplify)
    if simplify and settings.simplify == "bare":
        return {"code": "0"} | plain | {"request_id": new_request_id()}
    wrapper = method.replace(".", "_") + "_response"
    trace = "2140" + secrets.token_hex(13)
    return {wrapper: plain | {"request_id": new_request_id(), "_trace_id_": trace}}


def to_json(value: Any) -> bytes:
    """JSON text in UTF-8, as sent on the wire."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _render(value: Any, settings: Settings, *, simplify: bool) -> Any:
    if isinstance(value, WireList):
        items = [_render(item, settings, simplify=simplify) for item in value.items]
        if simplify:
            return items
        if len(items) == 1 and settings.single_items == "bare":
            return {value.inner: items[0]}
        return {value.inner: items} if items else {}
    if isinstance(value, dict):
        return {name: _render(item, settings, simplify=simplify) for name, item in value.items()}
    if isinstance(value, list):
        return [_render(item, settings, simplify=simplify) for item in value]
    if settings.scalars == "text":
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
    return value
