"""`GET /orders`.

Vendor's page: docs.aliseeks.com, "Ordering". Of the status words only `order_completed` with `shipped` is published,
in an answer that has a tracking number; it stays so after delivery here. The words before are chosen here and stand
for whatever a client does not know.
"""

from datetime import UTC, datetime
from typing import Any

from integrations.sandbox import methods, orders
from integrations.sandbox.aliseeks.amounts import amount
from integrations.sandbox.aliseeks.errors import Violation, invalid
from integrations.sandbox.aliseeks.fields import Fields
from integrations.sandbox.aliseeks.merchants import check_merchant
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.timeline import Order, State, state_of


def order_get(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """One order of a merchant; its id is text here."""
    fields = Fields(body)
    merchant_id, text = fields.text("merchantId"), fields.text("orderId")
    fields.check()
    check_merchant(emulator, call, merchant_id)
    order = orders.find(emulator.store, int(text)) if text.isdecimal() and len(text) <= 18 else None
    if order is None or not _is_visible(order, merchant_id, call.now_ms):
        raise invalid(Violation("orderId", "NotFound", "is not an order of this merchant"))
    state = state_of(order, call.now_ms)
    status, shipping_status = words(state)
    result: dict[str, Any] = {
        "id": str(order.order_id),
        "created": f"{datetime.fromtimestamp(order.created_at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "total": amount(order.amount, order.currency, call.settings),
        "status": status,
        "shippingStatus": shipping_status,
        "store": {
            "id": str(order.store_id),
            "name": order.store_name,
            "url": f"https://www.aliexpress.com/store/{order.store_id}",
        },
        "shipping": [{"trackingNumber": p.tracking_number, "shippingService": p.service} for p in state.parcels],
        "items": [
            {
                "productId": int(line.product_id),
                "quantity": line.quantity,
                "name": line.subject,
                "price": amount(line.price, order.currency, call.settings),
            }
            for line in order.lines
        ],
    }
    if not state.parcels and call.settings.aliseeks_unshipped == "absent":
        del result["shipping"]
    return result


def words(state: State) -> tuple[str, str]:
    """`status` and `shippingStatus`."""
    if state.parcels:
        return "order_completed", "shipped"
    if state.is_canceled:
        return "order_closed", "not_shipped"
    return "order_paid" if state.is_paid else "order_created", "not_shipped"


def _is_visible(order: Order, merchant_id: str, now_ms: int) -> bool:
    is_own = order.supplier == methods.ALISEEKS and order.merchant_id == merchant_id
    return is_own and order.readable_at_ms <= now_ms
