"""Everything that may happen to orders, in any order: hypothesis plays customers, workers, staff and a bad supplier."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from catalog.models import Listing, Product
from fulfillment import desk, dispatch, outcomes, settling, sweep, tracking
from fulfillment.models import (
    Attempt,
    ExternalOrder,
    Notice,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    Refund,
    SupplierOrder,
)
from fulfillment.orders import place_order
from fulfillment.payments import settle_payment, start_payment
from fulfillment.progress import further
from fulfillment.states import BOUGHT, ORDER_MOVES, SUPPLIER_ORDER_MOVES, PaymentStatus
from integrations.clock import database_now
from integrations.errors import AccountUnusable, AlreadyPlaced, OutcomeUnknown, Rejected, Transient
from integrations.models import SupplierAccount
from integrations.types import OrderSnapshot, Parcel, Placed, Purchase, Refusal, SupplierOrderState
from shop.errors import DomainError
from shop.money import Money
from tests.fake_supplier import FakeSupplier, install, sku
from tests.fulfillment.scenes import ADDRESS, contact, goods

E = SupplierOrderState
STAFF = "staff:3"
STOCK = 4
DAY = timedelta(days=1, hours=1)

WAYS = ["well"] * 4 + ["lost reply", "lost request", "refused", "busy", "token ended", "bug", "killed before",
                       "killed after", "repeat refused"]  # fmt: skip
#: The same for a purchase that is sent again: what matters most comes up most.
WAYS_AGAIN = ["well", "refused", "refused", "lost reply", "repeat refused", "killed after", "busy"]


class Killed(BaseException):
    """The worker's process ends here."""


@dataclass
class BadSupplier(FakeSupplier):
    """Keeps a key for a day, creates a new order under a key it has forgotten, and misbehaves as it is told."""

    way: str = "well"
    keys: dict[str, str] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    states: dict[str, SupplierOrderState] = field(default_factory=dict)

    def place(self, purchase: Purchase) -> Placed:
        way, self.way = self.way, "well"
        refusals = {
            "lost request": OutcomeUnknown("time-out"),
            "refused": Rejected("no", refusal=Refusal.STOCK),
            "busy": Transient("slow down", retry_after_s=60),
            "token ended": AccountUnusable("ended"),
            "killed before": Killed(),
        }
        if way in refusals:
            raise refusals[way]
        if way == "repeat refused" and purchase.reference in self.keys:
            raise AlreadyPlaced("handled before")
        ids = (self.create(purchase.reference),)
        if way in ("lost reply", "bug", "killed after"):
            raise {"lost reply": OutcomeUnknown("time-out"), "bug": KeyError("x"), "killed after": Killed()}[way]
        return Placed(ids)

    def create(self, reference: str) -> str:
        if reference not in self.keys:
            self.keys[reference] = external_id = str(8_198_352_000_000 + len(self.created))
            self.created[external_id] = reference
            self.states[external_id] = E.AWAITING_PAYMENT
        return self.keys[reference]

    def fetch_order(self, external_id: str) -> OrderSnapshot:
        state = self.states[external_id]
        parcels = (Parcel(f"LP{external_id}"),) if state in (E.SHIPPED, E.DELIVERED) else ()
        return OrderSnapshot(external_id, state, state.value, parcels=parcels)

    def living(self, references: set[str]) -> list[str]:
        return [external_id for external_id, reference in self.created.items()
                if reference in references and self.states[external_id] is not E.CANCELED]  # fmt: skip


def reach(moves: dict[str, frozenset[str]], source: str) -> set[str]:
    """Every state that may ever follow ``source``."""
    seen, ahead = {source}, [source]
    while ahead:
        for target in moves[ahead.pop()] - seen:
            seen.add(target)
            ahead.append(target)
    return seen


