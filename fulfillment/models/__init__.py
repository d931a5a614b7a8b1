"""A customer's order and all that happens to it, as rows."""

from fulfillment.models.money import Payment, Refund
from fulfillment.models.notice import Heartbeat, Notice
from fulfillment.models.order import Order, OrderEvent, OrderLine, OrderLink
from fulfillment.models.shipment import Shipment, TrackingEvent
from fulfillment.models.supplier_order import Attempt, ExternalOrder, SupplierOrder, SupplierOrderLine

__all__ = [
    "Attempt",
    "ExternalOrder",
    "Heartbeat",
    "Notice",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderLink",
    "Payment",
    "Refund",
    "Shipment",
    "SupplierOrder",
    "SupplierOrderLine",
    "TrackingEvent",
]
