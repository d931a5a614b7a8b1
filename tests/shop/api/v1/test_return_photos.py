"""Photos with a return: a form instead of JSON, with the checks of the page."""

from __future__ import annotations

import json
import secrets
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fulfillment.models import Order, OrderLink, ReturnRequest
from shop import return_form, uploads
from tests.factories import OrderFactory, OrderLineFactory
from tests.shop.api.v1.app import ROOT, App

pytestmark = pytest.mark.django_db

WISH = {"lines": [{"position": 1, "quantity": 1}], "reason": "damaged"}


@pytest.fixture
def order(app: App, settings) -> Order:
    settings.RETURN_DAYS = 30
    made = OrderFactory(paid=True, status="shipped")
    OrderLineFactory(order=made)
    app.headers["Order-Token"] = OrderLink.mint(made)
    return made


def jpeg(color: str = "teal") -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), color).save(out, "JPEG")
    return out.getvalue()


def send(app: App, order: Order, photos: list[bytes], *, key: str = "") -> Any:
    files = [SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg") for content in photos]
    headers = {**app.headers, "Idempotency-Key": key or secrets.token_hex(8)}
    body = {"request": json.dumps(WISH), "photos": files}
    return app.client.post(f"{ROOT}orders/{order.number}/returns/", body, headers=headers)


def test_photos_are_kept_encoded_anew(app: App, order: Order) -> None:
    made = send(app, order, [jpeg(), jpeg("red")])

    photos = ReturnRequest.objects.get(number=made.json()["number"]).photos.all()
    assert made.status_code == 201
    assert {Image.open(BytesIO(photo.content)).format for photo in photos} == {"WEBP"}
    assert len(photos) == 2


def test_same_key_with_other_photos_is_another_request(app: App, order: Order) -> None:
    first = send(app, order, [jpeg()], key="r")
    again = send(app, order, [jpeg()], key="r")
    other = send(app, order, [jpeg("red")], key="r")

    assert (first.json(), again["Idempotent-Replayed"]) == (again.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert ReturnRequest.objects.get().photos.count() == 1


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        ([b"<svg onload=alert(1)>"], "not a picture"),
        ([jpeg()] * 5, "at most 4 photos"),
        ([b"x" * (return_form.MAX_PHOTO_BYTES + 1)], "8 MB at most"),
    ],
    ids=["svg", "five", "large"],
)
def test_bad_photo_is_refused_at_its_field(app: App, order: Order, photos: list[bytes], message: str) -> None:
    answer = send(app, order, photos, key="r")
    mended = send(app, order, [jpeg()], key="r")

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "photos")
    assert message in error["message"]
    assert mended.status_code == 201


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"request": "{"}, None),
        ({"request": ""}, None),
        ({"request": json.dumps({**WISH, "reason": "x"})}, "reason"),
        ({"request": [json.dumps(WISH), json.dumps(WISH)]}, "request"),
        ({"request": SimpleUploadedFile("request.json", b"{}")}, "request"),
        ({"photos": "not a file"}, "photos"),
        ({"price": "1"}, "price"),
    ],
)
def test_form_that_says_something_else_is_refused(app: App, order: Order, form: dict[str, Any], field: str) -> None:
    headers = {**app.headers, "Idempotency-Key": "r"}
    body = {"request": json.dumps(WISH), **form}

    answer = app.client.post(f"{ROOT}orders/{order.number}/returns/", body, headers=headers)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json().get("errors", [])] == ([field] if field else [])
    assert not ReturnRequest.objects.exists()


def test_body_that_is_no_form_is_refused(app: App, order: Order) -> None:
    headers = {**app.headers, "Idempotency-Key": "r"}
    path = f"{ROOT}orders/{order.number}/returns/"

    answer = app.client.generic("POST", path, b"--x", content_type="multipart/form-data", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_form")


def test_photos_too_large_together_are_refused(app: App, order: Order, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "MAX_KEPT_BYTES", 1000)
    monkeypatch.setattr(uploads, "MAX_READ_BYTES", 100_000)
    dropped = send(app, order, [b"x" * 5000])
    monkeypatch.setattr(uploads, "MAX_READ_BYTES", 1000)
    unread = send(app, order, [b"x" * 5000])

    assert (dropped.status_code, dropped.json()["errors"][0]["field"]) == (400, "photos")
    assert (unread.status_code, unread.json()["code"]) == (413, "too_large")
    assert not ReturnRequest.objects.exists()


def test_stranger_s_photos_are_not_even_read(app: App, order: Order, monkeypatch) -> None:
    monkeypatch.setattr("shop.api.v1.returns.PhotosParser.parse", lambda *args: pytest.fail("was read"))
    del app.headers["Order-Token"]

    assert send(app, order, [jpeg()]).status_code == 404
