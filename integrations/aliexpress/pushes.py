"""Push messages, from the raw bytes to a neutral hint. Pure but for the account it is handed.

https://openservice.aliexpress.com/doc/doc.htm#/?docId=1478, topic ``DROPSHIPPER_ORDER_STATUS_UPDATE``. The vendor wants
an answer within half a second, repeats a push up to 12 times in about six hours, and guarantees no order.

Its ``timestamp`` is signed and in seconds. A late one is accepted all the same, and so is one from the future: the
vendor's own repeats are up to six hours old, and a push changes nothing by itself. All it can bring about is one look
at the order, which tells what is true now; played back a year later it does no more than that.

Observed and not documented: 53 is the type of order messages today and may change; one project saw 51 (payment), 18
(parcels), 65 (the authorization ends soon) and 0 (test). So an order's word counts whatever the type says.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from integrations import own_secrets
from integrations.aliexpress.client import REDACTOR
from integrations.aliexpress.signing import push_signature
from integrations.aliexpress.statuses import log_unlisted
from integrations.errors import MalformedReply
from integrations.fields import as_identifier, clean
from integrations.pushes import PushForged, PushHint, PushKind

if TYPE_CHECKING:
    from integrations.models import SupplierAccount

ORDER_WORDS = {
    "OrderCreated": PushKind.ORDER_CREATED,
    "PaymentAuthorized": PushKind.ORDER_PAID,
    "paymentFailedEvent": PushKind.ORDER_PAYMENT_FAILED,
    "OrderShipped": PushKind.ORDER_SHIPPED,
    "OrderConfirmed": PushKind.ORDER_RECEIVED,
    "OrderClosed": PushKind.ORDER_CLOSED,
}
_TEST, _AUTHORIZATION_ENDS = 0, 65
#: Types that are about an order even if its word is in no list: parcels, payment, status.
_ABOUT_ORDERS = frozenset({18, 51, 53})

_DEEPEST = 20
_KEPT_OF_UNREADABLE = 2000


def read_push(account: SupplierAccount, headers: Mapping[str, str], body: bytes) -> PushHint:
    """The push in ``body``. Raises ``PushForged`` unless it is signed with the secret of the account's app.

    What is signed and cannot be read becomes a hint of the kind *unreadable*, for staff to see.
    """
    if not _is_signed(account, headers.get("Authorization", ""), body):
        raise PushForged("The signature does not fit the message.")
    key = hashlib.sha256(body).hexdigest()
    try:
        message = _opened(body)
        return _read(message, key)
    except (ValueError, RecursionError, MalformedReply):
        kept = REDACTOR.clean_body(body)[:_KEPT_OF_UNREADABLE]
        return PushHint(PushKind.UNREADABLE, key, body={"unreadable": clean(kept)})


def _is_signed(account: SupplierAccount, signature: str, body: bytes) -> bool:
    with own_secrets.readable(account):
        secret = account.app_secret
    if not (account.app_key and secret):
        return False  # With an empty secret anybody could sign.
    wanted = push_signature(account.app_key, secret, body)
    # As bytes: compare_digest refuses texts with letters beyond ASCII.
    return hmac.compare_digest(wanted.encode(), signature.strip().lower().encode("utf-8", "replace"))


def _opened(body: bytes) -> dict[str, Any]:
    message = json.loads(body.decode(), parse_constant=_refuse, parse_float=str)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _read(message: dict[str, Any], key: str) -> PushHint:
    data = message.get("data")
    data = data if isinstance(data, dict) else {}
    order_id = data.get("orderId")
    external_id = as_identifier(order_id, "orderId") if order_id not in (None, "") else ""
    at = _instant(message.get("timestamp"))
    return PushHint(
        kind=_kind(message.get("message_type"), data.get("orderStatus")),
        key=key,
        external_id=external_id,
        at=at,
        body={"at": at.isoformat() if at else "", "message": _storable(REDACTOR.clean(message))},
    )


def _kind(message_type: Any, word: Any) -> PushKind:
    if isinstance(word, str) and word in ORDER_WORDS:
        return ORDER_WORDS[word]
    if isinstance(message_type, bool) or not isinstance(message_type, int):
        raise ValueError("message_type is missing or badly typed")
    if message_type == _TEST:
        return PushKind.TEST
    if message_type == _AUTHORIZATION_ENDS:
        return PushKind.AUTHORIZATION_ENDS
    if message_type in _ABOUT_ORDERS:
        if isinstance(word, str) and word:
            log_unlisted("orderStatus of a push", word)
        return PushKind.ORDER_CHANGED
    return PushKind.UNKNOWN


def _instant(seconds: Any) -> datetime | None:
    """The instant of a push, None if it is none: nothing depends on it but a note to staff."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**10:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _storable(value: Any, depth: int = 0) -> Any:
    """``value`` as every database keeps it. Raises ``ValueError`` for what is nested too deeply."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {clean(str(name)): _storable(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_storable(item, depth + 1) for item in value]
    return clean(value) if isinstance(value, str) else value
