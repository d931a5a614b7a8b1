"""The staff's answers: asked by GET, given by POST, only with the permission and only where they fit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from fulfillment import desk
from fulfillment.admin.answers import ORDER_ANSWERS, REFUND, SETTLE
from fulfillment.admin.part_answers import SUPPLIER_ORDER_ANSWERS
from fulfillment.models import Attempt, ExternalOrder, OrderEvent, Refund
from integrations.types import OrderSnapshot, SupplierOrderState
from tests.factories import (
    PAID_AT,
    ExternalOrderFactory,
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    SupplierAccountFactory,
    SupplierOrderFactory,
)
from tests.staff import VIEWS, signed_in, staff

pytestmark = pytest.mark.django_db

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Byron",
    "line1": "1 Infinite Loop",
    "city": "Cupertino",
    "province": "California",
    "postcode": "95014",
    "country": "US",
    "phone": "+14085550100",
}


def unknown(**changes: Any):
    part = SupplierOrderFactory(status="unknown", settle_at=timezone.now(), first_sent_at=PAID_AT, **changes)
    Attempt.objects.create(
        supplier_order=part, number=1, reference=part.reference, fence=1, outcome="unknown", started_at=PAID_AT
    )
    return part


def held(**changes: Any):
    return SupplierOrderFactory(status="held", attention="price", attention_note="Costs 242.69 USD now.", **changes)


def placed(**changes: Any):
    return ExternalOrderFactory(supplier_order=SupplierOrderFactory(status="placed", **changes)).supplier_order


def paid_order():
    order = OrderFactory(paid=True)
    OrderLineFactory(order=order)
    PaymentFactory(order=order, status="succeeded")
    return order


def doubted():
    return SupplierOrderFactory(
        status="held", attention="address", attention_note="Not in the list.", place_doubts={"province": "New York"}
    )


MAKE = {
    "take-place": doubted,
    "bought": unknown,
    "not-bought": unknown,
    "retry": held,
    "retry-anyway": held,
    "look-now": placed,
    "canceled-there": placed,
    "settled": lambda: SupplierOrderFactory(status="canceled", attention="supplier_canceled"),
    "correct-address": paid_order,
    "cancel-and-refund": paid_order,
}
EVERY_ANSWER = [pytest.param(answer, id=answer.name) for answer in (*ORDER_ANSWERS, *SUPPLIER_ORDER_ANSWERS)]


def address_of(target: Any, name: str) -> str:
    return reverse(f"admin:fulfillment_{target._meta.model_name}_answer", args=[target.pk, name])


def page_of(target: Any) -> str:
    return reverse(f"admin:fulfillment_{target._meta.model_name}_change", args=[target.pk])


def signed_in_again(*permissions: str) -> Client:
    client = Client()
    client.force_login(staff(*VIEWS, *permissions, username="other"))
    return client


def give(target: Any, name: str, data: dict[str, str] | None = None, *, permission: str = SETTLE):
    client = signed_in(*VIEWS, permission)
    response = client.post(address_of(target, name), data or {}, follow=True)
    target.refresh_from_db()
    return response.content.decode()


@pytest.mark.parametrize("answer", EVERY_ANSWER)
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_permission_get_403(answer, method):
    target = MAKE[answer.name]()
    others = [permission for permission in (SETTLE, REFUND) if permission != answer.permission]
    client = signed_in(*VIEWS, *others)

    response = getattr(client, method)(address_of(target, answer.name), {"reason": "x", "external_ids": "1"})

    assert response.status_code == 403
    assert not OrderEvent.objects.filter(actor__startswith="staff").exists()


@pytest.mark.parametrize("answer", EVERY_ANSWER)
def test_staff_who_may_not_see_orders_get_403_even_with_the_permission_to_answer(answer):
    target = MAKE[answer.name]()

    assert signed_in(answer.permission).get(address_of(target, answer.name)).status_code == 403


@pytest.mark.parametrize("answer", EVERY_ANSWER)
def test_a_get_asks_and_changes_nothing(answer):
    target = MAKE[answer.name]()
    before = type(target).objects.filter(pk=target.pk).values().get()

    page = signed_in(*VIEWS, answer.permission).get(address_of(target, answer.name))

    assert page.status_code == 200
    assert escape(str(answer.consequence)) in page.content.decode()
    assert type(target).objects.filter(pk=target.pk).values().get() == before
    assert not OrderEvent.objects.filter(actor__startswith="staff").exists()


@pytest.mark.parametrize("answer", EVERY_ANSWER)
def test_a_post_without_csrf_token_is_refused(answer):
    target = MAKE[answer.name]()
    client = signed_in(*VIEWS, answer.permission)
    client.handler.enforce_csrf_checks = True

    assert client.post(address_of(target, answer.name), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("answer", EVERY_ANSWER)
def test_the_button_is_shown_only_with_the_permission(answer):
    target = MAKE[answer.name]()
    url = address_of(target, answer.name)

    without = signed_in(*VIEWS).get(page_of(target)).content.decode()
    client = signed_in_again(answer.permission)

    assert url not in without
    assert url in client.get(page_of(target)).content.decode()


@pytest.mark.parametrize("status", ["due", "delivered", "canceled"])
@pytest.mark.parametrize("answer", [pytest.param(answer, id=answer.name) for answer in SUPPLIER_ORDER_ANSWERS])
def test_an_answer_that_does_not_fit_the_state_is_refused_with_a_message(answer, status):
    part = SupplierOrderFactory(status=status)

    page = give(part, answer.name, {"reason": "x", "external_ids": "1"})

    assert part.status == status
    assert "does not fit the state" in page


def test_an_unknown_answer_is_404():
    assert signed_in(*VIEWS, SETTLE).get(address_of(held(), "buy-twice")).status_code == 404


def test_a_refusal_of_the_desk_is_a_message(monkeypatch):
    part = held()

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise desk.NotNow("Somebody was faster.")

    answer = next(answer for answer in SUPPLIER_ORDER_ANSWERS if answer.name == "retry")
    monkeypatch.setitem(vars(answer), "call", refuse)

    assert "Somebody was faster." in give(part, "retry")


def test_bought_adopts_the_ids_that_staff_entered():
    part = unknown()

    give(part, "bought", {"external_ids": "8198352049850001, 8198352049850002\n8198352049850001"})

    assert part.status == "placed"
    ids = ExternalOrder.objects.filter(supplier_order=part).order_by("pk").values_list("external_id", flat=True)
    assert list(ids) == ["8198352049850001", "8198352049850002"]


@pytest.mark.parametrize("text", ["", "  ", "https://example.com/order?id=1", "1 <b>"])
def test_bought_needs_ids(text):
    part = unknown()

    page = give(part, "bought", {"external_ids": text})

    assert part.status == "unknown"
    assert "errorlist" in page or "order id has letters" in page or "required" in page


def test_an_id_of_another_order_is_refused_with_a_message():
    other = ExternalOrderFactory(external_id="8198352049850001")
    part = unknown(account=other.account)

    page = give(part, "bought", {"external_ids": "8198352049850001"})

    assert part.status == "unknown"
    assert "already belongs to another order" in page


def test_not_bought_makes_it_due_again():
    part = unknown()

    give(part, "not-bought")

    assert part.status == "due"


def test_retry_checks_everything_again():
    part = held()

    give(part, "retry")

    assert (part.status, part.guards_waived) == ("due", [])
    assert OrderEvent.objects.filter(kind="supplier_order.due", actor__startswith="staff:").exists()


def test_retry_anyway_shows_and_waives_the_checks():
    part = held()

    question = signed_in(*VIEWS, SETTLE).get(address_of(part, "retry-anyway")).content.decode()
    client = signed_in_again(SETTLE)
    client.post(address_of(part, "retry-anyway"))
    part.refresh_from_db()

    assert "Costs 242.69 USD now." in question
    assert "Not checked any more" in question
    assert part.status == "due"
    assert "price" in part.guards_waived


def test_retry_anyway_is_not_offered_where_nothing_can_be_waived():
    part = SupplierOrderFactory(status="held", attention="spend_cap")

    page = signed_in(*VIEWS, SETTLE).get(page_of(part)).content.decode()

    assert address_of(part, "retry") in page
    assert address_of(part, "retry-anyway") not in page


def test_look_now_asks_the_supplier(supplier):
    part = placed(account=SupplierAccountFactory(provider="fake"))
    external = part.external_orders.get()
    supplier.snapshots[external.external_id] = OrderSnapshot(
        external.external_id, SupplierOrderState.PROCESSING, "IN_WORK", paid_at=PAID_AT
    )

    give(part, "look-now")

    external.refresh_from_db()
    assert external.raw_status == "IN_WORK"


def test_canceled_there_keeps_the_reason():
    part = placed()

    give(part, "canceled-there", {"reason": "Seen on the site"})

    assert part.status == "canceled"
    assert OrderEvent.objects.filter(note="Seen on the site", actor__startswith="staff:").exists()


def test_settled_ends_the_note_that_its_page_shows():
    part = SupplierOrderFactory(status="canceled", attention="supplier_canceled", attention_note="It lapsed there.")
    url = address_of(part, "settled")

    client = signed_in(*VIEWS, SETTLE)
    page = client.get(url).content.decode()

    response = client.post(url, {"reason": "Bought elsewhere", "attention": "supplier_canceled"})

    part.refresh_from_db()
    assert "It lapsed there." in page
    assert 'name="attention" value="supplier_canceled"' in page
    assert (response.status_code, part.attention) == (302, "")


def sent_then_canceled(status: str, *, parts: tuple[str, ...] = ("canceled",)):
    order = OrderFactory(status=status, paid_at=PAID_AT)
    PaymentFactory(order=order, status="succeeded")
    for number, part in enumerate(parts, start=1):
        SupplierOrderFactory(order=order, status=part, part=number, reference=f"{order.number}-{number}")
    return order


@pytest.mark.parametrize("status", ["shipped", "delivered"])
def test_money_goes_back_when_the_supplier_canceled_every_part_of_what_was_sent(status):
    order = sent_then_canceled(status, parts=("canceled", "canceled"))

    give(order, "cancel-and-refund", {"reason": "It never came"}, permission=REFUND)

    assert order.status == "refunded"
    assert Refund.objects.get().amount == order.total


@pytest.mark.parametrize("status", ["shipped", "delivered"])
@pytest.mark.parametrize("parts", [(), ("canceled", "shipped"), ("delivered",)])
def test_order_on_its_way_is_not_canceled_while_a_part_of_it_is_alive(status, parts):
    order = sent_then_canceled(status, parts=parts)

    give(order, "cancel-and-refund", {"reason": "x"}, permission=REFUND)

    assert order.status == status
    assert not Refund.objects.exists()


def test_cancel_and_refund_shows_the_amount_and_gives_it_back():
    order = paid_order()
    SupplierOrderFactory(order=order, status="held", attention="price")
    client = signed_in(*VIEWS, REFUND)

    question = client.get(address_of(order, "cancel-and-refund")).content.decode()
    client.post(address_of(order, "cancel-and-refund"), {"reason": "Sold out"})
    order.refresh_from_db()

    assert "24.90 USD" in question
    assert order.status == "refunded"
    assert Refund.objects.get().reason == "Sold out"


def test_cancel_needs_a_reason():
    order = paid_order()

    give(order, "cancel-and-refund", {"reason": " "}, permission=REFUND)

    assert order.status == "paid"


@pytest.mark.parametrize("status", ["unknown", "placed", "in_flight"])
def test_what_may_have_been_bought_cannot_be_canceled(status):
    order = paid_order()
    times = {"settle_at": PAID_AT, "lease_until": PAID_AT, "first_sent_at": PAID_AT}
    SupplierOrderFactory(order=order, status=status, **times)

    give(order, "cancel-and-refund", {"reason": "x"}, permission=REFUND)

    assert order.status == "paid"


def test_a_corrected_address_is_written():
    order = paid_order()

    give(order, "correct-address", ADDRESS)

    assert (order.city, order.last_name, order.phone) == ("Cupertino", "Byron", "+14085550100")
    event = OrderEvent.objects.get(kind="order.address_corrected")
    assert "Cupertino" not in str(event.data)


def test_the_form_begins_with_the_present_address():
    order = paid_order()

    page = signed_in(*VIEWS, SETTLE).get(address_of(order, "correct-address")).content.decode()

    assert 'value="123 Main St"' in page
    assert '<option value="US" selected' in page


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"postcode": ""}, "This country&#x27;s addresses need it."),
        ({"postcode": "ABC"}, "This does not fit the country&#x27;s addresses."),
        ({"province": ""}, "This country&#x27;s addresses need it."),
        ({"city": ""}, "This country&#x27;s addresses need it."),
        ({"line1": ""}, "This field is required."),
        ({"country": "XX"}, "Select a valid choice"),
        ({"phone": "call me"}, "Enter a phone number"),
        ({"phone": "+1234567890123456"}, "5 to 15 digits"),
    ],
)
def test_a_bad_address_comes_back_with_the_message_at_the_field(change, message):
    order = paid_order()

    page = give(order, "correct-address", {**ADDRESS, **change})

    assert message in page
    assert "1 Infinite Loop" in page or "line1" in change
    assert order.city == "New York"
