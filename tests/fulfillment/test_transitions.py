"""Each transition allowed, refused, repeated and raced: the tables of ``states`` are what happens, and nothing else."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fulfillment import states
from fulfillment.models import Order, OrderEvent, Payment, SupplierOrder
from fulfillment.states import ORDER_MOVES, PAYMENT_MOVES, SUPPLIER_ORDER_MOVES
from fulfillment.transitions import (
    IllegalTransition,
    LostClaim,
    call_for_person,
    move_order,
    move_payment,
    move_supplier_order,
    record,
)
from tests.factories import OrderFactory, PaymentFactory, SupplierOrderFactory
from tests.fulfillment.scenes import together

pytestmark = pytest.mark.django_db

NOW = timezone.now()
#: What the database wants to see beside a status.
BESIDE = {
    "in_flight": {"lease_until": NOW, "first_sent_at": NOW},
    "unknown": {"settle_at": NOW},
    "held": {"attention": "stock"},
    "rejected": {"attention": "refused"},
    "due": {"next_attempt_at": NOW},
}


def pairs(moves):
    return [(source, target) for source in moves for target in moves]


def order_in(status: str) -> Order:
    return OrderFactory(status=status, paid_at=None if status in ("awaiting_payment", "canceled") else NOW)


def supplier_order_in(status: str) -> SupplierOrder:
    return SupplierOrderFactory(**{"status": status, "next_attempt_at": NOW, **BESIDE.get(status, {})})


def check(row, source: str, target: str, moves, move) -> None:
    if target in moves[source]:
        assert move()
        assert type(row).objects.get(pk=row.pk).status == row.status == target
        assert OrderEvent.objects.count() == 1
    elif target == source:
        assert not move()
        assert not OrderEvent.objects.exists()
    else:
        with pytest.raises(IllegalTransition):
            move()
        assert type(row).objects.get(pk=row.pk).status == source
        assert not OrderEvent.objects.exists()


@pytest.mark.parametrize(("source", "target"), pairs(ORDER_MOVES))
def test_order_moves_as_its_table_says(source, target):
    order = order_in(source)

    check(order, source, target, ORDER_MOVES, lambda: move_order(order, target, paid_at=NOW))


@pytest.mark.parametrize(("source", "target"), pairs(SUPPLIER_ORDER_MOVES))
def test_supplier_order_moves_as_its_table_says(source, target):
    row = supplier_order_in(source)

    check(row, source, target, SUPPLIER_ORDER_MOVES,
          lambda: move_supplier_order(row, target, **BESIDE.get(target, {})))  # fmt: skip


@pytest.mark.parametrize(("source", "target"), pairs(PAYMENT_MOVES))
def test_payment_moves_as_its_table_says(source, target):
    payment = PaymentFactory(status=source)

    check(payment, source, target, PAYMENT_MOVES, lambda: move_payment(payment, target, actor="customer"))


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        (ORDER_MOVES, states.OrderStatus),
        (SUPPLIER_ORDER_MOVES, states.SupplierOrderStatus),
        (PAYMENT_MOVES, states.PaymentStatus),
    ],
)
def test_every_state_has_its_line_in_the_table(moves, words):
    assert set(moves) == set(words.values)
    assert {target for targets in moves.values() for target in targets} <= set(words.values)


def test_nothing_that_was_bought_becomes_due_again():
    for bought in states.BOUGHT:
        assert not SUPPLIER_ORDER_MOVES[bought] & {"planned", "due", "in_flight", "unknown", "held", "rejected"}


def test_row_that_does_not_match_where_is_lost_not_illegal():
    row = supplier_order_in("due")

    with pytest.raises(LostClaim) as lost:
        move_supplier_order(row, "canceled", where={"fence": 7})

    assert lost.value.data == {"status": "due"}
    assert not OrderEvent.objects.exists()


def test_move_without_attention_clears_it():
    row = supplier_order_in("held")

    move_supplier_order(row, "due", next_attempt_at=NOW)

    assert (row.attention, row.attention_note) == ("", "")


def test_failed_transaction_leaves_neither_status_nor_event():
    row = supplier_order_in("due")

    with pytest.raises(Exception, match="constraint"):
        move_supplier_order(row, "held", attention="")

    assert SupplierOrder.objects.get(pk=row.pk).status == "due"
    assert not OrderEvent.objects.exists()


def test_long_words_of_a_supplier_fit():
    row = supplier_order_in("due")

    move_supplier_order(row, "held", attention="refused", attention_note="x" * 2000)
    record(row.order_id, "x", note="y" * 2000)

    assert len(row.attention_note) == 500


def test_person_is_called_once_for_the_same_words():
    row = supplier_order_in("placed")

    assert call_for_person(row, "supplier_note", "look")
    assert not call_for_person(row, "supplier_note", "look")

    assert OrderEvent.objects.get().kind == "supplier_order.needs_person"


def test_person_is_not_called_for_a_state_that_has_gone():
    row = supplier_order_in("unknown")
    move_supplier_order(SupplierOrder.objects.get(pk=row.pk), "placed")

    assert not call_for_person(row, "outcome", "look")

    assert SupplierOrder.objects.get().attention == ""


@pytest.mark.django_db(transaction=True)
class TestRaced:
    """Whoever's UPDATE matches has made the change; everybody else has changed nothing."""

    def test_order_is_moved_by_one(self):
        order = order_in("paid")

        found = together(8, lambda _: move_order(Order.objects.get(pk=order.pk), "in_fulfillment"))

        assert sorted(found) == [False] * 7 + [True]
        assert OrderEvent.objects.count() == 1

    def test_two_ways_out_end_in_one(self):
        row = supplier_order_in("due")
        targets = ("held", "canceled")

        def move(who: int) -> bool:
            own, target = SupplierOrder.objects.get(pk=row.pk), targets[who]
            return move_supplier_order(own, target, where={"status": "due"}, **BESIDE.get(target, {}))

        found = together(2, move)

        assert sorted(isinstance(result, bool) and result for result in found) == [False, True]
        assert OrderEvent.objects.count() == 1

    def test_payment_is_moved_by_one(self):
        payment = PaymentFactory()

        together(6, lambda _: move_payment(Payment.objects.get(pk=payment.pk), "failed", actor="customer"))

        assert OrderEvent.objects.count() == 1

    def test_person_is_called_by_one(self):
        row = supplier_order_in("placed")

        found = together(6, lambda _: call_for_person(SupplierOrder.objects.get(pk=row.pk), "pay", "pay it"))

        assert sorted(found) == [False] * 5 + [True]
