"""POST /api/aliexpress/orders/place, and where such an order stands by the supplier's id."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token

from fulfillment.models import Order, SupplierOrder
from integrations.errors import OutcomeUnknown, Rejected, Transient
from integrations.types import Placed
from shop.api import place
from shop.api.place_serializers import MAX_ITEMS
from shop.money import Money
from tests.factories import ExternalOrderFactory, ShipmentFactory
from tests.fake_supplier import sku

PLACE = "/api/aliexpress/orders/place"
BEAR, FOX = "12000040000010101", "12000040000010102"

at_once = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.django_db


def body(**changes: Any) -> dict[str, Any]:
    """An order of two products to the supplier in memory; ``changes`` replace or (``None``) drop members."""
    members: dict[str, Any] = {
        "shopify_order_id": "5678901234567",
        "products": [
            {"product_id": "1005006000000101", "sku_id": BEAR, "quantity": 2},
            {"product_id": "1005006000000102", "sku_id": FOX, "quantity": 1},
        ],
        "shipping_address": {
            "first_name": "John", "last_name": "Doe", "address": "123 Main St", "city": "New York", "state": "NY",
            "zip": "10001", "country": "US", "phone": "+1234567890",
        },
        "customer_email": "john@example.com",
        "supplier": "fake",
        **changes,
    }  # fmt: skip
    return {name: value for name, value in members.items() if value is not None}


def one(**changes: Any) -> list[dict[str, Any]]:
    """A list of one product."""
    item = {"product_id": "1005006000000101", "sku_id": BEAR, "quantity": 1, **changes}
    return [{name: value for name, value in item.items() if value is not None}]


def address(**changes: Any) -> dict[str, Any]:
    members = {**body()["shipping_address"], **changes}
    return {name: value for name, value in members.items() if value is not None}


@pytest.fixture
def worker(settings) -> None:
    """A worker that is done before the caller's first look."""
    settings.WAKE = "inline"


@pytest.fixture(autouse=True)
def _two_kinds(supplier) -> None:
    supplier.skus = [sku(BEAR), sku(FOX, sku_attr="14:30#Fox", options=(("Color", "Fox"),))]


@pytest.fixture
def order(client, headers, settings):
    settings.ORDER_CALL_WAIT_S = 0

    def post(data: Any, **more: str):
        return client.post(PLACE, json.dumps(data), content_type="application/json", headers={**headers, **more})

    return post


# --- what is ordered ------------------------------------------------------------------------------------


def test_order_is_initiated_and_answered_202(order, account):
    response = order(body())

    supplier_order = SupplierOrder.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "success": True,
        "message": "Order placement initiated",
        "order_id": None,
        "order_ids": [],
        "status": "due",
        "internalOrderId": supplier_order.order.number,
        "statusUrl": f"http://testserver/api/orders/{supplier_order.public_id}/",
    }


@at_once
def test_several_products_are_one_purchase(order, account, worker, supplier):
    response = order(body())

    (purchase,) = supplier.purchases
    assert [(item.product_id, item.sku_id, item.sku_attr, item.quantity) for item in purchase.items] == [
        ("1005006000000101", BEAR, "14:29#Bear", 2),
        ("1005006000000102", FOX, "14:30#Fox", 1),
    ]
    assert (response.status_code, response.json()["order_id"]) == (202, "8198352049800000")


@at_once
def test_all_orders_that_one_purchase_became_are_told(order, account, worker, supplier):
    supplier.answers = [Placed(("81", "82"))]

    answer = order(body()).json()

    assert (answer["order_id"], answer["order_ids"]) == ("81", ["81", "82"])


def test_total_is_the_sum_of_the_lines(order, account):
    order(body())

    found = Order.objects.get()
    assert (found.total, found.payments.get().amount) == (Decimal("24.03"), Decimal("24.03"))
    assert SupplierOrder.objects.get().expected_cost == Decimal("24.03")
    assert list(found.lines.values_list("quantity", "total")) == [(2, Decimal("16.02")), (1, Decimal("8.01"))]


