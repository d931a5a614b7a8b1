"""A push makes us look, and nothing else: whatever it says, the supplier's order tells what is true."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from fulfillment import dispatch, sweep, tracking, webhooks
from fulfillment.models import ExternalOrder, SupplierOrder
from fulfillment.states import SupplierOrderStatus as S
from integrations.clock import database_now
from integrations.errors import OutcomeUnknown, Rejected, Transient
from integrations.models import PushMessage, SupplierAccount
from integrations.pushes import PushKind, PushOutcome
from integrations.types import Placed
from integrations.types import SupplierOrderState as E
from tests.factories import SupplierAccountFactory
from tests.fulfillment.scenes import goods, paid, part_of, snapshot, together

pytestmark = pytest.mark.django_db

ONE, OTHER = "8198352049851315", "8198352049859999"
_keys = count()


def push(
    account: SupplierAccount, kind: str = PushKind.ORDER_SHIPPED, external_id: str = ONE, **changes
) -> PushMessage:
    values = {"kind": kind, "external_id": external_id, "received_at": database_now(), **changes}
    return PushMessage.objects.create(account=account, key=f"key-{next(_keys)}", **values)


def handled(message: PushMessage) -> str:
    """What is noted about ``message`` after a job came to it."""
    webhooks.handle(message.pk)
    message.refresh_from_db()
    return message.outcome if message.handled_at else f"{message.outcome}..."


def aged(message: PushMessage, by: timedelta) -> PushMessage:
    message.received_at -= by
    message.save(update_fields=["received_at"])
    return message


def attention_of(part: SupplierOrder) -> tuple[str, str]:
    part.refresh_from_db()
    return part.attention, part.attention_note


@pytest.fixture
def placed(supplier) -> SupplierOrder:
    supplier.answers = [Placed((ONE,))]
    part = part_of(paid(goods().variant))
    assert dispatch.place(part.pk)
    part.refresh_from_db()
    return part


@pytest.fixture
def unclear(supplier) -> SupplierOrder:
    supplier.answers = [OutcomeUnknown("time-out")]
    part = part_of(paid(goods().variant))
    dispatch.place(part.pk)
    part.refresh_from_db()
    assert part.status == S.UNKNOWN
    return part


# --- an order that we know ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in PushKind if kind.value.startswith("order_")])
def test_push_makes_us_look_at_its_order_now(placed, supplier, kind):
    ExternalOrder.objects.update(next_poll_at=database_now() + timedelta(hours=12))
    supplier.snapshots[ONE] = snapshot(ONE, E.SHIPPED, "LP1")

    assert handled(push(placed.account, kind)) == PushOutcome.LOOKED

    placed.refresh_from_db()
    assert placed.status == S.SHIPPED


def test_what_the_push_says_is_not_believed(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.PROCESSING)

    assert handled(push(placed.account, PushKind.ORDER_CLOSED)) == PushOutcome.LOOKED

    placed.refresh_from_db()
    assert placed.status == S.PAID


def test_late_push_does_not_bring_a_delivered_order_back(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.DELIVERED, "LP1")
    handled(push(placed.account, PushKind.ORDER_CLOSED))
    supplier.snapshots[ONE] = snapshot(ONE, E.SHIPPED, "LP1")  # A read that lags behind, on top of it all.

    assert handled(push(placed.account, PushKind.ORDER_SHIPPED)) == PushOutcome.LOOKED

    placed.refresh_from_db()
    placed.order.refresh_from_db()
    assert (placed.status, placed.order.status) == (S.DELIVERED, "delivered")
    assert ExternalOrder.objects.get().next_poll_at is None


def test_canceled_order_stays_canceled_after_a_late_push(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.CANCELED)
    handled(push(placed.account, PushKind.ORDER_CLOSED))
    supplier.snapshots[ONE] = snapshot(ONE, E.SHIPPED, "LP1")

    handled(push(placed.account, PushKind.ORDER_SHIPPED))

    placed.refresh_from_db()
    assert placed.status == S.CANCELED


def test_push_is_handled_once(placed):
    message = push(placed.account)
    assert webhooks.handle(message.pk)

    assert not webhooks.handle(message.pk)


@pytest.mark.django_db(transaction=True)
def test_jobs_at_the_same_time_look_once(placed, supplier, monkeypatch):
    looks = []
    real = tracking.look
    monkeypatch.setattr(tracking, "look", lambda pk, **kw: looks.append(pk) or real(pk, **kw))
    supplier.snapshots[ONE] = snapshot(ONE, E.PROCESSING)
    message = push(placed.account)

    together(8, lambda index: webhooks.handle(message.pk))

    message.refresh_from_db()
    assert len(looks) == 1
    assert message.outcome == PushOutcome.LOOKED


# --- an order that cannot be read now -------------------------------------------------------------------


@pytest.mark.parametrize("error", [Transient("busy"), Rejected("no such order")])
def test_order_that_cannot_be_read_is_polled_sooner(placed, supplier, error):
    supplier.snapshots[ONE] = error
    message = push(placed.account)

    assert handled(message) == "waiting..."

    assert ExternalOrder.objects.get().next_poll_at < database_now() + timedelta(minutes=2)


def test_waiting_push_is_done_once_a_poll_has_read_the_order(placed, supplier):
    supplier.snapshots[ONE] = Transient("busy")
    message = push(placed.account)
    handled(message)
    supplier.snapshots[ONE] = snapshot(ONE, E.SHIPPED, "LP1")
    ExternalOrder.objects.update(next_poll_at=database_now())

    sweep.sweep(sweep.run_here)
    assert handled(message) == PushOutcome.LOOKED

    placed.refresh_from_db()
    assert placed.status == S.SHIPPED


def test_waiting_push_does_not_ask_the_supplier_each_minute(placed, supplier, monkeypatch):
    supplier.snapshots[ONE] = Transient("busy")
    message = push(placed.account)
    handled(message)
    monkeypatch.setattr(tracking, "look", lambda *args, **kwargs: pytest.fail("looked again"))

    assert handled(aged(message, timedelta(hours=3))) == "waiting..."

    # Three hours of silence are followed by three more at most; here the usual poll comes first.
    assert ExternalOrder.objects.get().next_poll_at < database_now() + timedelta(minutes=2)


def test_push_gives_up_after_a_day(placed, supplier):
    supplier.snapshots[ONE] = Transient("busy")

    assert handled(aged(push(placed.account), timedelta(hours=25))) == PushOutcome.FAILED


def test_push_for_an_account_that_must_be_silent_waits(placed, supplier):
    SupplierAccount.objects.update(paused_until=database_now() + timedelta(minutes=5))

    assert handled(push(placed.account)) == "waiting..."


# --- payment --------------------------------------------------------------------------------------------


def test_failed_payment_calls_a_person(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.AWAITING_PAYMENT, pay_within_s=86_400)

    handled(push(placed.account, PushKind.ORDER_PAYMENT_FAILED))

    attention, note = attention_of(placed)
    assert attention == SupplierOrder.Attention.PAY
    assert "could not take the payment. Pay it there by 20" in note


def test_late_news_of_a_failed_payment_is_nothing_once_it_is_paid(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.PROCESSING)

    handled(push(placed.account, PushKind.ORDER_PAYMENT_FAILED))

    assert attention_of(placed) == ("", "")


def test_failed_payment_does_not_cover_another_reason(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.AWAITING_PAYMENT, needs_person="The address must be completed.")

    handled(push(placed.account, PushKind.ORDER_PAYMENT_FAILED))

    assert attention_of(placed) == (SupplierOrder.Attention.SUPPLIER_NOTE, "The address must be completed.")


# --- an order that we do not know -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [PushKind.ORDER_CREATED, PushKind.ORDER_SHIPPED])
def test_order_placed_elsewhere_is_nothing_to_us(placed, kind):
    assert handled(push(placed.account, kind, OTHER)) == PushOutcome.UNKNOWN_ORDER
    assert attention_of(placed) == ("", "")


def test_order_of_another_app_is_not_touched(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.SHIPPED, "LP1")
    foreign = SupplierAccountFactory(provider="fake", app_key="99999999")

    assert handled(push(foreign)) == PushOutcome.UNKNOWN_ORDER

    placed.refresh_from_db()
    assert placed.status == S.PLACED


def test_push_at_one_account_of_an_app_serves_its_other_accounts(placed, supplier):
    supplier.snapshots[ONE] = snapshot(ONE, E.SHIPPED, "LP1")

    assert handled(push(SupplierAccountFactory(provider="fake"))) == PushOutcome.LOOKED


def test_push_that_overtakes_our_own_call_waits_for_it(unclear):
    SupplierOrder.objects.update(status=S.IN_FLIGHT, lease_until=database_now() + timedelta(minutes=1))

    assert handled(push(unclear.account, PushKind.ORDER_CREATED)) == "..."


def test_push_waits_while_the_suppliers_key_may_still_settle_it(unclear, supplier):
    message = push(unclear.account, PushKind.ORDER_CREATED)
    assert handled(message) == "..."
    supplier.orders[unclear.reference] = (ONE,)
    SupplierOrder.objects.update(settle_at=database_now())

    sweep.sweep(sweep.run_here)

    assert handled(message) == PushOutcome.LOOKED
    unclear.refresh_from_db()
    assert unclear.status == S.PLACED


@pytest.mark.parametrize("reason", ["a person was called", "it may not be sent again", "it takes too long"])
def test_created_order_is_evidence_for_an_unclear_purchase(unclear, settings, reason):
    message = push(unclear.account, PushKind.ORDER_CREATED, body={"at": "2100-01-02T03:04:05+00:00"})
    if reason == "a person was called":
        SupplierOrder.objects.update(attention="outcome", attention_note="Look into its account.")
    elif reason == "it may not be sent again":
        settings.RESEND_UNKNOWN = False
    else:
        aged(message, timedelta(hours=1))

    assert handled(message) == PushOutcome.EVIDENCE

    attention, note = attention_of(unclear)
    assert attention == SupplierOrder.Attention.OUTCOME
    assert f"order {ONE} was created at 2100-01-02 03:04 UTC" in note
    assert ("Look into its account." in note) == (reason == "a person was called")
    assert unclear.status == S.UNKNOWN
    assert not unclear.external_orders.exists()


def test_order_created_before_the_purchase_was_sent_is_no_evidence(unclear):
    before = unclear.first_sent_at - timedelta(hours=1)

    message = push(unclear.account, PushKind.ORDER_CREATED, body={"at": before.isoformat()})

    assert handled(message) == PushOutcome.UNKNOWN_ORDER


# --- other pushes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (PushKind.TEST, PushOutcome.NOTED),
        (PushKind.UNKNOWN, PushOutcome.UNKNOWN_KIND),
        (PushKind.UNREADABLE, PushOutcome.UNKNOWN_KIND),
        (PushKind.ORDER_CHANGED, PushOutcome.NOT_AN_ORDER),
    ],
)
def test_push_without_an_order_changes_nothing(placed, kind, outcome):
    assert handled(push(placed.account, kind, "")) == outcome


def test_end_of_the_authorization_is_noted_on_the_account(placed):
    assert handled(push(placed.account, PushKind.AUTHORIZATION_ENDS, "")) == PushOutcome.NOTED

    placed.account.refresh_from_db()
    assert "authorization ends soon" in placed.account.health_note
    assert placed.account.health == SupplierAccount.Health.OK


@pytest.mark.parametrize("health", SupplierAccount.Health.values)
def test_what_is_said_of_the_account_already_is_kept(placed, health):
    SupplierAccount.objects.update(health=health, health_note="said before")

    handled(push(placed.account, PushKind.AUTHORIZATION_ENDS, ""))

    placed.account.refresh_from_db()
    assert placed.account.health_note == "said before"


# --- the sweep ------------------------------------------------------------------------------------------


def test_sweep_finds_unhandled_pushes_and_no_others(placed):
    waiting = push(placed.account, outcome=PushOutcome.WAITING)
    fresh = push(placed.account)
    push(placed.account, handled_at=timezone.now())

    assert webhooks.unhandled() == [fresh.pk, waiting.pk]
    assert sweep.Job("fulfillment.tasks.handle_push", fresh.pk) in list(sweep.jobs())


def test_old_pushes_are_deleted_once_they_are_done_with(placed, settings):
    long_ago = timezone.now() - timedelta(days=settings.API_CALL_RETENTION_DAYS + 1)
    push(placed.account, received_at=long_ago, handled_at=long_ago)
    kept = push(placed.account, received_at=long_ago)

    sweep.purge()

    assert list(PushMessage.objects.all()) == [kept]
