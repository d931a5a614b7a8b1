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
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from integrations.aliseeks.client import AliseeksAdapter
    from integrations.models import SupplierAccount

_ID = r"[0-9]{6,19}"
# The products are AliExpress' own, named as in the `detailUrl` of a product.
_ITEM_PATH = re.compile(rf"/(?:item|i)/(?:[^/]+/)?({_ID})(?:\.html?)?/?")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*aliexpress\.(?:com|us)")


def connect(account: SupplierAccount) -> AliseeksAdapter:
    """The adapter that speaks for ``account``."""
    from integrations.aliseeks.client import AliseeksAdapter

    return AliseeksAdapter(account)


def product_id_from_url(text: str) -> str | None:
    """The product id in a pasted id or AliExpress product address, else None."""
    text = text.strip()
    if re.fullmatch(_ID, text):
        return text
    if "://" not in text and not text.startswith("//"):
        text = f"//{text}"
    try:
        parts = urlsplit(text, scheme="https")
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    match = _ITEM_PATH.fullmatch(parts.path)
    return match[1] if match else None
