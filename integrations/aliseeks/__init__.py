"""Aliseeks, a service that places orders in AliExpress accounts that were connected to it.

Vendor: https://docs.aliseeks.com (API v1, "Ordering", "Items", "Errors"; last change 2019). The page says at its top
that it accepts no new integrations and may stop at any time; nothing here was tried against the live service. The
adapter is off unless a key is given.

What shapes this adapter:

* an order call carries no reference of ours and nothing looks an order up: a reply that did not arrive leaves the
  outcome to a person (settle class D), and the call is never sent a second time by itself;
* one order call creates one order for each store, none of them paid: a person pays on AliExpress;
* only the status words of an order on its way are published;
* a merchant authorizes again every month on a page of Aliseeks (``merchants``).

Importing this package needs neither models nor settings; ``connect`` loads the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from integrations.pasted import address_at

if TYPE_CHECKING:
    from integrations.aliseeks.client import AliseeksAdapter
    from integrations.models import ApiCall, SupplierAccount
    from integrations.replay_request import ReplayRequest
    from integrations.types import AddressNeed

_ID = r"[0-9]{6,19}"
# The products are AliExpress' own, named as in the `detailUrl` of a product.
_ITEM_PATH = re.compile(rf"/(?:item|i)/(?:[^/]+/)?({_ID})(?:\.html?)?/?")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*aliexpress\.(?:com|us)")


def connect(account: SupplierAccount) -> AliseeksAdapter:
    """The adapter that speaks for ``account``."""
    from integrations.aliseeks.client import AliseeksAdapter

    return AliseeksAdapter(account)


def replay_request(account: SupplierAccount, logged: ApiCall, *, reference: str) -> ReplayRequest:
    """A logged call as ``account`` would send it, for a replay against the emulator."""
    from integrations.aliseeks import replay

    return replay.replay_request(account, logged, reference=reference)


def address_needs(country: str) -> tuple[AddressNeed, ...]:
    """What an order to ``country`` (ISO) needs beyond an ordinary address."""
    from integrations.aliseeks import address_rules

    return address_rules.needs(country)


def product_id_from_url(text: str) -> str | None:
    """The product id in a pasted id or AliExpress product address, else None."""
    text = text.strip()
    if re.fullmatch(_ID, text):
        return text
    parts = address_at(text, _HOST)
    match = _ITEM_PATH.fullmatch(parts.path) if parts else None
    return match[1] if match else None