def test_same_sku_twice_is_one_line(order, account):
    order(body(products=one(quantity=2) + one(quantity=3)))

    assert SupplierOrder.objects.get().lines.get().quantity == 5


@pytest.mark.parametrize(
    "item",
    [
        {"sku_id": "14:30#Fox"},
        {"sku_attr": "14:30#Fox", "sku_id": None},
        {"sku_id": int(FOX)},
        {"skuId": FOX, "sku_id": None},
    ],
)
def test_sku_may_be_named_by_its_id_or_by_its_text(order, account, item):
    response = order(body(products=one(**item)))

    assert response.status_code == 202
    assert SupplierOrder.objects.get().lines.get().external_sku_id == FOX


def test_sku_may_be_left_out_where_there_is_one(order, account, supplier):
    supplier.skus = [sku(BEAR)]

    assert order(body(products=one(sku_id=None))).status_code == 202


def test_sku_must_be_named_where_there_are_several(order, account):
    response = order(body(products=one(sku_id=None)))

    answer = response.json()
    assert (response.status_code, answer["code"]) == (400, "sku_required")
    assert answer["choices"][1] == {"sku_id": FOX, "sku_attr": "14:30#Fox", "title": "Color: Fox"}


@pytest.mark.parametrize(
    "names",
    [
        {"zip": None, "zip_code": "10001"},
        {"zip": None, "zipCode": "10001", "first_name": None, "firstName": "John"},
        {"address": None, "address1": "123 Main St", "address2": "Flat 2"},
        {"state": None, "province": "New York", "country": None, "country_code": "US"},
    ],
)
def test_address_is_read_by_each_of_its_usual_names(order, account, names):
    assert order(body(shipping_address=address(**names))).status_code == 202
    found = Order.objects.get()
    assert (found.first_name, found.line1, found.province, found.postcode) == (
        "John", "123 Main St", "New York", "10001",
    )  # fmt: skip


@pytest.mark.parametrize(
    "customer",
    [
        {"customer": {"name": "Jane Roe", "email": "jane@example.com", "phone": "+1234567890"}},
        {"customer_name": "Jane Roe", "customer_email": "jane@example.com", "customer_phone": "+1234567890"},
        {"customerName": "Jane Roe", "customerEmail": "jane@example.com", "customerPhone": "+1234567890"},
    ],
)
def test_what_the_address_leaves_out_is_filled_from_the_customer(order, account, customer):
    bare = address(first_name=None, last_name=None, phone=None)

    response = order({**body(shipping_address=bare, customer_email=None), **customer})

    found = Order.objects.get()
    assert response.status_code == 202
    assert (found.first_name, found.last_name, found.phone, found.email) == (
        "Jane", "Roe", "+1234567890", "jane@example.com",
    )  # fmt: skip


@at_once
def test_unclear_outcome_is_202_and_says_so(order, account, worker, supplier):
    supplier.answers = [OutcomeUnknown("no reply")]

    response = order(body())

    assert (response.status_code, response.json()["status"], response.json()["order_id"]) == (202, "unknown", None)


@at_once
def test_refusal_is_422_with_the_reason(order, account, worker, supplier):
    supplier.answers = [Rejected("This SKU is no longer sold.", code="SKU_NOT_EXIST")]

    response = order(body())

    answer = response.json()
    assert (response.status_code, answer["success"], answer["code"]) == (422, False, "supplier_refused")
    assert answer["message"].endswith("This SKU is no longer sold.")


# --- the id is the key ------------------------------------------------------------------------------------


