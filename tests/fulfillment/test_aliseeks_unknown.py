"""An order through Aliseeks whose reply got lost: nobody can ask, so a person decides. Against the running emulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from fulfillment import desk, dispatch, settling, tracking
from fulfillment.models import Attempt, SupplierOrder
from fulfillment.states import SupplierOrderStatus
from integrations.clock import database_now
from tests.factories import ListingFactory
from tests.faults.processes import Emulator
from tests.fulfillment.scenes import PRODUCT_ID, paid, part_of
from tests.running_emulator import aliseeks_account, running_emulator

pytestmark = pytest.mark.django_db

S = SupplierOrderStatus
SAGE = "14:193#Sage;5:100014064"
STAFF = "staff:7"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def part(emulator: Emulator) -> SupplierOrder:
    """A paid order, routed to Aliseeks."""
    listing = ListingFactory(
        account=aliseeks_account(emulator),
        external_product_id=PRODUCT_ID,
        external_sku_id=SAGE,
        external_sku_attr=SAGE,
    )
    return part_of(paid(listing.variant))


def lose_the_reply(emulator: Emulator) -> None:
    emulator.call("POST", "/_control/faults", {"kind": "drop_after_commit", "method": "aliseeks.orders.create"})


def made_unknown(emulator: Emulator, part: SupplierOrder) -> SupplierOrder:
    lose_the_reply(emulator)
    dispatch.place(part.pk)
    part.refresh_from_db()
    return part


def ids(emulator: Emulator) -> list[str]:
    return [str(order["order_id"]) for order in emulator.orders()]


def settle(part: SupplierOrder) -> Any:
    SupplierOrder.objects.filter(pk=part.pk).update(settle_at=database_now() - timedelta(seconds=1))
    done = settling.settle(part.pk)
    part.refresh_from_db()
    return done


def test_order_is_placed_unpaid_and_a_person_is_asked_to_pay_it(emulator, part):
    dispatch.place(part.pk)

    part.refresh_from_db()
    assert (part.status, part.attention) == (S.PLACED, SupplierOrder.Attention.PAY)
    assert part.attention_note == "Aliseeks never pays: pay it on AliExpress."
    assert [row.external_id for row in part.external_orders.all()] == ids(emulator)
    assert part.lines.get().shipping_service == "CAINIAO_FULFILLMENT_STD"


def test_lost_reply_is_unknown_and_goes_to_a_person_without_being_sent_again(emulator, part):
    made_unknown(emulator, part)
    assert part.status == S.UNKNOWN

    sent_again = settle(part)

    assert sent_again is False
    assert (part.status, part.attention) == (S.UNKNOWN, SupplierOrder.Attention.OUTCOME)
    assert "Look into its account" in part.attention_note
    assert len(ids(emulator)) == 1


def test_person_who_finds_the_order_names_it_and_it_is_followed(emulator, part):
    made_unknown(emulator, part)
    settle(part)
    (found,) = ids(emulator)

    desk.confirm_bought(part, external_ids=[found], actor=STAFF)

    part.refresh_from_db()
    external = part.external_orders.get()
    assert (part.status, external.external_id) == (S.PLACED, found)
    assert tracking.look(external.pk, now_please=True)
    external.refresh_from_db()
    assert external.amount is not None
    assert len(ids(emulator)) == 1


def test_person_who_does_not_find_the_order_has_it_sent_again(emulator, part):
    emulator.call("POST", "/_control/faults", {"kind": "drop", "method": "aliseeks.orders.create"})
    dispatch.place(part.pk)
    part.refresh_from_db()
    settle(part)
    assert (part.status, ids(emulator)) == (S.UNKNOWN, [])

    desk.confirm_not_bought(part, actor=STAFF)
    dispatch.place(part.pk)

    part.refresh_from_db()
    assert part.status == S.PLACED
    assert [row.external_id for row in part.external_orders.all()] == ids(emulator)
    assert list(part.attempts.order_by("number").values_list("outcome", flat=True)) == [
        Attempt.Outcome.NOT_DONE,
        Attempt.Outcome.DONE,
    ]


def test_merchant_that_must_authorize_again_lets_its_orders_wait(emulator, part):
    emulator.call("POST", "/_control/settings", {"aliseeks_authorization": "ended"})

    dispatch.place(part.pk)

    part.refresh_from_db()
    part.account.refresh_from_db()
    assert (part.status, part.account.health) == (S.DUE, "reconnect")
    assert ids(emulator) == []
