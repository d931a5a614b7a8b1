"""Staff by API: the admin's lists and answers, with the same functions behind them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from fulfillment.models import Payment, Refund
from integrations.errors import Transient
from integrations.types import SupplierOrderState
from tests.factories import (
    ExternalOrderFactory,
    ListingFactory,
    PaymentFactory,
    ShipmentFactory,
    SupplierAccountFactory,
    SupplierOrderFactory,
)
from tests.fake_supplier import FakeSupplier
from tests.shop.api.v1.app import App
from tests.staff import staff

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


def test_listing_that_is_switched_off_sells_nothing_until_it_is_switched_on(app: App, boss: User) -> None:
    listing = ListingFactory()
    card = f"products/{listing.variant.product.slug}/"

    off = app.post(f"staff/listings/{listing.public_id}/switch-off/")
    sold_out = app.get(card).json()["variants"][0]["stock_level"]
    twice = app.post(f"staff/listings/{listing.public_id}/switch-off/")
    on = app.post(f"staff/listings/{listing.public_id}/switch-on/")

    assert (off.status_code, off.json()["is_active"], sold_out) == (200, False, "out")
    assert (twice.status_code, twice.json()["code"]) == (422, "not_now")
    assert on.json()["is_active"] is True
    assert app.get("products/?in_stock=true").json()["count"] == 1


def test_listing_is_checked_at_its_supplier_now(app: App, boss: User, supplier: FakeSupplier) -> None:
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"), checked_at=None)

    answer = app.post(f"staff/listings/{listing.public_id}/check-now/")

    assert answer.status_code == 200, answer.content
    assert answer.json()["checked_at"] is not None


def test_supplier_that_cannot_be_asked_is_to_be_asked_again(app: App, boss: User, supplier: FakeSupplier) -> None:
    supplier.read_error = Transient("no connection to the supplier")
    listing = ListingFactory(account=SupplierAccountFactory(provider="fake"))

    answer = app.post(f"staff/listings/{listing.public_id}/check-now/")

    assert (answer.status_code, answer.json()["code"]) == (503, "supplier_unavailable")
    assert answer["Retry-After"]


def test_parcel_is_looked_up_at_its_supplier_until_it_has_arrived(app: App, boss: User, supplier: FakeSupplier) -> None:
    parcel = ShipmentFactory(external_order__supplier_order__account=SupplierAccountFactory(provider="fake"))
    arrived = ShipmentFactory(delivered_at=parcel.shipped_at)
    listed = app.get("staff/shipments/").json()["results"]

    answer = app.post(f"staff/shipments/{parcel.public_id}/look-now/")

    assert {row["id"] for row in listed} == {parcel.public_id, arrived.public_id}
    assert (answer.status_code, answer.json()["tracking_number"]) == (200, parcel.tracking_number)
    assert parcel.supplier_order.events.get(kind="supplier_order.look_now").actor == f"staff:{boss.pk}"
    assert app.post(f"staff/shipments/{arrived.public_id}/look-now/").json()["code"] == "not_now"


def wait_for_a_person() -> None:
    """One row of every kind of work."""
    held()
    ExternalOrderFactory(state=SupplierOrderState.AWAITING_PAYMENT, supplier_order__account__pays_automatically=False)
    PaymentFactory(method="bank_transfer")
    PaymentFactory(status="mismatch", order__paid=True)
    refund()


def test_attention_has_all_that_the_admin_s_first_page_counts(app: App, boss: User) -> None:
    wait_for_a_person()
    app.client.force_login(boss)
    work = app.client.get("/admin/").context["work"]

    waiting = app.get("staff/attention/").json()

    kinds = ("supplier_orders", "to_pay", "transfers", "mismatches", "refunds", "returns")
    assert [len(waiting[kind]) for kind in kinds if waiting[kind]] == [row.count for row in work]
    assert all(waiting[kind] for kind in kinds if kind != "returns")


def test_attention_shows_what_the_account_may_see(app: App) -> None:
    wait_for_a_person()
    app.log_in(staff("fulfillment.view_refund"))

    waiting = app.get("staff/attention/").json()

    assert [kind for kind, rows in waiting.items() if rows] == ["refunds"]


def test_attention_goes_on_behind_its_cursor_in_every_list(app: App, boss: User, monkeypatch) -> None:
    monkeypatch.setattr("shop.api.v1.attention.PAGE_SIZE", 2)
    parts = [held().public_id for _ in range(5)]
    money = [refund().public_id for _ in range(3)]

    pages, cursor = [], ""
    while cursor is not None:
        pages.append(app.get(f"staff/attention/?cursor={cursor}").json())
        cursor = pages[-1]["next_cursor"]

    assert [row["id"] for page in pages for row in page["supplier_orders"]] == parts
    assert [row["id"] for page in pages for row in page["refunds"]] == money
    assert len(pages) == 3
    other = app.get("staff/attention/?cursor=nonsense")
    assert (other.status_code, other.json()["code"]) == (400, "unknown_cursor")