def test_same_order_again_gets_the_first_answer(order, account):
    first = order(body())

    again = order(body())

    assert (again.status_code, again.json()) == (202, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert Order.objects.count() == 1


@at_once
def test_same_order_again_after_it_was_placed_gets_the_first_answer(order, account, worker, supplier):
    first = order(body())

    assert order(body()).json() == first.json()
    assert len(supplier.purchases) == 1


@pytest.mark.parametrize(
    "changes",
    [{"products": one(quantity=9)}, {"shipping_address": address(city="Boston")}, {"customer_email": "x@example.com"}],
)
def test_same_id_with_another_body_is_422(order, account, changes):
    order(body())

    response = order(body(**changes))

    assert (response.status_code, response.json()["code"]) == (422, "key_reused")
    assert list(response.json()["errors"]) == ["shopify_order_id"]
    assert Order.objects.count() == 1


def test_both_names_of_the_id_are_one_key(order, account):
    order(body())

    response = order(body(shopify_order_id=None, external_order_id="5678901234567"))

    assert (response.status_code, response.json()["code"]) == (422, "key_reused")


def test_other_id_is_another_order(order, account):
    order(body())
    order(body(shopify_order_id=5678901234568))

    assert Order.objects.count() == 2


def test_id_and_a_header_of_the_same_text_are_two_keys(client, headers, order, post, account):
    post({**_order_call()}, Idempotency_Key="5678901234567")

    assert order(body()).status_code == 202
    assert Order.objects.count() == 2


def _order_call() -> dict[str, Any]:
    from tests.shop.api.conftest import body as order_call

    return order_call()


def test_id_stays_free_while_nothing_was_ordered(order, account, supplier):
    supplier.skus = [sku(BEAR, stock=1), sku(FOX)]
    refused = order(body())
    corrected = [{**item, "quantity": 1} for item in body()["products"]]

    response = order(body(products=corrected))

    assert (refused.status_code, refused.json()["code"]) == (422, "out_of_stock")
    assert response.status_code == 202


@pytest.mark.django_db
def test_failure_after_the_order_keeps_the_id_for_that_order(order, account, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(place, "wait_for_supplier", lambda _: 1 / 0)
        assert order(body()).status_code == 500

    assert order(body()).status_code == 409
    assert Order.objects.count() == 1


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shopify_order_id": None}, "external_order_id"),
        ({"shopify_order_id": ""}, "shopify_order_id"),
        ({"shopify_order_id": True}, "shopify_order_id"),
        ({"shopify_order_id": 1.5}, "shopify_order_id"),
        ({"shopify_order_id": "ä"}, "shopify_order_id"),
        ({"shopify_order_id": "x" * 201}, "shopify_order_id"),
        ({"shopify_order_id": {"id": 1}}, "shopify_order_id"),
        ({"external_order_id": "5"}, "external_order_id"),
        ({"products": None}, "products"),
        ({"products": []}, "products"),
        ({"products": {}}, "products"),
        ({"products": [5]}, "products.0"),
        ({"products": one() * (MAX_ITEMS + 1)}, "products"),
        ({"products": one(quantity=0)}, "products.0.quantity"),
        ({"products": one(quantity="1")}, "products.0.quantity"),
        ({"products": one(product_id="abc")}, "products.0.product_id"),
        ({"products": one(product_id=None)}, "products.0.product_id"),
        ({"products": one(sku_id=True)}, "products.0.sku_id"),
        ({"products": one(sku_id=[])}, "products.0.sku_id"),
        ({"products": one(price=1)}, "products.0.price"),
        ({"products": one(quantity=600) + one(quantity=600)}, "products.1.quantity"),
        ({"shipping_address": None}, "shipping_address"),
        ({"shipping_address": "New York"}, "shipping_address"),
        ({"shipping_address": address(zip="1")}, "shipping_address.zip"),
        ({"shipping_address": address(zip=10001)}, "shipping_address.zip"),
        ({"shipping_address": address(planet="Earth")}, "shipping_address.planet"),
        ({"shipping_address": address(zip_code="10001")}, "shipping_address.zip_code"),
        ({"customer_email": "nonsense"}, "customer_email"),
        ({"customer": {"mail": "x"}}, "customer.mail"),
        ({"total": 5}, "total"),
        ({"supplier": "nobody"}, "supplier"),
    ],
)
def test_wrong_field_is_400_by_the_callers_name_and_creates_nothing(order, account, supplier, changes, field):
    supplier.skus = [sku(BEAR, stock=None), sku(FOX)]

    response = order(body(**changes))

    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Order.objects.exists()


