"""The gateway: checks every call in a fixed order and hands it to its method.

Order: parameters present, app key, timestamp, signature, token, method, limits, business rules. The platform
does not document its order. HTTP status 200 throughout.
"""

import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from integrations.sandbox import methods, tokens
from integrations.sandbox.account import DEMO_ACCOUNT
from integrations.sandbox.address_tree import address_get
from integrations.sandbox.answers import (
    GatewayError,
    Reply,
    error_answer,
    missing_parameter,
    success_answer,
    to_json,
)
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.faults import RequestFaults
from integrations.sandbox.freight import freight_calculate, freight_query
from integrations.sandbox.order_views import order_get, tracking_get
from integrations.sandbox.placing import order_create
from integrations.sandbox.product_views import category_get, product_get, text_search
from integrations.sandbox.reading import WireRequest
from integrations.sandbox.signing import is_signed

CLOCK_TOLERANCE_S = 7200
_SIGN_METHODS = ("sha256", "md5", "hmac")
_OLD_STYLE_ZONE = timezone(timedelta(hours=8))

Handler = Callable[[Emulator, Call], dict[str, Any]]
_HANDLERS: dict[str, Handler] = {
    methods.ORDER_CREATE: order_create,
    methods.PLACE_ORDER: order_create,
    methods.ORDER_GET: order_get,
    methods.TRACKING_GET: tracking_get,
    methods.PRODUCT_GET: product_get,
    methods.FREIGHT_QUERY: freight_query,
    methods.FREIGHT_CALCULATE: freight_calculate,
    methods.TEXT_SEARCH: text_search,
    methods.CATEGORY_GET: category_get,
    methods.ADDRESS_GET: address_get,
    methods.TOKEN_CREATE: tokens.token_create,
    methods.TOKEN_REFRESH: tokens.token_refresh,
}


def answer(emulator: Emulator, request: WireRequest, faults: RequestFaults) -> Reply:
    """Carry out one call and write its answer."""
    settings = emulator.settings
    try:
        body = _carry_out(emulator, request, faults)
    except GatewayError as error:
        return Reply(to_json(error_answer(error, is_system=request.is_system)), f"error:{error.code}")
    if request.is_system:
        return Reply(to_json(body), "ok")
    simplify = request.params.get("simplify", "").lower() == "true"
    return Reply(to_json(success_answer(request.name, body, settings, simplify=simplify)), _outcome(body))


def _carry_out(emulator: Emulator, request: WireRequest, faults: RequestFaults) -> dict[str, Any]:
    _check_parameters(request)
    params = request.params
    if not hmac.compare_digest(params["app_key"].encode(), DEMO_ACCOUNT.app_key.encode()):
        raise GatewayError("InvalidAppkey", "The specified App Key is invalid")
    _check_timestamp(params["timestamp"])
    api_path = request.api_path if request.is_system else ""
    if not is_signed(params, DEMO_ACCOUNT.app_secret, api_path=api_path):
        raise GatewayError("IncompleteSignature", "The request signature does not conform to platform standards")
    now_ms = emulator.clock.now_ms()
    if request.name.startswith(methods.NOT_APPROVED):
        # They want no token, so this is known before one is looked at.
        raise GatewayError("InsufficientPermission", "The app has no permission to call this api")
    if not request.is_system:
        _check_token(emulator, params, faults, now_ms)
    names = methods.SYSTEM_PATHS if request.is_system else methods.BUSINESS_METHODS
    if request.name not in names:
        raise GatewayError("InvalidApiPath", "The specified API path is invalid")
    _check_limits(emulator, request.name, faults, now_ms)
    call = Call(request.name, params, faults, emulator.settings, now_ms)
    return _HANDLERS[request.name](emulator, call)


def _check_parameters(request: WireRequest) -> None:
    params = request.params
    names = ("app_key", "timestamp", "sign_method", "sign")
    for name in names if request.is_system else ("method", *names):
        if not params.get(name):
            raise missing_parameter(name)
    if params["sign_method"] not in _SIGN_METHODS:
        raise GatewayError("InvalidParameter", "The specified parameter sign_method is not valid")
    if params.get("format", "json") != "json":
        raise GatewayError("InvalidParameter", "The specified parameter format is not supported")


def _check_timestamp(text: str) -> None:
    """Real time counts here, not the emulator's clock: a client cannot know that that one was moved."""
    instant_s = _instant_s(text)
    # The code is that of the sister platform; AliExpress' own is not established.
    if instant_s is None or abs(instant_s - time.time()) > CLOCK_TOLERANCE_S:
        raise GatewayError("IllegalTimestamp", "The specified timestamp is invalid or expired")


def _instant_s(text: str) -> float | None:
    """Milliseconds, ISO-8601 in UTC, or the old style's GMT+8 wall time."""
    if text.isascii() and text.isdecimal():
        return int(text[:20]) / 1000
    for pattern, zone in (("%Y-%m-%dT%H:%M:%SZ", UTC), ("%Y-%m-%d %H:%M:%S", _OLD_STYLE_ZONE)):
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=zone).timestamp()
        except ValueError:
            continue
    return None


def _check_token(emulator: Emulator, params: dict[str, str], faults: RequestFaults, now_ms: int) -> None:
    token = params.get("session") or params.get("access_token") or ""
    is_good = tokens.is_valid_access_token(emulator, token, now_ms)
    if not is_good or faults.take("token_expired"):
        raise GatewayError("IllegalAccessToken", "The specified access token is invalid or expired")


def _check_limits(emulator: Emulator, name: str, faults: RequestFaults, now_ms: int) -> None:
    refusal = emulator.call_limit(DEMO_ACCOUNT.app_key, name, faults, now_ms)
    if refusal is not None:
        text = f"Api access frequency exceeds the limit. this ban will last {refusal.wait_s} seconds"
        raise GatewayError("ApiCallLimit", text)


def _outcome(body: dict[str, Any]) -> str:
    """The word for the log: business refusals are told apart from successes."""
    result = body.get("result")
    if isinstance(result, dict) and result.get("is_success") is False:
        return f"refused:{result['error_code']}"
    if isinstance(result, dict) and (result.get("success") is False or result.get("ret") is False):
        return f"refused:{result.get('code') or result['error_desc']}"
    if body.get("rsp_code", 200) != 200:
        return f"refused:{body['rsp_code']}"
    return "ok"
