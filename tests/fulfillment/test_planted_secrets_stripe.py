"""The keys of Stripe are found nowhere, whatever Stripe answers: rows, log, pages, mails, traces of failed tasks."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import requests
import responses
from django.urls import reverse

from fulfillment.models import Order, OrderEvent, Payment, PaymentEvent, Refund
from fulfillment.payments import PaymentProblem
from integrations.models import ApiCall
from integrations.payments import provider_for
from tests.factories import OrderFactory
from tests.fulfillment.leaks import failed_task, found
from tests.staff import superuser
from tests.stripe_shop import open_page, signature

# A call in the test's own transaction would be refused.
pytestmark = pytest.mark.django_db(transaction=True)

BASE = "https://api.stripe.com"
KEY, WEBHOOK_SECRET = "sk_test_PlantedKeyButterwort", "whsec_PlantedSecretButterwort"
SECRETS = [KEY, WEBHOOK_SECRET, "Butterwort"]
ECHO = f"Invalid API Key provided: {KEY} (webhooks are signed with {WEBHOOK_SECRET})"


def error(kind: str, **fields: Any) -> str:
    return json.dumps({"error": {"type": kind, "message": ECHO, "code": "odd", "param": ECHO, **fields}})


ANSWERS: dict[str, tuple[Any, int]] = {
    "refused key": (error("invalid_request_error"), 401),
    "refused request": (error("invalid_request_error"), 400),
    "refused with a sentence for a code": (error("invalid_request_error", code=ECHO), 400),
    "fault of theirs": (error("api_error"), 500),
    "page of a proxy": (f"<html>{ECHO}</html>", 502),
    "unreadable": (ECHO, 200),
    "unknown shape that repeats it": (json.dumps({"id": {ECHO: 1}, "object": ECHO}), 200),
    "broken connection": (requests.ConnectionError(ECHO), 200),
    "time-out": (requests.ReadTimeout(ECHO), 200),
}


@pytest.fixture
def order(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Order:
    settings.PAYMENT_METHODS = ["stripe"]
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
    settings.STRIPE_API_BASE = BASE
    settings.ADMINS = [("Ops", "ops@example.com")]
    settings.STAFF_EMAILS = ["staff@example.com"]
    monkeypatch.setattr("stripe._http_client.time.sleep", lambda _s: None)
    return OrderFactory()


def kept(caplog: pytest.LogCaptureFixture) -> str:
    models = (Payment, PaymentEvent, Refund, OrderEvent, Order, ApiCall)
    lines = [logging.Formatter("%(name)s %(message)s").format(line) for line in caplog.records]
    return "\n".join([*(str(list(model.objects.values())) for model in models), *lines])


def pages(order: Order) -> str:
    client = superuser()
    addresses = [reverse("admin:fulfillment_order_change", args=[order.pk])]
    addresses += [reverse("admin:fulfillment_payment_change", args=[row.pk]) for row in order.payments.all()]
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("what", ANSWERS)
def test_no_key_is_kept_logged_shown_or_mailed(order, caplog, mailoutbox, client, what):
    body, status = ANSWERS[what]

    with caplog.at_level(logging.DEBUG), responses.RequestsMock() as stripe_api:
        stripe_api.post(f"{BASE}/v1/checkout/sessions", body=body, status=status)
        with pytest.raises(PaymentProblem) as problem:
            open_page(order)
        sent = "".join(str(call.request.headers) for call in stripe_api.calls)

    assert KEY in sent
    assert found(SECRETS, f"{problem.value} {problem.value.data}") == []
    assert found(SECRETS, kept(caplog)) == []
    assert found(SECRETS, pages(order)) == []
    assert found(SECRETS, "".join(f"{mail.subject}{mail.body}{mail.alternatives}" for mail in mailoutbox)) == []


@pytest.mark.parametrize("what", ANSWERS)
def test_row_of_a_task_that_failed_has_no_key_in_its_trace(order, monkeypatch, what):
    body, status = ANSWERS[what]
    Payment.objects.create(order=order, method="stripe", amount=order.total, currency="USD", session_id="cs_test_1")

    def look_without_a_net(payment_id: int) -> None:
        payment = Payment.objects.get(pk=payment_id)
        provider_for(payment.method).fetch_session(payment.session_id)

    with responses.RequestsMock() as stripe_api:
        stripe_api.get(f"{BASE}/v1/checkout/sessions/cs_test_1", body=body, status=status)
        row = failed_task(monkeypatch, look_without_a_net, order.payments.get().pk)

    assert found(SECRETS, row) == []


@pytest.mark.parametrize("is_signed", [True, False])
def test_event_that_repeats_a_key_is_kept_and_logged_without(order, caplog, client, is_signed):
    body = json.dumps(
        {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "livemode": False, "created": 1,
         "data": {"object": {"id": "cs_test_1", "object": "checkout.session", "secret": KEY, "note": ECHO}}}
    ).encode()  # fmt: skip
    headers = signature(body, WEBHOOK_SECRET if is_signed else "whsec_another")

    with caplog.at_level(logging.DEBUG):
        response = client.post("/webhooks/stripe/", body, content_type="application/json", headers=headers)

    assert response.status_code == (200 if is_signed else 400)
    assert PaymentEvent.objects.exists() is is_signed
    assert found(SECRETS, kept(caplog)) == []
    assert found(SECRETS, response.content.decode()) == []
