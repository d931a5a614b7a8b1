"""Staff's answers: each in the states in which it makes sense, refused in all others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Listing
from fulfillment import desk, dispatch, sweep
from fulfillment.models import Attempt, ExternalOrder, Notice, Order, OrderEvent, Payment, Refund, SupplierOrder
from fulfillment.personal_data import why_needed
from fulfillment.states import SupplierOrderStatus
from integrations.clock import database_now
from integrations.errors import OutcomeUnknown, Rejected
from integrations.types import OrderSnapshot, Refusal, SupplierOrderState
from shop.errors import DomainError
from tests.factories import ExternalOrderFactory, SupplierOrderFactory, SupplierOrderLineFactory
from tests.fake_supplier import sku
from tests.fulfillment.scenes import ADDRESS, goods, order_of, paid, part_of
from tests.fulfillment.test_transitions import BESIDE

pytestmark = pytest.mark.django_db

STAFF = "staff:3"
NEW_ADDRESS = replace(ADDRESS, line1="5 Elm St", city="Boston")
STATUSES = SupplierOrderStatus.values

ANSWERS = {
    "bought": (lambda part: desk.confirm_bought(part, external_ids=["1"], actor=STAFF), {"unknown": "placed"}),
    "not bought": (lambda part: desk.confirm_not_bought(part, actor=STAFF), {"unknown": "due"}),
    "retry": (lambda part: desk.retry(part, actor=STAFF), {"held": "due", "rejected": "due"}),
    "canceled there": (
        lambda part: desk.note_canceled_at_supplier(part, actor=STAFF, reason="seen"),
        {"placed": "canceled", "paid": "canceled", "shipped": "canceled"},
    ),
    "cancel and refund": (
        lambda part: desk.cancel_and_refund(part.order, actor=STAFF, reason="asked"),
        dict.fromkeys(["planned", "due", "held", "rejected", "canceled"], "canceled"),
    ),
    "correct address": (
        lambda part: desk.correct_address(part.order, address=NEW_ADDRESS, actor=STAFF),
        {status: status for status in ["planned", "due", "held", "rejected", "canceled"]},
    ),
}


def part_in(status: str) -> SupplierOrder:
    line = SupplierOrderLineFactory(
        supplier_order__account__provider="fake",
        **{f"supplier_order__{name}": value for name, value in {"status": status, **BESIDE.get(status, {})}.items()},
    )
    order = line.supplier_order.order
    Payment.objects.create(order=order, method="sandbox", status="succeeded", amount=order.total, currency="USD")
    return line.supplier_order


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_fits_its_states_and_no_other(supplier, answer, status):
    give, fits = ANSWERS[answer]
    part = part_in(status)

    if status in fits:
        give(part)
    else:
        with pytest.raises(DomainError):
            give(part)

    part.refresh_from_db()
    assert part.status == fits.get(status, status)
    if status in fits:
        assert OrderEvent.objects.filter(actor=STAFF).exists()
    else:
        assert not OrderEvent.objects.exists()
        assert not Refund.objects.exists()


@pytest.mark.parametrize(("answer", "status"), [("bought", "unknown"), ("not bought", "unknown"), ("retry", "held")])
def test_answer_to_what_is_no_longer_there_is_refused(supplier, answer, status):
    part = part_in(status)
    SupplierOrder.objects.update(status="placed")

    with pytest.raises(DomainError):
        ANSWERS[answer][0](part)

    assert SupplierOrder.objects.get().status == "placed"


class TestBought:
    """A person found the order at the supplier."""

    def test_is_followed_from_now_on(self, supplier):
        part = part_in("unknown")

        desk.confirm_bought(part, external_ids=[" 81 ", "82", "81"], actor=STAFF)

        assert [row.external_id for row in part.external_orders.all()] == ["81", "82"]
        assert all(row.next_poll_at for row in part.external_orders.all())
        part.order.refresh_from_db()
        assert part.order.status == "in_fulfillment"

    @pytest.mark.parametrize("ids", [[], [""], ["  "], ["12 34"], ["<b>"], ["1" * 65], ["٣"]])
    def test_nonsense_id_is_refused(self, supplier, ids):
        part = part_in("unknown")

        with pytest.raises(DomainError) as refused:
            desk.confirm_bought(part, external_ids=ids, actor=STAFF)

        assert refused.value.code == "bad_id"

    def test_id_of_another_order_is_refused(self, supplier):
        part = part_in("unknown")
        ExternalOrderFactory(supplier_order=SupplierOrderFactory(account=part.account, status="placed"),
                             external_id="81")  # fmt: skip

        with pytest.raises(DomainError) as refused:
            desk.confirm_bought(part, external_ids=["81"], actor=STAFF)

        assert refused.value.code == "id_taken"
        assert SupplierOrder.objects.get(pk=part.pk).status == "unknown"


class TestNotBought:
    """A person found nothing at the supplier."""

    def test_is_bought_under_the_same_reference(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.answers = [OutcomeUnknown("time-out")]
        dispatch.place(part.pk)
        part.refresh_from_db()

        desk.confirm_not_bought(part, actor=STAFF)
        dispatch.place(part.pk)

        part.refresh_from_db()
        assert part.status == "placed"
        assert [purchase.reference for purchase in supplier.purchases] == [part.reference] * 2
        assert [attempt.outcome for attempt in part.attempts.all()] == ["not_done", "done"]

    def test_refusal_afterwards_is_a_plain_refusal(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.answers = [OutcomeUnknown("time-out"), Rejected("sold out", refusal=Refusal.STOCK)]
        dispatch.place(part.pk)
        part.refresh_from_db()
        desk.confirm_not_bought(part, actor=STAFF)

        dispatch.place(part.pk)

        part.refresh_from_db()
        assert (part.status, part.attention) == ("rejected", "stock")

    def test_window_for_resending_begins_anew(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.answers = [OutcomeUnknown("time-out")]
        dispatch.place(part.pk)
        SupplierOrder.objects.update(first_sent_at=database_now() - timedelta(days=3))
        part.refresh_from_db()

        desk.confirm_not_bought(part, actor=STAFF)
        dispatch.place(part.pk)

        part.refresh_from_db()
        assert part.first_sent_at > database_now() - timedelta(minutes=1)


class TestRetry:
    """Once more."""

    def test_after_a_refusal_is_a_new_purchase(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.answers = [Rejected("no"), Rejected("no")]
        references = []
        for _ in range(2):
            dispatch.place(part.pk)
            part.refresh_from_db()
            desk.retry(part, actor=STAFF)
            references.append(part.reference)
        dispatch.place(part.pk)

        number = part.order.number
        assert references == [f"{number}-1-2", f"{number}-1-3"]
        assert [purchase.reference for purchase in supplier.purchases] == [f"{number}-1", *references]

    def test_after_a_hold_is_the_same_purchase(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.skus = [sku(stock=0)]
        dispatch.place(part.pk)
        supplier.skus = [sku()]
        part.refresh_from_db()

        desk.retry(part, actor=STAFF)
        dispatch.place(part.pk)

        assert [purchase.reference for purchase in supplier.purchases] == [f"{part.order.number}-1"]

    def test_buys_what_staff_have_mapped_anew(self, supplier):
        listing = goods()
        part = part_of(paid(listing.variant))
        supplier.skus = [sku("777", sku_attr="14:30#Fox")]
        dispatch.place(part.pk)
        Listing.objects.filter(pk=listing.pk).update(external_sku_id="777", external_sku_attr="14:30#Fox")
        part.refresh_from_db()

        desk.retry(part, actor=STAFF)
        dispatch.place(part.pk)

        assert [item.sku_id for purchase in supplier.purchases for item in purchase.items] == ["777"]

    def test_keeps_the_old_mapping_once_something_may_have_been_sent(self, supplier):
        listing = goods()
        part = part_of(paid(listing.variant))
        Attempt.objects.create(
            supplier_order=part,
            number=1,
            reference=part.reference,
            fence=0,
            outcome="unknown",
            started_at=database_now(),
        )
        SupplierOrder.objects.filter(pk=part.pk).update(status="held", attention="stock")
        Listing.objects.filter(pk=listing.pk).update(external_sku_id="777", external_sku_attr="14:30#Fox")
        part.refresh_from_db()

        desk.retry(part, actor=STAFF)

        assert part.lines.get().external_sku_id != "777"

    def test_anyway_overrules_judgement(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.skus = [sku(stock=0, sku_attr="14:30#Fox")]
        dispatch.place(part.pk)
        part.refresh_from_db()

        desk.retry(part, actor=STAFF, waive=True)

        assert dispatch.place(part.pk)

    @pytest.mark.parametrize("mode", ["live", "test"])
    def test_never_buys_in_another_world_than_it_was_planned_for(self, supplier, mode, settings):
        settings.USE_TEST_ACCOUNTS = mode == "test"
        part = part_of(paid(goods().variant))
        part.account.mode = mode
        part.account.save()
        for waive in (False, True):
            dispatch.place(part.pk)
            part.refresh_from_db()
            assert (part.status, part.attention) == ("held", "mode")
            desk.retry(part, actor=STAFF, waive=waive)
        dispatch.place(part.pk)

        assert supplier.purchases == []

    def test_spend_cap_is_not_waived(self, supplier):
        part = part_of(paid(goods().variant))
        part.account.daily_spend_cap = Decimal(1)
        part.account.save()
        dispatch.place(part.pk)
        part.refresh_from_db()

        desk.retry(part, actor=STAFF, waive=True)
        dispatch.place(part.pk)

        part.refresh_from_db()
        assert (part.attention, supplier.purchases) == ("spend_cap", [])


class TestCorrectAddress:
    """As long as nothing was bought for the old one."""

    def test_next_send_goes_to_the_new_address(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.answers = [Rejected("city?", refusal=Refusal.ADDRESS)]
        dispatch.place(part.pk)
        part.refresh_from_db()

        desk.correct_address(part.order, address=NEW_ADDRESS, actor=STAFF)
        desk.retry(part, actor=STAFF)
        dispatch.place(part.pk)

        assert supplier.purchases[-1].address == NEW_ADDRESS
        event = OrderEvent.objects.get(kind="order.address_corrected")
        assert event.data == {"fields": ["line1", "city"]}

    def test_worker_that_was_checking_the_old_address_does_not_buy(self, supplier):
        part = part_of(paid(goods().variant))
        read = supplier.fetch_product

        def while_it_is_checked(*args, **kwargs):
            desk.correct_address(Order.objects.get(), address=NEW_ADDRESS, actor=STAFF)
            supplier.fetch_product = read
            return read(*args, **kwargs)

        supplier.fetch_product = while_it_is_checked

        assert not dispatch.place(part.pk)

        assert supplier.purchases == []
        assert dispatch.place(part.pk)
        assert supplier.purchases[0].address == NEW_ADDRESS


class TestCancelAndRefund:
    """Nothing more is bought, and the money goes back."""

    def test_money_and_stock_go_back_once(self, supplier):
        listing = goods(stock=5)
        order = paid(listing.variant, quantity=2)

        desk.cancel_and_refund(order, actor=STAFF, reason="asked")
        with pytest.raises(DomainError):
            desk.cancel_and_refund(order, actor=STAFF, reason="asked")

        order.refresh_from_db()
        assert (order.status, part_of(order).status) == ("refunded", "canceled")
        assert (Refund.objects.get().amount, Payment.objects.get().refunded_amount) == (Decimal("49.80"),) * 2
        assert Listing.objects.get().stock == 5
        assert Notice.objects.filter(kind="canceled").count() == 1

    def test_unpaid_order_is_only_canceled(self, supplier):
        listing = goods(stock=5)
        order = order_of(listing.variant)

        desk.cancel_and_refund(order, actor=STAFF, reason="asked")

        order.refresh_from_db()
        assert (order.status, Listing.objects.get().stock, Refund.objects.count()) == ("canceled", 5, 0)

    def test_only_the_rest_goes_back(self, supplier):
        order = paid(goods().variant)
        payment = Payment.objects.get()
        desk.refund(payment, amount=Decimal("4.90"), key="k", reason="late", actor=STAFF)

        desk.cancel_and_refund(order, actor=STAFF, reason="asked")

        assert sorted(Refund.objects.values_list("amount", flat=True)) == [Decimal("4.90"), Decimal("20.00")]

    def test_is_all_or_nothing_over_the_parts(self, supplier):
        part = part_in("due")
        SupplierOrderFactory(order=part.order, part=2, reference="other", status="placed")

        with pytest.raises(DomainError):
            desk.cancel_and_refund(part.order, actor=STAFF, reason="asked")

        part.refresh_from_db()
        assert part.status == "due"
        assert not Refund.objects.exists()

    def test_worker_that_was_checking_it_does_not_buy(self, supplier):
        part = part_of(paid(goods().variant))
        read = supplier.fetch_product

        def while_it_is_checked(*args, **kwargs):
            desk.cancel_and_refund(Order.objects.get(), actor=STAFF, reason="asked")
            return read(*args, **kwargs)

        supplier.fetch_product = while_it_is_checked

        assert not dispatch.place(part.pk)

        part.refresh_from_db()
        assert (part.status, supplier.purchases, part.attempts.count()) == ("canceled", [], 0)

    def test_guard_that_stops_a_canceled_order_changes_nothing(self, supplier):
        part = part_of(paid(goods().variant))
        supplier.skus = [sku(stock=0)]
        freight = supplier.fetch_product

        def while_it_is_checked(*args, **kwargs):
            desk.cancel_and_refund(Order.objects.get(), actor=STAFF, reason="asked")
            return freight(*args, **kwargs)

        supplier.fetch_product = while_it_is_checked

        assert not dispatch.place(part.pk)

        assert SupplierOrder.objects.get().status == "canceled"

    def test_shipped_order_whose_parcel_the_supplier_canceled_is_refunded(self, supplier):
        part = part_of(paid(goods().variant))
        dispatch.place(part.pk)
        external = ExternalOrder.objects.get()
        for state in (SupplierOrderState.SHIPPED, SupplierOrderState.CANCELED):
            supplier.snapshots[external.external_id] = OrderSnapshot(external.external_id, state, state.value)
            part.refresh_from_db()
            desk.look_now(part, actor=STAFF)
        part.refresh_from_db()
        assert (part.status, part.attention) == ("canceled", "supplier_canceled")

        desk.cancel_and_refund(part.order, actor=STAFF, reason="lost")

        part.refresh_from_db()
        assert Order.objects.get().status == "refunded"
        assert (Refund.objects.count(), part.attention) == (1, "")

    def test_answer_ends_the_call_for_a_person(self, supplier):
        part = part_of(paid(goods().variant))
        dispatch.place(part.pk)
        external = ExternalOrder.objects.get()
        state = SupplierOrderState.CANCELED
        supplier.snapshots[external.external_id] = OrderSnapshot(external.external_id, state, "FINISH")
        part.refresh_from_db()
        desk.look_now(part, actor=STAFF)

        desk.cancel_and_refund(part.order, actor=STAFF, reason="gone")

        assert not SupplierOrder.objects.needing_a_person().exists()


class TestSettled:
    """A person has dealt with a note on what was bought, or canceled."""

    @pytest.mark.parametrize(
        ("status", "attention"),
        [
            ("canceled", "supplier_canceled"),
            ("canceled", "outcome"),
            ("delivered", "supplier_note"),
            ("shipped", "supplier_canceled"),
            ("placed", "supplier_note"),
        ],
    )
    def test_ends_the_note_and_changes_nothing_else(self, supplier, status, attention):
        part = SupplierOrderFactory(status=status, attention=attention, attention_note="Look.")

        desk.settled(part, attention=attention, reason="Refunded by hand.", actor=STAFF)

        part.refresh_from_db()
        assert (part.status, part.attention, part.attention_note) == (status, "", "Refunded by hand.")
        event = OrderEvent.objects.get()
        assert (event.kind, event.note, event.actor) == ("supplier_order.needs_nobody", "Refunded by hand.", STAFF)

    @pytest.mark.parametrize(
        ("status", "attention"), [("placed", "pay"), ("placed", ""), ("canceled", ""), ("held", "stock"), ("due", "")]
    )
    def test_is_no_answer_to_anything_else(self, supplier, status, attention):
        part = SupplierOrderFactory(status=status, attention=attention)

        with pytest.raises(DomainError):
            desk.settled(part, attention=attention, reason="Done.", actor=STAFF)

        assert SupplierOrder.objects.get().attention == attention

    def test_note_that_came_since_is_not_answered_with_it(self, supplier):
        part = SupplierOrderFactory(status="shipped", attention="supplier_note")
        SupplierOrder.objects.update(attention="supplier_canceled")

        with pytest.raises(DomainError) as refused:
            desk.settled(part, attention="supplier_note", reason="Done.", actor=STAFF)

        assert refused.value.code == "other_note"
        assert SupplierOrder.objects.get().attention == "supplier_canceled"

    def test_order_of_which_one_part_was_canceled_needs_nobody_any_more(self, supplier):
        part = part_in("paid")
        other = SupplierOrderFactory(order=part.order, part=2, reference="other", status="delivered")
        part.order.status = "in_fulfillment"
        part.order.save()
        desk.note_canceled_at_supplier(part, actor=STAFF, reason="Seen on the site")
        part.order.refresh_from_db()
        assert (part.order.status, part.attention) == ("delivered", "supplier_canceled")
        assert why_needed(part.order)

        desk.settled(part, attention="supplier_canceled", reason="Refunded 24.90.", actor=STAFF)

        assert why_needed(part.order) == ""
        assert other.attention == ""


class TestAccount:
    """An account that works again."""

    def test_its_waiting_orders_are_bought_from_now_on(self, supplier):
        part = part_of(paid(goods().variant))
        account = part.account
        account.health, account.paused_until = "reconnect", timezone.now() + timedelta(hours=1)
        account.save()
        SupplierOrder.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))

        desk.resume_account(account, actor=STAFF)

        assert dispatch.due() == [part.pk]
        sweep.sweep(sweep.run_here)
        assert len(supplier.purchases) == 1

    def test_look_now_reads_even_what_is_not_due(self, supplier):
        part = part_of(paid(goods().variant))
        dispatch.place(part.pk)
        ExternalOrder.objects.update(next_poll_at=timezone.now() + timedelta(hours=1))
        part.refresh_from_db()

        assert desk.look_now(part, actor=STAFF) == 1


def test_every_answer_names_its_person(supplier):
    part = part_in("unknown")

    desk.confirm_bought(part, external_ids=["1"], actor=STAFF)

    assert OrderEvent.objects.get(kind="supplier_order.placed").actor == STAFF
    assert not Attempt.objects.exists()
