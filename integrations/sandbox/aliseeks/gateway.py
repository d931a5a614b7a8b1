"""The door of the Aliseeks half: key, address, call limit, body, and then the call itself.

The vendor does not document its order of checks. Success is status 200.
"""

import hmac
from collections.abc import Callable
from typing import Any

from integrations.sandbox import methods
from integrations.sandbox.account import DEMO_ALISEEKS
from integrations.sandbox.aliseeks import merchants, order_views, placing, product_views, search
from integrations.sandbox.aliseeks.errors import AliseeksError, Violation, error_reply, invalid
from integrations.sandbox.aliseeks.reading import AliseeksRequest
from integrations.sandbox.answers import Reply, to_json
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.faults import RequestFaults

KEY_HEADER = "X-Api-Client-Id"

_Handler = Callable[[Emulator, Call, Any], dict[str, Any]]
_HANDLERS: dict[str, _Handler] = {
    methods.ALISEEKS_ORDER_CREATE: placing.order_create,
    methods.ALISEEKS_ORDER_GET: order_views.order_get,
    methods.ALISEEKS_MERCHANTS: merchants.register,
    methods.ALISEEKS_PRODUCT: product_views.product,
    methods.ALISEEKS_DETAILS: product_views.details,
    methods.ALISEEKS_VARIATIONS: product_views.variations,
    methods.ALISEEKS_SHIPPING: product_views.shipping,
    methods.ALISEEKS_REVIEWS: product_views.reviews,
    methods.ALISEEKS_HTML: product_views.description_html,
    methods.ALISEEKS_SEARCH_REALTIME: search.realtime,
    methods.ALISEEKS_SEARCH: search.stored,
}


def answer(emulator: Emulator, request: AliseeksRequest, faults: RequestFaults) -> Reply:
    """Carry out one call and write its answer."""
    try:
        return Reply(to_json(_carry_out(emulator, request, faults)), "ok")
    except AliseeksError as error:
        return error_reply(error, emulator.settings)


def server_fault(emulator: Emulator, outcome: str) -> Reply:
    """Status 500 as Aliseeks itself writes it; every other 5xx comes from a proxy before it."""
    error = AliseeksError(500, "InternalServerError", "An unexpected error occurred")
    return error_reply(error, emulator.settings, outcome=outcome)


def _carry_out(emulator: Emulator, request: AliseeksRequest, faults: RequestFaults) -> dict[str, Any]:
    if not hmac.compare_digest(request.api_key.encode(), DEMO_ALISEEKS.api_key.encode()):
        raise AliseeksError(403, "Forbidden", "The api client id is missing or has no access")
    if not request.name:
        raise AliseeksError(404, "NotFound", "There is no such call")
    settings, now_ms = emulator.settings, emulator.clock.now_ms()
    limit = emulator.call_limit(DEMO_ALISEEKS.api_key, request.name, faults, now_ms)
    if limit is not None:
        says = settings.aliseeks_retry_after if limit.says_retry_after is None else limit.says_retry_after
        text = "The call allowance of the subscription is used up"
        raise AliseeksError(429, "TooManyRequests", text, retry_after_s=limit.wait_s if says else 0)
    if not request.is_json:
        raise invalid(Violation("", "Malformed", "the body is not JSON"))
    return _HANDLERS[request.name](emulator, Call(request.name, {}, faults, settings, now_ms), request.body)
