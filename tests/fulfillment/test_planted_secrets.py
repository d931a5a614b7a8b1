"""Twenty planted secrets are found nowhere after purchases through the real adapter: placed, refused and broken."""

from __future__ import annotations

import json
import logging
from decimal import Decimal

import pytest
import requests
import responses
from django.test import Client

from fulfillment import dispatch, tracking
from fulfillment.models import Attempt, ExternalOrder, Notice, OrderEvent, SupplierOrder
from fulfillment.notifications import send
from fulfillment.orders import Contact
from integrations.aliexpress.signing import push_signature
from integrations.errors import Rejected
from integrations.models import ApiCall, PushMessage, SupplierAccount
from integrations.registry import adapter_for
from integrations.types import Address
from tests.factories import ListingFactory, SupplierAccountFactory, VariantFactory
from tests.fulfillment.leaks import api_answers, failed_task, found, pages, text_of
from tests.fulfillment.scenes import paid, part_of
from tests.integrations.aliexpress.payloads import payload, payload_json

pytestmark = pytest.mark.django_db

GATEWAY = "https://api-sg.aliexpress.com/sync"
ACCOUNT = {
    "app_key": "33505222",
    "app_secret": "PlantedAppSecret",
    "access_token": "PlantedAccessToken",
    "refresh_token": "PlantedRefreshToken",
}
PERSON = Address(
    first_name="Plantina",
    last_name="Seedling",
    line1="77 Hidden Garden Lane",
    line2="Greenhouse Q4711Q",
    city="Plantville",
    province="California",
    postcode="90210-4477",
    country="US",
    phone="+12125550177",
    tax_id="TAX-PLANTED-99",
)
EMAIL = "plantina.seedling@planted.example"
# None of them can arise by chance in an instant or a random id: short digits alone would.
SECRETS = [
    "PlantedAppSecret", "PlantedAccessToken", "PlantedRefreshToken", EMAIL, "planted.example", "Plantina", "Seedling",
    "Plantina Seedling", "77 Hidden Garden Lane", "Hidden Garden", "Greenhouse Q4711Q", "Q4711Q", "Plantville",
    "90210-4477", "+12125550177", "2125550177", "TAX-PLANTED-99", "PLANTED-99", "Greenhouse", "Garden Lane",
]  # fmt: skip
#: What opens the supplier's doors.
DOORS = SECRETS[:3]
ECHO = (
    "Bad address: Plantina Seedling, 77 Hidden Garden Lane, Greenhouse Q4711Q, PLANTVILLE 90210-4477, California, "
    "phone 2125550177, tax TAX-PLANTED-99, mail plantina.seedling@planted.example, session PlantedAccessToken"
)


@pytest.fixture
def part() -> SupplierOrder:
    account = SupplierAccountFactory(**ACCOUNT, endpoint="https://api-sg.aliexpress.com", currency="EUR")
    listing = ListingFactory(
        variant=VariantFactory(currency="EUR", price=Decimal(50)),
        account=account,
        external_product_id="1005008177221739",
        external_sku_id="12000044126059467",
        external_sku_attr="14:29#Bear;183:200007741",
        currency="EUR",
    )
    return part_of(paid(listing.variant, contact=Contact(EMAIL, PERSON)))


def refused(**changes: str) -> bytes:
    answer = payload_json("order_refused_address.json")
    answer["aliexpress_ds_order_create_response"]["result"].update({"error_msg": ECHO, **changes})
    return json.dumps(answer).encode()


def gateway_error() -> bytes:
    return json.dumps({"error_response": {"type": "ISV", "code": "InvalidParameter", "msg": ECHO}}).encode()


ANSWERS = {
    "placed": (payload("order_created.json"), 200, "placed"),
    "created unpaid": (payload("order_created_unpaid.json"), 200, "placed"),
    "refused": (refused(), 200, "rejected"),
    "refused with a sentence for a code": (refused(error_code=ECHO), 200, "rejected"),
    "refused by the gateway": (gateway_error(), 200, "rejected"),
    "refused token": (payload("error_token.json"), 200, "due"),
    "page of a proxy": (f"<html><title>502</title><p>{ECHO}</p></html>".encode(), 502, "unknown"),
    "unreadable": (f"{ECHO}".encode(), 200, "unknown"),
    "unknown shape that repeats it": (json.dumps({"result": {"odd": [ECHO], ECHO: 1}}).encode(), 200, "unknown"),
    "broken connection": (requests.ConnectionError(f"{GATEWAY}?session=PlantedAccessToken"), 200, "unknown"),
    "time-out": (requests.ReadTimeout(f"{GATEWAY}?session=PlantedAccessToken"), 200, "unknown"),
}


