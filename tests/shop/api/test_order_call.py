"""POST /api/orders/aliexpress: what is ordered, and what is answered."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fulfillment.models import Order, Payment, SupplierOrder
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, Rejected, Transient
from integrations.types import Placed
from tests.fake_supplier import sku
from tests.shop.api.conftest import address, body

at_once = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(settings) -> None:
    """A worker that is done before the caller's first look."""
    settings.WAKE = "inline"


@at_once
def test_taken_order_is_answered_201_with_the_suppliers_id(post, account, worker, supplier):
    response = post(body())

    supplier_order = SupplierOrder.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "success": True,
        "status": "placed",
        "orderId": "8198352049800000",
        "orderIds": ["8198352049800000"],
        "trackingNumber": None,
        "trackingNumbers": [],
        "internalOrderId": supplier_order.order.number,
        "statusUrl": f"http://testserver/api/orders/{supplier_order.public_id}/",
        "message": "The supplier has taken the order.",
    }


@at_once
def test_supplier_gets_the_callers_goods_and_address(post, account, worker, supplier):
    post(body(quantity=3))

    (purchase,) = supplier.purchases
    (item,) = purchase.items
    assert (item.product_id, item.sku_id, item.sku_attr, item.quantity) == (
        "1234567890", "12000040000010101", "14:29#Bear", 3,
    )  # fmt: skip
    assert (purchase.address.full_name, purchase.address.postcode) == ("John Doe", "10001")


@at_once
def test_all_orders_that_one_call_became_are_told(post, account, worker, supplier):
    supplier.answers = [Placed(("81", "82"))]

    answer = post(body()).json()

    assert (answer["orderId"], answer["orderIds"]) == ("81", ["81", "82"])


def test_caller_vouches_for_the_payment(post, account, supplier):
    post(body())

    order = Order.objects.get()
    payment = order.payments.get()
    assert (order.status, order.source) == ("paid", "api")
    assert (payment.method, payment.status) == (Payment.Method.EXTERNAL, "succeeded")
    assert payment.amount == Decimal("8.01")


def test_history_names_the_caller(post, account, caller, supplier):
    post(body())

    assert set(Order.objects.get().events.filter(kind__startswith="order.").values_list("actor", flat=True)) == {
        f"api:{caller.pk}"
    }


def test_order_that_no_worker_has_placed_in_time_is_answered_202(post, account, supplier):
    response = post(body())

    answer = response.json()
    assert response.status_code == 202
    assert (answer["success"], answer["status"], answer["orderId"]) == (True, "due", None)
    assert answer["statusUrl"].startswith("http://testserver/api/orders/")


@at_once
def test_unclear_outcome_is_answered_202_at_once(post, account, worker, supplier, settings):
    settings.ORDER_CALL_WAIT_S = 60
    supplier.answers = [OutcomeUnknown("no reply")]

    response = post(body())

    assert (response.status_code, response.json()["status"]) == (202, "unknown")


@at_once
def test_held_order_is_answered_202_with_the_reason(post, account, worker, supplier, settings):
    settings.BUYING_DRY_RUN = True

    response = post(body())

    assert (response.status_code, response.json()["status"]) == (202, "held")
    assert "BUYING_DRY_RUN" in response.json()["message"]


@at_once
def test_refusal_is_answered_422_with_the_reason_in_words(post, account, worker, supplier):
    supplier.answers = [Rejected("This SKU is no longer sold.", code="SKU_NOT_EXIST")]

    response = post(body())

    answer = response.json()
    assert response.status_code == 422
    assert (answer["success"], answer["code"]) == (False, "supplier_refused")
    assert answer["message"].endswith("This SKU is no longer sold.")
    assert answer["internalOrderId"] == Order.objects.get().number


def test_sku_may_be_left_out_where_there_is_one(post, account, supplier):
    response = post(body(product={"productId": 1234567890}))

    assert response.status_code == 202
    assert SupplierOrder.objects.get().lines.get().external_sku_id == "12000040000010101"


def test_sku_must_be_named_where_there_are_several(post, account, supplier):
    supplier.skus = [sku("1"), sku("2", options=(("Color", "Sage"), ("Size", "M")))]

    response = post(body(product={"productId": "1234567890"}))

    answer = response.json()
    assert (response.status_code, answer["code"]) == (400, "sku_required")
    assert list(answer["errors"]) == ["product.skuId"]
    assert answer["choices"][1] == {"skuId": "2", "title": "Color: Sage, Size: M"}
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("state", "changes", "code", "field"),
    [
        ({"skus": [sku("1")]}, {}, "sku_not_found", "product.skuId"),
        ({"skus": [sku(stock=4)]}, {"quantity": 5}, "out_of_stock", "quantity"),
        ({"skus": []}, {}, "product_not_available", "product.productId"),
        ({"orderable": False}, {}, "product_not_available", "product.productId"),
        ({"read_error": Rejected("No such product.")}, {}, "product_not_available", "product.productId"),
    ],
)
def test_what_the_supplier_does_not_sell_is_422_and_creates_nothing(
    post, account, supplier, state, changes, code, field
):
    for name, value in state.items():
        setattr(supplier, name, value)

    response = post(body(**changes))

    answer = response.json()
    assert (response.status_code, answer["success"], answer["code"]) == (422, False, code)
    assert list(answer["errors"]) == [field]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("error", "retry_after"),
    [
        (Transient("busy", retry_after_s=7.4), "8"),
        (Transient("refused"), "30"),
        (AccountUnusable("token ended"), "30"),
        (MalformedReply("half a reply", field="result"), "30"),
    ],
)
def test_supplier_that_cannot_be_asked_is_503_and_creates_nothing(post, account, supplier, error, retry_after):
    supplier.read_error = error

    response = post(body())

    assert (response.status_code, response.json()["code"]) == (503, "supplier_unavailable")
    assert response["Retry-After"] == retry_after
    assert not Order.objects.exists()


def test_account_that_is_asked_to_pause_is_left_in_peace(post, account, supplier):
    supplier.read_error = Transient("limit", retry_after_s=60)
    post(body())
    supplier.read_error = None

    response = post(body())

    assert (response.status_code, response.json()["code"]) == (503, "supplier_unavailable")
    assert 50 <= int(response["Retry-After"]) <= 60


def test_refused_token_is_shown_on_the_account(post, account, supplier):
    supplier.read_error = AccountUnusable("token ended")

    post(body())

    account.refresh_from_db()
    assert account.health == "reconnect"


@pytest.mark.parametrize("name", ["aliseeks", "aliexpress", "nobody", ""])
def test_supplier_without_an_account_is_400_with_the_field(post, db, name):
    response = post(body(supplier=name))

    assert (response.status_code, response.json()["code"]) == (400, "supplier_not_connected")
    assert list(response.json()["errors"]) == ["supplier"]


def test_customers_own_mail_goes_before_the_addressees(post, account, supplier):
    post(body(customerEmail="buyer@example.com"))

    assert Order.objects.get().email == "buyer@example.com"


def test_what_the_address_leaves_out_is_filled_from_the_customer(post, account, supplier):
    left_out = {"firstName": None, "lastName": None, "phone": None, "email": None}

    response = post(body(shippingAddress=address(**left_out)))

    order = Order.objects.get()
    assert response.status_code == 202
    assert (order.first_name, order.last_name, order.phone) == ("John", "Doe", "+1234567890")
    assert order.email == "john@example.com"


def test_order_call_stays_within_its_queries(post, account, supplier, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        post(body(), Idempotency_Key="order-4711")
