"""Answers that are kept for an Idempotency-Key are forgotten with the order that they tell of."""

from __future__ import annotations

from fulfillment.models import Order
from fulfillment.personal_data import erase_personal_data
from shop.models import IdempotentRequest
from tests.factories import ListingFactory
from tests.shop.api.v1.app import App
from tests.staff import staff


def test_guests_and_staffs_answers_go_with_the_order(app: App, supplier) -> None:
    for _ in range(2):
        app.headers.clear()
        app.buy_now(ListingFactory().variant.sku)
        number = app.order()["number"]
        app.post(f"orders/{number}/cancel/")
    first, second = Order.objects.order_by("pk")
    by_staff = [f"/api/v1/staff/orders/{order.number}/cancel-and-refund/" for order in (first, second)]
    for path in by_staff:
        IdempotentRequest.objects.create(user=staff(username=path), key="k", path=path, status=200, sealed="…")
    before = IdempotentRequest.objects.count()

    erase_personal_data(second)

    left = sorted(IdempotentRequest.objects.values_list("path", flat=True))
    assert before == 6
    assert left == ["/api/v1/basket/order/", f"/api/v1/orders/{first.number}/cancel/", by_staff[0]]
