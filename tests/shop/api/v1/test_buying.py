"""A guest's purchase through the API: the rules are those of the pages, and nothing is bought twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fulfillment.models import Order, Payment, SupplierOrder
from fulfillment.payments import settle_payment
from fulfillment.states import PaymentStatus
from shop.models import Basket, IdempotentRequest
from tests.factories import CouponFactory, ListingFactory, SupplierAccountFactory
from tests.shop.api.v1.app import ADDRESS, App

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(supplier):
    return ListingFactory(account=SupplierAccountFactory(provider="fake"), stock=5)


def pay(order: dict[str, Any]) -> None:
    payment = Payment.objects.get(order__number=order["number"])
    settle_payment(payment, outcome=PaymentStatus.SUCCEEDED, money=payment.money, reference="r-1")


def test_guest_buys_now_pays_and_sees_the_order(app: App, listing) -> None:
    app.buy_now(listing.variant.sku, 2)
    order = app.order()
    payment = app.post(f"orders/{order['number']}/payments/", {"method": "sandbox"})
    pay(order)

    shown = app.get(f"orders/{order['number']}/").json()
    paid = app.get(f"orders/{order['number']}/payments/{payment.json()['id']}/").json()

    assert payment.status_code == 201
    assert payment.json()["pay_url"].endswith(f"/pay/{payment.json()['id']}/")
    assert shown["status"] == "paid"
    assert shown["totals"]["total"] == order["total"] == {"amount": "49.80", "currency": "USD"}
    assert (paid["status"], paid["pay_url"]) == ("succeeded", None)
    assert SupplierOrder.objects.get().order.number == order["number"]


@pytest.mark.parametrize("method", ["none", "stripe"])
def test_order_that_costs_nothing_is_paid_when_its_payment_is_started(app: App, listing, settings, method: str) -> None:
    settings.PAYMENT_METHODS, settings.STRIPE_SECRET_KEY = ["stripe"], "sk_test_1"
    CouponFactory(code="FREE", percent=Decimal(100))
    app.buy_now(listing.variant.sku)
    app.send("PUT", "basket/coupon/", {"code": "FREE"})
    offered = [found["code"] for found in app.quote()["payment_methods"]]
    order = app.order()

    payment = app.post(f"orders/{order['number']}/payments/", {"method": method})

    assert offered == ["none"]
    assert payment.status_code == 201, payment.content
    assert (payment.json()["status"], payment.json()["pay_url"]) == ("succeeded", None)
    assert app.get(f"orders/{order['number']}/").json()["status"] == "paid"
    again = app.post(f"orders/{order['number']}/payments/", {"method": method})
    assert again.json()["code"] in ("already_paid", "payment_unavailable")


def test_order_that_costs_something_is_not_paid_by_nothing(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    order = app.order()

    answer = app.post(f"orders/{order['number']}/payments/", {"method": "none"})

    assert (answer.status_code, answer.json()["code"]) == (422, "payment_unavailable")


def test_basket_is_filled_changed_and_emptied(app: App, listing) -> None:
    sku = listing.variant.sku
    basket = app.post("basket/lines/", {"sku": sku, "quantity": 2}).json()
    app.headers["Basket-Token"] = basket["token"]
    line = basket["lines"][0]["id"]

    more = app.post("basket/lines/", {"sku": sku})
    changed = app.send("PATCH", f"basket/lines/{line}/", {"quantity": 1})
    emptied = app.send("DELETE", f"basket/lines/{line}/")

    assert more.json()["lines"][0]["quantity"] == 3
    assert changed.json()["totals"]["total"]["amount"] == "24.90"
    assert emptied.json()["lines"] == []
    assert Basket.objects.count() == 1


@pytest.mark.parametrize(("stock", "quantity", "code"), [(0, 1, "sold_out"), (3, 4, "too_few"), (100, 21, "too_many")])
@pytest.mark.parametrize("path", ["basket/lines/", "buy-now/"])
def test_stock_and_limits_are_the_page_s(app: App, path: str, stock: int, quantity: int, code: str) -> None:
    sku = ListingFactory(stock=stock).variant.sku
    page = app.client.post("/basket/add/", {"sku": sku, "quantity": quantity})

    answer = app.post(path, {"sku": sku, "quantity": quantity})

    assert page.status_code == 400
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Basket.objects.exclude(kind="cart").exists()


def test_price_of_the_client_is_only_compared(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    cheap = {"amount": "0.01", "currency": "USD"}

    answer = app.post("basket/order/", app.order_body(app.quote(), seen_total=cheap))

    assert (answer.status_code, answer.json()["code"]) == (422, "price_changed")
    assert answer.json()["facts"] == {"total": "24.90"}
    assert not Order.objects.exists()


def test_price_that_changed_after_the_quote_is_confirmed_first(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    body = app.order_body(app.quote())
    listing.variant.price = Decimal(30)
    listing.variant.save()

    refused = app.post("basket/order/", body)
    agreed = app.post("basket/order/", app.order_body(app.quote()))

    assert refused.json()["code"] == "price_changed"
    assert agreed.json()["total"]["amount"] == "30.00"


def test_basket_that_changed_after_the_quote_is_confirmed_first(app: App, listing) -> None:
    basket = app.post("basket/lines/", {"sku": listing.variant.sku}).json()
    app.headers["Basket-Token"] = basket["token"]
    body = app.order_body(app.quote())
    app.send("PATCH", f"basket/lines/{basket['lines'][0]['id']}/", {"quantity": 2})

    assert app.post("basket/order/", body).json()["code"] == "basket_changed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"postcode": "ABC"}, "address.postcode"),
        ({"province": ""}, "address.province"),
        ({"phone": "call me"}, "address.phone"),
        ({"last_name": ""}, "address.last_name"),
        ({"colour": "red"}, "address.colour"),
    ],
)
def test_address_is_checked_as_on_the_page(app: App, listing, changes: dict[str, str], field: str) -> None:
    app.buy_now(listing.variant.sku)

    answer = app.post("basket/order/", app.order_body(app.quote(), address={**ADDRESS, **changes}))

    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not Order.objects.exists()


def test_country_that_is_not_reached_is_refused_at_its_field(app: App) -> None:
    app.buy_now(ListingFactory(destination_countries=["DE"]).variant.sku)
    quote = app.quote()

    answer = app.post("basket/order/", app.order_body(quote))

    assert quote["ships_to"] == ["DE"]
    assert quote["unserved"]
    assert "address.country" in {error["field"] for error in answer.json()["errors"]}


def test_same_key_gets_the_same_answer_and_one_order(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    body = app.order_body(app.quote())

    first = app.post("basket/order/", body, key="once")
    again = app.post("basket/order/", body, key="once")
    other = app.post("basket/order/", {**body, "email": "eve@example.com"}, key="once")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert other.json()["code"] == "key_reused"
    assert Order.objects.count() == 1
    # The order's token and its customer's address are kept so that nobody can read them.
    kept = IdempotentRequest.objects.get()
    assert kept.answer == {}
    assert first.json()["token"] not in kept.sealed


def test_request_that_is_still_running_is_told_to_come_back(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    body = app.order_body(app.quote())
    app.post("basket/order/", body, key="once")
    IdempotentRequest.objects.update(status=None, sealed="")

    answer = app.post("basket/order/", body, key="once")

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "in_progress", "2")


def test_keys_of_two_guests_do_not_meet(app: App, listing) -> None:
    numbers = set()
    for _ in range(2):
        app.headers.pop("Basket-Token", None)
        app.buy_now(listing.variant.sku)
        numbers.add(app.post("basket/order/", app.order_body(app.quote()), key="1").json()["number"])

    assert len(numbers) == 2


def test_order_needs_a_key(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    body = app.order_body(app.quote())

    answer = app.client.post("/api/v1/basket/order/", body, content_type="application/json", headers=dict(app.headers))

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


def test_coupon_used_up_meanwhile_is_taken_off_as_on_the_page(app: App, listing) -> None:
    coupon = CouponFactory(code="TEN")
    app.buy_now(listing.variant.sku)
    app.send("PUT", "basket/coupon/", {"code": "TEN"})
    quote = app.quote()
    coupon.is_active = False
    coupon.save()

    refused = app.post("basket/order/", app.order_body(quote))
    without = app.order()

    assert (refused.status_code, refused.json()["code"]) == (422, "coupon_refused")
    assert "The coupon was taken off again" in refused.json()["detail"]
    assert without["total"]["amount"] == "24.90"
    assert not Basket.objects.get().coupon_code


def test_coupon_works_as_on_the_page(app: App, listing) -> None:
    CouponFactory()
    app.buy_now(listing.variant.sku)

    wrong = app.send("PUT", "basket/coupon/", {"code": "NONE"})
    right = app.send("PUT", "basket/coupon/", {"code": "welcome10"})
    order = app.order()

    assert wrong.status_code == 422
    assert right.json()["totals"]["discount"]["amount"] == "2.49"
    assert order["total"]["amount"] == "22.41"


@pytest.mark.parametrize("token", ["", "x" * 43, "ä" * 30])
def test_order_is_shown_to_nobody_else(app: App, listing, token: str) -> None:
    app.buy_now(listing.variant.sku)
    number = app.order()["number"]
    app.headers["Order-Token"] = token.encode().decode("latin-1")

    answer = app.get(f"orders/{number}/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_token_opens_its_own_order_only(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    first = app.order()
    app.headers.pop("Basket-Token")
    app.buy_now(listing.variant.sku)
    app.order()

    assert app.get(f"orders/{first['number']}/").status_code == 404


def test_unpaid_order_is_canceled_and_cannot_be_paid(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    number = app.order()["number"]

    canceled = app.post(f"orders/{number}/cancel/")
    payment = app.post(f"orders/{number}/payments/", {"method": "sandbox"})
    listing.refresh_from_db()

    assert canceled.json()["status"] == "canceled"
    assert payment.json()["code"] == "order_canceled"
    assert listing.stock == 5


def test_way_to_pay_that_is_not_offered_is_refused(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    number = app.order()["number"]

    answer = app.post(f"orders/{number}/payments/", {"method": "external"})

    assert (answer.status_code, answer.json()["code"]) == (422, "payment_unavailable")
    assert not Payment.objects.exists()


def test_events_are_told_once_by_cursor(app: App, listing) -> None:
    app.buy_now(listing.variant.sku)
    order = app.order()
    first = app.get(f"orders/{order['number']}/events/").json()
    app.post(f"orders/{order['number']}/payments/", {"method": "sandbox"})
    pay(order)

    later = app.get(f"orders/{order['number']}/events/?cursor={first['next_cursor']}").json()
    last = app.get(f"orders/{order['number']}/events/?cursor={later['next_cursor']}").json()

    assert [event["type"] for event in first["results"]] == ["order.received"]
    assert [event["type"] for event in later["results"]] == ["payment.started", "payment.succeeded", "order.paid"]
    assert last == {"results": [], "next_cursor": later["next_cursor"]}
    assert app.get(f"orders/{order['number']}/events/?cursor=nonsense").json()["code"] == "unknown_cursor"


def test_order_costs_the_same_queries_for_any_number_of_lines(app: App, listing) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for lines in (1, 4):
        app.headers = {}
        for _ in range(lines):
            sku = ListingFactory(account=listing.account).variant.sku
            basket = app.post("basket/lines/", {"sku": sku}).json()
            app.headers["Basket-Token"] = basket["token"]
        order = app.order()
        with CaptureQueriesContext(connection) as queries:
            app.get(f"orders/{order['number']}/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_return_is_asked_for_once(app: App, listing, settings) -> None:
    settings.RETURN_DAYS = 30
    app.buy_now(listing.variant.sku, 2)
    order = app.order()
    body = {"lines": [{"position": 1, "quantity": 1}], "reason": "damaged", "comment": "The seam is open."}
    early = app.post(f"orders/{order['number']}/returns/", body)
    Order.objects.update(status="shipped", paid_at=Order.objects.get().created_at)

    made = app.post(f"orders/{order['number']}/returns/", body, key="r")
    IdempotentRequest.objects.all().delete()
    again = app.post(f"orders/{order['number']}/returns/", body, key="r")
    greedy = app.post(f"orders/{order['number']}/returns/", {**body, "lines": [{"position": 1, "quantity": 2}]})
    shown = app.get(f"orders/{order['number']}/").json()

    assert (early.status_code, early.json()["code"]) == (422, "too_late")
    assert made.status_code == 201
    assert again.json()["number"] == made.json()["number"]
    assert (greedy.status_code, greedy.json()["code"]) == (422, "too_many")
    assert [found["number"] for found in shown["returns"]] == [made.json()["number"]]
    assert shown["lines"][0]["quantity_returnable"] == 1
