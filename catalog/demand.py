"""What the shop's visitors want: views, baskets and sales of products, for the sync to know what to check first.

A page view writes nothing: each process counts in its memory, and a thread of its own writes the sums once a minute.
What a process that ends has not written is lost, at most a minute of views. Nothing that takes money reads any of it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from catalog.models import Listing, WatchedProduct
from catalog.syncing import priority
from integrations.clock import database_now

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_counts: dict[int, float] = {}
_writer: threading.Timer | None = None
_BATCH = 500


def note_view(product_id: int) -> None:
    """Somebody has looked at the product."""
    _note(product_id, priority.VIEW)


def note_basket(product_id: int, quantity: int) -> None:
    """Somebody has put so many of it into a basket."""
    _note(product_id, priority.BASKET * quantity)


def note_sale(product_id: int, quantity: int) -> None:
    """So many of it were paid for."""
    _note(product_id, priority.SALE * quantity)


def write() -> int:
    """Write down what this process has counted so far. How many products that were."""
    with _lock:
        counts = dict(_counts)
        _counts.clear()
    ids = sorted(counts)
    for start in range(0, len(ids), _BATCH):
        _add({pk: counts[pk] for pk in ids[start : start + _BATCH]})
    return len(ids)


def _note(product_id: int, weight: float) -> None:
    global _writer
    with _lock:
        _counts[product_id] = _counts.get(product_id, 0.0) + weight
        if _writer is None and settings.DEMAND_WRITE_S > 0:
            _writer = threading.Timer(settings.DEMAND_WRITE_S, _write_in_thread)
            _writer.daemon = True
            _writer.start()


def _write_in_thread() -> None:
    global _writer
    with _lock:
        _writer = None
    try:
        write()
    except DatabaseError:
        logger.warning("views could not be written down", exc_info=True)
    finally:
        # The thread ends now, and so must its connection.
        connection.close()


def _add(counts: Mapping[int, float]) -> None:
    """Add to the demand of the suppliers' products behind ours, faded until now."""
    pairs = Listing.objects.filter(variant__product__in=counts, is_active=True).order_by()
    behind: dict[tuple[int, str], float] = {}
    for account_id, external_id, product_id in pairs.values_list(
        "account", "external_product_id", "variant__product"
    ).distinct():
        key = (account_id, external_id)
        behind[key] = behind.get(key, 0.0) + counts[product_id]
    now = database_now()
    with transaction.atomic():
        rows = list(
            WatchedProduct.objects.select_for_update()
            .filter(external_product_id__in={external_id for _account, external_id in behind})
            .order_by("pk")
        )
        rows = [row for row in rows if (row.account_id, row.external_product_id) in behind]
        for row in rows:
            added = behind[row.account_id, row.external_product_id]
            row.demand = priority.faded(row.demand, since=now - row.demand_at) + added
            row.demand_at = now
        WatchedProduct.objects.bulk_update(rows, ["demand", "demand_at"])
