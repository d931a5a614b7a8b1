"""Rows of every kind that staff answer by API, in the states in which each answer fits."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model

from fulfillment.admin.answers import Answer
from fulfillment.models import Refund, ReturnLine, ReturnRequest
from shop.api.v1.staff_kinds import Answered
from tests.factories import (
    PAID_AT,
    ExternalOrderFactory,
    ListingFactory,
    OrderLineFactory,
    PaymentFactory,
    ShipmentFactory,
    SupplierAccountFactory,
    SupplierOrderFactory,
)

_numbers = itertools.count()


def refund(status: str = "to_do") -> Refund:
    payment = PaymentFactory(method="bank_transfer", status="succeeded", order__paid=True)
    return Refund.objects.create(
        payment=payment, key=f"k-{payment.pk}", amount=5, currency=payment.currency, status=status
    )


def asked_back(status: str = "requested") -> ReturnRequest:
    payment = PaymentFactory(status="succeeded", order__paid=True, order__status="delivered")
    line, number = OrderLineFactory(order=payment.order), f"RET-{next(_numbers)}"
    found = ReturnRequest.objects.create(
        order=payment.order, number=number, key=number, reason="damaged", status=status
    )
    ReturnLine.objects.create(request=found, order_line=line, quantity=1)
    return found


def _supplier_orders() -> list[Model]:
    account = SupplierAccountFactory(provider="fake")
    stopped = {"account": account, "status": "held", "next_attempt_at": None}
    placed = ExternalOrderFactory(supplier_order__account=account).supplier_order
    return [
        SupplierOrderFactory(**stopped, attention="price"),
        SupplierOrderFactory(**stopped, attention="address", place_doubts={"city": "New York City"}),
        SupplierOrderFactory(
            account=account, status="unknown", attention="outcome", first_sent_at=PAID_AT, settle_at=PAID_AT
        ),
        placed,
        SupplierOrderFactory(account=account, status="canceled", next_attempt_at=None, attention="supplier_canceled"),
    ]


def _payments() -> list[Model]:
    transfer = PaymentFactory(method="bank_transfer")
    return [transfer, PaymentFactory(status="succeeded", order__paid=True)]


def _listings() -> list[Model]:
    account = SupplierAccountFactory(provider="fake")
    return [ListingFactory(account=account, is_active=False), ListingFactory(account=account)]


def _shipments() -> list[Model]:
    placed = ExternalOrderFactory(supplier_order__account=SupplierAccountFactory(provider="fake"))
    arrived = datetime(2026, 1, 9, tzinfo=UTC)
    return [ShipmentFactory(external_order=placed, delivered_at=arrived), ShipmentFactory(external_order=placed)]


#: A kind's noun -> rows such that each of its answers fits one of them.
ROWS: dict[str, Callable[[], list[Model]]] = {
    "orders": lambda: [SupplierOrderFactory(status="held", next_attempt_at=None, attention="price").order],
    "supplier-orders": _supplier_orders,
    "payments": _payments,
    "refunds": lambda: [refund()],
    "returns": lambda: [asked_back(), asked_back("approved"), asked_back("received")],
    "listings": _listings,
    "shipments": _shipments,
}


def key_of(row: Any) -> str:
    """By what the API names ``row``."""
    return str(getattr(row, "public_id", None) or row.number)


def key_for(kind: Answered, answer: Answer) -> str:
    """The key of a new row that ``answer`` fits."""
    return key_of(next(row for row in ROWS[kind.noun]() if answer.fits(kind.find(key_of(row)))))
