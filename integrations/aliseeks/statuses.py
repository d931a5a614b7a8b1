"""Aliseeks' words for the state of an order, in ours.

https://docs.aliseeks.com, "Ordering". Only ``order_completed`` and ``shipped`` are published, both in one sample with a
tracking number: it is read as shipped, not as delivered, until somebody has seen more. Every other word is
``UNKNOWN``, is logged once and changes nothing.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from integrations.types import SupplierOrderState as State

logger = logging.getLogger(__name__)

SHIPPING_STATUSES = {"shipped": State.SHIPPED}
#: Says nothing by itself: whether anything is on its way follows from the shipping status and the parcels.
_SILENT_STATUSES = frozenset({"order_completed"})


def read_status(status: str, shipping_status: str, *, has_parcel: bool) -> State:
    """What the words of an order mean. A tracking number alone means shipped as well."""
    if status not in _SILENT_STATUSES:
        log_unlisted("status", status)
    if shipping_status not in SHIPPING_STATUSES:
        log_unlisted("shippingStatus", shipping_status)
    return State.SHIPPED if has_parcel else SHIPPING_STATUSES.get(shipping_status, State.UNKNOWN)


def unlisted_note(status: str, shipping_status: str) -> str:
    """What staff read about an order whose words tell nothing."""
    return (
        f"Aliseeks says “{status[:60]} / {shipping_status[:60]}”, words that are not documented. Only AliExpress shows "
        "whether the order is paid: look there, and pay it if it is not."
    )


@lru_cache(maxsize=256)
def log_unlisted(field: str, word: str) -> None:
    """Log a word that is in no list, once per process."""
    logger.warning("aliseeks: unlisted %s %r", field, word[:64])
