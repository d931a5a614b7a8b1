"""What the supplier shows of an order is taken over once, never backwards, and a word we do not know calls a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fulfillment import desk, dispatch, tracking
from fulfillment.models import ExternalOrder, Notice, OrderEvent, Shipment, SupplierOrder, TrackingEvent
from integrations.clock import database_now
from integrations.errors import AccountUnusable, MalformedReply, Rejected, Transient
from integrations.types import Checkpoint, Parcel, Placed
from integrations.types import SupplierOrderState as E
from shop.money import Money
from tests.fulfillment.scenes import goods, paid, part_of, snapshot, together

pytestmark = pytest.mark.django_db

ONE, TWO = "8198352049851315", "8198352049851316"
POINT = Checkpoint(datetime(2026, 3, 1, 8, tzinfo=UTC), "Accepted", "Accepted by the carrier")
LATER = Checkpoint(datetime(2026, 3, 3, 8, tzinfo=UTC), "Delivered", "Handed over", delivered=True)


def bought(supplier, *ids: str) -> SupplierOrder:
    supplier.answers = [Placed(ids or (ONE,))]
    part = part_of(paid(goods().variant))
    assert dispatch.place(part.pk)
    part.refresh_from_db()
    return part


@pytest.fixture
def placed(supplier) -> SupplierOrder:
    return bought(supplier)


def poll(supplier, *shown) -> bool:
    """The supplier shows ``shown``, and each of these orders is looked up."""
    news = True
    for one in shown:
        external_id = one.external_id
        supplier.snapshots[external_id] = one
        ExternalOrder.objects.filter(external_id=external_id).update(next_poll_at=database_now())
        news = tracking.look(ExternalOrder.objects.get(external_id=external_id).pk)
    return news


def statuses(part: SupplierOrder) -> tuple[str, str]:
    part.refresh_from_db()
    part.order.refresh_from_db()
    return part.status, part.order.status


def test_order_is_followed_to_the_door(placed, supplier):
    seen = []
    for state in (E.AWAITING_PAYMENT, E.PROCESSING, E.SHIPPED, E.DELIVERED):
        poll(supplier, snapshot(ONE, state))
        seen.append(statuses(placed))

    assert seen == [("placed", "in_fulfillment"), ("paid", "in_fulfillment"), ("shipped", "shipped"),
                    ("delivered", "delivered")]  # fmt: skip
    assert ExternalOrder.objects.get().next_poll_at is None
    assert tracking.to_look_up() == []


def test_same_picture_twice_changes_nothing(placed, supplier):
    shown = snapshot(ONE, E.SHIPPED, "LP1", "LP2")
    poll(supplier, shown)
    counts = (OrderEvent.objects.count(), Notice.objects.count(), Shipment.objects.count())

    poll(supplier, shown)

    assert (OrderEvent.objects.count(), Notice.objects.count(), Shipment.objects.count()) == counts


def test_late_picture_never_moves_backwards(placed, supplier):
    poll(supplier, snapshot(ONE, E.DELIVERED))
    external = ExternalOrder.objects.get()

    tracking.take_over(external, snapshot(ONE, E.SHIPPED))

    external.refresh_from_db()
    assert (external.state, external.next_poll_at) == ("delivered", None)
    assert statuses(placed) == ("delivered", "delivered")


def test_late_picture_of_one_order_does_not_stop_the_other(supplier):
    part = bought(supplier, ONE, TWO)
    poll(supplier, snapshot(ONE, E.DELIVERED))
    tracking.take_over(ExternalOrder.objects.get(external_id=ONE), snapshot(ONE, E.SHIPPED))

    poll(supplier, snapshot(TWO, E.DELIVERED))

    assert statuses(part) == ("delivered", "delivered")


def test_partly_shipped_is_not_shipped_but_its_parcel_is_told(supplier):
    part = bought(supplier, ONE, TWO)

    poll(supplier, snapshot(ONE, E.SHIPPED, "LP1"), snapshot(TWO, E.PROCESSING))

    assert statuses(part) == ("paid", "in_fulfillment")
    assert [notice.shipment.tracking_number for notice in Notice.objects.filter(kind="shipped")] == ["LP1"]


def test_each_of_several_parcels_is_told_once(placed, supplier):
    poll(supplier, snapshot(ONE, E.SHIPPED, "LP1"))
    poll(supplier, snapshot(ONE, E.SHIPPED, "LP1", "LP2"))
    poll(supplier, snapshot(ONE, E.DELIVERED, "LP1", "LP2"))

    assert Shipment.objects.count() == Notice.objects.filter(kind="shipped").count() == 2


def test_tracking_events_are_not_doubled(placed, supplier):
    for points in ((POINT,), (POINT, LATER), (POINT, LATER)):
        poll(supplier, snapshot(ONE, E.SHIPPED, parcels=(Parcel("LP1", checkpoints=points),)))

    shipment = Shipment.objects.get()
    assert [event.label for event in shipment.events.all()] == ["Delivered", "Accepted"]
    assert shipment.delivered_at == LATER.at


def test_what_was_once_known_of_a_parcel_is_not_forgotten(placed, supplier):
    full = Parcel("LP1", carrier="Post", tracking_url="https://t.example/LP1", eta=LATER.at)
    poll(supplier, snapshot(ONE, E.SHIPPED, parcels=(full,)))

    poll(supplier, snapshot(ONE, E.SHIPPED, parcels=(Parcel("LP1"),)))

    shipment = Shipment.objects.get()
    assert (shipment.carrier, shipment.tracking_url, shipment.eta) == ("Post", "https://t.example/LP1", LATER.at)


def test_parcel_has_no_tracking_page_unless_the_shop_chose_one(placed, supplier):
    poll(supplier, snapshot(ONE, E.SHIPPED, "LP1"))

    assert Shipment.objects.get().tracking_url == ""


def test_each_parcel_has_the_tracking_page_that_the_shop_chose(placed, supplier, settings):
    settings.TRACKING_URL_TEMPLATE = "https://track.example/en/{number}?from=shop"

    poll(supplier, snapshot(ONE, E.SHIPPED, "LP1", "LP 2/ü"))

    assert list(Shipment.objects.order_by("pk").values_list("tracking_url", flat=True)) == [
        "https://track.example/en/LP1?from=shop",
        "https://track.example/en/LP%202%2F%C3%BC?from=shop",
    ]


def test_carriers_own_tracking_page_goes_before_the_shops(placed, supplier, settings):
    settings.TRACKING_URL_TEMPLATE = "https://track.example/{number}"

    poll(supplier, snapshot(ONE, E.SHIPPED, parcels=(Parcel("LP1", tracking_url="https://carrier.example/LP1"),)))

    assert Shipment.objects.get().tracking_url == "https://carrier.example/LP1"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//carrier.example", f"https://carrier.example/{'x' * 300}"])
def test_tracking_page_that_is_no_web_address_is_not_kept(placed, supplier, url):
    poll(supplier, snapshot(ONE, E.SHIPPED, parcels=(Parcel("LP1", tracking_url=url),)))

    assert Shipment.objects.get().tracking_url == ""


def test_word_we_do_not_know_changes_nothing_and_calls_a_person_once(placed, supplier):
    poll(supplier, snapshot(ONE, E.PROCESSING))
    for _ in range(2):
        poll(supplier, snapshot(ONE, E.UNKNOWN, raw_status="GONE_FISHING"))

    assert statuses(placed) == ("paid", "in_fulfillment")
    assert placed.attention == "supplier_note"
    assert "GONE_FISHING" in placed.attention_note
    assert OrderEvent.objects.filter(kind="external_order.unknown").count() == 1
    assert ExternalOrder.objects.get().next_poll_at is not None


def test_known_word_after_an_unknown_one_needs_nobody_any_more(placed, supplier):
    poll(supplier, snapshot(ONE, E.UNKNOWN, raw_status="GONE_FISHING"), snapshot(ONE, E.PROCESSING))

    assert statuses(placed) == ("paid", "in_fulfillment")
    assert placed.attention == ""
    assert OrderEvent.objects.filter(kind="supplier_order.needs_nobody").count() == 1


def test_payment_is_asked_for_at_once_when_the_unknown_word_is_gone(placed, supplier):
    ExternalOrder.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    poll(supplier, snapshot(ONE, E.UNKNOWN, raw_status="GONE_FISHING"), snapshot(ONE, E.AWAITING_PAYMENT))

    placed.refresh_from_db()
    assert placed.attention == "pay"


def test_other_note_stays_when_a_known_word_follows(placed, supplier):
    poll(supplier, snapshot(ONE, E.UNKNOWN, raw_status="GONE_FISHING"))
    SupplierOrder.objects.update(attention_note="Customs want a number.")

    poll(supplier, snapshot(ONE, E.PROCESSING))

    placed.refresh_from_db()
    assert (placed.attention, placed.attention_note) == ("supplier_note", "Customs want a number.")


def test_known_word_of_one_order_leaves_the_unknown_word_of_the_other(supplier):
    part = bought(supplier, ONE, TWO)
    poll(supplier, snapshot(ONE, E.UNKNOWN, raw_status="GONE_FISHING"))

    poll(supplier, snapshot(TWO, E.PROCESSING))

    part.refresh_from_db()
    assert part.attention == "supplier_note"


def test_supplier_that_cancels_calls_a_person(placed, supplier):
    poll(supplier, snapshot(ONE, E.CANCELED))

    assert statuses(placed) == ("canceled", "in_fulfillment")
    assert placed.attention == "supplier_canceled"
    assert ExternalOrder.objects.get().next_poll_at is None


def test_one_of_several_orders_that_is_canceled_calls_a_person(supplier):
    part = bought(supplier, ONE, TWO)

    poll(supplier, snapshot(ONE, E.CANCELED), snapshot(TWO, E.SHIPPED))

    assert statuses(part) == ("shipped", "shipped")
    assert part.attention == "supplier_canceled"
    assert ONE in part.attention_note


def test_order_that_should_pay_itself_and_does_not_calls_a_person(placed, supplier):
    ExternalOrder.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    poll(supplier, snapshot(ONE, E.AWAITING_PAYMENT, pay_within_s=86_400))

    placed.refresh_from_db()
    assert placed.attention == "pay"
    poll(supplier, snapshot(ONE, E.PROCESSING))
    placed.refresh_from_db()
    assert placed.attention == ""


def test_young_order_is_given_time_to_pay_itself(placed, supplier):
    poll(supplier, snapshot(ONE, E.AWAITING_PAYMENT))

    placed.refresh_from_db()
    assert placed.attention == ""


def test_one_paid_order_does_not_take_back_the_call_for_the_unpaid_one(supplier):
    part = bought(supplier, ONE, TWO)
    part.account.pays_automatically = False
    part.account.save()
    waiting, done = snapshot(ONE, E.AWAITING_PAYMENT), snapshot(TWO, E.PROCESSING)
    poll(supplier, waiting, done)
    events = OrderEvent.objects.count()

    poll(supplier, waiting, done)

    part.refresh_from_db()
    assert part.attention == "pay"
    assert OrderEvent.objects.count() == events


def test_amount_that_was_charged_is_kept(placed, supplier):
    poll(supplier, snapshot(ONE, E.PROCESSING, amount=Money(Decimal("10.00"), "USD")))

    placed.refresh_from_db()
    assert placed.charged_amount == Decimal("10.00")


@pytest.mark.parametrize("problem", [Transient("busy"), Rejected("not yours"), MalformedReply("odd")])
def test_failed_look_up_changes_nothing_and_comes_again(placed, supplier, problem):
    supplier.snapshots[ONE] = problem

    assert not tracking.look(ExternalOrder.objects.get().pk)

    assert statuses(placed) == ("placed", "in_fulfillment")
    assert placed.attention == ""
    assert ExternalOrder.objects.get().next_poll_at > database_now()


def test_order_that_stays_unreadable_calls_a_person(placed, supplier):
    ExternalOrder.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    supplier.snapshots[ONE] = Rejected("not yours")

    tracking.look(ExternalOrder.objects.get().pk)

    placed.refresh_from_db()
    assert placed.attention == "supplier_note"


def test_order_that_is_read_again_needs_nobody_any_more(placed, supplier):
    ExternalOrder.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    poll(supplier, snapshot(ONE, E.PROCESSING))
    supplier.snapshots[ONE] = Rejected("not yours")
    tracking.look(ExternalOrder.objects.get().pk, now_please=True)

    poll(supplier, snapshot(ONE, E.SHIPPED))

    assert statuses(placed) == ("shipped", "shipped")
    assert placed.attention == ""


def test_order_that_the_supplier_no_longer_holds_needs_nobody_any_more(placed, supplier):
    poll(supplier, snapshot(ONE, E.FROZEN, needs_person="It is checked for risks there."))
    placed.refresh_from_db()
    assert placed.attention == "supplier_note"

    poll(supplier, snapshot(ONE, E.SHIPPED))

    placed.refresh_from_db()
    assert placed.attention == ""


@pytest.mark.parametrize(
    "shown",
    [
        snapshot(ONE, E.UNKNOWN, raw_status="GONE_FISHING"),
        snapshot(ONE, E.FROZEN, needs_person="Risk."),
        Rejected("no"),
    ],
)
def test_what_a_person_has_settled_does_not_call_again_by_the_same_words(placed, supplier, shown):
    ExternalOrder.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    supplier.snapshots[ONE] = shown
    tracking.look(ExternalOrder.objects.get().pk, now_please=True)
    placed.refresh_from_db()
    desk.settled(placed, attention="supplier_note", reason="Known.", actor="staff:1")

    tracking.look(ExternalOrder.objects.get().pk, now_please=True)
    placed.refresh_from_db()
    assert placed.attention == ""

    poll(supplier, snapshot(ONE, E.FROZEN, needs_person="Something else."))
    placed.refresh_from_db()
    assert placed.attention == "supplier_note"


def test_refused_token_stops_the_looking(placed, supplier):
    supplier.snapshots[ONE] = AccountUnusable("ended")

    tracking.look(ExternalOrder.objects.get().pk)

    ExternalOrder.objects.update(next_poll_at=database_now())
    assert tracking.to_look_up() == []


def test_ban_silences_the_looking_too(supplier):
    bought(supplier, ONE, TWO)
    first, second = ExternalOrder.objects.order_by("pk")
    supplier.snapshots[ONE] = Transient("slow down", retry_after_s=90)
    waiting = tracking.to_look_up()

    assert not tracking.look(first.pk)
    assert not tracking.look(second.pk)

    assert len(waiting) == 2
    assert tracking.to_look_up() == []
    second.refresh_from_db()
    assert second.polled_at is None
    assert second.next_poll_at <= database_now()


def test_short_ban_does_not_end_a_long_one(placed, supplier):
    for seconds in (900, 2):
        supplier.snapshots[ONE] = Transient("slow down", retry_after_s=seconds)
        placed.account.refresh_from_db()
        tracking.mark_account(placed.account_id, supplier.snapshots[ONE])

    placed.account.refresh_from_db()
    assert placed.account.paused_until > timezone.now() + timedelta(seconds=800)


def test_order_that_is_not_due_is_left_alone(placed, supplier):
    poll(supplier, snapshot(ONE, E.PROCESSING))
    external = ExternalOrder.objects.get()

    assert not tracking.look(external.pk)
    assert tracking.look(external.pk, now_please=True)


@pytest.mark.parametrize(("days", "seconds"), [(0, 900), (2, 3600), (8, 14_400), (31, 43_200)])
def test_older_orders_are_looked_up_less_often(days, seconds):
    now = timezone.now()

    assert tracking._interval(now - timedelta(days=days), now) == timedelta(seconds=seconds)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two workers, and two orders of one purchase."""

    def test_looked_up_by_one_worker(self, supplier):
        bought(supplier)
        pk = ExternalOrder.objects.get().pk

        found = together(6, lambda _: tracking.look(pk))

        assert sorted(found) == [False] * 5 + [True]

    def test_two_orders_delivered_at_once_deliver_the_whole(self, supplier):
        part = bought(supplier, ONE, TWO)
        externals = list(ExternalOrder.objects.order_by("pk"))
        for external in externals:
            supplier.snapshots[external.external_id] = snapshot(external.external_id, E.DELIVERED, "LP1")

        together(2, lambda who: tracking.look(externals[who].pk))

        assert statuses(part) == ("delivered", "delivered")

    def test_same_picture_taken_over_twice_at_once_is_kept_once(self, supplier):
        bought(supplier)
        shown = snapshot(ONE, E.SHIPPED, parcels=(Parcel("LP1", checkpoints=(POINT,)),))

        together(4, lambda _: tracking.take_over(ExternalOrder.objects.get(), shown))

        assert Shipment.objects.count() == TrackingEvent.objects.count() == 1
        assert Notice.objects.filter(kind="shipped").count() == 1
