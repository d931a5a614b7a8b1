"""Staff's pages about orders."""

from fulfillment.admin.accounts import BuyingAccountAdmin
from fulfillment.admin.orders import OrderAdmin
from fulfillment.admin.payments import PaymentAdmin
from fulfillment.admin.shipments import ShipmentAdmin
from fulfillment.admin.supplier_orders import SupplierOrderAdmin
from fulfillment.badges import environment_badge, needs_person_badge

__all__ = [
    "BuyingAccountAdmin",
    "OrderAdmin",
    "PaymentAdmin",
    "ShipmentAdmin",
    "SupplierOrderAdmin",
    "environment_badge",
    "needs_person_badge",
]
