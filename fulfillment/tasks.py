"""What a worker does. Every task takes ids, may run twice, late or never, and finishes in seconds."""

from __future__ import annotations

import time

from catalog import delivery, rate_fetching
from catalog import tasks as catalog_tasks
from catalog.importing import items
from catalog.syncing import low_stock, runs
from fulfillment import (
    dispatch,
    health,
    notifications,
    order_links,
    payment_events,
    payment_pages,
    refunds,
    settling,
    to_pay,
    tracking,
    webhooks,
)
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


def handle_payment_event(payment_event_id: int) -> bool:
    return payment_events.handle(payment_event_id)


def look_at_payment(payment_id: int) -> bool:
    return payment_pages.look(payment_id)


def look_at_due_payment(payment_id: int) -> bool:
    return payment_pages.look_if_due(payment_id)


def send_refund(refund_id: int) -> bool:
    return refunds.send(refund_id)


def send_notice(notice_id: int) -> bool:
    return notifications.send(notice_id)


def tell_to_pay(external_order_id: int) -> bool:
    return to_pay.tell(external_order_id)


def mail_links(request_id: int) -> bool:
    return order_links.handle(request_id)


def sweep() -> int:
    """Find due and stuck rows and put each of them into the queue."""
    return sweeping.sweep(sweeping.run_queued)


def refresh_tokens() -> int:
    """Refresh the suppliers' tokens that are about to end."""
    return tokens.refresh_all()


def beat() -> None:
    """Show that the queue carries work from one end to the other."""
    health.beat(health.QUEUE)


def refresh_freight() -> int:
    """Ask the suppliers again what sending costs, where visitors or orders wanted to know and the answer gets old."""
    return delivery.refresh()


def work_on_imports() -> int:
    """Go on with imports of goods that no worker goes on with."""
    return catalog_tasks.work_on_imports() if items.is_left_behind() else 0


def fetch_rates() -> int:
    """Fetch exchange rates if that is due, and let the prices that depend on them follow, a step at a time."""
    return rate_fetching.fetch_if_due() + rate_fetching.follow_rates()


def sync_catalogue() -> int:
    """Check at the suppliers what is most likely to have moved and to be wanted, within their calls."""
    return runs.tick()


def tell_low_stock() -> int:
    """Bring the list of what is running out up to date, and tell staff what is new on it."""
    return low_stock.refresh_and_tell()


def purge() -> int:
    rows = sweeping.purge() + delivery.purge() + catalog_tasks.purge_imports() + runs.purge()
    return rows + catalog_tasks.purge_pictures()
