"""GET statusUrl: where an order stands."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework.authtoken.models import Token

from fulfillment.models import SupplierOrder
from fulfillment.states import SupplierOrderStatus
from shop.api import order_call
from tests.factories import ExternalOrderFactory, ShipmentFactory, SupplierOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(client, headers):
    def get(supplier_order):
        return client.get(reverse("api-order", args=[supplier_order.public_id]), headers=headers)

    return get


def test_order_on_its_way_is_told_with_all_its_numbers(look):
    supplier_order = SupplierOrderFactory(status="shipped")
    first, second = ExternalOrderFactory.create_batch(2, supplier_order=supplier_order)
    parcels = [ShipmentFactory(external_order=external) for external in (first, second)]

    response = look(supplier_order)

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "status": "shipped",
        "orderId": first.external_id,
        "orderIds": [first.external_id, second.external_id],
        "trackingNumber": parcels[0].tracking_number,
        "trackingNumbers": [parcel.tracking_number for parcel in parcels],
        "internalOrderId": supplier_order.order.number,
        "message": "The goods are on their way.",
    }


def test_refusal_is_told_in_the_suppliers_words(look):
    supplier_order = SupplierOrderFactory(status="rejected", attention="refused", attention_note="Not to that island.")

    answer = look(supplier_order).json()

    assert (answer["status"], answer["orderId"]) == ("rejected", None)
    assert answer["message"].endswith("Not to that island.")


@pytest.mark.parametrize("status", SupplierOrderStatus.values)
def test_every_state_has_words(status):
    assert order_call.message(SupplierOrder(status=status))


@pytest.mark.parametrize("parcels", [0, 5])
def test_number_of_queries_does_not_grow(look, parcels, django_assert_num_queries):
    supplier_order = SupplierOrderFactory(status="shipped")
    for external in ExternalOrderFactory.create_batch(parcels, supplier_order=supplier_order):
        ShipmentFactory(external_order=external)

    # The key, the user's and the groups' permissions, the order, its orders at the supplier, its parcels.
    with django_assert_num_queries(6):
        look(supplier_order)


def test_unknown_order_is_404(client, headers):
    response = client.get("/api/orders/AAAAAAAAAAAAAAAAAAAAAAAAAAA/", headers=headers)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_database_id_opens_nothing(client, headers):
    supplier_order = SupplierOrderFactory()

    assert client.get(f"/api/orders/{supplier_order.pk}/", headers=headers).status_code == 404


def test_no_key_is_401(client):
    supplier_order = SupplierOrderFactory()

    assert client.get(reverse("api-order", args=[supplier_order.public_id])).status_code == 401


def test_key_without_the_permission_is_403(client):
    token = Token.objects.create(user=User.objects.create_user("reader"))
    supplier_order = SupplierOrderFactory()

    response = client.get(
        reverse("api-order", args=[supplier_order.public_id]), headers={"Authorization": f"Token {token.key}"}
    )

    assert response.status_code == 403
