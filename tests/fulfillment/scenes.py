"""What the tests of the money core begin with: goods of the fake supplier, orders, payments, and many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import connections

from catalog.models import Listing, Variant
from fulfillment.models import Order, Payment, SupplierOrder
from fulfillment.orders import Contact, place_order
from fulfillment.payments import settle_payment, start_payment
from fulfillment.states import PaymentStatus
from integrations.types import Address, OrderSnapshot, Parcel, SupplierOrderState
from tests.factories import ListingFactory

PRODUCT_ID, SKU_ID = "1005006000000101", "12000040000010101"
ADDRESS = Address(
    "Ada", "Lovelace", "123 Main St", "New York", "US", province="New York", postcode="10001", phone="+12125550123"
)
CONTACT = Contact("ada@example.com", ADDRESS)


def goods(**changes: Any) -> Listing:
    """A listing of the fake supplier's one SKU."""
    values = {"account__provider": "fake", "external_product_id": PRODUCT_ID, "external_sku_id": SKU_ID, **changes}
    return ListingFactory(**values)


def contact(email: str = CONTACT.email, **changes: str) -> Contact:
    return Contact(email, replace(ADDRESS, **changes))


def order_of(variant: Variant, *, key: str = "checkout-1", quantity: int = 1, **changes: Any) -> Order:
    return place_order(**{"checkout_key": key, "lines": [(variant, quantity)], "contact": CONTACT, **changes})


def approve(payment: Payment, reference: str = "") -> Payment:
    reference = reference or f"pay-{payment.pk}"
    return settle_payment(payment, outcome=PaymentStatus.SUCCEEDED, money=payment.money, reference=reference)


def paid(variant: Variant, **changes: Any) -> Order:
    """An order that is paid and routed."""
    order = order_of(variant, **changes)
    approve(start_payment(order, method="sandbox"))
    order.refresh_from_db()
    return order


def part_of(order: Order) -> SupplierOrder:
    return order.supplier_orders.get()


def snapshot(external_id: str, state: SupplierOrderState, *numbers: str, **changes: Any) -> OrderSnapshot:
    """The order at the supplier with a parcel for each of ``numbers``."""
    parcels = tuple(Parcel(number, carrier="Standard") for number in numbers)
    return OrderSnapshot(**{"external_id": external_id, "state": state, "raw_status": state.value,
                            "parcels": parcels, **changes})  # fmt: skip


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run ``work(0)`` … ``work(count - 1)`` in threads that start at once; each one's result or exception."""
    results: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def run(index: int) -> None:
        try:
            barrier.wait()
            results[index] = work(index)
        except Exception as exc:
            results[index] = exc
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results
