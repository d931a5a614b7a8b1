"""Planted secrets of Aliseeks (key, merchant, one-time page, customer) are found nowhere, whatever it answers."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses
from django.urls import reverse

from fulfillment import dispatch, tracking
from fulfillment.models import Attempt, ExternalOrder, Notice, OrderEvent, SupplierOrder
from fulfillment.notifications import send
from fulfillment.orders import Contact
from integrations.models import ApiCall, ConnectAttempt, SupplierAccount
from integrations.types import Address
from tests.factories import ListingFactory, SupplierAccountFactory, VariantFactory
from tests.fulfillment.leaks import api_answers, found, pages, text_of
from tests.fulfillment.scenes import paid, part_of
from tests.integrations.aliseeks.payloads import payload, payload_json
from tests.staff import superuser

pytestmark = pytest.mark.django_db

BASE = "https://api.aliseeks.com/v1"
KEY = "PlantedAliseeksKeyQuillwort"
MERCHANT = "MrchQuillwort7"
PAGE = "https://authorize.aliseeks.example/one-time/QuillwortPageToken"
PERSON = Address(
    first_name="Quillwortha",
    last_name="Bogbean",
    line1="19 Sphagnum Hollow Row",
    line2="Peatloft X81X",
    city="Mosswick",
    province="California",
    postcode="90311-5588",
    country="US",
    phone="+12125550188",
    tax_id="TAX-QUILL-58",
)
EMAIL = "quillwortha@bogbean.example"
#: What opens the supplier's doors, and whose they are. None of these texts can arise by chance.
DOORS = [KEY, "QuillwortPageToken", PAGE]
CUSTOMER = [
    EMAIL, "bogbean.example", "Quillwortha", "Bogbean", "19 Sphagnum Hollow Row", "Sphagnum Hollow", "Peatloft X81X",
    "X81X", "Mosswick", "90311-5588", "+12125550188", "2125550188", "TAX-QUILL-58", "QUILL-58",
]  # fmt: skip
#: What the order call carries, so that it could turn up elsewhere.
SENT = [KEY, MERCHANT, "Mosswick", "Sphagnum Hollow", "2125550188", "TAX-QUILL-58"]
ECHO = (
    f"Bad address: Quillwortha Bogbean, 19 Sphagnum Hollow Row, Peatloft X81X, MOSSWICK 90311-5588, California, phone "
    f"2125550188, tax TAX-QUILL-58, mail {EMAIL}, key {KEY}, merchant {MERCHANT}"
)
VIOLATION = {"code": "Pattern", "field": "mailingAddress.address.city", "violation": ECHO}
ERROR_HEADERS = {"x-error-code": "Pattern", "x-error-detailed-message": ECHO}

#: body, status and headers of the answer to the order call, and what the order becomes.
ANSWERS: dict[str, tuple[Any, int, dict[str, str], str]] = {
    "placed": (json.dumps({"merchantId": MERCHANT, "orderIds": [101274465122817]}), 200, {}, "placed"),
    "placed without ids": (json.dumps({"merchantId": MERCHANT, "orderIds": []}), 200, {}, "unknown"),
    "refused with the address": (json.dumps([VIOLATION]), 422, ERROR_HEADERS, "rejected"),
    "refused in the older shape": (json.dumps({"exception": ECHO, "message": ECHO}), 422, ERROR_HEADERS, "rejected"),
    "merchant refused": (json.dumps({"message": ECHO}), 403, ERROR_HEADERS, "due"),
    "fault of theirs": (json.dumps({"message": ECHO}), 500, ERROR_HEADERS, "unknown"),
    "page of a proxy": (f"<html><title>502</title><p>{ECHO}</p></html>", 502, {}, "unknown"),
    "unreadable": (ECHO, 200, {}, "unknown"),
    "unknown shape that repeats it": (json.dumps({"orderIds": {"odd": [ECHO], ECHO: 1}}), 200, {}, "unknown"),
    "broken connection": (requests.ConnectionError(f"{BASE}/orders {KEY} {ECHO}"), 200, {}, "unknown"),
    "time-out": (requests.ReadTimeout(f"{BASE}/orders {KEY} {ECHO}"), 200, {}, "unknown"),
}


@pytest.fixture
def account() -> SupplierAccount:
    return SupplierAccountFactory(
        provider="aliseeks", endpoint=BASE, app_key="", app_secret=KEY, access_token="", refresh_token="",
        external_user_id=MERCHANT, currency="USD", pays_automatically=False,
    )  # fmt: skip


@pytest.fixture
def part(account: SupplierAccount) -> SupplierOrder:
    listing = ListingFactory(
        variant=VariantFactory(currency="USD", price=Decimal(50)),
        account=account,
        external_product_id="32826897725",
        external_sku_id="14:29#White;5:361385",
        external_sku_attr="14:29#White;5:361385",
        currency="USD",
    )
    return part_of(paid(listing.variant, contact=Contact(EMAIL, PERSON)))


def kept(caplog: pytest.LogCaptureFixture) -> str:
    """What is stored about calls and orders, and every line of the log with its trace."""
    models = (ApiCall, OrderEvent, Attempt, Notice, SupplierOrder, ExternalOrder, ConnectAttempt)
    rows = [str(list(model.objects.values())) for model in models]
    accounts = [str(list(SupplierAccount.objects.values("app_secret_sealed", "health_note", "external_name")))]
    lines = [logging.Formatter("%(name)s %(message)s").format(line) for line in caplog.records]
    return "\n".join([*rows, *accounts, *lines])


@pytest.mark.parametrize("what", ANSWERS)
def test_no_secret_is_kept_logged_shown_or_mailed(part, caplog, mailoutbox, settings, what):
    settings.STAFF_EMAILS = ["staff@example.com"]
    body, status, headers, ends_as = ANSWERS[what]

    with caplog.at_level(logging.DEBUG), responses.RequestsMock() as gateway:
        gateway.post(f"{BASE}/products", body=payload("product_shown.json"))
        gateway.post(f"{BASE}/products/shipping", body=payload("shipping_shown.json"))
        gateway.post(f"{BASE}/orders", body=body, status=status, headers=headers)
        if ends_as == "placed":
            gateway.get(f"{BASE}/orders", body=payload("order_shown.json"))
        dispatch.place(part.pk)
        for external in ExternalOrder.objects.all():
            tracking.look(external.pk)
        for notice in Notice.objects.all():
            send(notice.pk)
        sent = "".join(f"{call.request.body} {call.request.headers}" for call in gateway.calls)
        shown, told = pages(part), api_answers(part)

    part.refresh_from_db()
    assert part.status == ends_as or (ends_as == "placed" and part.status == "shipped")
    assert found(SENT, sent) == SENT
    everything = kept(caplog)
    assert found([*DOORS, MERCHANT, *CUSTOMER], everything) == []
    assert ApiCall.objects.filter(operation="aliseeks.orders.create").exists()
    # Staff see whose order it is on its own pages, and which merchant on the account's: nowhere else.
    assert found(DOORS, "".join(shown.values())) == []
    of_calls = "".join(page for name, page in shown.items() if name.startswith("call"))
    assert found([MERCHANT, *CUSTOMER], of_calls) == []
    assert found([*DOORS, MERCHANT, *CUSTOMER], told) == []
    mails = [text_of(mail) for mail in mailoutbox]
    assert found([*DOORS, MERCHANT], "".join(mails)) == []
    to_staff = [text for mail, text in zip(mailoutbox, mails, strict=True) if "staff@example.com" in mail.to]
    assert found(CUSTOMER, "".join(to_staff)) == []


@pytest.mark.parametrize("breaks", [False, True])
def test_one_time_page_is_shown_once_and_kept_nowhere(account, caplog, mailoutbox, monkeypatch, settings, breaks):
    settings.ADMINS = [("Ops", "ops@example.com")]
    client = superuser()
    client.raise_request_exception = False
    if breaks:
        # After the page was made: its address is a local variable of the frames in the trace.
        monkeypatch.setattr(ConnectAttempt.objects, "create", lambda **_fields: 1 / 0)

    with caplog.at_level(logging.DEBUG), responses.RequestsMock() as gateway:
        answer = payload_json("merchants_answer.json") | {"merchantId": MERCHANT, "redirectUrl": PAGE}
        gateway.post(f"{BASE}/merchants", json=answer)
        response = client.post(f"/admin/integrations/supplieraccount/{account.pk}/authorize-at-aliseeks/")

    shown = response.content.decode()
    assert (response.status_code, PAGE in shown) == ((500, False) if breaks else (200, True))
    assert found([*DOORS, MERCHANT], kept(caplog)) == []
    assert found([KEY], shown) == []
    (call,) = ApiCall.objects.all()
    calls = client.get(reverse("admin:integrations_apicall_change", args=[call.pk])).content.decode()
    assert found([*DOORS, MERCHANT], calls) == []
    later = client.get(reverse("admin:integrations_supplieraccount_change", args=[account.pk])).content.decode()
    assert found(DOORS, later) == []
    assert [mail.to for mail in mailoutbox] == ([["ops@example.com"]] if breaks else [])
    assert found([*DOORS, MERCHANT], "".join(f"{mail.body}{mail.alternatives}" for mail in mailoutbox)) == []
