"""A logged call with the key and the merchant of another account: for a replay against the emulator."""

from __future__ import annotations

from collections.abc import Callable

from integrations.aliseeks import build, parse
from integrations.aliseeks.client import KEY_HEADER, REDACTOR, raise_for_refusal
from integrations.aliseeks.refusals import READABLE
from integrations.errors import AccountUnusable, Unsupported
from integrations.http import Call, Reply
from integrations.models import ApiCall, SupplierAccount
from integrations.replay_request import SAMPLE_PERSON, ReplayRequest, refill

#: Where each call goes, and how its answer is read.
_CALLS: dict[str, tuple[str, Callable[[bytes], object]]] = {
    build.ORDER_CREATE: ("/orders", parse.order_created),
    build.ORDER_GET: ("/orders", lambda body: parse.order_shown(body, "")),
    build.PRODUCT: ("/products", parse.product_shown),
    build.SHIPPING: ("/products/shipping", parse.freight_offered),
    build.MERCHANTS: ("/merchants", parse.merchant_link),
}


def replay_request(account: SupplierAccount, logged: ApiCall, *, reference: str) -> ReplayRequest:
    """``logged`` for ``account``. An order call here carries no reference that could be replaced.

    Raises ``Unsupported`` for a call that is not replayed, ``AccountUnusable`` if the account is not complete.
    """
    if logged.operation not in _CALLS:
        raise Unsupported(f"“{logged.operation}” is not replayed.")
    if not (account.app_secret and account.external_user_id):
        raise AccountUnusable("The emulator's account has no API key or no merchant id.")
    path, read_body = _CALLS[logged.operation]
    samples = {
        "mailingAddress": build.mailing_address(SAMPLE_PERSON),
        "merchantId": account.external_user_id,
        "redirectUrl": "http://127.0.0.1/",
    }
    question, filled = refill(logged.request_body, samples)
    is_get = logged.operation == build.ORDER_GET
    call = Call(
        operation=logged.operation,
        url=f"{account.endpoint.strip().rstrip('/')}{path}",
        json=None if is_get else question,
        query={name: str(value) for name, value in question.items()} if is_get else None,
        method="GET" if is_get else "POST",
        headers={KEY_HEADER: account.app_secret},
        readable=READABLE,
    )

    def read(reply: Reply) -> str:
        raise_for_refusal(call, reply)
        read_body(reply.body)
        return ""

    return ReplayRequest(call, REDACTOR, read, filled)
