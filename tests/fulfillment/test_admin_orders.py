"""The staff's pages of orders and supplier orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import Attempt, Invoice, Notice, Refund, ReturnRequest, TrackingEvent
from fulfillment.transitions import record
from integrations.models import ApiCall
from tests.factories import (
    PAID_AT,
    ExternalOrderFactory,
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    ShipmentFactory,
    SupplierAccountFactory,
    SupplierOrderFactory,
    SupplierOrderLineFactory,
)
from tests.staff import VIEWS, signed_in, superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/fulfillment/order/"
PARTS = "/admin/fulfillment/supplierorder/"


def page_of(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def counting() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)


def api_call(account, reference, **changes) -> ApiCall:
    values = {"operation": "order.create", "method": "POST", "path": "127.0.0.1:9/sync", "started_at": timezone.now()}
    return ApiCall.objects.create(account=account, reference=reference, **{**values, **changes})


def whole_order():
    """An order with one of everything that its page shows."""
    part = SupplierOrderFactory(
        status="shipped", order__status="shipped", order__paid=False, order__paid_at=PAID_AT, charged_amount="8.01"
    )
    part.account.provider = "fake"
    part.account.save()
    line = OrderLineFactory(order=part.order, title="Stoneware mug")
    PaymentFactory(order=part.order, status="succeeded", external_reference="pay-1")
    SupplierOrderLineFactory(supplier_order=part, order_line=line, external_sku_attr="14:175#Sage")
    Attempt.objects.create(
        supplier_order=part,
        number=1,
        reference=part.reference,
        fence=1,
        outcome="done",
        started_at=PAID_AT,
        request_id="r-1",
    )
    external = ExternalOrderFactory(supplier_order=part, external_id="8198352049850001", raw_status="IN_TRANSIT")
    shipment = ShipmentFactory(external_order=external, tracking_number="LP00000000000077")
    TrackingEvent.objects.create(shipment=shipment, at=PAID_AT, label="In transit", description="Left the country")
    Notice.objects.create(order=part.order, kind="shipped", key="shipped:1")
    record(part.order_id, "supplier_order.shipped", supplier_order=part, note="On its way", data={"ids": ["a", "b"]})
    api_call(part.account, part.reference, operation="order.create.ours")
    api_call(part.account, external.external_id, operation="order.get.theirs")
    return part.order


@pytest.mark.parametrize(
    "url",
    [
        LIST,
        PARTS,
        *(f"/admin/fulfillment/{name}/" for name in ("shipment", "payment", "refund", "returnrequest", "invoice")),
    ],
)
def test_a_list_costs_the_same_number_of_queries_for_5_and_for_50_rows(url):
    client = superuser()
    account = SupplierAccountFactory()

    def add(count: int) -> None:
        for _ in range(count):
            part = SupplierOrderFactory(account=account, status="held", attention="price")
            payment = PaymentFactory(order=part.order)
            number = part.order.number
            Refund.objects.create(payment=payment, key=number, amount=Decimal(1), currency="USD")
            ReturnRequest.objects.create(order=part.order, number=f"{number}-R1", key="f", reason="other")
            Invoice.objects.create(order=part.order, year=2026, sequence=part.order.pk, number=number)
            ShipmentFactory(external_order=ExternalOrderFactory(supplier_order=part))

    def queries() -> int:
        cache.clear()
        with counting() as counted:
            assert client.get(url).status_code == 200
        return len(counted)

    add(5)
    few = queries()
    add(45)

    assert queries() == few
    assert few <= 14


def test_list_shows_customer_country_total_and_what_needs_a_person():
    part = SupplierOrderFactory(status="held", attention="price", order__first_name="Grace", order__last_name="Hopper")

    page = signed_in(*VIEWS).get(LIST).content.decode()

    for text in (part.order.number, "Grace Hopper", "US", "24.90 USD", "The supplier&#x27;s price has changed"):
        assert text in page


def test_list_tells_of_a_payment_that_does_not_fit():
    PaymentFactory(status="mismatch")

    assert "A payment does not fit the order" in signed_in(*VIEWS).get(LIST).content.decode()


@pytest.mark.parametrize(
    "text", ["{number}", "ADA@example.com", "LP00000000000077", "8198352049850001", "{number}-1", " {number} "]
)
def test_an_order_is_found_by_what_staff_have_in_hand(text, supplier):
    order = whole_order()
    other = OrderFactory(email="other@example.com")

    page = signed_in(*VIEWS).get(LIST, {"q": text.format(number=order.number)}).content.decode()

    assert order.number in page
    assert other.number not in page


@pytest.mark.parametrize(
    "query", [{"attention": "any"}, {"attention": "price"}, {"mode": "sandbox"}, {"source": "storefront"}]
)
def test_list_is_narrowed_down_by_filters(query):
    held = SupplierOrderFactory(status="held", attention="price")
    other = SupplierOrderFactory(account__mode="live", order__source="api")

    page = signed_in(*VIEWS).get(LIST, query).content.decode()

    assert held.order.number in page
    assert other.order.number not in page


def test_order_page_shows_everything_that_happened_to_the_order(supplier):
    order = whole_order()

    page = signed_in(*VIEWS).get(page_of(order)).content.decode()

    for text in (
        "Stoneware mug",
        "123 Main St",
        "ada@example.com",
        "pay-1",
        f"{order.number}-1",
        "14:175#Sage",
        "8.01 USD",
        "r-1",
        "8198352049850001",
        "https://supplier.example/orders/8198352049850001",
        "IN_TRANSIT",
        "LP00000000000077",
        "Left the country",
        "On its way",
        "a, b",
        "order.create.ours",
        "order.get.theirs",
        "Request ID:",
    ):
        assert text in page, text


def test_order_page_costs_the_same_number_of_queries_however_much_happened(supplier):
    client = signed_in(*VIEWS)
    order = whole_order()

    def queries() -> int:
        cache.clear()
        with counting() as counted:
            assert client.get(page_of(order)).status_code == 200
        return len(counted)

    few = queries()
    part = order.supplier_orders.get()
    for number in range(2, 8):
        record(order.pk, "supplier_order.looked", supplier_order=part)
        Attempt.objects.create(supplier_order=part, number=number, reference="x", fence=number, started_at=PAID_AT)
        shipment = ShipmentFactory(external_order=ExternalOrderFactory(supplier_order=part))
        TrackingEvent.objects.create(shipment=shipment, at=PAID_AT, label="In transit")
        api_call(part.account, part.reference)

    assert queries() == few
    assert few <= 28


def test_order_page_hides_calls_from_staff_who_may_not_see_them(supplier):
    order = whole_order()

    page = signed_in("fulfillment.view_order").get(page_of(order)).content.decode()

    assert "order.create.ours" not in page


def test_names_of_staff_stand_in_the_history():
    client = signed_in(*VIEWS)
    order = OrderFactory()
    record(order.pk, "order.received", actor=f"staff:{client.session['_auth_user_id']}")

    assert "grace (staff)" in client.get(page_of(order)).content.decode()


def test_hostile_names_are_shown_as_text():
    order = OrderFactory(first_name="<script>alert(1)</script>", line1='"><img src=x>')

    page = signed_in(*VIEWS).get(page_of(order)).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_an_order_can_be_neither_added_nor_changed_nor_deleted():
    order = OrderFactory()
    client = superuser()

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page_of(order), {"status": "delivered"}).status_code == 405
    assert client.post(reverse("admin:fulfillment_order_delete", args=[order.pk]), {"post": "yes"}).status_code == 403
    order.refresh_from_db()
    assert order.status == "awaiting_payment"


def test_a_missing_order_leads_back_with_a_message():
    response = superuser().get(f"{LIST}999/change/", follow=True)

    assert response.status_code == 200
    assert "doesn’t exist" in response.content.decode()


@pytest.mark.parametrize("url", [LIST, PARTS])
def test_staff_without_the_permission_see_no_orders(url):
    SupplierOrderFactory()
    client = signed_in("catalog.view_product")

    assert client.get(url).status_code == 403


def test_what_needs_a_person_comes_first_among_supplier_orders():
    held = SupplierOrderFactory(status="held", attention="price", created_at=timezone.now() - timedelta(days=9))
    fresh = SupplierOrderFactory()

    page = signed_in(*VIEWS).get(PARTS).content.decode()

    assert page.index(held.reference) < page.index(fresh.reference)


def test_an_unknown_purchase_is_shown_with_its_evidence():
    part = SupplierOrderFactory(
        status="unknown",
        attention="outcome",
        settle_at=timezone.now(),
        first_sent_at=PAID_AT,
        expected_cost=Decimal("28.19"),
    )
    Attempt.objects.create(
        supplier_order=part,
        number=1,
        reference=part.reference,
        fence=1,
        outcome="unknown",
        started_at=PAID_AT,
        message="no whole reply (ReadTimeout)",
    )
    api_call(
        part.account, part.reference, request_body={"out": "evidence-request"}, reply_body='{"half": "evidence-reply"}'
    )

    page = signed_in(*VIEWS, "fulfillment.settle_supplier_order").get(page_of(part)).content.decode()

    for text in (
        "evidence-request",
        "evidence-reply",
        "2026-01-02 03:04:05",
        "28.19 USD",
        "ReadTimeout",
        "It was bought",
    ):
        assert text in page, text


def test_a_call_of_an_order_leads_to_its_replay_for_those_who_may():
    part = SupplierOrderFactory()
    call = api_call(part.account, part.reference)
    page, link = page_of(part.order), reverse("admin:integrations_apicall_replay_call", args=[call.pk])

    without = signed_in(*VIEWS).get(page).content.decode()
    root = superuser().get(page).content.decode()

    assert (link in without, link in root) == (False, True)


def test_erased_order_says_so_in_the_list_and_on_its_page():
    order = OrderFactory(paid=True, email="", first_name="", personal_data_erased_at=timezone.now())
    client = signed_in(*VIEWS)

    assert "(erased)" in client.get(LIST).content.decode()
    assert "no longer knows whom this order was for" in client.get(page_of(order)).content.decode()
