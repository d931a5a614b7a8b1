"""Returns: what may be asked for, once and within the period, and what staff answer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from fulfillment import returns
from fulfillment.models import Notice, Order, OrderEvent, Refund, ReturnRequest
from fulfillment.notifications import send
from fulfillment.payments import PaymentProblem
from fulfillment.returns import ReturnProblem, may_return
from fulfillment.sweep import purge
from fulfillment.transitions import record
from tests.factories import (
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    SupplierOrderFactory,
    SupplierOrderLineFactory,
)
from tests.fulfillment.scenes import together

pytestmark = pytest.mark.django_db

STAFF = "staff:1"


@pytest.fixture(autouse=True)
def _period(settings: Any) -> None:
    settings.RETURN_DAYS = 30


def delivered(*, quantity: int = 3, status: str = "delivered", **order: Any) -> Order:
    total = Decimal("24.90") * quantity
    made = OrderFactory(paid=True, items_total=total, total=total, **order)
    OrderLineFactory(order=made, quantity=quantity, total=total)
    PaymentFactory(order=made, status="succeeded")
    record(made.pk, "order.delivered")
    Order.objects.filter(pk=made.pk).update(status=status)
    made.refresh_from_db()
    return made


def ask(order: Order, quantity: int = 1, *, key: str = "form-1", **changes: Any) -> ReturnRequest:
    values = {"reason": "damaged", "comment": "The handle is broken.", "photos": [], **changes}
    return returns.ask(order, key=key, quantities={order.lines.get().pk: quantity}, **values)


def later(monkeypatch: Any, days: float) -> None:
    now = timezone.now() + timedelta(days=days)
    monkeypatch.setattr(timezone, "now", lambda: now)


def test_request_keeps_what_why_and_photos_and_tells_the_customer():
    order = delivered()

    request = ask(order, 2, photos=[b"one", b"two"])

    assert request.number == f"{order.number}-R1"
    assert [(line.order_line, line.quantity) for line in request.lines.all()] == [(order.lines.get(), 2)]
    assert [bytes(photo.content) for photo in request.photos.all()] == [b"one", b"two"]
    assert Notice.objects.get().kind == "return_requested"
    event = OrderEvent.objects.get(kind="return.requested")
    assert event.actor == "customer"
    assert "handle" not in str(event.data)


def test_same_form_sent_twice_is_one_request():
    order = delivered()

    first, second = ask(order), ask(order)

    assert first == second
    assert Notice.objects.count() == 1


def test_another_form_is_another_request():
    order = delivered()

    numbers = [ask(order).number, ask(order, key="form-2").number]

    assert numbers == [f"{order.number}-R1", f"{order.number}-R2"]


@pytest.mark.parametrize("status", ["awaiting_payment", "paid", "in_fulfillment", "canceled", "refunded"])
def test_only_what_was_sent_can_be_sent_back(status):
    order = delivered(status=status)

    with pytest.raises(ReturnProblem) as problem:
        ask(order)

    assert problem.value.code == "too_late"
    assert not may_return(order)


@pytest.mark.parametrize("status", ["paid", "in_fulfillment"])
@pytest.mark.parametrize(
    ("parts", "can"),
    [
        (["delivered"], True),
        (["shipped"], True),
        (["placed"], False),
        (["canceled"], False),
        (["delivered", "due"], False),  # Of a bundle, one half is still to come.
        (["delivered", "canceled"], True),
    ],
)
def test_line_can_be_sent_back_once_all_of_it_was_sent(status, parts, can):
    order = delivered(status=status)
    for number, part in enumerate(parts, start=1):
        row = SupplierOrderFactory(order=order, part=number, reference=f"r-{number}", status=part)
        SupplierOrderLineFactory(supplier_order=row, order_line=order.lines.get(), external_sku_id=str(number))

    assert may_return(order) is can
    if can:
        assert ask(order).lines.get().quantity == 1
    else:
        with pytest.raises(ReturnProblem):
            ask(order)


@pytest.mark.parametrize("status", ["shipped", "delivered", "closed"])
def test_what_is_on_its_way_or_arrived_can_be_sent_back(status):
    assert may_return(delivered(status=status))


@pytest.mark.parametrize(("days", "is_open"), [(29.9, True), (30.1, False)])
def test_period_begins_with_the_delivery(days, is_open, monkeypatch):
    order = delivered()

    later(monkeypatch, days)

    assert may_return(order) is is_open


def test_request_after_the_period_is_refused(monkeypatch):
    order = delivered()
    later(monkeypatch, 31)

    with pytest.raises(ReturnProblem, match="any more"):
        ask(order)


def test_shop_that_promises_no_returns_takes_no_requests(settings):
    settings.RETURN_DAYS = 0

    assert not may_return(delivered())


def test_orders_of_other_programs_are_returned_there():
    assert not may_return(delivered(source="api"))


@pytest.mark.parametrize(("quantity", "code"), [(0, "nothing"), (-1, "nothing"), (4, "too_many")])
def test_bad_quantity_is_refused(quantity, code):
    order = delivered(quantity=3)

    with pytest.raises(ReturnProblem) as problem:
        ask(order, quantity)

    assert problem.value.code == code
    assert not ReturnRequest.objects.exists()


def test_line_of_another_order_is_refused():
    order, other = delivered(), delivered()

    with pytest.raises(ReturnProblem) as problem:
        returns.ask(order, key="k", quantities={other.lines.get().pk: 1}, reason="other", photos=[])

    assert problem.value.code == "too_many"


def test_requests_together_take_no_more_than_was_bought():
    order = delivered(quantity=3)
    ask(order, 2)

    with pytest.raises(ReturnProblem) as problem:
        ask(order, 2, key="form-2")

    assert problem.value.code == "too_many"
    assert [item.quantity for item in returns.returnable(order)] == [1]


def test_declined_pieces_can_be_asked_for_again():
    order = delivered(quantity=1)
    returns.decline(ask(order), reason="Photos, please.", actor=STAFF)

    assert ask(order, key="form-2").status == "requested"


def test_refunded_pieces_cannot_be_sent_back_again():
    order = delivered(quantity=1)
    request = ask(order)
    returns.approve(request, instructions="Keep it.", actor=STAFF)
    returns.refund_return(request, amount=Decimal("5.00"), actor=STAFF)

    assert not may_return(order)


def test_nobody_asks_without_end():
    order = delivered(quantity=1)
    for number in range(returns.MAX_REQUESTS):
        returns.decline(ask(order, key=f"form-{number}"), reason="No.", actor=STAFF)

    with pytest.raises(ReturnProblem) as problem:
        ask(order, key="one-more")

    assert problem.value.code == "too_often"
    assert not may_return(Order.objects.get(pk=order.pk))


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_take_no_more_than_was_bought():
    order = delivered(quantity=1)

    results = together(4, lambda index: ask(order, key=f"tab-{index}"))

    assert sum(isinstance(result, ReturnRequest) for result in results) == 1
    assert ReturnRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_double_click_is_one_request():
    order = delivered(quantity=3)

    results = together(4, lambda _index: ask(order))

    assert len({result.pk for result in results}) == 1


def test_way_of_a_return_from_asked_to_refunded():
    order = delivered(quantity=3)
    request = ask(order, 2)

    returns.approve(request, instructions="To 1 Main Street.", actor=STAFF)
    returns.note_received(request, actor=STAFF)
    returns.refund_return(request, amount=Decimal("49.80"), actor=STAFF)

    request.refresh_from_db()
    assert (request.status, request.answer) == ("refunded", "To 1 Main Street.")
    assert (request.refund.amount, request.refund.key) == (Decimal("49.80"), f"return-{request.number}")
    assert order.payments.get().refunded_amount == Decimal("49.80")
    kinds = list(OrderEvent.objects.filter(kind__startswith="return.").values_list("kind", "actor"))
    assert kinds == [
        ("return.requested", "customer"),
        ("return.approved", STAFF),
        ("return.received", STAFF),
        ("return.refunded", STAFF),
    ]
    assert list(Notice.objects.values_list("kind", flat=True)) == [
        "return_requested",
        "return_approved",
        "return_received",
        "refunded",
    ]


ANSWERS = {
    "approve": lambda request: returns.approve(request, instructions="x", actor=STAFF),
    "decline": lambda request: returns.decline(request, reason="x", actor=STAFF),
    "received": lambda request: returns.note_received(request, actor=STAFF),
    "refund": lambda request: returns.refund_return(request, amount=Decimal("1.00"), actor=STAFF),
    "close": lambda request: returns.close(request, reason="x", actor=STAFF),
}
ALLOWED = {
    "requested": {"approve", "decline"},
    "approved": {"received", "refund", "close"},
    "received": {"refund", "close"},
    "declined": set(),
    "closed": set(),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("status", ALLOWED)
def test_answer_is_taken_only_in_the_states_it_fits(status, name):
    request = ask(delivered())
    ReturnRequest.objects.filter(pk=request.pk).update(status=status)
    request.refresh_from_db()
    told = Notice.objects.count()

    if name in ALLOWED[status]:
        ANSWERS[name](request)
        assert request.status != status
        return
    with pytest.raises(ReturnProblem) as problem:
        ANSWERS[name](request)

    assert problem.value.code == "not_now"
    request.refresh_from_db()
    assert request.status == status
    assert Notice.objects.count() == told


def test_second_answer_does_not_replace_the_first():
    request = ask(delivered())
    stale = ReturnRequest.objects.get(pk=request.pk)
    returns.approve(request, instructions="First.", actor=STAFF)

    for answer in (
        lambda: returns.approve(stale, instructions="Second.", actor=STAFF),
        lambda: returns.decline(stale, reason="Second.", actor=STAFF),
    ):
        with pytest.raises(ReturnProblem):
            answer()

    request.refresh_from_db()
    assert (request.status, request.answer) == ("approved", "First.")


@pytest.mark.django_db(transaction=True)
def test_two_people_refund_it_once():
    request = ask(delivered())
    returns.approve(request, instructions="x", actor=STAFF)

    results = together(
        4,
        lambda index: returns.refund_return(
            ReturnRequest.objects.get(pk=request.pk), amount=Decimal(index + 1), actor=f"staff:{index}"
        ),
    )

    assert sum(result is None for result in results) == 1
    assert Refund.objects.count() == 1


def test_refund_of_more_than_is_left_changes_nothing():
    request = ask(delivered(quantity=1))
    returns.approve(request, instructions="x", actor=STAFF)

    with pytest.raises(PaymentProblem):
        returns.refund_return(request, amount=Decimal("24.91"), actor=STAFF)

    request.refresh_from_db()
    assert request.status == "approved"
    assert not Refund.objects.exists()
    assert not OrderEvent.objects.filter(kind="return.refunded").exists()


def test_order_without_a_payment_has_nothing_to_give_back():
    order = delivered()
    order.payments.all().delete()
    request = ask(order)
    returns.approve(request, instructions="x", actor=STAFF)

    with pytest.raises(ReturnProblem) as problem:
        returns.refund_return(request, amount=Decimal("1.00"), actor=STAFF)

    assert problem.value.code == "not_paid"


@pytest.mark.parametrize(
    ("columns", "quantity", "suggested"),
    [
        ({}, 1, "24.90"),
        ({}, 3, "74.70"),
        ({"discount": Decimal("10.00")}, 3, "64.70"),
        ({"discount": Decimal("10.00")}, 1, "21.57"),
    ],
)
def test_suggested_refund_is_what_was_paid_for_the_pieces(columns, quantity, suggested):
    order = delivered(quantity=3)
    order.lines.update(**columns)

    assert str(returns.suggested_refund(ask(order, quantity))) == f"{suggested} USD"


def test_pieces_that_go_back_one_by_one_come_to_what_was_paid_for_all():
    order = delivered(quantity=3)
    order.lines.update(discount=Decimal("54.70"))  # 20.00 for three pieces.
    suggested = []

    for number in range(3):
        request = ask(order, 1, key=f"form-{number}")
        returns.approve(request, instructions="", actor=STAFF)
        suggested.append(returns.suggested_refund(request).amount)
        returns.refund_return(request, amount=suggested[-1], actor=STAFF)

    assert sorted(suggested) == [Decimal("6.66"), Decimal("6.67"), Decimal("6.67")]


def test_suggested_refund_includes_tax_that_came_on_top():
    order = delivered(quantity=3)
    order.lines.update(tax=Decimal("7.47"))
    Order.objects.update(prices_include_tax=False, tax_total=Decimal("7.47"), total=Decimal("82.17"))
    order.payments.update(amount=Decimal("82.17"))

    assert returns.suggested_refund(ask(order, 1)).amount == Decimal("27.39")


def test_suggested_refund_is_never_more_than_what_is_left():
    order = delivered(quantity=1)
    order.payments.update(refunded_amount=Decimal("20.00"))

    assert returns.suggested_refund(ask(order)).amount == Decimal("4.90")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda request: returns.approve(request, instructions="To <Main> St & Co", actor=STAFF), "To <Main> St & Co"),
        (lambda request: returns.decline(request, reason="It was worn.", actor=STAFF), "It was worn."),
    ],
    ids=["approved", "declined"],
)
def test_mail_has_the_answer_and_the_number(answer, words):
    request = ask(delivered())
    answer(request)

    send(Notice.objects.exclude(kind="return_requested").get().pk)

    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert words in message.body
    assert words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in html
    for text in (message.body, html):
        assert request.number in text


@pytest.mark.parametrize(("days", "is_kept"), [(179, True), (181, False)])
@pytest.mark.parametrize("status", ["declined", "closed"])
def test_photos_and_words_are_forgotten_after_the_end(status, days, is_kept):
    request = ask(delivered(), photos=[b"picture"])
    ended = timezone.now() - timedelta(days=days)
    ReturnRequest.objects.filter(pk=request.pk).update(status=status, updated_at=ended)

    purge()

    request.refresh_from_db()
    assert request.photos.exists() is is_kept
    assert bool(request.comment) is is_kept


def test_photos_of_an_open_request_stay():
    request = ask(delivered(), photos=[b"picture"])
    ReturnRequest.objects.filter(pk=request.pk).update(updated_at=timezone.now() - timedelta(days=900))

    purge()

    assert request.photos.exists()
