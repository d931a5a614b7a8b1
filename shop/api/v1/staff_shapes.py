"""What staff see of orders, supplier orders, shipments, listings and returns."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from catalog.models import Listing
from fulfillment.models import (
    ExternalOrder,
    Order,
    Payment,
    PaymentEvent,
    Refund,
    ReturnLine,
    ReturnRequest,
    Shipment,
    SupplierOrder,
)
from fulfillment.states import OrderStatus, PaymentStatus, ReturnStatus, SupplierOrderStatus
from shop.api.serializers import StrictSerializer
from shop.api.v1.account_shapes import ShortOrderShape
from shop.api.v1.buying_shapes import PlainField, TokenField
from shop.api.v1.shapes import MoneyShape, amount
from shop.money import Money


class StaffQuery(StrictSerializer):
    """Which page of a list."""

    cursor = TokenField(max_length=300, required=False, default="", help_text="`next_cursor` of the page before.")


class OrdersQuery(StaffQuery):
    status = serializers.ChoiceField(choices=OrderStatus.values, required=False, default="")
    number = PlainField(max_length=24, required=False, default="", help_text="The order's whole number.")


class SupplierOrdersQuery(StaffQuery):
    status = serializers.ChoiceField(choices=SupplierOrderStatus.values, required=False, default="")
    needs_person = serializers.ChoiceField(choices=["true", "false"], required=False, default="false")


class RefundsQuery(StaffQuery):
    status = serializers.ChoiceField(choices=Refund.Status.values, required=False, default="")


class SupplierOrderShape(serializers.Serializer[Any]):
    """What is bought from one supplier account. `attention` (empty: nobody is needed) says why a person is."""

    id = serializers.CharField()
    reference = serializers.CharField()
    order = serializers.CharField()
    status = serializers.ChoiceField(choices=SupplierOrderStatus.values)
    status_text = serializers.CharField()
    attention = serializers.ChoiceField(choices=SupplierOrder.Attention.values, allow_blank=True)
    attention_text = serializers.CharField(allow_blank=True)
    attention_note = serializers.CharField(allow_blank=True)
    account = serializers.CharField(allow_null=True)
    account_mode = serializers.CharField(allow_blank=True)
    expected_cost = MoneyShape(allow_null=True)
    charged = MoneyShape(allow_null=True)
    external_ids = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()


class StaffPaymentShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    order = serializers.CharField()
    method = serializers.ChoiceField(choices=Payment.Method.values)
    status = serializers.ChoiceField(choices=PaymentStatus.values)
    money = MoneyShape()
    received = MoneyShape(allow_null=True)
    refundable = MoneyShape(allow_null=True)


class StaffRefundShape(serializers.Serializer[Any]):
    """Money that goes back. `to_do`: only a person can send it."""

    id = serializers.CharField()
    order = serializers.CharField()
    payment = serializers.CharField(help_text="The payment's `id`.")
    method = serializers.ChoiceField(choices=Payment.Method.values)
    status = serializers.ChoiceField(choices=Refund.Status.values)
    status_text = serializers.CharField()
    money = MoneyShape()
    reason = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class RefundsShape(serializers.Serializer[Any]):
    results = StaffRefundShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class StaffOrderShape(ShortOrderShape):
    """An order with its payments and what is bought for it."""

    source = serializers.ChoiceField(choices=Order.Source.values)  # type: ignore[assignment]
    email = serializers.CharField(allow_blank=True)
    payments = StaffPaymentShape(many=True)
    supplier_orders = serializers.ListField(child=serializers.CharField(), help_text="Their `reference`s.")


class StaffOrdersShape(serializers.Serializer[Any]):
    results = StaffOrderShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SupplierOrdersShape(serializers.Serializer[Any]):
    results = SupplierOrderShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ShipmentShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    tracking_number = serializers.CharField()
    carrier = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True)
    order = serializers.CharField()
    reference = serializers.CharField()
    shipped_at = serializers.DateTimeField()
    eta = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)


class ShipmentsShape(serializers.Serializer[Any]):
    results = ShipmentShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ListingShape(serializers.Serializer[Any]):
    """Where a variant is bought."""

    id = serializers.CharField()
    sku = serializers.CharField()
    account = serializers.CharField()
    external_product_id = serializers.CharField()
    external_sku_id = serializers.CharField(allow_blank=True)
    quantity_per_unit = serializers.IntegerField()
    cost = MoneyShape(allow_null=True)
    stock = serializers.IntegerField(allow_null=True)
    is_active = serializers.BooleanField()
    checked_at = serializers.DateTimeField(allow_null=True)


class ListingsShape(serializers.Serializer[Any]):
    results = ListingShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class StaffReturnShape(serializers.Serializer[Any]):
    number = serializers.CharField()
    order = serializers.CharField()
    status = serializers.ChoiceField(choices=ReturnStatus.values)
    status_text = serializers.CharField()
    reason = serializers.CharField()
    comment = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    pieces = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class ToPayShape(serializers.Serializer[Any]):
    """An order at a supplier that a person has to pay there, or that has lapsed unpaid."""

    order = serializers.CharField()
    supplier_order = serializers.CharField(help_text="The supplier order's `id`.")
    reference = serializers.CharField()
    account = serializers.CharField()
    external_id = serializers.CharField(help_text="The supplier's number of it.")
    money = MoneyShape(allow_null=True, help_text="null while the supplier has not told it.")
    pay_by = serializers.DateTimeField(allow_null=True)


class StrayShape(serializers.Serializer[Any]):
    """A paid session of a provider that belongs to no payment of the shop."""

    provider = serializers.CharField()
    event_id = serializers.CharField()
    session_id = serializers.CharField(allow_blank=True)
    payment_reference = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField()


class AttentionShape(serializers.Serializer[Any]):
    """What waits for a person, the oldest first. Lists that the account may not see are empty."""

    supplier_orders = SupplierOrderShape(many=True)
    to_pay = ToPayShape(many=True)
    transfers = StaffPaymentShape(many=True, help_text="Bank transfers that are awaited.")
    mismatches = StaffPaymentShape(many=True, help_text="Money that came and does not fit.")
    unread_pages = StaffPaymentShape(many=True, help_text="Payment pages that closed and could not be read.")
    strays = StrayShape(many=True, help_text="Money for payments that nobody knows.")
    refunds = StaffRefundShape(many=True, help_text="Refunds that a person has to send.")
    failed_refunds = StaffRefundShape(many=True, help_text="Refunds that did not go back.")
    returns = StaffReturnShape(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="Goes on in every list that is not at its end.")


def orders() -> QuerySet[Order]:
    return Order.objects.prefetch_related("supplier_orders", "payments")


def supplier_orders() -> QuerySet[SupplierOrder]:
    return with_supplier_order(SupplierOrder.objects.all())


def with_supplier_order(rows: QuerySet[SupplierOrder]) -> QuerySet[SupplierOrder]:
    return rows.select_related("order", "account").prefetch_related("external_orders")


def returns_() -> QuerySet[ReturnRequest]:
    return with_return(ReturnRequest.objects.all())


def with_return(rows: QuerySet[ReturnRequest]) -> QuerySet[ReturnRequest]:
    lines = Prefetch("lines", ReturnLine.objects.select_related("order_line"))
    return rows.select_related("order", "refund").prefetch_related(lines)


def refunds() -> QuerySet[Refund]:
    return with_refund(Refund.objects.all())


def with_refund(rows: QuerySet[Refund]) -> QuerySet[Refund]:
    return rows.select_related("payment__order")


def shipments() -> QuerySet[Shipment]:
    return Shipment.objects.select_related("supplier_order__order")


def listings() -> QuerySet[Listing]:
    return Listing.objects.select_related("variant", "account")


def shown_order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "status": order.status,
        "status_text": order.get_status_display(),
        "created_at": order.created_at,
        "total": amount(order.total_money),
        "source": order.source,
        "email": order.email,
        "payments": [_payment(payment, order) for payment in order.payments.all()],
        "supplier_orders": [part.reference for part in order.supplier_orders.all()],
    }


def shown_payment(payment: Payment) -> dict[str, Any]:
    return _payment(payment, payment.order)


def shown_stray(event: PaymentEvent) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "event_id": event.event_id,
        "session_id": event.session_id,
        "payment_reference": event.payment_reference,
        "received_at": event.received_at,
    }


def _payment(payment: Payment, order: Order) -> dict[str, Any]:
    return {
        "id": payment.public_id,
        "order": order.number,
        "method": payment.method,
        "status": payment.status,
        "money": amount(payment.money),
        "received": amount(payment.received),
        "refundable": amount(payment.refundable),
    }


def shown_refund(refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.public_id,
        "order": refund.payment.order.number,
        "payment": refund.payment.public_id,
        "method": refund.payment.method,
        "status": refund.status,
        "status_text": refund.get_status_display(),
        "money": amount(refund.money),
        "reason": refund.reason,
        "note": refund.note,
        "created_at": refund.created_at,
    }


def shown_supplier_order(part: SupplierOrder) -> dict[str, Any]:
    return {
        "id": part.public_id,
        "reference": part.reference,
        "order": part.order.number,
        "status": part.status,
        "status_text": part.get_status_display(),
        "attention": part.attention,
        "attention_text": part.get_attention_display() if part.attention else "",
        "attention_note": part.attention_note,
        "account": part.account.label if part.account else None,
        "account_mode": part.account_mode,
        "expected_cost": _amount(part.expected_cost, part.currency),
        "charged": _amount(part.charged_amount, part.currency),
        "external_ids": [external.external_id for external in part.external_orders.all()],
        "created_at": part.created_at,
    }


def shown_to_pay(external: ExternalOrder) -> dict[str, Any]:
    return {
        "order": external.supplier_order.order.number,
        "supplier_order": external.supplier_order.public_id,
        "reference": external.supplier_order.reference,
        "account": external.account.label,
        "external_id": external.external_id,
        "money": _amount(external.amount, external.currency),
        "pay_by": external.pay_by,
    }


def shown_shipment(shipment: Shipment) -> dict[str, Any]:
    return {
        "id": shipment.public_id,
        "tracking_number": shipment.tracking_number,
        "carrier": shipment.carrier,
        "tracking_url": shipment.tracking_url,
        "order": shipment.supplier_order.order.number,
        "reference": shipment.supplier_order.reference,
        "shipped_at": shipment.shipped_at,
        "eta": shipment.eta,
        "delivered_at": shipment.delivered_at,
    }


def shown_listing(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.public_id,
        "sku": listing.variant.sku,
        "account": listing.account.label,
        "external_product_id": listing.external_product_id,
        "external_sku_id": listing.external_sku_id,
        "quantity_per_unit": listing.quantity_per_unit,
        "cost": _amount(listing.cost, listing.currency),
        "stock": listing.stock,
        "is_active": listing.is_active,
        "checked_at": listing.checked_at,
    }


def shown_return(found: ReturnRequest) -> dict[str, Any]:
    return {
        "number": found.number,
        "order": found.order.number,
        "status": found.status,
        "status_text": found.get_status_display(),
        "reason": found.reason,
        "comment": found.comment,
        "answer": found.answer,
        "pieces": sum(line.quantity for line in found.lines.all()),
        "created_at": found.created_at,
    }


def _amount(value: Any, currency: str) -> dict[str, str] | None:
    return None if value is None else amount(Money(value, currency))
