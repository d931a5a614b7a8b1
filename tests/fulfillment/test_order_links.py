"""Order links mailed again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from fulfillment import order_links
from fulfillment.models import LinkRequest, Order, OrderLink
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


def ask(email: str = "anna@example.com", visitor: str = "192.0.2.1") -> bool:
    order_links.ask(email=email, visitor=visitor)
    return order_links.handle(LinkRequest.objects.latest("pk").pk)


def test_links_of_all_orders_are_mailed_to_the_address_of_the_orders() -> None:
    orders = [OrderFactory(email="Anna@example.com"), OrderFactory(email="anna@example.com")]
    OrderFactory(email="other@example.com")

    ask(" anna@EXAMPLE.com ")

    (message,) = mail.outbox
    tokens = re.findall(r"/o/([^/\s]+)/", message.body)
    assert {OrderLink.order_for(token) for token in tokens} == set(orders)
    assert message.to == [orders[1].email]


def test_address_without_orders_gets_no_mail() -> None:
    assert ask("nobody@example.com")

    assert mail.outbox == []


def test_order_placed_by_another_program_is_not_told_of() -> None:
    OrderFactory(email="anna@example.com", source=Order.Source.API)

    ask()

    assert mail.outbox == []


def test_asked_twice_in_a_row_it_is_mailed_once() -> None:
    OrderFactory(email="anna@example.com")

    ask()
    ask(visitor="192.0.2.2")

    assert len(mail.outbox) == 1


def test_asked_again_after_the_pause_it_is_mailed_again() -> None:
    OrderFactory(email="anna@example.com")
    ask()
    LinkRequest.objects.update(handled_at=timezone.now() - order_links.PAUSE - timedelta(seconds=1))

    ask()

    assert len(mail.outbox) == 2


def test_visitor_who_asks_too_often_causes_no_more_work() -> None:
    for number in range(order_links.REQUESTS_PER_HOUR + 3):
        order_links.ask(email=f"a{number}@example.com", visitor="192.0.2.1")

    assert LinkRequest.objects.count() == order_links.REQUESTS_PER_HOUR


def test_handled_request_keeps_neither_address() -> None:
    ask()

    row = LinkRequest.objects.values().get()
    assert "anna" not in str(row)
    assert "192.0.2.1" not in str(row)


def test_request_is_handled_once() -> None:
    OrderFactory(email="anna@example.com")
    ask()

    assert order_links.handle(LinkRequest.objects.get().pk) is False
    assert len(mail.outbox) == 1


def test_mail_server_that_refuses_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    OrderFactory(email="anna@example.com")

    def refuse(*args: Any, **kwargs: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
        assert ask() is False
    LinkRequest.objects.update(claimed_at=timezone.now() - timedelta(hours=1))

    (waiting,) = order_links.unhandled()
    assert order_links.handle(waiting)
    assert len(mail.outbox) == 1


def test_old_requests_are_forgotten() -> None:
    ask()
    LinkRequest.objects.update(created_at=timezone.now() - timedelta(days=3))

    assert order_links.purge() == 1