def everything_kept(caplog: pytest.LogCaptureFixture) -> str:
    models = (ApiCall, OrderEvent, Attempt, Notice, SupplierOrder, ExternalOrder, SupplierAccount, PushMessage)
    rows = [str(list(model.objects.values())) for model in models]
    lines = [logging.Formatter("%(name)s %(message)s").format(line) for line in caplog.records]
    return "\n".join([*rows, *lines])


def play(gateway: responses.RequestsMock, what: str) -> None:
    """Have ``gateway`` answer the questions before a purchase, and the purchase with ``what``."""
    body, status, ends_as = ANSWERS[what]
    # Sold to the US under another id, so the product is read twice.
    for name in ("product_shown.json", "product_shown.json", "freight_shown.json"):
        gateway.post(GATEWAY, body=payload(name))
    gateway.post(GATEWAY, body=body, status=status)
    if ends_as == "placed":
        gateway.post(GATEWAY, body=payload("order_shown.json"))
        gateway.post(GATEWAY, body=payload("tracking_shown.json"))


@pytest.mark.parametrize("what", ANSWERS)
def test_no_secret_is_kept_logged_shown_or_mailed(part, caplog, mailoutbox, settings, what):
    settings.STAFF_EMAILS = ["staff@example.com"]
    ends_as = ANSWERS[what][2]

    with caplog.at_level(logging.DEBUG), responses.RequestsMock() as gateway:
        play(gateway, what)
        dispatch.place(part.pk)
        for external in ExternalOrder.objects.all():
            tracking.look(external.pk)
        for notice in Notice.objects.all():
            send(notice.pk)
        sent = "".join(str(call.request.body) for call in gateway.calls)
        shown, told = pages(part), api_answers(part)

    part.refresh_from_db()
    assert part.status == ends_as or (ends_as == "placed" and part.status in ("paid", "shipped", "delivered"))
    assert "Plantville" in sent
    assert found(SECRETS, everything_kept(caplog)) == []
    assert ApiCall.objects.filter(operation="aliexpress.ds.order.create").exists()
    # Staff see whose order it is on its own pages, and nowhere else.
    assert found(DOORS, "".join(shown.values())) == []
    of_calls = "".join(page for name, page in shown.items() if name.startswith(("call", "account")))
    assert found(SECRETS, of_calls) == []
    assert found(SECRETS, told) == []
    assert found(DOORS, "".join(text_of(mail) for mail in mailoutbox)) == []
    to_staff = "".join(text_of(mail) for mail in mailoutbox if "staff@example.com" in mail.to)
    assert found(SECRETS, to_staff) == []


def buy_without_a_net(supplier_order_id: int) -> None:
    """A task that catches nothing of what the adapter raises."""
    part = SupplierOrder.objects.get(pk=supplier_order_id)
    adapter_for(part.account).place(dispatch.purchase_of(part))


@pytest.mark.parametrize("what", [what for what, (_body, _status, ends_as) in ANSWERS.items() if ends_as != "placed"])
def test_row_of_a_task_that_failed_has_no_secret_in_its_trace(part, monkeypatch, what):
    body, status, _ends_as = ANSWERS[what]
    monkeypatch.setattr("integrations.tokens.refresh_now", _cannot_refresh)

    with responses.RequestsMock() as gateway:
        gateway.post(GATEWAY, body=body, status=status)
        row = failed_task(monkeypatch, buy_without_a_net, part.pk)

    assert found(SECRETS, row) == []


def _cannot_refresh(*_args: object, **_named: object) -> None:
    raise Rejected("no")


@pytest.mark.parametrize(
    "data",
    [
        {"address": {"full_name": "Plantina Seedling", "city": "Plantville", "zip": "90210-4477"}},
        {"orderId": [1], "deep": [{"session": "PlantedAccessToken", "refresh_token": "PlantedRefreshToken"}]},
        {"orderStatus": "OrderShipped", "email": EMAIL, "mobile_no": "2125550177", "cpf": "TAX-PLANTED-99"},
    ],
)
def test_push_that_repeats_what_it_should_not_is_kept_and_logged_without(part, caplog, data):
    account = part.account
    body = json.dumps({"data": {"orderId": 8198352049851315, **data}, "message_type": 53, "timestamp": 1}).encode()
    signature = push_signature(account.app_key, account.app_secret, body)

    with caplog.at_level(logging.DEBUG):
        response = Client().post(
            f"/webhooks/aliexpress/{account.public_id}",
            body,
            content_type="application/json",
            headers={"Authorization": signature},
        )

    assert response.status_code == 200
    assert PushMessage.objects.count() == 1
    assert found(SECRETS, everything_kept(caplog)) == []
