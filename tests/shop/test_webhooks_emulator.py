"""The emulator pushes at a running shop, which follows its order by nothing else: polling is out of the way."""

from __future__ import annotations

import argparse
import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fulfillment import dispatch, webhooks
from fulfillment.models import ExternalOrder, SupplierOrder
from integrations.clock import database_now
from integrations.models import PushMessage, SupplierAccount
from integrations.sandbox import command_line
from integrations.sandbox.account import DEMO_ACCOUNT
from integrations.sandbox.pushes import Pusher
from tests.factories import SupplierAccountFactory
from tests.fulfillment.scenes import goods, paid, part_of

CATALOGUE = Path(__file__).parent.parent / "integrations" / "sandbox" / "catalogue.json"

pytestmark = pytest.mark.django_db(transaction=True)

Control = Callable[[str, Any], Any]


@pytest.fixture
def control() -> Iterator[Control]:
    """A running emulator: ``control(path, body)`` posts to its control side, ``control("", None)`` is its address."""
    parser = argparse.ArgumentParser()
    command_line.add_arguments(parser)
    options = parser.parse_args(["--port", "0", "--store", ":memory:", "--catalogue", str(CATALOGUE)])
    server = command_line.build(options)
    server.log = lambda line: None  # type: ignore[method-assign, assignment]
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    Pusher(server.emulator).start()
    base = f"http://127.0.0.1:{server.server_port}"

    def post(path: str, body: Any) -> Any:
        if not path:
            return base
        with urllib.request.urlopen(f"{base}/_control/{path}", data=json.dumps(body).encode(), timeout=30) as reply:
            return json.load(reply)

    yield post
    command_line.shut_down(server)


@pytest.fixture
def account(control) -> SupplierAccount:
    return SupplierAccountFactory(
        endpoint=control("", None),
        app_key=DEMO_ACCOUNT.app_key,
        app_secret=DEMO_ACCOUNT.app_secret,
        access_token=DEMO_ACCOUNT.access_token,
    )


def bought(account: SupplierAccount) -> SupplierOrder:
    listing = goods(account=account, external_sku_attr="14:193#Sage;5:100014064")
    part = part_of(paid(listing.variant))
    assert dispatch.place(part.pk)
    ExternalOrder.objects.update(next_poll_at=database_now() + timedelta(days=1))
    return part


def handle_until(part: SupplierOrder, status: str) -> None:
    end = time.monotonic() + 30
    while part.status != status and time.monotonic() < end:
        for message_id in webhooks.unhandled():
            webhooks.handle(message_id)
        part.refresh_from_db()
        time.sleep(0.1)
    assert part.status == status


def test_pushes_alone_bring_an_order_to_the_door(live_server, control, account):
    url = f"{live_server.url}/webhooks/aliexpress/{account.public_id}"
    steps = {"paid_after_s": 1, "shipped_after_s": 2, "delivered_after_s": 3, "confirmed_after_delivery_s": 0}
    control("settings", {"push_url": url, "unreadable_s": 0, **steps})

    part = bought(account)
    handle_until(part, "delivered")

    part.order.refresh_from_db()
    assert part.order.status == "delivered"
    assert part.shipments.get().carrier == "Standard delivery"
    kinds = set(PushMessage.objects.values_list("kind", flat=True))
    assert {"order_created", "order_paid", "order_shipped"} <= kinds


def test_repeated_late_and_forged_pushes_are_told_apart(live_server, control, account):
    order_id = bought(account).external_orders.get().external_id
    wanted = {
        "url": f"{live_server.url}/webhooks/aliexpress/{account.public_id}",
        "order_id": order_id,
        "order_status": "OrderShipped",
    }

    assert control("pushes", {**wanted, "repeat": 3, "age_s": 7 * 3600})["statuses"] == [200, 200, 200]
    assert control("pushes", {**wanted, "is_forged": True})["statuses"] == [401]

    message = PushMessage.objects.get()
    assert (message.kind, message.external_id) == ("order_shipped", order_id)
