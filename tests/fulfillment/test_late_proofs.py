"""Replies that come late, workers that come back, budgets that run out: bought once, and nothing in silence."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from fulfillment import desk, dispatch, outcomes, settling, sweep, tasks
from fulfillment.models import Attempt, ExternalOrder, Order, OrderEvent, SupplierOrder
from fulfillment.transitions import LostClaim
from integrations.clock import database_now
from integrations.errors import AccountUnusable, OutcomeUnknown, Rejected, Transient
from integrations.models import SupplierAccount
from integrations.types import Placed, Refusal
from tests.factories import ExternalOrderFactory, SupplierOrderFactory
from tests.fulfillment.scenes import goods, paid, part_of, together

pytestmark = pytest.mark.django_db

STAFF = "staff:3"
ONE = "8198352049851315"


@pytest.fixture
def part(supplier) -> SupplierOrder:
    return part_of(paid(goods().variant))


def fresh(part: SupplierOrder) -> SupplierOrder:
    return SupplierOrder.objects.get(pk=part.pk)


def ripe(part: SupplierOrder) -> None:
    SupplierOrder.objects.filter(pk=part.pk).update(settle_at=database_now() - timedelta(seconds=1))


def lapsed(part: SupplierOrder) -> None:
    SupplierOrder.objects.filter(pk=part.pk).update(lease_until=database_now() - timedelta(seconds=1))
    sweep.mend()


def sent_and_lost(part: SupplierOrder) -> Attempt:
    """A worker has sent the purchase and hangs; its row has become unknown."""
    claim = dispatch._claim(part.pk)
    attempt = dispatch.begin(claim)
    lapsed(part)
    return attempt


class TestProof:
    """A reply with ids is a proof, whenever it comes."""

    @pytest.mark.parametrize("answer", ["nothing", "not bought", "not bought, then held", "not bought, then refused"])
    def test_late_reply_settles_whatever_was_thought_meanwhile(self, part, supplier, answer):
        attempt = sent_and_lost(part)
        if answer != "nothing":
            desk.confirm_not_bought(fresh(part), actor=STAFF)
        if answer.endswith("held"):
            supplier.orderable = False
            dispatch.place(part.pk)
        if answer.endswith("refused"):
            supplier.answers = [Rejected("sold out", refusal=Refusal.STOCK)]
            dispatch.place(part.pk)

        outcomes.placed(attempt, Placed((ONE,)))

        row = fresh(part)
        assert (row.status, row.attention) == ("placed", "")
        assert [external.external_id for external in row.external_orders.all()] == [ONE]
        assert not dispatch.place(part.pk)

    def test_late_reply_while_it_is_sent_again_is_the_proof(self, part, supplier):
        attempt = sent_and_lost(part)
        ripe(part)

        def reply_of_the_first(purchase):
            outcomes.placed(attempt, Placed((ONE,)))
            raise OutcomeUnknown("time-out")

        supplier.place = reply_of_the_first
        settling.settle(part.pk)

        row = fresh(part)
        assert (row.status, row.attention) == ("placed", "")
        assert [attempt.outcome for attempt in row.attempts.all()] == ["done", "unknown"]

    def test_worker_that_checks_while_the_proof_comes_does_not_buy(self, part, supplier):
        attempt = sent_and_lost(part)
        desk.confirm_not_bought(fresh(part), actor=STAFF)
        read = supplier.fetch_product

        def while_it_is_checked(*args, **kwargs):
            outcomes.placed(attempt, Placed((ONE,)))
            return read(*args, **kwargs)

        supplier.fetch_product = while_it_is_checked

        assert not dispatch.place(part.pk)

        assert (fresh(part).status, supplier.purchases) == ("placed", [])

    def test_order_of_a_canceled_purchase_calls_a_person(self, part):
        attempt = sent_and_lost(part)
        desk.confirm_not_bought(fresh(part), actor=STAFF)
        desk.cancel_and_refund(Order.objects.get(), actor=STAFF, reason="asked")

        outcomes.placed(attempt, Placed((ONE,)))

        row = fresh(part)
        assert (row.status, row.attention) == ("canceled", "outcome")
        assert ONE in row.attention_note
        assert fresh(part).attempts.get().external_ids == [ONE]

    def test_order_of_an_earlier_purchase_stops_the_new_one(self, part, supplier):
        attempt = sent_and_lost(part)
        desk.confirm_not_bought(fresh(part), actor=STAFF)
        supplier.answers = [Rejected("sold out", refusal=Refusal.STOCK)]
        dispatch.place(part.pk)
        desk.retry(fresh(part), actor=STAFF)

        outcomes.placed(attempt, Placed((ONE,)))

        row = fresh(part)
        assert (row.status, row.attention) == ("held", "outcome")
        assert ONE in row.attention_note

    def test_second_order_under_one_reference_calls_a_person(self, part, supplier):
        attempt = sent_and_lost(part)
        ripe(part)
        supplier.answers = [Placed(("77",))]
        settling.settle(part.pk)

        outcomes.placed(attempt, Placed((ONE,)))

        row = fresh(part)
        assert (row.status, row.attention) == ("placed", "outcome")
        assert [external.external_id for external in row.external_orders.all()] == ["77"]

    def test_same_order_told_twice_is_a_repeat(self, part, supplier):
        attempt = sent_and_lost(part)
        ripe(part)
        supplier.answers = [Placed((ONE,))]
        settling.settle(part.pk)

        outcomes.placed(attempt, Placed((ONE,)))

        assert (fresh(part).status, fresh(part).attention) == ("placed", "")

    def test_order_that_belongs_to_another_purchase_calls_a_person(self, part, supplier):
        other = SupplierOrderFactory(account=part.account, status="placed")
        ExternalOrderFactory(supplier_order=other, external_id=ONE)
        supplier.answers = [Placed((ONE,))]

        dispatch.place(part.pk)

        assert (fresh(part).status, fresh(part).attention) == ("placed", "supplier_note")
        assert ExternalOrder.objects.get().supplier_order == other

    def test_success_without_an_id_is_unknown(self, part, supplier):
        supplier.answers = [Placed(())]

        dispatch.place(part.pk)

        assert fresh(part).status == "unknown"


class TestLateFailure:
    """A failure proves nothing about other sends."""

    def test_late_refusal_of_the_first_send_leaves_it_unknown(self, part):
        attempt = sent_and_lost(part)

        outcomes.failed(attempt, Rejected("sold out"))

        assert fresh(part).status == "unknown"
        assert Attempt.objects.get().outcome == "rejected"

    def test_refused_token_is_noted_though_the_claim_is_lost(self, part):
        attempt = sent_and_lost(part)

        outcomes.failed(attempt, AccountUnusable("ended"))

        assert SupplierAccount.objects.get().health == "reconnect"
        assert fresh(part).status == "unknown"

    def test_worker_whose_lease_another_took_sends_nothing(self, part):
        first = dispatch._claim(part.pk)
        SupplierOrder.objects.update(lease_until=database_now() - timedelta(seconds=1))
        dispatch.begin(dispatch._claim(part.pk))

        with pytest.raises(LostClaim):
            dispatch.begin(first)

        assert fresh(part).attempts.count() == 1


class TestBudget:
    """Time that runs out is counted, and ends before a person."""

    def test_checks_that_take_too_long_put_the_order_off(self, part, supplier, settings):
        settings.SUPPLIER_TASK_TIMEOUT_S = settings.SUPPLIER_CALL_TIMEOUT_S

        assert not dispatch.place(part.pk)

        row = fresh(part)
        assert (row.status, row.deferrals, row.lease_until, supplier.purchases) == ("due", 1, None, [])

    def test_supplier_that_is_always_too_slow_ends_before_a_person(self, part, settings):
        settings.SUPPLIER_TASK_TIMEOUT_S = settings.SUPPLIER_CALL_TIMEOUT_S
        SupplierOrder.objects.update(deferrals=outcomes.MAX_DEFERRALS)

        dispatch.place(part.pk)

        assert (fresh(part).status, fresh(part).attention) == ("held", "unreachable")

    def test_purchase_that_is_always_put_off_ends_before_a_person(self, part, supplier):
        SupplierOrder.objects.update(deferrals=outcomes.MAX_DEFERRALS)
        supplier.answers = [Transient("slow down")]

        dispatch.place(part.pk)

        row = fresh(part)
        assert (row.status, row.attention, row.deferrals) == ("held", "unreachable", 0)

    def test_refused_token_never_holds_an_order(self, part, supplier):
        SupplierOrder.objects.update(deferrals=outcomes.MAX_DEFERRALS + 5)
        supplier.read_error = AccountUnusable("ended")

        dispatch.place(part.pk)

        assert fresh(part).status == "due"

    def test_time_for_settling_counts_against_the_tasks_budget(self, part, supplier, monkeypatch, settings):
        now = time.monotonic()
        late = iter([now, now + settings.SUPPLIER_TASK_TIMEOUT_S])
        monkeypatch.setattr(time, "monotonic", lambda: next(late, now + settings.SUPPLIER_TASK_TIMEOUT_S))

        assert not tasks.place(part.pk)

        assert supplier.purchases == []

    def test_waiting_grows_but_not_without_end(self):
        waits = [outcomes._wait(deferrals, Transient("x")).total_seconds() for deferrals in (1, 2, 3, 9, 10, 30_000)]

        assert waits == [5, 10, 20, 900, 900, 900]


class TestSettling:
    """Sending again is buying: everything that forbids to buy forbids it."""

    @pytest.fixture
    def unknown(self, part, supplier) -> SupplierOrder:
        supplier.answers = [OutcomeUnknown("time-out")]
        dispatch.place(part.pk)
        ripe(part)
        return fresh(part)

    def test_kill_switch_holds_for_sending_again(self, unknown, supplier, settings):
        settings.BUYING_ENABLED = False

        assert settling.unsettled() == []
        assert not settling.settle(unknown.pk)

        assert (len(supplier.purchases), fresh(unknown).attention) == (1, "")

    def test_dry_run_holds_for_sending_again(self, unknown, supplier, settings):
        settings.BUYING_DRY_RUN = True

        assert not settling.settle(unknown.pk)

        assert (len(supplier.purchases), fresh(unknown).attention) == (1, "outcome")

    def test_purchase_for_the_emulator_is_never_sent_again_live(self, unknown, supplier):
        SupplierAccount.objects.update(mode="live")

        assert not settling.settle(unknown.pk)

        assert (len(supplier.purchases), fresh(unknown).attention) == (1, "outcome")

    @pytest.mark.parametrize(
        "change",
        [
            {"buying_enabled": False},
            {"health": "reconnect"},
            {"paused_until": "soon"},
        ],
    )
    def test_account_that_may_not_buy_sends_nothing_again(self, unknown, supplier, change):
        if "paused_until" in change:
            change = {"paused_until": database_now() + timedelta(minutes=1)}
        SupplierAccount.objects.update(**change)

        assert settling.unsettled() == []
        assert not settling.settle(unknown.pk)

        assert len(supplier.purchases) == 1

    def test_supplier_that_is_no_longer_installed_is_left_to_a_person(self, unknown):
        SupplierAccount.objects.update(provider="gone")

        assert not settling.settle(unknown.pk)

        assert fresh(unknown).attention == "outcome"

    def test_answer_of_a_person_while_it_is_claimed_wins(self, unknown, supplier, monkeypatch):
        def answered(*args):
            desk.confirm_bought(fresh(unknown), external_ids=[ONE], actor=STAFF)
            return ""

        monkeypatch.setattr(settling, "_why_not_again", answered)

        assert not settling.settle(unknown.pk)

        assert (fresh(unknown).status, len(supplier.purchases)) == ("placed", 1)

    def test_each_resend_waits_longer_an_hour_at_most(self, unknown, supplier, settings):
        waits = []
        for _ in range(7):
            ripe(unknown)
            supplier.answers = [OutcomeUnknown("time-out")]
            before = database_now()
            settling.settle(unknown.pk)
            waits.append(round((fresh(unknown).settle_at - before).total_seconds() / settings.SUPPLIER_SETTLE_S))

        assert waits == [2, 4, 8, 16, 20, 20, 20]

    def test_refusal_that_repeats_the_address_leaves_no_person_in_the_history(self, part, supplier):
        supplier.answers = [Rejected("no such street: 123 MAIN ST, Lovelace", refusal=Refusal.ADDRESS)]

        dispatch.place(part.pk)

        row = fresh(part)
        notes = OrderEvent.objects.values_list("note", flat=True)
        told = " ".join([row.attention_note, row.attempts.get().message, *notes])
        assert "no such street" in told
        assert "main st" not in told.lower()
        assert "lovelace" not in told.lower()


class TestSpendCap:
    """The account's cap is kept whatever runs at once."""

    def test_what_was_not_bought_after_all_does_not_count(self, part, supplier):
        SupplierAccount.objects.update(daily_spend_cap=Decimal("12.00"))
        supplier.answers = [Transient("busy")]
        dispatch.place(part.pk)
        SupplierOrder.objects.update(next_attempt_at=database_now())

        assert dispatch.place(part.pk)

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_at_once_do_not_pass_it_together(self, supplier):
        listing = goods()
        SupplierAccount.objects.update(daily_spend_cap=Decimal("15.00"))
        parts = [part_of(paid(listing.variant, key=f"checkout-{number}")) for number in range(4)]

        together(4, lambda who: dispatch.place(parts[who].pk))

        assert len(supplier.purchases) == 1
        assert SupplierOrder.objects.filter(attention="spend_cap").count() == 3


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Many workers, one purchase."""

    def test_due_order_is_bought_by_one(self, supplier):
        part = part_of(paid(goods().variant))

        together(8, lambda _: dispatch.place(part.pk))

        assert len(supplier.purchases) == 1
        assert fresh(part).status == "placed"

    def test_unknown_is_sent_again_by_one(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.answers = [OutcomeUnknown("time-out")]
        dispatch.place(part.pk)
        ripe(part)

        together(8, lambda _: settling.settle(part.pk))

        assert len(supplier.purchases) == 2

    def test_lapsed_lease_is_noted_by_one(self, supplier):
        part = part_of(paid(goods().variant))
        dispatch.begin(dispatch._claim(part.pk))
        SupplierOrder.objects.update(lease_until=database_now() - timedelta(seconds=1))

        together(6, lambda _: sweep.mend())

        assert OrderEvent.objects.filter(kind="supplier_order.unknown").count() == 1
        assert fresh(part).fence == 2

    def test_canceled_and_bought_at_once_ends_as_one_of_both(self, supplier):
        part = part_of(paid(goods().variant))

        def work(who: int):
            if who:
                return desk.cancel_and_refund(Order.objects.get(), actor=STAFF, reason="asked")
            return dispatch.place(part.pk)

        together(2, work)

        end = (fresh(part).status, Order.objects.get().status, len(supplier.purchases))
        assert end in {("placed", "in_fulfillment", 1), ("canceled", "refunded", 0)}

    def test_late_reply_and_a_persons_answer_at_once_agree(self, supplier):
        part = part_of(paid(goods().variant))
        attempt = sent_and_lost(part)

        def work(who: int):
            if who:
                return desk.confirm_bought(fresh(part), external_ids=[ONE], actor=STAFF)
            return outcomes.placed(Attempt.objects.get(pk=attempt.pk), Placed((ONE,)))

        together(2, work)

        assert (fresh(part).status, fresh(part).external_orders.count()) == ("placed", 1)