@pytest.mark.parametrize("data", [[], "x", 5, None])
def test_body_that_is_no_object_is_400(order, account, data):
    assert order(data).status_code == 400


@pytest.mark.parametrize(
    ("state", "code", "field"),
    [
        ({"skus": [sku("1"), sku("2")]}, "sku_not_found", "products.0.sku_id"),
        ({"skus": [sku(BEAR, stock=1), sku(FOX)]}, "out_of_stock", "products.0.quantity"),
        ({"orderable": False}, "product_not_available", "products.0.product_id"),
        ({"read_error": Rejected("No such product.")}, "product_not_available", "products.0.product_id"),
        ({"skus": [sku(BEAR), sku(FOX, price=Money(Decimal(8), "EUR"))]}, "different_currencies", "products"),
    ],
)
def test_what_cannot_be_bought_is_422_and_creates_nothing(order, account, supplier, state, code, field):
    for name, value in state.items():
        setattr(supplier, name, value)

    response = order(body())

    assert (response.status_code, response.json()["code"]) == (422, code)
    assert list(response.json()["errors"]) == [field]
    assert not Order.objects.exists()


def test_list_is_named_as_the_caller_names_it(order, account, supplier):
    supplier.orderable = False

    response = order(body(products=None, product_items=one()))

    assert list(response.json()["errors"]) == ["product_items.0.product_id"]


def test_supplier_that_cannot_be_asked_is_503_and_leaves_the_id_free(order, account, supplier):
    supplier.read_error = Transient("busy")
    assert order(body()).status_code == 503
    supplier.read_error = None

    assert order(body()).status_code == 202


def test_staff_without_the_permission_may_not_place(client, account):
    token = Token.objects.create(user=User.objects.create_user("reader", is_staff=True))

    response = client.post(
        PLACE, json.dumps(body()), content_type="application/json", headers={"Authorization": f"Token {token.key}"}
    )

    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert not Order.objects.exists()


# --- where it stands --------------------------------------------------------------------------------------


def test_status_is_told_in_the_suppliers_words(client, headers):
    external = ExternalOrderFactory(raw_status="WAIT_BUYER_ACCEPT_GOODS/SELLER_SEND_GOODS")
    ShipmentFactory(
        external_order=external, tracking_number="LP1", carrier="Cainiao", eta=datetime(2026, 12, 1, 8, tzinfo=UTC)
    )
    ShipmentFactory(external_order=external, tracking_number="LP2")

    response = client.get(f"/api/aliexpress/orders/{external.external_id}/status", headers=headers)

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "data": {
            "order_status": "WAIT_BUYER_ACCEPT_GOODS",
            "logistics_status": "SELLER_SEND_GOODS",
            "tracking_number": "LP1",
            "carrier": "Cainiao",
            "estimated_delivery": "2026-12-01",
        },
    }


def test_status_that_was_not_looked_up_yet_is_null(client, headers):
    external = ExternalOrderFactory(raw_status="")

    response = client.get(f"/api/aliexpress/orders/{external.external_id}/status/", headers=headers)

    assert set(response.json()["data"].values()) == {None}


@pytest.mark.parametrize("order_id", ["1", "abc", "8198352049851315"])
def test_unknown_order_is_404(client, headers, order_id):
    response = client.get(f"/api/aliexpress/orders/{order_id}/status", headers=headers)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_order_of_another_supplier_is_404(client, headers):
    external = ExternalOrderFactory()

    response = client.get(
        f"/api/aliexpress/orders/{external.external_id}/status", {"supplier": "aliseeks"}, headers=headers
    )

    assert response.status_code == 404


def test_status_needs_a_key(client):
    external = ExternalOrderFactory()

    assert client.get(f"/api/aliexpress/orders/{external.external_id}/status").status_code == 401
