"""A logged business call, signed anew for another account: for a replay against the emulator.

Calls about tokens are not replayed: what they carry was never logged, and a refresh would use up a token.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from integrations.aliexpress import build, parse, parse_goods, parse_sourcing, sourcing
from integrations.aliexpress.client import REDACTOR, Endpoints
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.aliexpress.signing import request_params
from integrations.errors import AccountUnusable, SupplierError, Unsupported
from integrations.http import Call, Reply
from integrations.models import ApiCall, SupplierAccount
from integrations.replay_request import SAMPLE_PERSON, ReplayRequest, refill

#: How the answer of each method is read. What currency or country was asked for makes no difference to errors.
_READERS: dict[str, Callable[[Answer], object]] = {
    build.ORDER_CREATE: parse.order_created,
    build.ORDER_GET: lambda answer: parse.order_shown(answer, ""),
    build.TRACKING_GET: parse.parcels_tracked,
    build.PRODUCT_GET: parse_goods.product_shown,
    build.FREIGHT_QUERY: lambda answer: parse_goods.freight_offered(answer, currency="USD"),
    sourcing.TEXT_SEARCH: lambda answer: parse_sourcing.products_found(answer, currency="USD"),
    sourcing.CATEGORY_GET: parse_sourcing.categories_listed,
    sourcing.ADDRESS_GET: lambda answer: parse_sourcing.places_listed(answer, country=""),
}
#: Parameters of the gateway: they are made anew, not repeated.
_COMMON = frozenset("access_token app_key format method partner_id session sign sign_method simplify timestamp".split())


def replay_request(account: SupplierAccount, logged: ApiCall, *, reference: str) -> ReplayRequest:
    """``logged`` for ``account``; a purchase gets ``reference`` in place of its own.

    Raises ``Unsupported`` for a call that is not replayed, ``AccountUnusable`` if the account is not complete.
    """
    if logged.operation not in _READERS:
        raise Unsupported("Calls about tokens are not replayed: what they need is never logged.")
    if not (account.app_key and account.app_secret and account.access_token):
        raise AccountUnusable("The emulator's account has no app key, app secret or access token.")
    person = build.logistics_address(SAMPLE_PERSON)
    business = {name: value for name, value in logged.request_body.items() if name not in _COMMON}
    params, filled = refill(business, {**person, "logistics_address": person})
    if logged.operation == build.ORDER_CREATE:
        params = _with_reference(params, reference)
    form = request_params(
        {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()},
        app_key=account.app_key,
        secret=account.app_secret,
        session=account.access_token,
        method=logged.operation,
        timestamp_ms=time.time_ns() // 1_000_000,
    )
    call = Call(operation=logged.operation, url=Endpoints.from_setting(account.endpoint).business, form=form)
    return ReplayRequest(call, REDACTOR, lambda reply: _read(logged.operation, reply), filled)


def _with_reference(params: Mapping[str, Any], reference: str) -> dict[str, Any]:
    changed = dict(params)
    try:
        request = json.loads(changed[build.ORDER_REQUEST])
    except (KeyError, TypeError, ValueError):
        return changed  # It never was an order; the emulator says why.
    if isinstance(request, dict):
        changed[build.ORDER_REQUEST] = json.dumps({**request, "out_order_id": reference}, ensure_ascii=False)
    return changed


def _read(operation: str, reply: Reply) -> str:
    answer = open_answer(reply.body, write=operation == build.ORDER_CREATE)
    try:
        _READERS[operation](answer)
    except SupplierError as exc:
        exc.request_id = exc.request_id or answer.request_id
        raise
    return answer.request_id
