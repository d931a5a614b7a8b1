"""Webhooks of accounts: what is signed, what is sent once, what is tried again, and where nothing is sent to."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from fulfillment import sweep
from fulfillment.models import OrderEvent
from fulfillment.sweep import Job
from fulfillment.transitions import record
from integrations import outgoing
from integrations.outgoing import NotPublic, Posted
from shop import hooks
from shop.hooks import CannotRegister
from shop.models import EventHook
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db

LATER = timedelta(seconds=30)


class Receiver:
    """Stands for the other side: keeps what came and answers with ``status``."""

    def __init__(self) -> None:
        self.status, self.retry_after = 200, ""
        self.came: list[tuple[dict[str, Any], dict[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> Posted:
        self.came.append((json.loads(body), headers))
        return Posted(self.status, self.retry_after)


@pytest.fixture
def receiver(monkeypatch) -> Receiver:
    found = Receiver()
    monkeypatch.setattr(hooks, "post", found)
    return found


@pytest.fixture
def user(db) -> User:
    return User.objects.create(username="ada")


def register(user: User, url: str = "https://push.example.com/hook") -> EventHook:
    return hooks.register(user, url=url, scope="own")[0]


def send_all() -> None:
    with time_machine.travel(datetime.now(UTC) + LATER):
        for hook_id in hooks.due():
            hooks.send(hook_id)


def test_signature_is_that_of_the_specification() -> None:
    body = b'{"test": 2432232314}'

    signature = hooks.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330,
        body=body,
    )  # fmt: skip

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_own_orders_are_told_in_their_order_and_once(user: User, receiver: Receiver) -> None:
    register(user)
    mine, other = OrderFactory(customer=user), OrderFactory()
    for order in (mine, other):
        record(order.pk, "order.received")
        record(order.pk, "supplier_order.due")
        record(order.pk, "order.paid")

    send_all()
    send_all()

    assert [(body["type"], body["data"]["order"]) for body, _ in receiver.came] == [
        ("order.received", mine.number),
        ("order.paid", mine.number),
    ]
    assert hooks.due() == []


def test_what_is_not_taken_is_sent_again_as_the_same_message(user: User, receiver: Receiver) -> None:
    hook = register(user)
    record(OrderFactory(customer=user).pk, "order.paid")
    receiver.status = 500
    send_all()
    hook.refresh_from_db()
    receiver.status = 200
    EventHook.objects.update(next_try_at=datetime.now(UTC))

    send_all()

    (first, first_headers), (again, again_headers) = receiver.came
    assert (hook.failures, hook.last_status) == (1, 500)
    assert first == again
    assert first_headers["webhook-id"] == again_headers["webhook-id"]
    assert "." not in first_headers["webhook-id"]


@pytest.mark.parametrize(("status", "failures"), [(410, 0), (500, 9)])
def test_address_that_is_gone_is_switched_off(user: User, receiver: Receiver, status: int, failures: int) -> None:
    register(user)
    EventHook.objects.update(failures=failures)
    record(OrderFactory(customer=user).pk, "order.paid")
    receiver.status = status

    send_all()

    assert EventHook.objects.get().disabled_at is not None
    assert hooks.due() == []


def test_wait_that_is_asked_for_is_kept(user: User, receiver: Receiver) -> None:
    register(user)
    record(OrderFactory(customer=user).pk, "order.paid")
    receiver.status, receiver.retry_after = 429, "900"

    send_all()

    assert EventHook.objects.get().next_try_at > datetime.now(UTC) + timedelta(minutes=14)


def test_all_orders_are_told_only_to_who_may_see_them(user: User, receiver: Receiver) -> None:
    hooks.register(user, url="https://push.example.com/all", scope="all")
    record(OrderFactory().pk, "order.paid")

    send_all()

    assert receiver.came == []
    assert OrderEvent.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example.com/hook",
        "https://user:secret@push.example.com/",
        "ftp://push.example.com/",
        "https:///hook",
        "https://push.example.com/ä",
        "nonsense",
    ],
)
def test_address_that_may_not_be_posted_to_is_refused(user: User, url: str) -> None:
    with pytest.raises(CannotRegister):
        register(user, url)


def test_worker_that_dies_of_a_post_counts_as_a_failure(user: User, monkeypatch) -> None:
    register(user)
    record(OrderFactory(customer=user).pk, "order.paid")
    monkeypatch.setattr(hooks, "post", lambda *args: sys.exit(1))

    with pytest.raises(SystemExit):
        send_all()

    hook = EventHook.objects.get()
    assert hook.failures == 1
    assert hook.next_try_at > datetime.now(UTC) + timedelta(minutes=1)


def test_webhook_that_kills_every_worker_is_switched_off(user: User, receiver: Receiver) -> None:
    register(user)
    EventHook.objects.update(failures=10)
    record(OrderFactory(customer=user).pk, "order.paid")

    send_all()

    assert EventHook.objects.get().disabled_at is not None
    assert receiver.came == []


def test_events_of_others_forgive_no_failure(user: User, receiver: Receiver) -> None:
    register(user)
    EventHook.objects.update(failures=3)
    record(OrderFactory().pk, "order.paid")

    send_all()

    assert EventHook.objects.get().failures == 3


def test_sweep_beside_the_queue_waits_for_no_customers_server(user: User, receiver: Receiver) -> None:
    register(user)
    record(OrderFactory(customer=user).pk, "order.paid")
    queued: list[Job] = []

    with time_machine.travel(datetime.now(UTC) + LATER):
        sweep.sweep(sweep.run_here)
        by_then = len(receiver.came)
        sweep.sweep(queued.append)
        hooks.send_round(*(job.row_id for job in queued if job.task == "shop.hooks.send_round"))

    assert (by_then, len(receiver.came)) == (0, 1)


def test_round_tells_every_webhook_that_is_due(user: User, receiver: Receiver) -> None:
    for number in range(3):
        register(user, f"https://push.example.com/{number}")
    record(OrderFactory(customer=user).pk, "order.paid")

    with time_machine.travel(datetime.now(UTC) + LATER):
        (first,) = hooks.first_due()
        assert hooks.send_round(first) == 3


def test_round_begins_nothing_more_when_its_time_is_over(user: User, receiver: Receiver, monkeypatch) -> None:
    monkeypatch.setattr(hooks, "_ROUND_S", -1.0)
    hook = register(user)
    record(OrderFactory(customer=user).pk, "order.paid")

    with time_machine.travel(datetime.now(UTC) + LATER):
        assert hooks.send_round(hook.pk) == 0

    assert receiver.came == []


def test_account_has_no_more_than_its_number_of_webhooks(user: User) -> None:
    for number in range(hooks.MAX_HOOKS):
        register(user, f"https://push.example.com/{number}")

    with pytest.raises(CannotRegister) as refused:
        register(user, "https://push.example.com/one-more")

    assert refused.value.code == "too_many"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "::ffff:10.0.0.8", "fd00::1", "64:ff9b::a00:8",
        "2002:a00:8::1", "fec0::1", "224.0.0.1",
    ],
)  # fmt: skip
def test_name_that_leads_inside_is_not_posted_to(monkeypatch, settings, address: str) -> None:
    settings.WEBHOOKS_TO_THIS_MACHINE = False
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *args, **kwargs: [(0, 0, 0, "", (address, 443))])

    monkeypatch.setattr(outgoing, "refuse_in_transaction", lambda: None)
    with pytest.raises(NotPublic):
        outgoing.post("https://push.example.com/hook", b"{}", {})
