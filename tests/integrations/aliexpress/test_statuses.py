"""Every documented word of an order's state, and the rule for FINISH."""

from __future__ import annotations

import logging

import pytest

from integrations.aliexpress.statuses import log_unlisted, read_status
from integrations.types import SupplierOrderState as State


@pytest.fixture(autouse=True)
def _forget_logged_words() -> None:
    log_unlisted.cache_clear()


def read(
    order: str,
    logistics: str = "",
    *,
    paid: bool = True,
    has_parcel: bool = False,
    canceled: tuple[bool, ...] = (False,),
) -> tuple[State, bool]:
    reading = read_status(order, logistics, paid=paid, has_parcel=has_parcel, canceled=list(canceled))
    return reading.state, bool(reading.needs_person)


@pytest.mark.parametrize(
    ("word", "state", "needs_person"),
    [
        ("PLACE_ORDER_SUCCESS", State.AWAITING_PAYMENT, False),
        ("PAYMENT_PROCESSING", State.AWAITING_PAYMENT, False),
        ("WAIT_COMPLETE_ADDRESS", State.AWAITING_PAYMENT, True),
        ("WAIT_GROUP", State.PROCESSING, True),
        ("WAIT_SELLER_EXAMINE_MONEY", State.PROCESSING, False),
        ("RISK_CONTROL", State.PROCESSING, False),
        ("RISK_CONTROL_HOLD", State.FROZEN, True),
        ("WAIT_SELLER_SEND_GOODS", State.PROCESSING, False),
        ("SELLER_PART_SEND_GOODS", State.SHIPPED, False),
        ("WAIT_BUYER_ACCEPT_GOODS", State.SHIPPED, False),
        ("FUND_PROCESSING", State.DELIVERED, False),
        ("IN_CANCEL", State.PROCESSING, True),
        ("IN_ISSUE", State.FROZEN, True),
        ("IN_FROZEN", State.FROZEN, True),
    ],
)
def test_documented_order_word_has_its_meaning(word: str, state: State, needs_person: bool) -> None:
    assert read(word) == (state, needs_person)


@pytest.mark.parametrize(
    ("order", "logistics", "state"),
    [
        ("WAIT_SELLER_SEND_GOODS", "DEFAULT", State.PROCESSING),
        ("WAIT_SELLER_SEND_GOODS", "NO_LOGISTICS", State.PROCESSING),
        ("WAIT_SELLER_SEND_GOODS", "WAIT_SELLER_SEND_GOODS", State.PROCESSING),
        ("WAIT_SELLER_SEND_GOODS", "SELLER_SEND_PART_GOODS", State.SHIPPED),
        ("WAIT_SELLER_SEND_GOODS", "SELLER_SEND_GOODS", State.SHIPPED),
        ("WAIT_BUYER_ACCEPT_GOODS", "SELLER_SEND_GOODS", State.SHIPPED),
        ("WAIT_BUYER_ACCEPT_GOODS", "BUYER_ACCEPT_GOODS", State.DELIVERED),
        ("PLACE_ORDER_SUCCESS", "SELLER_SEND_GOODS", State.AWAITING_PAYMENT),
        ("RISK_CONTROL_HOLD", "BUYER_ACCEPT_GOODS", State.FROZEN),
    ],
)
def test_logistics_word_completes_the_order_word(order: str, logistics: str, state: State) -> None:
    assert read(order, logistics)[0] is state


def test_finish_with_receipt_is_delivered() -> None:
    assert read("FINISH", "BUYER_ACCEPT_GOODS", has_parcel=True) == (State.DELIVERED, False)


def test_finish_unpaid_without_parcel_has_lapsed() -> None:
    assert read("FINISH", "NO_LOGISTICS", paid=False) == (State.CANCELED, False)


def test_finish_with_all_lines_canceled_is_canceled() -> None:
    assert read("FINISH", "SELLER_SEND_GOODS", canceled=(True, True)) == (State.CANCELED, False)


@pytest.mark.parametrize(("paid", "has_parcel"), [(True, False), (True, True), (False, True)])
def test_finish_that_says_nothing_more_is_for_a_person(paid: bool, has_parcel: bool) -> None:
    assert read("FINISH", "", paid=paid, has_parcel=has_parcel) == (State.UNKNOWN, True)


def test_canceled_lines_override_the_order_word() -> None:
    assert read("WAIT_SELLER_SEND_GOODS", canceled=(True,)) == (State.CANCELED, False)


def test_partly_canceled_order_keeps_its_state_and_asks_for_a_person() -> None:
    assert read("WAIT_BUYER_ACCEPT_GOODS", canceled=(True, False)) == (State.SHIPPED, True)


def test_order_without_lines_is_not_taken_for_canceled() -> None:
    assert read("WAIT_SELLER_SEND_GOODS", canceled=()) == (State.PROCESSING, False)


def test_unlisted_order_word_is_unknown_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        states = {read("TELEPORTED")[0] for _ in range(3)}

    assert states == {State.UNKNOWN}
    assert [record.getMessage() for record in caplog.records] == ["aliexpress: unlisted order_status 'TELEPORTED'"]


def test_unlisted_logistics_word_is_logged_and_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        state, _ = read("WAIT_SELLER_SEND_GOODS", "PROCESSING")

    assert state is State.PROCESSING
    assert "unlisted logistics_status 'PROCESSING'" in caplog.text
