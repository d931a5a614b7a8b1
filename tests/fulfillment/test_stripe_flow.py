"""Payments through the official library against the emulated Stripe, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone, translation

from fulfillment import payment_events, payment_pages, refunds, sweep
from fulfillment.desk import cancel_and_refund
from fulfillment.models import Notice, Order, OrderEvent, Payment, PaymentEvent, Refund, SupplierOrder
from fulfillment.payments import PaymentProblem, refund, start_payment
from fulfillment.states import PaymentStatus
from fulfillment.transitions import move_payment
from fulfillment.unpaid import cancel_unpaid, unpaid_too_long, unread_pages
from integrations.payments import EventForged, ProviderRefund, RefundState, Session, SessionRequest, provider_for
from integrations.stripe.client import StripeProvider
from shop.money import Money
from tests.factories import PaymentFactory
from tests.faults.processes import Emulator
from tests.fulfillment.scenes import approve, goods, order_of, part_of, together
from tests.stripe_shop import control, emulated_stripe, event, open_page, paid, pay, return_urls, signature

pytestmark = pytest.mark.django_db(transaction=True)

_P = PaymentStatus
_R = Refund.Status


@pytest.fixture
def emulator(settings) -> Iterator[Emulator]:
    with emulated_stripe(settings) as running:
        yield running


@pytest.fixture
def order(supplier) -> Order:
    return order_of(goods().variant)


def look(payment: Payment) -> Payment:
    payment_pages.look(payment.pk)
    payment.refresh_from_db()
    return payment


def status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def tell(word: str, item: dict[str, object], event_id: str = "evt_1") -> str:
    """An event arrives and is handled; what came of it."""
    body = event(word, item, event_id=event_id)
    payment_events.receive("stripe", headers=signature(body), body=body)
    row = PaymentEvent.objects.get(event_id=event_id)
    PaymentEvent.objects.filter(pk=row.pk).update(next_try_at=timezone.now())
    payment_events.handle(row.pk)
    row.refresh_from_db()
    return row.outcome


class TestPage:
    """The hosted page: opened once, found again, closed."""

    def test_page_asks_for_the_orders_total_and_names_the_order(self, emulator, order):
        payment = open_page(order)

        assert payment.is_test
        session = control(emulator, "sessions")["sessions"][0]
        assert (session["amount_total"], session["currency"]) == (2490, "usd")
        assert session["client_reference_id"] == payment.public_id
        assert (session["metadata"]["order"], session["customer_email"]) == (order.number, "ada@example.com")

    @pytest.mark.parametrize(("language", "word"), [("de", "Versand"), ("en", "Shipping"), ("", "Shipping")])
    def test_page_names_the_shipping_in_the_order_s_language(self, order, language, word):
        Order.objects.filter(pk=order.pk).update(language=language, shipping_total=5, total=F("total") + 5)
        order.refresh_from_db()
        payment = PaymentFactory(order=order, method="stripe", amount=order.total)

        with translation.override("de" if language != "de" else "en"):
            asked = payment_pages._request(payment, "", "")

        assert asked.lines[-1].title == word

    def test_page_opened_twice_is_one_session(self, emulator, order):
        first = payment_pages.open_page(order, method="stripe", return_urls=return_urls)

        assert payment_pages.open_page(order, method="stripe", return_urls=return_urls) == first
        assert len(control(emulator, "sessions")["sessions"]) == 1

    def test_page_opened_by_several_at_once_is_one_session(self, emulator, order):
        together(5, lambda _: payment_pages.open_page(order, method="stripe", return_urls=return_urls))

        assert len(control(emulator, "sessions")["sessions"]) == Payment.objects.count() == 1

    @pytest.mark.parametrize("kind", ["http_500_after", "drop_after", "drop", "http_500"])
    def test_broken_reply_is_repeated_under_the_same_key(self, emulator, order, kind, monkeypatch):
        monkeypatch.setattr("stripe._http_client.time.sleep", lambda _s: None)
        control(emulator, "faults", {"kind": kind, "operation": "sessions.create", "times": 2})

        open_page(order)

        assert len(control(emulator, "sessions")["sessions"]) == 1

    def test_start_that_failed_leaves_the_order_payable_and_the_intent_stored(self, emulator, order, monkeypatch):
        monkeypatch.setattr("stripe._http_client.time.sleep", lambda _s: None)
        control(emulator, "faults", {"kind": "drop_after", "operation": "sessions.create", "times": 3})

        with pytest.raises(PaymentProblem) as problem:
            open_page(order)

        assert (problem.value.code, status(order)) == ("payment_unavailable", "awaiting_payment")
        assert Payment.objects.get().session_id == ""
        assert open_page(order) == Payment.objects.get()
        assert len(control(emulator, "sessions")["sessions"]) == 1

    def test_corrected_address_after_an_unclear_start_opens_another_page(self, emulator, order, monkeypatch):
        monkeypatch.setattr("stripe._http_client.time.sleep", lambda _s: None)
        control(emulator, "faults", {"kind": "drop_after", "operation": "sessions.create", "times": 3})
        with pytest.raises(PaymentProblem):
            open_page(order)
        Order.objects.update(email="other@example.com")

        payment = open_page(Order.objects.get())

        assert payment.session_id
        assert sorted(Payment.objects.values_list("status", flat=True)) == ["failed", "pending"]

    def test_wrong_key_is_told_as_unavailable(self, emulator, order, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_wrong"

        with pytest.raises(PaymentProblem) as problem:
            open_page(order)

        assert problem.value.code == "payment_unavailable"

    def test_page_elsewhere_than_it_should_be_is_not_shown(self, emulator, order, settings):
        settings.STRIPE_PAGE_ORIGINS = ["https://checkout.stripe.com"]

        with pytest.raises(PaymentProblem):
            open_page(order)

    def test_page_of_a_payment_given_up_meanwhile_is_closed_and_not_shown(self, emulator, order, monkeypatch):
        open_session = StripeProvider.open_session

        def given_up_meanwhile(provider: StripeProvider, request: SessionRequest) -> Session:
            session = open_session(provider, request)
            move_payment(Payment.objects.get(public_id=request.key), PaymentStatus.FAILED, actor="system")
            return session

        monkeypatch.setattr(StripeProvider, "open_session", given_up_meanwhile)

        with pytest.raises(PaymentProblem) as problem:
            payment_pages.open_page(order, method="stripe", return_urls=return_urls)

        assert problem.value.code == "payment_unavailable"
        sessions = control(emulator, "sessions")["sessions"]
        assert {session["status"] for session in sessions} == {"expired"}
        assert {payment.session_id for payment in Payment.objects.all()} == {session["id"] for session in sessions}

    def test_page_given_up_once_is_followed_by_another(self, emulator, order, monkeypatch):
        open_session = StripeProvider.open_session

        def given_up_meanwhile(provider: StripeProvider, request: SessionRequest) -> Session:
            session = open_session(provider, request)
            if Payment.objects.count() == 1:
                move_payment(Payment.objects.get(), PaymentStatus.FAILED, actor="system")
            return session

        monkeypatch.setattr(StripeProvider, "open_session", given_up_meanwhile)

        url = payment_pages.open_page(order, method="stripe", return_urls=return_urls)

        assert order.payments.get(status="pending").session_url == url
        assert sorted(one["status"] for one in control(emulator, "sessions")["sessions"]) == ["expired", "open"]

    def test_expired_page_leaves_the_order_payable_on_a_new_one(self, emulator, order):
        payment = open_page(order)
        control(emulator, "expire", {"id": payment.session_id})

        look(payment)

        assert (payment.status, status(order)) == ("abandoned", "awaiting_payment")
        assert open_page(order) != payment

    def test_page_of_a_canceled_order_is_closed(self, emulator, order):
        payment = open_page(order)
        cancel_unpaid(order)

        look(payment)

        assert payment.status == "abandoned"
        assert control(emulator, "sessions")["sessions"][0]["status"] == "expired"

    def test_page_for_another_total_is_closed(self, emulator, order):
        payment = open_page(order)
        order_of(order.lines.get().variant, quantity=2)

        look(payment)

        assert payment.status == "abandoned"

    def test_page_left_open_is_closed_once_the_order_is_paid_otherwise(self, emulator, order):
        payment = open_page(order)
        approve(start_payment(order, method="sandbox"))

        look(payment)

        assert control(emulator, "sessions")["sessions"][0]["status"] == "expired"


class TestPaying:
    """What became of a payment is read at the provider."""

    def test_paid_session_pays_the_order_once(self, emulator, order):
        payment = paid(emulator, order)

        look(payment)

        assert (payment.status, status(order)) == ("succeeded", "paid")
        assert payment.external_reference.startswith("pi_")
        assert payment.received == Money(Decimal("24.90"), "USD")
        assert SupplierOrder.objects.count() == Notice.objects.count() == 1

    def test_open_session_changes_nothing(self, emulator, order):
        payment = open_page(order)

        look(payment)

        assert (payment.status, status(order)) == ("pending", "awaiting_payment")
        assert payment.next_look_at is not None

    @pytest.mark.parametrize("kind", ["wrong_amount", "wrong_currency"])
    def test_other_amount_or_currency_is_a_mismatch_that_keeps_what_came(self, emulator, order, kind):
        payment = open_page(order)
        control(emulator, "faults", {"kind": kind})
        session = pay(emulator, payment)

        look(payment)

        assert (payment.status, status(order)) == ("mismatch", "awaiting_payment")
        assert payment.received.currency == session["currency"].upper()
        assert payment.received.amount == Decimal(session["amount_total"]) / 100
        assert not SupplierOrder.objects.exists()

    def test_bank_that_takes_its_time_is_waited_for(self, emulator, order):
        payment = open_page(order)
        pay(emulator, payment, is_delayed=True)

        look(payment)

        assert (payment.status, status(order)) == ("processing", "awaiting_payment")
        with pytest.raises(PaymentProblem) as problem:
            start_payment(order, method="sandbox")
        assert problem.value.code == "processing"

    @pytest.mark.parametrize(
        ("succeeds", "ends"), [(True, ("succeeded", "paid")), (False, ("failed", "awaiting_payment"))]
    )
    def test_bank_decides(self, emulator, order, succeeds, ends):
        payment = open_page(order)
        pay(emulator, payment, is_delayed=True)
        look(payment)
        control(emulator, "settle", {"id": payment.session_id, "succeeds": succeeds})

        look(payment)

        assert (payment.status, status(order)) == ends

    def test_order_whose_bank_is_at_work_is_not_canceled_for_being_late(self, emulator, order):
        payment = open_page(order)
        pay(emulator, payment, is_delayed=True)
        Order.objects.update(created_at=timezone.now() - timedelta(days=3))
        assert unpaid_too_long() == []

        look(payment)

        assert unpaid_too_long() == []

    def test_payment_of_a_canceled_order_stands_before_staff_and_can_go_back(self, emulator, order):
        payment = open_page(order)
        pay(emulator, payment)
        cancel_unpaid(order)
        look(payment)
        assert (payment.status, status(order)) == ("mismatch", "canceled")

        row = refund(payment, amount=Decimal("24.90"), key="k", reason="late", actor="staff:1")
        refunds.send(row.pk)

        row.refresh_from_db()
        assert row.status == "done"
        assert control(emulator, "refunds")["refunds"][0]["amount"] == 2490

    def test_session_of_something_else_is_a_mismatch(self, emulator, order, supplier):
        other = order_of(goods(external_sku_id="2").variant, key="other")
        payment, strange = open_page(order), open_page(other)
        Payment.objects.filter(pk=payment.pk).update(session_id="cs_gone")
        Payment.objects.filter(pk=strange.pk).update(session_id=payment.session_id)
        pay(emulator, payment)

        look(strange)

        assert (strange.status, status(other)) == ("mismatch", "awaiting_payment")

    def test_unreadable_provider_leaves_everything_for_later(self, emulator, order, monkeypatch):
        monkeypatch.setattr("stripe._http_client.time.sleep", lambda _s: None)
        payment = open_page(order)
        pay(emulator, payment)
        control(emulator, "faults", {"kind": "http_500", "operation": "sessions.retrieve", "times": 3})

        assert payment_pages.look(payment.pk) is False
        assert look(payment).status == "succeeded"

    def test_sweep_finds_a_paid_session_of_which_nobody_told(self, emulator, order):
        payment = open_page(order)
        pay(emulator, payment)
        assert payment_pages.to_look_at() == []
        Payment.objects.update(next_look_at=timezone.now())

        assert payment_pages.to_look_at() == [payment.pk]
        payment_pages.look_if_due(payment.pk)

        assert status(order) == "paid"
        assert payment_pages.to_look_at() == []

    def long_ago(self, payment: Payment) -> None:
        """The worker stood still: the page has closed, the order is past its time to pay, nobody has looked."""
        then = timezone.now() - timedelta(days=2)
        Payment.objects.filter(pk=payment.pk).update(session_expires_at=then, next_look_at=then)
        Order.objects.update(created_at=timezone.now() - timedelta(days=3))

    def test_order_paid_before_an_outage_is_paid_by_the_first_sweep_after_it(self, emulator, order):
        payment = open_page(order)
        pay(emulator, payment)
        self.long_ago(payment)

        sweep.sweep(sweep.run_here)

        order.refresh_from_db()
        assert (order.status != "canceled", order.paid_at is not None) == (True, True)

    def test_order_whose_page_ended_unpaid_is_canceled_after_it_was_read(self, emulator, order):
        payment = open_page(order)
        control(emulator, "expire", {"id": payment.session_id})
        self.long_ago(payment)

        sweep.sweep(sweep.run_here)
        sweep.sweep(sweep.run_here)

        assert status(order) == "canceled"

    def test_order_whose_page_cannot_be_read_waits_for_a_person(self, emulator, order, settings):
        payment = open_page(order)
        self.long_ago(payment)
        settings.STRIPE_SECRET_KEY = "sk_test_wrong"

        sweep.sweep(sweep.run_here)

        assert status(order) == "awaiting_payment"
        assert list(unread_pages()) == [payment]
        cancel_and_refund(order, actor="staff:1", reason="Nothing was paid.")
        assert (status(order), unread_pages().exists()) == ("canceled", False)

    def test_return_and_events_at_once_pay_once(self, emulator, order):
        payment = open_page(order)
        session = pay(emulator, payment)
        body = event("checkout.session.completed", session)

        def work(index: int) -> object:
            if index % 2:
                return payment_pages.look(payment.pk, actor="customer")
            return payment_events.receive("stripe", headers=signature(body), body=body)

        found = together(10, work)
        for row in PaymentEvent.objects.all():
            payment_events.handle(row.pk)

        assert not [item for item in found if isinstance(item, Exception)]
        assert (status(order), PaymentEvent.objects.count()) == ("paid", 1)
        assert SupplierOrder.objects.count() == Notice.objects.count() == 1
        assert OrderEvent.objects.filter(kind="order.paid").count() == 1


class TestEvents:
    """Forged, repeated, late, unknown and out of order."""

    def test_event_makes_the_session_be_read(self, emulator, order):
        payment = open_page(order)

        assert tell("checkout.session.completed", pay(emulator, payment)) == "done"
        assert status(order) == "paid"
        assert PaymentEvent.objects.get().payment == payment

    @pytest.mark.parametrize("state", ["pending", "failed"])
    def test_event_of_a_session_whose_id_was_never_stored_is_found_by_our_reference(self, emulator, order, state):
        payment = open_page(order)
        session = pay(emulator, payment)
        Payment.objects.update(session_id="", session_url="", status=state)

        assert tell("checkout.session.completed", session) == "done"

        payment.refresh_from_db()
        assert (payment.session_id, payment.status, status(order)) == (session["id"], "succeeded", "paid")

    def test_event_of_another_session_that_names_our_reference_is_not_believed(self, emulator, order):
        payment = open_page(order)
        item = {"id": "cs_other", "client_reference_id": payment.public_id}

        assert tell("checkout.session.completed", item) == "unknown_payment"

        payment.refresh_from_db()
        assert (payment.session_id != "cs_other", status(order)) == (True, "awaiting_payment")

    def test_what_an_event_says_about_money_is_not_believed(self, emulator, order):
        payment = open_page(order)
        item = {"id": payment.session_id, "payment_status": "paid", "status": "complete", "amount_total": 2490}

        tell("checkout.session.completed", item)

        assert status(order) == "awaiting_payment"

    def test_forged_event_is_not_kept(self, emulator, order):
        body = event("checkout.session.completed", {"id": "cs_1"})

        with pytest.raises(EventForged):
            payment_events.receive("stripe", headers=signature(body, "whsec_other"), body=body)

        assert not PaymentEvent.objects.exists()

    def test_repeated_event_is_kept_once(self, emulator, order):
        body = event("checkout.session.expired", {"id": "cs_1"})

        found = together(8, lambda _: payment_events.receive("stripe", headers=signature(body), body=body))

        assert sorted(found) == [False] * 7 + [True]

    def test_late_and_out_of_order_events_change_nothing(self, emulator, order):
        payment = open_page(order)
        session = pay(emulator, payment)
        tell("checkout.session.async_payment_succeeded", session, "evt_2")

        tell("checkout.session.expired", session, "evt_1")
        tell("checkout.session.async_payment_failed", session, "evt_0")

        assert (status(order), SupplierOrder.objects.count()) == ("paid", 1)

    @pytest.mark.parametrize(
        ("word", "item", "outcome"),
        [
            ("payment_intent.created", {"id": "pi_1"}, "noted"),
            ("something.new", {}, "noted"),
            ("checkout.session.completed", {"id": "cs_of_another_shop"}, "unknown_payment"),
            ("charge.refunded", {"id": "ch_1", "payment_intent": "pi_other"}, "unknown_payment"),
            ("charge.dispute.created", {"id": "du_1"}, "unknown_payment"),
        ],
    )
    def test_event_that_is_not_ours_is_noted(self, emulator, order, word, item, outcome):
        assert tell(word, item) == outcome

    def test_money_of_a_payment_that_nobody_knows_is_told_to_staff(self, emulator, order, settings):
        settings.STAFF_EMAILS = ["staff@example.com"]
        item = {"id": "cs_stray", "client_reference_id": "x" * 27, "payment_status": "paid"}

        tell("checkout.session.completed", item)
        tell("checkout.session.completed", {"id": "cs_other_program", "payment_status": "paid"}, "evt_2")

        assert [message.subject for message in mail.outbox] == ["Money came for a payment that nobody knows"]
        assert "evt_1" in mail.outbox[0].body

    def test_event_whose_provider_is_down_is_tried_again(self, emulator, order, monkeypatch):
        monkeypatch.setattr("stripe._http_client.time.sleep", lambda _s: None)
        payment = open_page(order)
        session = pay(emulator, payment)
        control(emulator, "faults", {"kind": "http_500", "operation": "sessions.retrieve", "times": 3})

        assert tell("checkout.session.completed", session) == ""
        assert payment_events.unhandled() == []
        PaymentEvent.objects.update(next_try_at=timezone.now())
        assert payment_events.handle(payment_events.unhandled()[0])
        assert status(order) == "paid"

    def test_event_keeps_no_person(self, emulator, order):
        tell("checkout.session.completed", {"id": "cs_1", "customer_email": "ada@example.com"})

        assert "ada@" not in str(PaymentEvent.objects.values().get())


class TestRefunds:
    """In full, in part, made elsewhere, failed, unclear."""

    def give(self, payment: Payment, amount: str = "24.90", key: str = "k") -> Refund:
        row = refund(payment, amount=Decimal(amount), key=key, reason="asked", actor="staff:1")
        Refund.objects.filter(pk=row.pk).update(next_try_at=timezone.now())
        return row

    def send(self, row: Refund) -> Refund:
        Refund.objects.filter(pk=row.pk, status="pending").update(next_try_at=timezone.now())
        refunds.send(row.pk)
        row.refresh_from_db()
        return row

    def test_intent_is_stored_before_anything_is_sent(self, emulator, order):
        row = self.give(paid(emulator, order))

        assert (row.status, row.external_id) == ("pending", "")
        assert control(emulator, "refunds")["refunds"] == []
        assert refunds.unfinished() == [row.pk]

    def test_parts_and_the_rest_go_back(self, emulator, order):
        payment = paid(emulator, order)
        self.send(self.give(payment, "4.90", "first"))
        self.send(self.give(payment, "20.00", "second"))

        amounts = [item["amount"] for item in control(emulator, "refunds")["refunds"]]
        assert amounts == [2000, 490]
        assert set(Refund.objects.values_list("status", flat=True)) == {"done"}
        assert refunds.unfinished() == []

    @pytest.mark.parametrize("kind", ["drop_after", "http_500_after", "drop", "rate_limited"])
    def test_unclear_refund_goes_back_once(self, emulator, order, kind, monkeypatch):
        monkeypatch.setattr("stripe._http_client.time.sleep", lambda _s: None)
        row = self.give(paid(emulator, order))
        control(emulator, "faults", {"kind": kind, "operation": "refunds.create", "times": 3})

        assert self.send(row).status == "pending"
        control(emulator, "faults", verb="DELETE")
        assert self.send(row).status == "done"

        assert len(control(emulator, "refunds")["refunds"]) == 1

    def test_refund_sent_by_several_at_once_is_one(self, emulator, order):
        row = self.give(paid(emulator, order))

        together(5, lambda _: refunds.send(row.pk))

        assert len(control(emulator, "refunds")["refunds"]) == 1

    def test_refund_that_fails_can_be_given_again(self, emulator, order):
        payment = paid(emulator, order)
        control(emulator, "faults", {"kind": "refund_fails"})
        row = self.send(self.give(payment))
        refunds.sync(payment.pk)

        row.refresh_from_db()
        payment.refresh_from_db()
        assert (row.status, payment.refunded_amount) == ("failed", 0)
        assert self.send(self.give(payment, key="again")).status == "done"

    def test_refund_that_fails_after_it_was_done_is_told_to_staff(self, emulator, order, settings, monkeypatch):
        settings.STAFF_EMAILS = ["staff@example.com"]
        payment = paid(emulator, order)
        cancel_and_refund(Order.objects.get(), actor="staff:1", reason="asked")
        row = self.send(Refund.objects.get())
        assert (row.status, status(order)) == ("done", "refunded")
        told = ProviderRefund(row.external_id, RefundState.FAILED, row.money)
        monkeypatch.setattr(StripeProvider, "fetch_refunds", lambda *_args: (told,))

        refunds.sync(payment.pk)

        row.refresh_from_db()
        assert (row.status, list(refunds.failed())) == ("failed", [row])
        assert mail.outbox[-1].subject == f"Order {order.number}: a refund failed"

    def test_refused_refund_is_failed_and_says_why(self, emulator, order):
        payment = paid(emulator, order)
        control(emulator, "refund", {"id": payment.external_reference})

        row = self.send(self.give(payment))

        assert (row.status, "charge_already_refunded" in row.note) == ("failed", True)

    def test_waiting_refund_is_done_when_its_event_comes(self, emulator, order):
        payment = paid(emulator, order)
        control(emulator, "faults", {"kind": "refund_waits"})
        row = self.send(self.give(payment))
        assert row.status == "pending"
        told = control(emulator, "finish_refund", {"id": row.external_id})

        tell("refund.updated", told)

        row.refresh_from_db()
        assert row.status == "done"

    def test_refund_made_in_the_dashboard_counts_and_stops_the_purchase(self, emulator, order):
        payment = paid(emulator, order)
        told = control(emulator, "refund", {"id": payment.external_reference})

        tell("charge.refunded", {"id": told["charge"], "payment_intent": payment.external_reference})
        tell("refund.created", told, "evt_2")

        payment.refresh_from_db()
        part = part_of(order)
        assert payment.refunded_amount == Decimal("24.90")
        assert (part.status, part.attention) == ("held", "money_back")
        assert Refund.objects.get().external_id == told["id"]

    def test_part_refunded_in_the_dashboard_does_not_stop_the_purchase(self, emulator, order):
        payment = paid(emulator, order)
        control(emulator, "refund", {"id": payment.external_reference, "amount": 500})

        refunds.sync(payment.pk)

        payment.refresh_from_db()
        assert (payment.refunded_amount, part_of(order).status) == (Decimal("5.00"), "due")

    def test_refund_event_before_the_payment_is_known_is_taken_up_later(self, emulator, order):
        payment = open_page(order)
        intent = pay(emulator, payment)["payment_intent"]
        control(emulator, "refund", {"id": intent, "amount": 500})
        assert tell("charge.refunded", {"id": "ch_1", "payment_intent": intent}) == "unknown_payment"

        look(payment)
        for event_id in payment_events.unhandled():
            payment_events.handle(event_id)

        payment.refresh_from_db()
        assert payment.refunded_amount == Decimal("5.00")

    def test_canceled_order_is_refunded_when_the_money_has_gone_back(self, emulator, order):
        paid(emulator, order)
        cancel_and_refund(Order.objects.get(), actor="staff:1", reason="asked")
        assert status(order) == "canceled"

        self.send(Refund.objects.get())

        assert status(order) == "refunded"

    def test_refund_by_hand_waits_for_a_person(self, emulator, order):
        payment = paid(emulator, order)
        row = refund(payment, amount=Decimal(5), key="k", reason="", actor="staff:1", by_hand=True)
        assert row.status == "to_do"

        refunds.mark_done(row, actor="staff:1")

        row.refresh_from_db()
        assert row.status == "done"
        with pytest.raises(PaymentProblem):
            refunds.mark_done(row, actor="staff:1")


class TestDisputes:
    """The customer's bank takes the money back for now."""

    def dispute(self, emulator: Emulator, payment: Payment, word: str, event_id: str, state: str = "") -> str:
        told = control(emulator, "dispute", {"id": payment.external_reference, **({"status": state} if state else {})})
        return tell(f"charge.dispute.{word}", told, event_id)

    def test_dispute_holds_what_is_not_bought_and_tells_staff(self, emulator, order, settings):
        settings.STAFF_EMAILS = ["staff@example.com"]
        payment = paid(emulator, order)

        self.dispute(emulator, payment, "created", "evt_1")

        part = part_of(order)
        assert (part.status, part.attention) == ("held", "money_back")
        assert order.number in mail.outbox[-1].subject
        assert "ada@" not in mail.outbox[-1].body

    def test_dispute_that_is_won_lifts_the_mark(self, emulator, order):
        payment = paid(emulator, order)
        self.dispute(emulator, payment, "created", "evt_1")

        self.dispute(emulator, payment, "closed", "evt_2", "won")

        payment.refresh_from_db()
        assert payment.disputed_at is None

    def test_beginning_that_comes_after_the_end_marks_nothing(self, emulator, order):
        payment = paid(emulator, order)
        self.dispute(emulator, payment, "closed", "evt_2", "won")

        self.dispute(emulator, payment, "created", "evt_1")

        payment.refresh_from_db()
        assert payment.disputed_at is None

    def close_first(self, emulator: Emulator, payment: Payment, state: str) -> None:
        """Both events are kept before either is handled, and the end is handled first."""
        opened = control(emulator, "dispute", {"id": payment.external_reference})
        body = event("charge.dispute.created", opened, event_id="evt_1")
        payment_events.receive("stripe", headers=signature(body), body=body)
        tell("charge.dispute.closed", {**opened, "status": state}, "evt_2")
        PaymentEvent.objects.update(next_try_at=timezone.now())
        for event_id in payment_events.unhandled():
            payment_events.handle(event_id)

    def test_dispute_that_is_lost_before_its_beginning_is_handled_holds_what_is_not_bought(self, emulator, order):
        payment = paid(emulator, order)

        self.close_first(emulator, payment, "lost")

        payment.refresh_from_db()
        assert payment.disputed_at is not None
        assert (part_of(order).status, part_of(order).attention) == ("held", "money_back")

    def test_end_that_waits_behind_the_beginning_leaves_a_lost_dispute_marked(self, emulator, order):
        payment = paid(emulator, order)
        self.dispute(emulator, payment, "created", "evt_1")

        self.dispute(emulator, payment, "closed", "evt_2", "lost")

        payment.refresh_from_db()
        assert payment.disputed_at is not None
        assert part_of(order).status == "held"

    def test_beginning_whose_end_is_kept_but_not_handled_yet_holds_what_is_not_bought(self, emulator, order):
        payment = paid(emulator, order)
        told = control(emulator, "dispute", {"id": payment.external_reference, "status": "lost"})
        body = event("charge.dispute.closed", told, event_id="evt_2")
        payment_events.receive("stripe", headers=signature(body), body=body)

        tell("charge.dispute.created", told, "evt_1")

        assert part_of(order).status == "held"

    def test_end_of_one_dispute_leaves_the_mark_of_another(self, emulator, order):
        payment = paid(emulator, order)
        first = control(emulator, "dispute", {"id": payment.external_reference})
        second = {**first, "id": "du_second"}
        tell("charge.dispute.created", first, "evt_1")
        tell("charge.dispute.created", second, "evt_2")

        tell("charge.dispute.closed", {**first, "status": "won"}, "evt_3")
        payment.refresh_from_db()
        assert payment.disputed_at is not None
        tell("charge.dispute.closed", {**second, "status": "won"}, "evt_4")

        payment.refresh_from_db()
        assert payment.disputed_at is None

    def test_dispute_won_after_another_was_lost_leaves_the_mark(self, emulator, order):
        payment = paid(emulator, order)
        first = control(emulator, "dispute", {"id": payment.external_reference})
        tell("charge.dispute.closed", {**first, "status": "lost"}, "evt_1")

        tell("charge.dispute.closed", {**first, "id": "du_second", "status": "won"}, "evt_2")

        payment.refresh_from_db()
        assert payment.disputed_at is not None


def test_network_is_never_used_inside_a_transaction(emulator, order):
    from django.db import transaction

    from integrations.http import CalledInTransaction

    with transaction.atomic(), pytest.raises(CalledInTransaction):
        provider_for("stripe").fetch_session("cs_1")
