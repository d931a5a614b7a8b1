"""What a worker does. Every task takes ids, may run twice, late or never, and finishes in seconds."""

from __future__ import annotations

import time

from fulfillment import dispatch, health, notifications, settling, tracking, webhooks
from fulfillment import sweep as sweeping
from fulfillment.models import SupplierOrder
from integrations import tokens


def place(supplier_order_id: int) -> bool:
    """Buy one supplier order; what that account may have bought before is settled first."""
    started = time.monotonic()
    account_id = SupplierOrder.objects.values_list("account_id", flat=True).get(pk=supplier_order_id)
    for unsettled_id in settling.unsettled(account_id)[:1]:
        settling.settle(unsettled_id)
    return dispatch.place(supplier_order_id, started=started)


def settle(supplier_order_id: int) -> bool:
    return settling.settle(supplier_order_id)


def look(external_order_id: int) -> bool:
    return tracking.look(external_order_id)


def handle_push(push_message_id: int) -> bool:
    return webhooks.handle(push_message_id)


def send_notice(notice_id: int) -> bool:
    return notifications.send(notice_id)


def sweep() -> int:
    """Find due and stuck rows and put each of them into the queue."""
    return sweeping.sweep(sweeping.run_queued)


def refresh_tokens() -> int:
    """Refresh the suppliers' tokens that are about to end."""
    return tokens.refresh_all()


def beat() -> None:
    """Show that the queue carries work from one end to the other."""
    health.beat(health.QUEUE)


def purge() -> int:
    return sweeping.purge()
