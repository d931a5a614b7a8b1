"""A due supplier order is bought once; whatever the supplier does, the row says what came of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fulfillment import desk, dispatch, outcomes, settling, sweep
from fulfillment.models import Attempt, Order, OrderEvent, SupplierOrder
from fulfillment.payments import start_payment
from integrations.clock import database_now
from integrations.errors import AccountUnusable, AlreadyPlaced, OutcomeUnknown, Rejected, Transient
from integrations.ratelimit import RateLimited
from integrations.types import Capabilities, FreightOption, Placed, Refusal, SettleClass
from shop.money import Money
from tests.factories import SupplierOrderFactory, SupplierOrderLineFactory
from tests.fake_supplier import sku, usd
from tests.fulfillment.scenes import approve, goods, order_of, paid, part_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(supplier) -> SupplierOrder:
    return SupplierOrderLineFactory(supplier_order__account__provider="fake").supplier_order


def settle_time_comes(supplier_order: SupplierOrder) -> None:
    SupplierOrder.objects.filter(pk=supplier_order.pk).update(settle_at=database_now() - timedelta(seconds=1))


def lease_lapses(supplier_order: SupplierOrder) -> None:
    SupplierOrder.objects.filter(pk=supplier_order.pk).update(lease_until=database_now() - timedelta(seconds=1))


def test_due_order_is_placed_with_our_reference_as_key(due, supplier):
    assert dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == "placed"
    assert [purchase.reference for purchase in supplier.purchases] == [due.reference]
    assert [row.external_id for row in due.external_orders.all()] == ["8198352049800000"]
    assert Order.objects.get(pk=due.order_id).status == "in_fulfillment"


def test_order_that_is_placed_is_not_placed_again(due, supplier):
    dispatch.place(due.pk)

    assert not dispatch.place(due.pk)

    assert len(supplier.purchases) == 1


def test_row_that_another_worker_leases_is_left_alone(due, supplier):
    SupplierOrder.objects.filter(pk=due.pk).update(lease_until=database_now() + timedelta(minutes=1))

    assert not dispatch.place(due.pk)

    assert supplier.purchases == []


def test_attempt_is_written_before_the_call(due, supplier):
    seen = []
    supplier.place = lambda purchase: (
        seen.append((SupplierOrder.objects.get(pk=due.pk).status, Attempt.objects.get().outcome)) or Placed(("1",))
    )

    dispatch.place(due.pk)

    assert seen == [("in_flight", "pending")]


def test_one_request_that_becomes_several_orders_is_kept_as_several(due, supplier):
    supplier.answers = [Placed(("8198352049851315", "8198352049851316"))]

    dispatch.place(due.pk)

    assert [row.external_id for row in due.external_orders.all()] == ["8198352049851315", "8198352049851316"]


def test_created_but_unpaid_is_placed_and_calls_a_person_to_pay(due, supplier):
    supplier.answers = [Placed(("8198352049851315",), payment_note="OrderCreated, autoPay fail:APIPayFail")]

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert (due.status, due.attention) == ("placed", "pay")


def test_refusal_stops_with_the_reason_in_words(due, supplier):
    supplier.answers = [Rejected("The city is missing.", code="ADDRESS_FAIL", refusal=Refusal.ADDRESS)]

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert (due.status, due.attention, due.attention_note) == ("rejected", "address", "The city is missing.")


def test_call_that_was_surely_not_done_is_due_again_later(due, supplier):
    supplier.answers = [Transient("no connection")]

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == "due"
    assert due.first_sent_at is None
    assert due.next_attempt_at > database_now()
    assert due.attempts.get().outcome == "not_done"


def test_ban_pauses_the_account_for_its_seconds(due, supplier):
    supplier.answers = [Transient("slow down", retry_after_s=90)]

    dispatch.place(due.pk)

    due.account.refresh_from_db()
    assert timedelta(seconds=60) < due.account.paused_until - timezone.now() <= timedelta(seconds=90)
    assert dispatch.due() == []


def test_ban_is_not_counted_as_a_failure_however_often_it_comes(due, supplier):
    for _ in range(outcomes.MAX_DEFERRALS + 1):
        supplier.answers = [RateLimited("banned", retry_after_s=0)]
        dispatch.place(due.pk)

    due.refresh_from_db()
    assert (due.status, due.deferrals, due.attempts.count()) == ("due", 0, outcomes.MAX_DEFERRALS + 1)


def test_refused_token_stops_buying_and_fails_no_order(due, supplier):
    supplier.answers = [AccountUnusable("the token has ended")]

    dispatch.place(due.pk)

    due.refresh_from_db()
    due.account.refresh_from_db()
    assert (due.status, due.account.health) == ("due", "reconnect")
    assert not dispatch.place(due.pk)


@pytest.mark.parametrize("problem", [OutcomeUnknown("time-out"), ValueError("a bug of ours"), KeyError("x")])
def test_unclear_call_is_unknown_and_not_sent_again_before_the_settle_time(due, supplier, problem):
    supplier.answers = [problem]

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == "unknown"
    assert settling.unsettled() == []
    assert not settling.settle(due.pk)
    assert not dispatch.place(due.pk)
    assert len(supplier.purchases) == 1


def test_lost_reply_is_settled_by_the_same_reference_and_one_order(due, supplier):
    supplier.lose_replies = [OutcomeUnknown("time-out")]
    dispatch.place(due.pk)
    settle_time_comes(due)

    assert settling.settle(due.pk)

    due.refresh_from_db()
    assert due.status == "placed"
    assert {purchase.reference for purchase in supplier.purchases} == {due.reference}
    assert len(supplier.orders) == 1


def test_supplier_that_refuses_the_repeat_leaves_it_to_a_person(due, supplier):
    supplier.answers = [OutcomeUnknown("time-out"), AlreadyPlaced("handled before")]
    dispatch.place(due.pk)
    settle_time_comes(due)

    settling.settle(due.pk)

    due.refresh_from_db()
    assert (due.status, due.attention) == ("unknown", "outcome")
    settle_time_comes(due)
    assert not settling.settle(due.pk)


def test_refusal_of_a_resend_does_not_prove_that_nothing_was_bought(due, supplier):
    supplier.answers = [OutcomeUnknown("time-out"), Rejected("no stock", refusal=Refusal.STOCK)]
    dispatch.place(due.pk)
    settle_time_comes(due)

    settling.settle(due.pk)

    due.refresh_from_db()
    assert (due.status, due.attention) == ("unknown", "outcome")


def test_resend_that_was_not_sent_stays_unknown(due, supplier):
    supplier.answers = [OutcomeUnknown("time-out"), Transient("no connection")]
    dispatch.place(due.pk)
    settle_time_comes(due)

    settling.settle(due.pk)

    due.refresh_from_db()
    assert due.status == "unknown"
    assert due.first_sent_at is not None


def test_after_the_suppliers_window_only_a_person_settles(due, supplier):
    supplier.answers = [OutcomeUnknown("time-out")]
    dispatch.place(due.pk)
    settle_time_comes(due)
    SupplierOrder.objects.filter(pk=due.pk).update(first_sent_at=database_now() - timedelta(hours=20, seconds=1))

    assert not settling.settle(due.pk)

    due.refresh_from_db()
    assert (due.status, due.attention) == ("unknown", "outcome")
    assert len(supplier.purchases) == 1


def test_supplier_without_any_key_is_never_sent_a_purchase_twice(due, supplier):
    supplier.capabilities = Capabilities(SettleClass.NOTHING)
    supplier.answers = [OutcomeUnknown("time-out")]
    dispatch.place(due.pk)
    settle_time_comes(due)

    settling.settle(due.pk)

    due.refresh_from_db()
    assert (due.status, due.attention) == ("unknown", "outcome")
    assert len(supplier.purchases) == 1


def test_resending_can_be_switched_off(due, supplier, settings):
    settings.RESEND_UNKNOWN = False
    supplier.answers = [OutcomeUnknown("time-out")]
    dispatch.place(due.pk)
    settle_time_comes(due)

    settling.settle(due.pk)

    due.refresh_from_db()
    assert (due.status, due.attention) == ("unknown", "outcome")


def test_lapsed_lease_in_flight_means_unknown_never_due(due, supplier):
    claim = dispatch._claim(due.pk)
    dispatch.begin(claim)
    lease_lapses(due)

    sweep.mend()

    due.refresh_from_db()
    assert due.status == "unknown"
    assert due.attempts.get().code == "worker_lost"


def test_lapsed_lease_before_sending_is_claimed_again(due, supplier):
    dispatch._claim(due.pk)
    lease_lapses(due)

    assert dispatch.place(due.pk)

    assert len(supplier.purchases) == 1


def test_late_reply_settles_the_unknown_it_left_behind(due, supplier):
    def reply_after_the_lease(purchase):
        lease_lapses(due)
        sweep.mend()
        return Placed(("8198352049851315",))

    supplier.place = reply_after_the_lease

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == "placed"
    assert due.attempts.get().outcome == "done"


def test_late_failure_changes_nothing_that_another_worker_has_done(due, supplier):
    def fail_after_settled(purchase):
        lease_lapses(due)
        sweep.mend()
        SupplierOrder.objects.filter(pk=due.pk).update(status="placed")
        raise Rejected("no stock")

    supplier.place = fail_after_settled

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == "placed"
    assert due.attempts.get().outcome == "rejected"


def test_purchase_is_not_sent_when_too_little_of_the_lease_is_left(due, supplier, settings):
    settings.SUPPLIER_LEASE_S = settings.SUPPLIER_CALL_TIMEOUT_S - 1

    dispatch.place(due.pk)

    due.refresh_from_db()
    assert supplier.purchases == []
    assert due.status == "due"


def test_kill_switch_leaves_orders_due(due, supplier, settings):
    settings.BUYING_ENABLED = False

    assert dispatch.due() == []
    assert not dispatch.place(due.pk)

    due.refresh_from_db()
    assert due.status == "due"


def test_unknown_of_an_account_is_settled_before_its_next_order(due, supplier):
    other = SupplierOrderLineFactory(supplier_order__account=due.account).supplier_order
    supplier.lose_replies = [OutcomeUnknown("time-out")]
    dispatch.place(due.pk)
    settle_time_comes(due)

    sweep.sweep(sweep.run_here)

    assert [purchase.reference for purchase in supplier.purchases] == [due.reference, due.reference, other.reference]


class TestGuards:
    """Checks against what the supplier says now."""

    def held(self, due) -> tuple[str, str]:
        dispatch.place(due.pk)
        due.refresh_from_db()
        return due.status, due.attention

    def test_sku_that_is_gone_holds(self, due, supplier):
        supplier.skus = [sku("1")]

        assert self.held(due) == ("held", "sku_gone")

    def test_product_that_is_no_longer_sold_holds(self, due, supplier):
        supplier.orderable = False

        assert self.held(due) == ("held", "sku_gone")

    def test_sku_that_means_something_else_holds(self, due, supplier):
        supplier.skus = [sku(sku_attr="14:30#Fox")]

        assert self.held(due) == ("held", "sku_changed")

    def test_too_little_stock_holds(self, due, supplier):
        supplier.skus = [sku(stock=0)]

        assert self.held(due) == ("held", "stock")

    def test_price_that_eats_the_margin_holds(self, due, supplier):
        supplier.skus = [sku(price=usd("23.00"))]

        assert self.held(due) == ("held", "price")

    def test_other_currency_holds(self, due, supplier):
        supplier.freight = [FreightOption("STANDARD", "Standard", Money(Decimal(1), "EUR"), True)]

        assert self.held(due) == ("held", "price")

    def test_no_way_to_ship_holds(self, due, supplier):
        supplier.freight = []

        assert self.held(due) == ("held", "shipping")

    def test_refused_read_holds_with_its_words(self, due, supplier):
        supplier.read_error = Rejected("Item is not allowed to this country", refusal=Refusal.SHIPPING)

        assert self.held(due) == ("held", "shipping")

    def test_supplier_that_cannot_be_asked_puts_it_off(self, due, supplier):
        supplier.read_error = Transient("no connection")

        assert self.held(due) == ("due", "")
        assert due.deferrals == 1

    def test_guard_that_breaks_holds(self, due, supplier):
        supplier.read_error = RuntimeError("a bug of ours")

        assert self.held(due) == ("held", "supplier_note")

    def test_dry_run_holds(self, due, supplier, settings):
        settings.BUYING_DRY_RUN = True

        assert self.held(due) == ("held", "dry_run")

    def test_test_money_buys_nothing_at_a_live_account(self, supplier):
        due = part_of(paid(goods(account__mode="live").variant))

        assert self.held(due) == ("held", "mode")
        desk.retry(due, actor="staff:1", waive=True)
        assert self.held(due) == ("held", "mode")

    @pytest.mark.parametrize("mode", ["live", "sandbox"])
    def test_transfer_is_no_test_money(self, supplier, mode):
        order = order_of(goods(account__mode=mode).variant)
        approve(start_payment(order, method="bank_transfer"))

        assert dispatch.place(part_of(order).pk)
        assert part_of(order).status == "placed"

    @pytest.mark.parametrize(("mode", "use_test_accounts"), [("live", True), ("test", False)])
    def test_test_and_live_never_mix(self, supplier, settings, mode, use_test_accounts):
        settings.USE_TEST_ACCOUNTS = use_test_accounts
        due = SupplierOrderLineFactory(
            supplier_order__account__provider="fake", supplier_order__account__mode=mode
        ).supplier_order

        assert self.held(due) == ("held", "mode")

    def test_spend_cap_counts_what_was_perhaps_bought(self, due, supplier):
        due.account.daily_spend_cap = 15
        due.account.save()
        SupplierOrderFactory(
            account=due.account, status="unknown", first_sent_at=timezone.now(), settle_at=timezone.now()
        )

        assert self.held(due) == ("held", "spend_cap")

    def test_nothing_was_sent_when_a_guard_held(self, due, supplier):
        supplier.skus = [sku(stock=0)]

        self.held(due)

        assert supplier.purchases == []
        assert not due.attempts.exists()

    def test_cheapest_tracked_service_is_taken_when_the_mapped_one_is_gone(self, due, supplier):
        supplier.freight = [
            FreightOption("UNTRACKED", "Untracked", usd("0.00"), tracked=False),
            FreightOption("EXPRESS", "Express", usd("9.00"), tracked=True),
            FreightOption("ECONOMY", "Economy", usd("1.00"), tracked=True),
        ]

        dispatch.place(due.pk)

        assert supplier.purchases[0].items[0].shipping_service == "ECONOMY"


def test_every_step_of_a_purchase_stands_in_the_history(due, supplier):
    dispatch.place(due.pk)

    kinds = list(OrderEvent.objects.filter(supplier_order=due).values_list("kind", flat=True))
    assert kinds == ["supplier_order.in_flight", "supplier_order.placed"]
