"""After the retention time nothing in the database tells whom an order was for, and every amount still adds up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from fulfillment import invoices, personal_data, sweep, tracking
from fulfillment.models import (
    Attempt,
    ExternalOrder,
    Invoice,
    Notice,
    Order,
    OrderEvent,
    OrderLink,
    PaymentEvent,
    Refund,
    ReturnPhoto,
    ReturnRequest,
    SupplierOrder,
    TrackingEvent,
)
from fulfillment.notifications import owe
from fulfillment.personal_data import StillNeeded, erase_personal_data
from fulfillment.transitions import record
from integrations.models import ApiCall, PushMessage
from integrations.types import SupplierOrderState
from shop.models import Basket
from tests.factories import (
    ExternalOrderFactory,
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    ShipmentFactory,
    SupplierOrderFactory,
)
from tests.fulfillment.scenes import snapshot

pytestmark = pytest.mark.django_db

PERSON = {
    "email": "plantina@planted.example",
    "first_name": "Plantina",
    "last_name": "Seedling",
    "line1": "77 Hidden Garden Lane",
    "line2": "Greenhouse Q4711Q",
    "city": "Plantville",
    "province": "Plantshire",
    "postcode": "90210-4477",
    "phone": "+12125550177",
    "tax_id": "TAX-PLANTED-99",
    "national_address": "PLNT4477",
}
SAID = "It is for Plantina Seedling in Plantville"


def ended(*, days: float = 400, **changes: Any) -> Order:
    """An order of the planted person that was delivered so long ago, with everything that is kept of such an order."""
    total = Decimal("24.90")
    order = OrderFactory(**{"paid": True, "checkout_key": "planted-checkout", **PERSON, **changes})
    line = OrderLineFactory(order=order)
    payment = PaymentFactory(order=order, status="succeeded", refunded_amount=Decimal(5), session_url=f"https://{SAID}")
    refund = Refund.objects.create(
        payment=payment, key="r-1", amount=Decimal(5), currency="USD", status="done", reason=SAID, note=SAID
    )
    part = SupplierOrderFactory(
        order=order, status="delivered", ship_province="Plantshire", ship_city="Plantville", attention_note=SAID,
        place_doubts={"city": "Plantville"}, charged_amount=Decimal("8.01"),
    )  # fmt: skip
    Attempt.objects.create(
        supplier_order=part,
        number=1,
        reference=f"{part.reference}-old",
        fence=1,
        message=SAID,
        started_at=timezone.now(),
    )
    external = ExternalOrderFactory(
        supplier_order=part, state="delivered", snapshot={"to": SAID}, unclear_note=SAID, next_poll_at=None
    )
    shipment = ShipmentFactory(external_order=external)
    TrackingEvent.objects.create(shipment=shipment, at=timezone.now(), label="Delivered", description=SAID)
    logged = {"account": part.account, "started_at": timezone.now(), "request_body": {"a": SAID}, "reply_body": SAID}
    call = ApiCall.objects.create(operation="order", reference=part.reference, **logged)
    ApiCall.objects.create(operation="order", reference=f"{part.reference}-old", **logged)
    ApiCall.objects.create(operation="look", reference=external.external_id, **logged)
    ApiCall.objects.create(operation="order", reference="replay", replay_of=call, is_replay=True, **logged)
    PushMessage.objects.create(account=part.account, key="1", external_id=external.external_id, body={"to": SAID})
    wish = ReturnRequest.objects.create(
        order=order, number=f"{order.number}-R1", key="f", status="refunded", reason="other", comment=SAID, answer=SAID,
        refund=refund,
    )  # fmt: skip
    wish.lines.create(order_line=line, quantity=1)
    ReturnPhoto.objects.create(request=wish, position=1, content=SAID.encode())
    record(order.pk, "supplier_order.canceled", note=SAID, data={"amount": str(total)}, actor="staff:1")
    invoices.issue(order)
    OrderLink.mint(order)
    Notice.objects.create(order=order, kind="delivered", key="owed")
    Basket.objects.create(checkout_key=order.checkout_key)
    aged(order, days, status="delivered")
    return order


def aged(order: Order, days: float, **changes: Any) -> None:
    """As if nothing had happened to ``order`` for so many days."""
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - timedelta(days=days), **changes)
    order.refresh_from_db()


def everything_stored() -> str:
    """Every row of every table, as text."""
    return "\n".join(
        repr([bytes(value) if isinstance(value, memoryview) else value for value in row])
        for model in apps.get_models()
        if model._meta.managed and not model._meta.app_label.startswith("django_q")
        for row in model._base_manager.values_list()
    )


def found_of_the_person() -> list[str]:
    stored = everything_stored().lower()
    return [text for text in [*PERSON.values(), "Seedling", "planted.example"] if text.lower() in stored]


def test_nothing_of_the_person_is_left_in_any_table(settings):
    settings.INVOICE_BUYER_DAYS = 0
    order = ended()
    Invoice.objects.update(issued_at=timezone.now() - timedelta(days=1))
    assert set(PERSON.values()) <= set(found_of_the_person())  # The search itself finds what is there.

    assert erase_personal_data(order)

    assert found_of_the_person() == []
    assert not OrderLink.objects.exists()
    assert not Notice.objects.filter(sent_at=None).exists()
    assert not Basket.objects.exists()


def test_money_and_goods_stay_as_they_were():
    order = ended()
    kept = ("number", "status", "country", "currency", "items_total", "total", "paid_at", "created_at")
    before = {name: getattr(order, name) for name in kept}
    rows = {model: model.objects.count() for model in (SupplierOrder, Attempt, ExternalOrder, ReturnRequest, ApiCall)}

    erase_personal_data(order)

    order.refresh_from_db()
    assert {name: getattr(order, name) for name in kept} == before
    assert {model: model.objects.count() for model in rows} == rows
    assert order.payments.get().refunded_amount == Decimal(5)
    assert Refund.objects.get().amount == Decimal(5)
    assert order.supplier_orders.get().charged_amount == Decimal("8.01")
    assert order.events.get(kind="supplier_order.canceled").data == {"amount": "24.90"}
    assert order.events.last().kind == "order.personal_data_erased"


def test_invoice_keeps_its_buyer_and_the_tax_number_as_long_as_tax_law_asks(settings):
    settings.PERSONAL_DATA_DAYS = 365
    settings.INVOICE_BUYER_DAYS = 3834
    order = ended()

    erase_personal_data(order)

    invoice = Invoice.objects.get()
    assert "Plantina Seedling" in invoice.buyer
    assert "TAX-PLANTED-99" in invoice.buyer[-1]
    Invoice.objects.update(issued_at=timezone.now() - timedelta(days=3835))
    sweep.purge()
    assert found_of_the_person() == []
    assert Invoice.objects.get().number == invoice.number


def test_erasing_again_is_nothing():
    order = ended()
    erase_personal_data(order)

    assert not erase_personal_data(order)
    assert order.events.filter(kind="order.personal_data_erased").count() == 1


def test_other_orders_are_left_alone():
    other = OrderFactory(paid=True)
    order = ended()

    erase_personal_data(order)

    other.refresh_from_db()
    assert (other.email, other.line1) == ("ada@example.com", "123 Main St")


@pytest.mark.parametrize("status", ["awaiting_payment", "paid", "in_fulfillment", "shipped"])
def test_order_under_way_is_refused_and_changed_in_nothing(status):
    order = ended(days=3)
    Order.objects.update(status=status)

    with pytest.raises(StillNeeded):
        erase_personal_data(order)

    order.refresh_from_db()
    assert order.email == PERSON["email"]
    assert ReturnPhoto.objects.exists()


def test_parcel_that_was_lost_does_not_keep_its_order_for_ever():
    order = ended(days=130)
    aged(order, 130, status="shipped")

    assert erase_personal_data(order)


def on_its_way(order: Order, *, days: float, reported_days: float, **changes: Any) -> None:
    """As if its parts had changed so many days ago, and its carrier had reported so many days ago."""
    now = timezone.now()
    order.supplier_orders.update(attention="", updated_at=now - timedelta(days=days), **changes)
    TrackingEvent.objects.update(at=now - timedelta(days=reported_days))


def test_parcel_that_its_carrier_still_reports_keeps_its_order(settings):
    settings.PERSONAL_DATA_DAYS = 60
    order = ended()
    aged(order, 130, status="shipped")
    on_its_way(order, days=130, reported_days=9, status="shipped")

    assert personal_data.due() == []
    with pytest.raises(StillNeeded, match="on its way"):
        erase_personal_data(order)

    on_its_way(order, days=130, reported_days=121)
    assert personal_data.due() == [order.pk]


@pytest.mark.parametrize("status", ["placed", "paid", "shipped"])
def test_order_that_was_refunded_is_followed_until_its_parcel_has_arrived_or_is_lost(settings, status):
    settings.PERSONAL_DATA_DAYS = 60
    order = ended()
    aged(order, 61, status="refunded")
    on_its_way(order, days=61, reported_days=61, status=status)

    assert personal_data.due() == []
    with pytest.raises(StillNeeded, match="on its way"):
        erase_personal_data(order)

    on_its_way(order, days=121, reported_days=121)
    assert personal_data.due() == [order.pk]


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (SupplierOrder, {"attention": "supplier_canceled"}),
        (SupplierOrder, {"status": "held", "attention": "price"}),
        (ReturnRequest, {"status": "approved", "refund": None}),
        (Refund, {"status": "to_do"}),
    ],
)
def test_order_that_somebody_must_still_look_at_is_refused_and_not_due(settings, model, changes):
    settings.PERSONAL_DATA_DAYS = 365
    order = ended()
    model.objects.update(**changes)

    assert personal_data.due() == []
    with pytest.raises(StillNeeded):
        erase_personal_data(order)


def test_open_dispute_keeps_the_evidence_and_a_closed_one_does_not():
    order = ended()
    order.payments.update(disputed_at=timezone.now())

    with pytest.raises(StillNeeded):
        erase_personal_data(order)

    record(order.pk, "payment.dispute_closed", note="lost")
    assert erase_personal_data(order)


def test_payment_that_does_not_fit_is_given_back_first():
    order = ended()
    order.payments.update(status="mismatch", told_amount=Decimal(30), told_currency="USD")

    with pytest.raises(StillNeeded):
        erase_personal_data(order)


def test_nothing_is_erased_by_age_unless_it_is_asked_for(settings):
    settings.PERSONAL_DATA_DAYS = 0
    order = ended(days=9999)

    sweep.mend()

    order.refresh_from_db()
    assert order.email == PERSON["email"]


def test_sweep_erases_what_is_old_enough_and_nothing_younger(settings):
    settings.PERSONAL_DATA_DAYS = 365
    old = ended(days=366)
    young = OrderFactory(paid=True)
    aged(young, 364, status="delivered")

    sweep.mend()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.email, young.email) == ("", "ada@example.com")


def test_late_news_of_an_erased_order_bring_nothing_back(supplier):
    order = ended()
    erase_personal_data(order)
    external = ExternalOrder.objects.get()

    tracking.take_over(external, snapshot(external.external_id, SupplierOrderState.DELIVERED, "LP-LATE"))
    owe(order.__class__.objects.get(), Notice.Kind.DELIVERED)

    assert not TrackingEvent.objects.exists()
    assert not Notice.objects.exists()
    assert mail.outbox == []


def test_history_lets_a_note_be_emptied_and_nothing_else(db):
    order = OrderFactory()
    record(order.pk, "order.received", note="word", data={"a": 1})
    events = OrderEvent.objects.filter(order=order)

    events.update(note="")

    for change in ({"note": "other"}, {"note": "", "kind": "order.paid"}, {"data": {}}, {"actor": "staff:1"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            events.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        events.delete()
    assert events.get().data == {"a": 1}


def test_payment_events_go_after_the_retention_time_once_they_are_handled(settings):
    long_ago = timezone.now() - timedelta(days=settings.API_CALL_RETENTION_DAYS + 1)
    event = {"provider": "stripe", "kind": "session", "word": "x", "received_at": long_ago}
    PaymentEvent.objects.create(event_id="old", handled_at=long_ago, **event)
    PaymentEvent.objects.create(event_id="not handled", handled_at=None, **event)
    PaymentEvent.objects.create(event_id="new", handled_at=timezone.now(), **{**event, "received_at": timezone.now()})

    sweep.purge()

    assert set(PaymentEvent.objects.values_list("event_id", flat=True)) == {"not handled", "new"}


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("erase_personal_data", *arguments, stdout=out)
    return out.getvalue()


def test_command_erases_what_is_due_and_says_how_many(settings):
    settings.PERSONAL_DATA_DAYS = 365
    order = ended()

    assert "1 orders would be erased" in command("--dry-run")
    order.refresh_from_db()
    assert order.email == PERSON["email"]
    assert "1 orders erased" in command()
    order.refresh_from_db()
    assert order.email == ""


def test_command_erases_one_order_at_once_whatever_its_age():
    order = ended(days=0)

    assert "is erased" in command("--order", order.number)
    assert "before" in command("--order", order.number)


@pytest.mark.parametrize("arguments", [[], ["--order", "ORD-NONE"]])
def test_command_says_what_it_lacks(arguments):
    with pytest.raises(CommandError):
        command(*arguments)


def test_command_refuses_an_order_under_way():
    order = OrderFactory(paid=True)

    with pytest.raises(CommandError, match="under way"):
        command("--order", order.number)
