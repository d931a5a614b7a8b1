"""The order calls: a number that the country's parcels need is asked for before anything is bought."""

from __future__ import annotations

import pytest

from fulfillment.models import Order
from shop.api.place_serializers import read_place_call
from shop.api.serializers import read_order_call
from tests.factories import SupplierAccountFactory
from tests.shop.api.conftest import address, body

pytestmark = pytest.mark.django_db

BRAZIL = {
    "country": "BR", "state": "São Paulo", "city": "São Paulo", "zipCode": "01310-100", "phone": "+5511987654321",
}  # fmt: skip
SAUDI = {"country": "SA", "state": "", "city": "Riyadh", "zipCode": "12345", "phone": "+966512345678"}


@pytest.mark.parametrize(
    ("place", "field"), [(BRAZIL, "shippingAddress.taxId"), (SAUDI, "shippingAddress.nationalAddress")]
)
@pytest.mark.parametrize("supplier_name", [None, "aliexpress", "aliseeks"])
def test_missing_number_is_a_400_that_names_its_field(post, place, field, supplier_name):
    SupplierAccountFactory(provider=supplier_name or "aliexpress")

    response = post(body(shippingAddress=address(**place), supplier=supplier_name))

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not Order.objects.exists()


def test_given_numbers_are_taken(supplier):
    call = read_order_call(body(shippingAddress=address(**BRAZIL, taxId="123.456.789-09"), supplier="aliexpress"))
    saudi = read_order_call(body(shippingAddress=address(**SAUDI, nationalAddress="RRRD2929"), supplier="aliexpress"))

    assert call.contact.address.tax_id == "123.456.789-09"
    assert saudi.contact.address.national_address == "RRRD2929"


def test_place_call_takes_the_number_under_each_name():
    shipping = {
        "first_name": "Nora", "last_name": "Al", "address1": "King Fahd Rd 1", "city": "Riyadh", "zip": "12345",
        "country": "SA", "phone": "+966512345678", "national_address": "RRRD2929", "email": "n@example.com",
    }  # fmt: skip
    whole = {
        "external_order_id": "1",
        "products": [{"product_id": "1234567890", "quantity": 1}],
        "shipping_address": shipping,
    }

    assert read_place_call(whole).contact.address.national_address == "RRRD2929"


def test_guides_sample_needs_nothing_more():
    assert read_order_call(body(supplier=None)).contact.address.tax_id == ""
