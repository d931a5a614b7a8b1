"""Staff's pages about returns: who sees them, who answers, and that an answer is given once."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from fulfillment import returns
from fulfillment.admin.answers import REFUND
from fulfillment.admin.returns import ANSWER, RETURN_ANSWERS
from fulfillment.models import Order, OrderEvent, Refund, ReturnRequest
from fulfillment.transitions import record
from tests.factories import OrderFactory, OrderLineFactory, PaymentFactory
from tests.staff import VIEWS, signed_in

pytestmark = pytest.mark.django_db

VIEW = "fulfillment.view_returnrequest"
LIST = "/admin/fulfillment/returnrequest/"
EVERY_ANSWER = [pytest.param(answer, id=answer.name) for answer in RETURN_ANSWERS]


@pytest.fixture
def request_row(settings: Any) -> ReturnRequest:
    settings.RETURN_DAYS = 30
    order = OrderFactory(paid=True)
    line = OrderLineFactory(order=order)
    PaymentFactory(order=order, status="succeeded")
    record(order.pk, "order.delivered")
    Order.objects.update(status="delivered")
    return returns.ask(order, key="k", quantities={line.pk: 1}, reason="damaged", comment="<b>Torn</b>", photos=[b"x"])


def page_of(row: ReturnRequest) -> str:
    return reverse("admin:fulfillment_returnrequest_change", args=[row.pk])


def address_of(row: ReturnRequest, name: str) -> str:
    return reverse("admin:fulfillment_returnrequest_answer", args=[row.pk, name])


def photo_of(row: ReturnRequest) -> str:
    return reverse("admin:fulfillment_returnrequest_photo", args=[row.pk, 1])


def bring_to(row: ReturnRequest, name: str) -> None:
    """Into a state in which the answer fits."""
    if name not in ("approve", "decline"):
        returns.approve(row, instructions="x", actor="staff:1")


def test_page_shows_what_why_and_photos(request_row):
    page = signed_in(VIEW, ANSWER).get(page_of(request_row)).content.decode()

    for text in (request_row.number, "It arrived damaged", "&lt;b&gt;Torn", photo_of(request_row), "return.requested"):
        assert text in page
    assert address_of(request_row, "approve") in page
    assert address_of(request_row, "received") not in page


def test_list_and_badge_show_what_waits(request_row):
    page = signed_in(VIEW).get(LIST).content.decode()

    assert request_row.number in page
    assert page_of(request_row) in page
    assert re.search(r">\s*1\s*</span>", page)


def test_answered_return_does_not_wait_any_more(request_row):
    returns.decline(request_row, reason="No.", actor="staff:1")

    assert not ReturnRequest.objects.needing_a_person().exists()


def test_order_page_leads_to_its_returns(request_row):
    client = signed_in(*VIEWS, VIEW)

    page = client.get(reverse("admin:fulfillment_order_change", args=[request_row.order_id])).content.decode()

    assert page_of(request_row) in page
    assert "A return waits for an answer" in page


@pytest.mark.parametrize("address", [lambda row: LIST, page_of, photo_of], ids=["list", "page", "photo"])
def test_staff_without_the_right_to_see_returns_get_403(request_row, address):
    assert signed_in(*VIEWS, ANSWER).get(address(request_row)).status_code == 403


def test_visitor_is_sent_to_the_login(client, request_row):
    response = client.get(photo_of(request_row))

    assert response.status_code == 302
    assert "/admin/login/" in response.url


def test_photo_is_shown_to_staff_who_see_returns(request_row):
    response = signed_in(VIEW).get(photo_of(request_row))

    assert (response.content, response["Content-Type"]) == (b"x", "image/webp")
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.parametrize("answer", EVERY_ANSWER)
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_permission_get_403(request_row, answer, method):
    bring_to(request_row, answer.name)
    other = ANSWER if answer.permission == REFUND else REFUND
    client = signed_in(VIEW, other)

    response = getattr(client, method)(address_of(request_row, answer.name), {"reason": "x", "amount": "1"})

    assert response.status_code == 403
    assert not Refund.objects.exists()


@pytest.mark.parametrize("answer", EVERY_ANSWER)
def test_a_get_asks_and_changes_nothing(request_row, answer):
    bring_to(request_row, answer.name)
    before = (ReturnRequest.objects.get().status, OrderEvent.objects.count())

    page = signed_in(VIEW, answer.permission).get(address_of(request_row, answer.name)).content.decode()

    assert str(answer.title) in page
    assert (ReturnRequest.objects.get().status, OrderEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("approve", {"instructions": "To 1 Main St"}, "approved"),
        ("decline", {"reason": "It was worn."}, "declined"),
        ("received", {}, "received"),
        ("refund", {"amount": "20.00"}, "refunded"),
        ("close", {"reason": "It never came."}, "closed"),
    ],
)
def test_answer_is_given_once(request_row, name, data, status):
    bring_to(request_row, name)
    client = signed_in(VIEW, REFUND if name == "refund" else ANSWER)

    for _attempt in range(2):
        client.post(address_of(request_row, name), data)

    request_row.refresh_from_db()
    assert request_row.status == status
    assert OrderEvent.objects.filter(kind=f"return.{status}").count() == 1
    assert OrderEvent.objects.get(kind=f"return.{status}").actor.startswith("staff:")


@pytest.mark.parametrize(
    ("name", "data"),
    [("approve", {"instructions": " "}), ("decline", {}), ("refund", {"amount": "0"}), ("refund", {"amount": "x"})],
)
def test_missing_words_or_amount_are_asked_for(request_row, name, data):
    bring_to(request_row, name)
    before = ReturnRequest.objects.get().status

    response = signed_in(VIEW, ANSWER, REFUND).post(address_of(request_row, name), data)

    assert response.status_code == 200
    assert ReturnRequest.objects.get().status == before


def test_instructions_begin_with_the_shop_s_own(request_row, settings):
    settings.RETURN_INSTRUCTIONS = "Send it to:|1 Main Street"

    page = signed_in(VIEW, ANSWER).get(address_of(request_row, "approve")).content.decode()

    assert "Send it to:\n1 Main Street" in page


def test_refund_form_suggests_what_was_paid(request_row):
    bring_to(request_row, "refund")

    page = signed_in(VIEW, REFUND).get(address_of(request_row, "refund")).content.decode()

    assert 'value="24.90"' in page


def test_refund_of_too_much_is_said_and_changes_nothing(request_row):
    bring_to(request_row, "refund")

    page = signed_in(VIEW, REFUND).post(address_of(request_row, "refund"), {"amount": "500"}, follow=True)

    assert "More would go back than was paid." in page.content.decode()
    assert request_row.order.payments.get().refunded_amount == Decimal(0)
    assert ReturnRequest.objects.get().status == "approved"
