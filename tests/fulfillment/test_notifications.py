"""A customer is told of each change once, also when the mail server is down or two workers are at it."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from fulfillment import notifications
from fulfillment.models import Notice, Order, OrderLink, Refund
from fulfillment.notifications import owe, send, unsent
from tests.factories import OrderFactory, OrderLineFactory, PaymentFactory, ShipmentFactory
from tests.fulfillment.scenes import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return OrderLineFactory(order__paid=True).order


def owed(order: Order, kind: str = "paid") -> Notice:
    owe(order, Notice.Kind(kind))
    return Notice.objects.get(kind=kind)


@pytest.mark.parametrize("kind", Notice.Kind.values)
def test_mail_has_text_html_number_and_a_working_link(order, kind, settings):
    shipment = ShipmentFactory(supplier_order__order=order, external_order__supplier_order__order=order)
    refund = Refund.objects.create(
        payment=PaymentFactory(order=order, status="succeeded"), key="k", amount=Decimal("5.50"), currency="USD"
    )
    about = {"shipped": {"shipment": shipment}, "refunded": {"refund": refund}}.get(kind, {})
    owe(order, Notice.Kind(kind), **about)

    assert send(Notice.objects.get().pk)

    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert message.to == ["ada@example.com"]
    for text in (message.subject, message.body, html):
        assert order.number in text
    links = [word for word in message.body.split() if word.startswith(settings.BASE_URL)]
    tokens = [link.rstrip("/").rpartition("/")[2] for link in links]
    assert any(OrderLink.order_for(token) == order for token in tokens)
    assert "\n\n\n" not in message.body
    if kind == "shipped":
        assert shipment.tracking_number in message.body
        assert shipment.tracking_number in html


def test_change_told_twice_is_one_mail(order):
    owe(order, Notice.Kind.PAID)
    owe(order, Notice.Kind.PAID)

    assert Notice.objects.count() == 1


def test_mail_is_sent_once(order):
    notice = owed(order)

    assert send(notice.pk)
    assert not send(notice.pk)

    assert len(mail.outbox) == 1
    assert unsent() == []


def test_each_parcel_has_its_mail(order):
    for _ in range(2):
        owe(order, Notice.Kind.SHIPPED, shipment=ShipmentFactory(external_order__supplier_order__order=OrderFactory()))

    assert Notice.objects.count() == 2


def test_orders_of_other_programs_are_told_of_by_them():
    owe(OrderFactory(source="api"), Notice.Kind.PAID)

    assert not Notice.objects.exists()


@pytest.fixture
def server_down(monkeypatch):
    def refuse(self, *args, **kwargs):
        raise smtplib.SMTPServerDisconnected("ada@example.com could not be reached")

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", refuse)
    return monkeypatch


def test_mail_server_that_is_down_loses_no_mail(order, server_down, caplog):
    notice = owed(order)

    assert not send(notice.pk)

    server_down.undo()
    assert unsent() == []
    Notice.objects.update(claimed_at=timezone.now() - timedelta(minutes=11))
    assert unsent() == [notice.pk]
    assert send(notice.pk)
    assert "ada@example.com" not in caplog.text


def test_mail_server_may_be_down_for_most_of_a_day(order, server_down):
    notice = owed(order)
    waited = timedelta()
    while unsent():
        send(notice.pk)
        tries = Notice.objects.get().tries
        step = notifications.CLAIM_TIMEOUT * 2 ** (tries - 1)
        Notice.objects.update(claimed_at=timezone.now() - step + timedelta(minutes=1))
        assert unsent() == []
        Notice.objects.update(claimed_at=timezone.now() - step - timedelta(minutes=1))
        waited += step

    assert Notice.objects.get().tries == notifications.MAX_TRIES
    assert waited > timedelta(hours=20)


def test_worker_that_died_while_sending_is_followed_by_another(order):
    notice = owed(order)
    Notice.objects.update(claimed_at=timezone.now() - timedelta(minutes=11), tries=1)

    assert send(notice.pk)


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_one_mail():
    notice = owed(OrderLineFactory(order__paid=True).order)

    found = together(6, lambda _: send(notice.pk))

    assert sorted(found) == [False] * 5 + [True]
    assert Notice.objects.get().tries == 1


@pytest.mark.django_db(transaction=True)
def test_change_owed_twice_at_once_is_one_mail():
    order = OrderFactory(paid=True)

    together(6, lambda _: owe(order, Notice.Kind.PAID))

    assert Notice.objects.count() == 1
