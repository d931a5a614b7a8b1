"""Which colour a state has on staff's pages."""

from __future__ import annotations

from fulfillment.models import Attempt, Order, Payment, Refund, ReturnRequest, SupplierOrder
from fulfillment.states import OrderStatus, PaymentStatus, ReturnStatus, SupplierOrderStatus

ORDER_TONES: dict[str, str] = {
    OrderStatus.AWAITING_PAYMENT: "warning",
    OrderStatus.PAID: "info",
    OrderStatus.IN_FULFILLMENT: "info",
    OrderStatus.SHIPPED: "primary",
    OrderStatus.DELIVERED: "success",
    OrderStatus.CLOSED: "success",
    OrderStatus.CANCELED: "",
    OrderStatus.REFUNDED: "",
}
SUPPLIER_ORDER_TONES: dict[str, str] = {
    SupplierOrderStatus.PLANNED: "",
    SupplierOrderStatus.DUE: "warning",
    SupplierOrderStatus.IN_FLIGHT: "warning",
    SupplierOrderStatus.UNKNOWN: "danger",
    SupplierOrderStatus.HELD: "danger",
    SupplierOrderStatus.REJECTED: "danger",
    SupplierOrderStatus.PLACED: "info",
    SupplierOrderStatus.PAID: "info",
    SupplierOrderStatus.SHIPPED: "primary",
    SupplierOrderStatus.DELIVERED: "success",
    SupplierOrderStatus.CANCELED: "",
}
PAYMENT_TONES: dict[str, str] = {
    PaymentStatus.PENDING: "warning",
    PaymentStatus.PROCESSING: "warning",
    PaymentStatus.SUCCEEDED: "success",
    PaymentStatus.FAILED: "danger",
    PaymentStatus.ABANDONED: "",
    PaymentStatus.MISMATCH: "danger",
}
REFUND_TONES: dict[str, str] = {
    Refund.Status.PENDING: "warning",
    Refund.Status.TO_DO: "danger",
    Refund.Status.DONE: "success",
    Refund.Status.FAILED: "danger",
}
RETURN_TONES: dict[str, str] = {
    ReturnStatus.REQUESTED: "warning",
    ReturnStatus.APPROVED: "info",
    ReturnStatus.DECLINED: "",
    ReturnStatus.RECEIVED: "warning",
    ReturnStatus.REFUNDED: "success",
    ReturnStatus.CLOSED: "",
}
OUTCOME_TONES: dict[str, str] = {
    Attempt.Outcome.PENDING: "warning",
    Attempt.Outcome.DONE: "success",
    Attempt.Outcome.NOT_DONE: "",
    Attempt.Outcome.REJECTED: "danger",
    Attempt.Outcome.UNKNOWN: "danger",
}
MODE_TONES = {"sandbox": "info", "test": "warning", "live": "danger"}

#: For each model the tones of its ``status``.
STATUS_TONES = {
    Order: ORDER_TONES,
    SupplierOrder: SUPPLIER_ORDER_TONES,
    Payment: PAYMENT_TONES,
    Refund: REFUND_TONES,
    ReturnRequest: RETURN_TONES,
}
