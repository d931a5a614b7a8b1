"""AliExpress Open Platform, dropshipping methods (``aliexpress.ds.*``, gateway ``api-sg.aliexpress.com``).

Vendor: https://openservice.aliexpress.com/doc/doc.htm (docId 1366-1392 signature and gateway, 1364 and
1591-1679 methods and statuses), state of 2026. There is no sandbox host: the vendor lends test accounts on
the production gateway.

What shapes this adapter:

* an order call carries our reference as ``out_order_id``, an idempotency key that the vendor keeps for 24
  hours; nothing looks an order up by it, and what a repeat answers is not documented (settle class B);
* one order call may create several orders;
* errors come with HTTP 200; 5xx, HTML pages and broken connections happen and mean "unknown" after a
  purchase;
* there is no way to cancel by API, and none to pay later: an order is paid when it is placed or by a person
  on the site.

Importing this package needs neither models nor settings; ``connect`` loads the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from integrations.pasted import address_at

if TYPE_CHECKING:
    from integrations.aliexpress.client import AliExpressAdapter
    from integrations.aliexpress.tokens import AliExpressTokens
    from integrations.models import ApiCall, SupplierAccount
    from integrations.pushes import PushHint
    from integrations.replay_request import ReplayRequest
    from integrations.types import AddressNeed

_ID = r"[0-9]{6,19}"
_ITEM_PATHS = (
    re.compile(rf"/(?:item|i)/(?:[^/]+/)?({_ID})\.html?/?"),
    re.compile(rf"/(?:item|i)/({_ID})/?"),
    # The shape of the shop pages until about 2018: /store/product/<title>/<store id>_<product id>.html
    re.compile(rf"/store/product/[^/]+/[0-9]+_({_ID})\.html"),
)
# aliexpress.ru is another company's site with ids of its own.
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*aliexpress\.(?:com|us)")


def connect(account: SupplierAccount) -> AliExpressAdapter:
    """The adapter that speaks for ``account``."""
    from integrations.aliexpress.client import AliExpressAdapter

    return AliExpressAdapter(account)


def read_push(account: SupplierAccount, headers: Mapping[str, str], body: bytes) -> PushHint:
    """The push message in ``body``. Raises ``PushForged`` unless its signature is good."""
    from integrations.aliexpress import pushes

    return pushes.read_push(account, headers, body)


def token_issuer(account: SupplierAccount) -> AliExpressTokens:
    """Where the tokens of ``account`` come from."""
    from integrations.aliexpress.tokens import AliExpressTokens

    return AliExpressTokens(account)


def replay_request(account: SupplierAccount, logged: ApiCall, *, reference: str) -> ReplayRequest:
    """A logged call as ``account`` would send it, for a replay against the emulator."""
    from integrations.aliexpress import replay

    return replay.replay_request(account, logged, reference=reference)


def address_needs(country: str) -> tuple[AddressNeed, ...]:
    """What an order to ``country`` (ISO) needs beyond an ordinary address."""
    from integrations.aliexpress import address_rules

    return address_rules.needs(country)


def product_id_from_url(text: str) -> str | None:
    """The product id in a pasted id or AliExpress product address of any usual form, else None."""
    text = text.strip()
    if re.fullmatch(_ID, text):
        return text
    parts = address_at(text, _HOST)
    if parts is None:
        return None
    for path in _ITEM_PATHS:
        if match := path.fullmatch(parts.path):
            return match[1]
    return _id_in_query(parts.query)


def _id_in_query(query: str) -> str | None:
    # Share and app links keep the id in the query: share.htm?...&productId=..., i.html?itemId=...
    try:
        fields = parse_qs(query, max_num_fields=100)
    except ValueError:
        return None
    for name in ("productId", "productIds", "itemId"):
        for value in fields.get(name, ()):
            if re.fullmatch(_ID, value):
                return value
    return None
