"""The Stripe half by itself: its forms, keys, idempotency, page and events, as Stripe's reference has them."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from integrations.sandbox.account import DEMO_STRIPE
from integrations.sandbox.stripe import forms
from integrations.sandbox.stripe.errors import StripeRefusal
from integrations.sandbox.stripe.events import deliver_due, sign
from tests.faults.processes import Emulator
from tests.running_emulator import running_server

SESSION = {
    "mode": "payment",
    "line_items[0][quantity]": "2",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "2599",
    "line_items[0][price_data][product_data][name]": "<b>Tee</b>",
    "success_url": "http://127.0.0.1:1/done?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1:1/cart",
    "metadata[order]": "1001",
}


@pytest.fixture
def server() -> Iterator[Any]:
    with running_server() as running:
        yield running


@pytest.fixture
def emulator(server) -> Emulator:
    return Emulator(server.server_port)


def call(emulator: Emulator, path: str, fields: dict[str, str] | None = None, **headers: str) -> tuple[int, Any]:
    """Status and decoded answer; a POST if there are fields."""
    request = urllib.request.Request(
        f"{emulator.base}{DEMO_STRIPE.path}/v1/{path}",
        data=None if fields is None else urllib.parse.urlencode(fields).encode(),
        headers={"Authorization": f"Bearer {DEMO_STRIPE.secret_key}", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def click(emulator: Emulator, session_id: str, **typed: str) -> tuple[int, str, str]:
    """Press a button of the page: status, body, and where the browser is sent."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args: Any) -> None:
            return None

    request = urllib.request.Request(
        f"{emulator.base}/stripe/pay/{session_id}", data=urllib.parse.urlencode(typed).encode()
    )
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=10) as reply:
            return reply.status, reply.read().decode(), ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers.get("Location", "")


def test_brackets_become_objects_and_lists():
    found = forms.parse("a=1&b[c][d]=2&e[0][f]=3&e[1][f]=4&g[]=5&g[]=6")

    assert found == {"a": "1", "b": {"c": {"d": "2"}}, "e": [{"f": "3"}, {"f": "4"}], "g": ["5", "6"]}


@pytest.mark.parametrize("text", ["a[b=1", "a=1&a[b]=2", "a[b]=1&a=2", "nonsense", "[]=1"])
def test_names_that_make_no_sense_are_refused(text):
    with pytest.raises(StripeRefusal):
        forms.parse(text)


def test_session_adds_its_lines_up(emulator):
    status, session = call(emulator, "checkout/sessions", SESSION)

    assert (status, session["amount_total"], session["currency"], session["status"]) == (200, 5198, "eur", "open")
    assert session["metadata"] == {"order": "1001"}
    assert call(emulator, f"checkout/sessions/{session['id']}") == (200, session)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"mode": "setup"}, "parameter_invalid"), ({"line_items[0][price_data][unit_amount]": "1.5"},
      "parameter_invalid_integer"), ({"payment_method_types[0]": "card"}, "parameter_unknown"),
     ({"expires_at": "1"}, "parameter_invalid"),
     ({"line_items[0][price_data][currency]": "EURO"}, "parameter_invalid")],
)  # fmt: skip
def test_impossible_session_is_refused(emulator, change, code):
    status, answer = call(emulator, "checkout/sessions", SESSION | change)

    assert (status, answer["error"]["code"]) == (400, code)


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer sk_test_other", f"Basic {DEMO_STRIPE.secret_key}"])
def test_wrong_key_is_refused(emulator, key):
    assert call(emulator, "checkout/sessions", SESSION, Authorization=key)[0] == 401


def test_same_key_replays_and_other_parameters_are_refused(emulator):
    key = {"Idempotency-Key": "k-1"}
    first = call(emulator, "checkout/sessions", SESSION, **key)

    assert call(emulator, "checkout/sessions", SESSION, **key) == first
    status, answer = call(emulator, "checkout/sessions", SESSION | {"mode": "setup"}, **key)
    assert (status, answer["error"]["type"]) == (400, "idempotency_error")


