"""Staff's pages about orders."""

from fulfillment.admin.accounts import BuyingAccountAdmin
from fulfillment.admin.drifts import MappingDriftAdmin
from fulfillment.admin.home import home_context
from fulfillment.admin.invoices import InvoiceAdmin
from fulfillment.admin.orders import OrderAdmin
from fulfillment.admin.payment_events import PaymentEventAdmin
from fulfillment.admin.payments import PaymentAdmin, RefundAdmin
from fulfillment.admin.prices import CouponAdmin, ShippingRateAdmin, TaxRateAdmin
from fulfillment.admin.returns import ReturnRequestAdmin
from fulfillment.admin.shipments import ShipmentAdmin
from fulfillment.admin.supplier_orders import SupplierOrderAdmin
from fulfillment.admin.to_pay import on_supplier_orders
from fulfillment.badges import environment_badge, needs_person_badge, returns_badge, to_pay_badge

__all__ = [
    "BuyingAccountAdmin",
    "CouponAdmin",
    "InvoiceAdmin",
    "MappingDriftAdmin",
    "OrderAdmin",
    "PaymentAdmin",
    "PaymentEventAdmin",
    "RefundAdmin",
    "ReturnRequestAdmin",
    "ShipmentAdmin",
    "ShippingRateAdmin",
    "SupplierOrderAdmin",
    "TaxRateAdmin",
    "environment_badge",
    "home_context",
    "needs_person_badge",
    "on_supplier_orders",
    "returns_badge",
    "to_pay_badge",
]