class Life(RuleBasedStateMachine):
    """One shop with one listing, and everyone who has to do with it."""

    def __init__(self, supplier: BadSupplier) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.supplier = supplier
        self.variant = goods(stock=STOCK).variant
        self.seen: dict[tuple[type, int], str] = {}
        #: Calls that hang: the attempt, and the id the supplier gave, or None if it never got the request.
        self.hanging: list[tuple[Attempt, str | None]] = []

    def teardown(self) -> None:
        try:
            self.all_comes_to_an_end()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    @initialize(unpaid=st.booleans(), way=st.sampled_from(["", "lost reply", "lost reply", "lost request", "refused"]))
    def two_orders(self, unpaid: bool, way: str) -> None:
        """Every life begins with something to buy."""
        for key in "ab":
            order = place_order(checkout_key=key, lines=[(self.variant, 1)], contact=contact())
            if key == "a" or not unpaid:
                payment = start_payment(order, method="sandbox")
                settle_payment(
                    payment, outcome=PaymentStatus.SUCCEEDED, money=payment.money, reference=f"ref-{payment.pk}"
                )
        if way:
            self.with_way(way, dispatch.place, SupplierOrder.objects.earliest("pk").pk)

    # --- the customer -----------------------------------------------------------------------------------------------

    @rule(key=st.sampled_from("abc"), quantity=st.integers(1, 3), city=st.sampled_from(["New York", "Boston"]))
    def order(self, key: str, quantity: int, city: str) -> None:
        self.allowed(
            lambda: place_order(checkout_key=key, lines=[(self.variant, quantity)], contact=contact(city=city))
        )

    @rule(data=st.data())
    @precondition(lambda self: Order.objects.filter(status="awaiting_payment").exists())
    def open_payment_page(self, data: st.DataObject) -> None:
        order = self.draw(data, Order.objects.filter(status="awaiting_payment"))
        start_payment(order, method="sandbox")

    @rule(
        data=st.data(),
        outcome=st.sampled_from([PaymentStatus.SUCCEEDED] * 4 + [PaymentStatus.FAILED, PaymentStatus.ABANDONED]),
        wrong=st.sampled_from([0, 0, 0, 0, 1]),
        times=st.integers(1, 2),
    )
    @precondition(lambda self: Payment.objects.exists())
    def pay(self, data: st.DataObject, outcome: PaymentStatus, wrong: int, times: int) -> None:
        payment = self.draw(data, Payment.objects.all())
        money = payment.money - Money(Decimal(wrong), payment.currency)
        for _ in range(times):
            settle_payment(payment, outcome=outcome, money=money, reference=f"ref-{payment.pk}")

    @rule()
    def nobody_pays_in_time(self) -> None:
        late = Order.objects.filter(status="awaiting_payment")
        late.update(created_at=F("created_at") - timedelta(days=2))
        sweep.mend()

    # --- the workers ------------------------------------------------------------------------------------------------

    @rule(data=st.data(), way=st.sampled_from(WAYS))
    @precondition(lambda self: SupplierOrder.objects.filter(status="due").exists())
    def buy(self, data: st.DataObject, way: str) -> None:
        self.times_come()
        self.with_way(way, dispatch.place, self.draw(data, SupplierOrder.objects.filter(status="due")).pk)

    @rule(data=st.data(), way=st.sampled_from(WAYS_AGAIN))
    @precondition(lambda self: SupplierOrder.objects.filter(status="unknown").exists())
    def settle(self, data: st.DataObject, way: str) -> None:
        self.times_come()
        self.with_way(way, settling.settle, self.draw(data, SupplierOrder.objects.filter(status="unknown")).pk)

    @rule(data=st.data(), arrives=st.booleans())
    @precondition(lambda self: SupplierOrder.objects.filter(status="due").exists())
    def call_hangs(self, data: st.DataObject, arrives: bool) -> None:
        claim = dispatch._claim(self.draw(data, SupplierOrder.objects.filter(status="due")).pk)
        if claim:
            attempt = dispatch.begin(claim)
            self.hanging.append((attempt, self.supplier.create(attempt.reference) if arrives else None))

    @rule(data=st.data())
    @precondition(lambda self: self.hanging)
    def hanging_call_ends(self, data: st.DataObject) -> None:
        attempt, external_id = self.hanging.pop(data.draw(st.integers(0, len(self.hanging) - 1)))
        attempt = Attempt.objects.get(pk=attempt.pk)
        if external_id:
            outcomes.placed(attempt, Placed((external_id,)))
        else:
            outcomes.failed(attempt, OutcomeUnknown("time-out"))

    @rule()
    def sweep(self) -> None:
        sweep.sweep(sweep.run_here)

    @rule()
    def minutes_pass(self) -> None:
        past = database_now() - timedelta(seconds=1)
        SupplierOrder.objects.filter(lease_until__isnull=False).update(lease_until=past)
        self.times_come()
        sweep.mend()

    def times_come(self) -> None:
        past = database_now() - timedelta(seconds=1)
        SupplierOrder.objects.filter(settle_at__isnull=False).update(settle_at=past)
        SupplierOrder.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=past)
        ExternalOrder.objects.filter(next_poll_at__isnull=False).update(next_poll_at=past)
        SupplierAccount.objects.update(paused_until=None)

    @rule()
    def a_day_passes(self) -> None:
        self.minutes_pass()
        SupplierOrder.objects.filter(first_sent_at__isnull=False).update(first_sent_at=F("first_sent_at") - DAY)
        self.supplier.keys.clear()

    # --- the supplier -----------------------------------------------------------------------------------------------

    @rule(
        data=st.data(), state=st.sampled_from([E.PROCESSING, E.SHIPPED, E.SHIPPED, E.DELIVERED, E.CANCELED, E.UNKNOWN])
    )
    @precondition(lambda self: any(state not in tracking.FINAL for state in self.supplier.states.values()))
    def goes_on_there(self, data: st.DataObject, state: SupplierOrderState) -> None:
        going = [pk for pk, present in self.supplier.states.items() if present not in tracking.FINAL]
        external_id = data.draw(st.sampled_from(going))
        self.supplier.states[external_id] = state
        for external in ExternalOrder.objects.filter(external_id=external_id):
            tracking.look(external.pk, now_please=True)

    @rule(data=st.data())
    @precondition(lambda self: ExternalOrder.objects.exists())
    def old_picture_arrives(self, data: st.DataObject) -> None:
        external = self.draw(data, ExternalOrder.objects.all())
        if self.supplier.states[external.external_id] is not E.CANCELED:
            tracking.take_over(external, OrderSnapshot(external.external_id, E.PROCESSING, "old"))

    @rule(left=st.sampled_from([0, 100]))
    def stock_there_changes(self, left: int) -> None:
        self.supplier.skus = [sku(stock=left)]

    @rule(used=st.booleans())
    def listing_is_switched(self, used: bool) -> None:
        Listing.objects.update(is_active=used)

    # --- staff, who look before they answer -------------------------------------------------------------------------

    @rule(data=st.data())
    @precondition(lambda self: SupplierOrder.objects.filter(status="unknown").exists())
    def look_into_the_account(self, data: st.DataObject) -> None:
        self.answer_unknown(self.draw(data, SupplierOrder.objects.filter(status="unknown")))

    @rule(data=st.data(), waive=st.booleans())
    @precondition(lambda self: SupplierOrder.objects.filter(status__in=["held", "rejected"]).exists())
    def retry(self, data: st.DataObject, waive: bool) -> None:
        part = self.draw(data, SupplierOrder.objects.filter(status__in=["held", "rejected"]))
        # Staff who are told "no" do not look; those who are told "perhaps bought" do.
        if part.attention != "outcome" or not self.supplier.living(self.references(part)):
            self.allowed(lambda: desk.retry(part, actor=STAFF, waive=waive))

    @rule(data=st.data())
    @precondition(lambda self: Order.objects.exists())
    def cancel_and_refund(self, data: st.DataObject) -> None:
        order = self.draw(data, Order.objects.all())
        self.allowed(lambda: desk.cancel_and_refund(order, actor=STAFF, reason="asked"))

    @rule(data=st.data())
    @precondition(lambda self: Order.objects.exists())
    def correct_address(self, data: st.DataObject) -> None:
        order = self.draw(data, Order.objects.all())
        self.allowed(lambda: desk.correct_address(order, address=replace(ADDRESS, line2="Apt 7"), actor=STAFF))

    @rule()
    @precondition(lambda self: SupplierAccount.objects.filter(health="reconnect").exists())
    def reconnect(self) -> None:
        desk.resume_account(SupplierAccount.objects.get(), actor=STAFF)

    # --- what must always hold --------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_bought_twice(self) -> None:
        for part in SupplierOrder.objects.all():
            assert len(self.supplier.living(self.references(part))) <= 1, part

    @invariant()
    def nothing_is_bought_unpaid(self) -> None:
        for reference in self.supplier.created.values():
            number = reference[: reference.index("-", 4)]
            assert Payment.objects.filter(order__number=number, status="succeeded").exists()

    @invariant()
    def no_state_moves_backwards(self) -> None:
        for model, moves in ((Order, ORDER_MOVES), (SupplierOrder, SUPPLIER_ORDER_MOVES)):
            for pk, status in model.objects.values_list("pk", "status"):
                before = self.seen.get((model, pk), status)
                assert status in reach(moves, before), (model, before, status)
                self.seen[model, pk] = status
        for pk, state in ExternalOrder.objects.values_list("pk", "state"):
            before = self.seen.get((ExternalOrder, pk), state)
            assert further(before, state) == state, (before, state)
            self.seen[ExternalOrder, pk] = state

    @invariant()
    def something_happens_to_everything(self) -> None:
        for part in SupplierOrder.objects.all():
            when = {"due": part.next_attempt_at, "in_flight": part.lease_until, "unknown": part.settle_at}
            if part.status in BOUGHT - {"delivered"}:
                ahead = part.external_orders.filter(next_poll_at__isnull=False).exists()
            else:
                ahead = part.status in ("canceled", "delivered") or when.get(part.status) is not None
            assert ahead or part.attention, part

    @invariant()
    def no_order_at_the_supplier_is_overlooked(self) -> None:
        known = set(ExternalOrder.objects.values_list("external_id", flat=True))
        for part in SupplierOrder.objects.all():
            for external_id in set(self.supplier.living(self.references(part))) - known:
                hangs = any(external_id == told for _, told in self.hanging)
                assert hangs or part.attention or part.status in ("in_flight", "unknown"), (part, external_id)

    @invariant()
    def money_is_not_lost(self) -> None:
        for payment in Payment.objects.filter(status="succeeded"):
            assert payment.order.status != "awaiting_payment"
            assert payment.order.supplier_orders.exists()
            back = payment.refunds.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
            assert back == payment.refunded_amount <= payment.amount
            if payment.order.status in ("canceled", "refunded"):
                assert back == payment.amount
        assert not Order.objects.filter(status="canceled", payments__status="succeeded").exists()

    @invariant()
    def stock_is_kept_to_the_piece(self) -> None:
        kept = OrderLine.objects.aggregate(sum=Sum("quantity_reserved"))["sum"] or 0
        assert Listing.objects.get().stock + kept == STOCK
        given_up = Order.objects.filter(events__kind="order.canceled")
        assert not OrderLine.objects.filter(order__in=given_up, quantity_reserved__gt=0).exists()

    @invariant()
    def each_mail_is_owed_once(self) -> None:
        owed = list(Notice.objects.values_list("order_id", "kind", "shipment_id"))
        assert len(owed) == len(set(owed))

    @invariant()
    def history_tells_the_present_state(self) -> None:
        for order in Order.objects.exclude(status="awaiting_payment"):
            assert OrderEvent.objects.filter(order=order, kind=f"order.{order.status}").exists()

    # --- the end ----------------------------------------------------------------------------------------------------

    def all_comes_to_an_end(self) -> None:
        """With a good supplier and staff who answer, every paid order is delivered or its money is back."""
        self.supplier.skus, self.supplier.way = [sku()], "well"
        Listing.objects.update(is_active=True)
        Product.objects.update(status="active")
        for _ in range(6):
            while self.hanging:
                self.hanging.pop()
            for state in (E.PROCESSING, E.DELIVERED):
                for external_id, present in self.supplier.states.items():
                    if present not in tracking.FINAL:
                        self.supplier.states[external_id] = state
                self.minutes_pass()
                desk.resume_account(SupplierAccount.objects.get(), actor=STAFF)
                sweep.sweep(sweep.run_here)
            self.staff_answer_everything()
        for order in Order.objects.filter(paid_at__isnull=False):
            assert order.status in ("delivered", "refunded"), (order.status, list(order.supplier_orders.values()))
            if order.status == "refunded":
                assert Refund.objects.filter(payment__order=order).exists()
        self.nothing_is_bought_twice()

    def staff_answer_everything(self) -> None:
        for part in SupplierOrder.objects.needing_a_person():
            if part.status == "unknown":
                self.answer_unknown(part)
            elif part.status in ("held", "rejected"):
                self.allowed(lambda part=part: desk.retry(part, actor=STAFF))
            elif part.status == "canceled":
                self.allowed(lambda part=part: desk.cancel_and_refund(part.order, actor=STAFF, reason="gone"))

    def answer_unknown(self, part: SupplierOrder) -> None:
        found = self.supplier.living(self.references(part))
        # A call that still hangs may be carried out after the look: staff wait until the lease has long ended.
        if found:
            self.allowed(lambda: desk.confirm_bought(part, external_ids=found, actor=STAFF))
        else:
            self.allowed(lambda: desk.confirm_not_bought(part, actor=STAFF))

    def references(self, part: SupplierOrder) -> set[str]:
        return {part.reference, *part.attempts.values_list("reference", flat=True)}

    def with_way(self, way: str, work: Any, *args: Any) -> None:
        self.supplier.way = way
        try:
            work(*args)
        except Killed:
            pass
        self.supplier.way = "well"

    def allowed(self, work: Any) -> None:
        try:
            work()
        except DomainError:
            pass  # A plain "not now" is an answer.

    def draw(self, data: st.DataObject, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return found[data.draw(st.integers(0, len(found) - 1))]


def live(**profile: int) -> None:
    def shop() -> Life:
        supplier = BadSupplier()
        install(supplier)
        return Life(supplier)

    run_state_machine_as_test(
        shop,
        settings=settings(deadline=None, print_blob=True, suppress_health_check=list(HealthCheck), **profile),
    )


@pytest.mark.django_db
def test_whatever_happens_it_is_bought_once_and_nothing_is_lost(supplier):
    live(max_examples=8, stateful_step_count=20)


@pytest.mark.faults
@pytest.mark.django_db
def test_whatever_happens_many_times_over(supplier):
    live(max_examples=int(os.environ.get("LIFE_EXAMPLES", "80")), stateful_step_count=40)