def test_page_shows_what_is_bought_and_hides_no_markup_in_it(emulator):
    _, session = call(emulator, "checkout/sessions", SESSION)

    with urllib.request.urlopen(session["url"], timeout=10) as reply:
        page = reply.read().decode()

    assert "51.98 EUR" in page
    assert "&lt;b&gt;Tee" in page


@pytest.mark.parametrize(
    ("number", "words"),
    [("4000000000000002", "declined"), ("4000 0000 0000 9995", "insufficient"), ("1234", "invalid"), ("", "invalid")],
)
def test_card_that_does_not_pay_leaves_the_session_open(emulator, number, words):
    _, session = call(emulator, "checkout/sessions", SESSION)

    status, page, _ = click(emulator, session["id"], action="card", number=number)

    assert (status, words in page) == (402, True)
    assert call(emulator, f"checkout/sessions/{session['id']}")[1]["status"] == "open"


def test_card_pays_once_and_leads_back(emulator):
    _, session = call(emulator, "checkout/sessions", SESSION)

    _, _, back = click(emulator, session["id"], action="card", number="4242 4242 4242 4242")
    again = click(emulator, session["id"], action="card", number="4242 4242 4242 4242")

    assert back == f"http://127.0.0.1:1/done?session={session['id']}"
    assert (again[0], "already submitted" in again[1]) == (200, True)
    assert len(emulator.call("GET", "/_control/stripe/charges")["charges"]) == 1


def test_bank_may_ask_first(emulator):
    _, session = call(emulator, "checkout/sessions", SESSION)

    _, page, _ = click(emulator, session["id"], action="card", number="4000002500003155")
    _, _, back = click(emulator, session["id"], action="authenticated")

    assert "Confirm at your bank" in page
    assert back


def test_more_than_was_paid_is_not_refunded(emulator):
    _, session = call(emulator, "checkout/sessions", SESSION)
    paid = emulator.call("POST", "/_control/stripe/pay", {"id": session["id"]})

    status, answer = call(emulator, "refunds", {"payment_intent": paid["payment_intent"], "amount": "5199"})

    assert (status, answer["error"]["param"]) == (400, "amount")


class Receiver:
    """A shop's webhook in a thread; what came, and what to answer."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.signatures.append(self.headers["Stripe-Signature"])
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def words(self) -> list[str]:
        return [json.loads(body)["type"] for body in self.bodies]


@pytest.fixture
def receiver(server) -> Iterator[Receiver]:
    receiver = Receiver()
    server.emulator.change_settings({"stripe_webhook_url": f"http://127.0.0.1:{receiver.server.server_port}/hook"})
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def paid_session(emulator: Emulator) -> None:
    _, session = call(emulator, "checkout/sessions", SESSION)
    emulator.call("POST", "/_control/stripe/pay", {"id": session["id"]})


def test_event_is_signed_over_its_raw_bytes_and_sent_once(server, emulator, receiver):
    paid_session(emulator)

    assert [deliver_due(server.emulator), deliver_due(server.emulator)] == [1, 0]

    at = receiver.signatures[0].split(",")[0].removeprefix("t=")
    digest = hmac.new(DEMO_STRIPE.webhook_secret.encode(), f"{at}.".encode() + receiver.bodies[0], hashlib.sha256)
    assert receiver.signatures[0] == f"t={at},v1={digest.hexdigest()}" == sign(
        DEMO_STRIPE.webhook_secret, int(at), receiver.bodies[0]
    )  # fmt: skip
    assert receiver.words() == ["checkout.session.completed"]


def test_event_that_is_not_taken_comes_again(server, emulator, receiver):
    receiver.status = 500
    paid_session(emulator)
    assert deliver_due(server.emulator) == 0

    receiver.status = 200
    end = time.monotonic() + 10
    while not deliver_due(server.emulator) and time.monotonic() < end:
        time.sleep(0.1)

    assert len(receiver.bodies) == 2


@pytest.mark.parametrize(("kind", "count"), [("duplicate", 2), ("lost", 0), ("late", 0)])
def test_faults_of_events(server, emulator, receiver, kind, count):
    emulator.call("POST", "/_control/stripe/faults", {"kind": kind, "seconds": 60})
    paid_session(emulator)

    deliver_due(server.emulator)

    assert len(receiver.bodies) == count
