"""Staff by API: the admin's lists and answers, with the same functions behind them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from fulfillment.models import Payment, Refund
from tests.factories import (
    ListingFactory,
    PaymentFactory,
    SupplierOrderFactory,
)
from tests.shop.api.v1.app import App

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(app: App) -> User:
    user = User.objects.create(username="boss", is_staff=True, is_superuser=True)
    app.log_in(user)
    return user


def held() -> object:
    return SupplierOrderFactory(
        status="held", next_attempt_at=None, attention="price", attention_note="The price has doubled."
    )


def test_what_needs_a_person_is_listed_and_tried_again(app: App, boss: User, supplier) -> None:
    part = held()
    waiting = app.get("staff/attention/").json()

    answer = app.post(f"staff/supplier-orders/{part.public_id}/retry-anyway/")
    part.refresh_from_db()

    assert [row["attention"] for row in waiting["supplier_orders"]] == ["price"]
    assert answer.json()["status"] == part.status == "due"
    assert part.events.get(kind="supplier_order.due").actor == f"staff:{boss.pk}"


def test_answer_that_does_not_fit_any_more_is_refused(app: App, boss: User) -> None:
    part = SupplierOrderFactory(status="due")

    answer = app.post(f"staff/supplier-orders/{part.public_id}/retry/")

    assert (answer.status_code, answer.json()["code"]) == (422, "not_now")


def test_note_on_what_was_canceled_is_settled(app: App, boss: User) -> None:
    part = SupplierOrderFactory(status="canceled", attention="supplier_canceled")
    url = f"staff/supplier-orders/{part.public_id}/settled/"

    other = app.post(url, {"reason": "Refunded.", "attention": "supplier_note"})
    answer = app.post(url, {"reason": "Refunded.", "attention": "supplier_canceled"})

    assert (other.status_code, other.json()["code"]) == (422, "other_note")
    assert answer.status_code == 200
    assert app.get("staff/attention/").json()["supplier_orders"] == []


def test_refund_is_made_once_for_its_key(app: App, boss: User) -> None:
    payment = PaymentFactory(status="succeeded", order__paid=True)
    body = {"amount": "5.00", "reason": "scratched"}

    first = app.post(f"staff/payments/{payment.public_id}/refund/", body, key="r-1")
    again = app.post(f"staff/payments/{payment.public_id}/refund/", body, key="r-1")
    other = app.post(f"staff/payments/{payment.public_id}/refund/", {**body, "amount": "6.00"}, key="r-1")
    greedy = app.post(f"staff/payments/{payment.public_id}/refund/", {**body, "amount": "500.00"})

    assert first.json() == again.json()
    assert first.json()["refundable"]["amount"] == "19.90"
    assert other.json()["code"] == "key_reused"
    assert {error["field"] for error in greedy.json()["errors"]} == {"amount"}
    assert Refund.objects.count() == 1
    assert Payment.objects.get().refunded_amount == 5


def refund(status: str = "to_do") -> Refund:
    payment = PaymentFactory(method="bank_transfer", status="succeeded", order__paid=True)
    return Refund.objects.create(
        payment=payment, key=f"k-{payment.pk}", amount=5, currency=payment.currency, status=status
    )


def test_refund_sent_by_hand_is_listed_and_marked_as_done(app: App, boss: User) -> None:
    to_do, _done = refund(), refund("done")
    listed = app.get("staff/refunds/?status=to_do").json()["results"]

    answer = app.post(f"staff/refunds/{listed[0]['id']}/done/", {"note": "bank 4711"})
    again = app.post(f"staff/refunds/{listed[0]['id']}/done/", {"note": "bank 4711"})

    to_do.refresh_from_db()
    assert [row["order"] for row in listed] == [to_do.payment.order.number]
    assert (answer.status_code, answer.json()["status"], answer.json()["note"]) == (200, "done", "bank 4711")
    assert to_do.status == "done"
    assert again.json()["code"] == "not_now"


def test_pages_follow_one_another(app: App, boss: User, monkeypatch) -> None:
    monkeypatch.setattr("shop.api.v1.staff.PAGE_SIZE", 2)
    made = [ListingFactory().public_id for _ in range(3)]

    first = app.get("staff/listings/").json()
    rest = app.get(f"staff/listings/?cursor={first['next_cursor']}").json()

    assert [row["id"] for row in first["results"] + rest["results"]] == made[::-1]
    assert rest["next_cursor"] is None
    assert app.get(f"staff/orders/?cursor={first['next_cursor']}").json()["code"] == "unknown_cursor"
