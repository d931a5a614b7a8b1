"""A customer's order and all that happens to it, as rows."""

from fulfillment.models.invoice import Invoice, InvoiceSequence
from fulfillment.models.link_request import LinkRequest
from fulfillment.models.money import Payment, PaymentEvent, Refund
from fulfillment.models.notice import Heartbeat, Notice
from fulfillment.models.order import (
    Order,
    OrderEvent,
    OrderLine,
    OrderLinePart,
    OrderLink,
    OrderShipping,
    load_bundle_parts,
)
from fulfillment.models.prices import Coupon, CouponRedemption, ShippingRate, TaxRate
from fulfillment.models.returns import ReturnLine, ReturnPhoto, ReturnRequest
from fulfillment.models.shipment import Shipment, TrackingEvent
from fulfillment.models.supplier_order import Attempt, ExternalOrder, SupplierOrder, SupplierOrderLine

__all__ = [
    "Attempt",
    "Coupon",
    "CouponRedemption",
    "ExternalOrder",
    "Heartbeat",
    "Invoice",
    "InvoiceSequence",
    "LinkRequest",
    "Notice",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderLinePart",
    "OrderLink",
    "OrderShipping",
    "Payment",
    "PaymentEvent",
    "Refund",
    "ReturnLine",
    "ReturnPhoto",
    "ReturnRequest",
    "Shipment",
    "ShippingRate",
    "SupplierOrder",
    "SupplierOrderLine",
    "TaxRate",
    "TrackingEvent",
    "load_bundle_parts",
]
