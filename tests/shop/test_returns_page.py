"""The form by which something is sent back, and the page of the request."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from fulfillment import returns
from fulfillment.models import Order, OrderLink, ReturnRequest
from fulfillment.transitions import record
from shop import return_form, uploads
from tests.factories import (
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    SupplierOrderFactory,
    SupplierOrderLineFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _period(settings: Any) -> None:
    settings.RETURN_DAYS = 30


@pytest.fixture
def order() -> Order:
    made = OrderFactory(paid=True, items_total=Decimal("74.70"), total=Decimal("74.70"))
    OrderLineFactory(order=made, quantity=2, total=Decimal("49.80"), title="Cushion")
    OrderLineFactory(order=made, title="Lamp")
    PaymentFactory(order=made, status="succeeded")
    record(made.pk, "order.delivered")
    Order.objects.filter(pk=made.pk).update(status="delivered")
    made.refresh_from_db()
    return made


@pytest.fixture
def token(order: Order) -> str:
    return OrderLink.mint(order)


def jpeg(size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (0, 128, 128)).save(out, "JPEG", **options)
    return out.getvalue()


def upload(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def send(client: Client, token: str, **changes: Any) -> Any:
    data = {"key": "form-1", "quantity_1": "1", "quantity_2": "0", "reason": "damaged", "comment": "Torn.", **changes}
    return client.post(f"/o/{token}/return/", data)


def test_order_page_leads_to_the_form(client: Client, token: str) -> None:
    page = client.get(f"/o/{token}/").content.decode()

    assert f"/o/{token}/return/" in page


def test_order_that_was_not_sent_offers_no_return(client: Client, order: Order, token: str) -> None:
    Order.objects.update(status="paid")

    assert "/return/" not in client.get(f"/o/{token}/").content.decode()
    assert "Nothing of it has been sent yet" in client.get(f"/o/{token}/return/").content.decode()


def test_parcel_that_arrived_is_sent_back_while_another_waits(client: Client, order: Order, token: str) -> None:
    Order.objects.update(status="in_fulfillment")
    cushion, lamp = order.lines.all()
    for number, (line, status) in enumerate([(cushion, "placed"), (lamp, "delivered")], start=1):
        part = SupplierOrderFactory(order=order, part=number, reference=f"{order.number}-{number}", status=status)
        SupplierOrderLineFactory(supplier_order=part, order_line=line)

    page = client.get(f"/o/{token}/return/").content.decode()
    refused = send(client, token, quantity_1="1", quantity_2="0", key="form-0")
    send(client, token, quantity_1="0", quantity_2="1")

    assert ("Cushion" in page, "Lamp" in page) == (False, True)
    assert refused.status_code == 400
    assert [row.order_line for row in ReturnRequest.objects.get().lines.all()] == [lamp]
    told = client.get(f"/o/{token}/return/").content.decode()
    assert "everything that has been sent so far" in told


def test_form_names_no_ids_of_the_database(client: Client, order: Order, token: str) -> None:
    page = client.get(f"/o/{token}/return/").content.decode()

    assert 'name="quantity_1"' in page
    assert 'name="quantity_2"' in page
    assert "no-store" in client.get(f"/o/{token}/return/")["Cache-Control"]


def test_request_is_made_and_shown(client: Client, order: Order, token: str) -> None:
    response = send(client, token, quantity_1="2")

    request = ReturnRequest.objects.get()
    assert response.url == f"/o/{token}/returns/{request.number}/"
    page = client.get(response.url).content.decode()
    for text in ("We have your request", "Cushion", "It arrived damaged", "Torn."):
        assert text in page
    assert "Lamp" not in page
    assert request.number in client.get(f"/o/{token}/").content.decode()


def test_double_submit_is_one_request(client: Client, token: str) -> None:
    first, second = send(client, token), send(client, token)

    assert first.url == second.url
    assert ReturnRequest.objects.count() == 1


def test_form_of_an_older_tab_never_means_another_line(client: Client, order: Order, token: str) -> None:
    cushion, lamp = order.lines.all()
    returns.ask(order, key="other-tab", quantities={cushion.pk: 2}, reason="damaged", photos=[])

    response = send(client, token, quantity_1="1", quantity_2="0")

    assert response.status_code == 400
    assert "This changed while you filled in the form" in response.content.decode()
    assert ReturnRequest.objects.count() == 1


def test_line_keeps_its_place_when_nothing_is_left_of_the_one_before(client: Client, order: Order, token: str) -> None:
    cushion, lamp = order.lines.all()
    returns.ask(order, key="other-tab", quantities={cushion.pk: 2}, reason="damaged", photos=[])

    page = client.get(f"/o/{token}/return/").content.decode()
    send(client, token, quantity_1="0", quantity_2="1")

    assert 'name="quantity_1"' not in page
    assert [row.order_line for row in ReturnRequest.objects.get(key="form-1").lines.all()] == [lamp]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantity_1": "0"}, "choose how many of at least one thing"),
        ({"quantity_1": "3"}, "So many cannot be sent back."),
        ({"quantity_1": "-1"}, "So many cannot be sent back."),
        ({"quantity_1": "many"}, "So many cannot be sent back."),
        ({"reason": ""}, "Please choose a reason."),
        ({"reason": "revenge"}, "Please choose a reason from the list."),
        ({"comment": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_bad_input_is_explained_and_loses_nothing(
    client: Client, token: str, changes: dict[str, str], message: str
) -> None:
    response = send(client, token, **changes)

    page = response.content.decode()
    assert response.status_code == 400
    assert message in page
    assert ("Torn." in page) or "comment" in changes
    assert 'value="form-1"' in page
    assert not ReturnRequest.objects.exists()


def test_photo_is_encoded_anew_without_what_the_camera_wrote(client: Client, order: Order, token: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera that tells on its owner"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)

    send(client, token, photos=[upload(jpeg((3000, 100), exif=exif))])

    stored = bytes(ReturnRequest.objects.get().photos.get().content)
    picture = Image.open(BytesIO(stored))
    assert (picture.format, picture.size) == ("WEBP", (1600, 53))
    assert not picture.getexif()
    assert b"camera" not in stored


@pytest.mark.parametrize("key", ["", "a\x00b", "<x>", "k" * 65])
def test_key_that_is_not_the_form_s_makes_no_request(client: Client, token: str, key: str) -> None:
    response = send(client, token, key=key)

    assert response.status_code == 400
    assert not ReturnRequest.objects.exists()


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        ([b"<svg onload=alert(1)>"], "not a picture"),
        ([b""], "not a picture"),
        ([jpeg()] * 5, "at most 4 photos"),
        ([b"x" * (return_form.MAX_PHOTO_BYTES + 1)], "8 MB at most"),
    ],
    ids=["svg", "empty", "five", "large"],
)
def test_bad_photo_is_refused(client: Client, token: str, photos: list[bytes], message: str) -> None:
    response = send(client, token, photos=[upload(content) for content in photos])

    page = response.content.decode()
    assert response.status_code == 400
    assert message in page
    assert "Please choose them again" in page
    assert not ReturnRequest.objects.exists()


def test_picture_of_too_many_pixels_is_refused(client: Client, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.images.MAX_PIXELS", 100)

    response = send(client, token, photos=[upload(jpeg())])

    assert "too many pixels" in response.content.decode()


def test_photos_too_large_together_are_dropped_and_said(
    client: Client, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_KEPT_BYTES", 1000)
    monkeypatch.setattr(uploads, "MAX_READ_BYTES", 100_000)

    response = send(client, token, photos=[upload(b"x" * 5000)])

    page = response.content.decode()
    assert response.status_code == 400
    assert "too large together" in page
    assert "Torn." in page


def test_request_without_measure_is_not_read(client: Client, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_READ_BYTES", 1000)

    response = send(client, token, photos=[upload(b"x" * 5000)])

    assert response.status_code == 400
    assert not ReturnRequest.objects.exists()


def test_owner_sees_the_photo_and_nobody_else(client: Client, order: Order, token: str) -> None:
    send(client, token, photos=[upload(jpeg())])
    number = ReturnRequest.objects.get().number
    other = OrderLink.mint(OrderFactory(paid=True))

    response = client.get(f"/o/{token}/returns/{number}/photo-1.webp")

    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"/o/{other}/returns/{number}/photo-1.webp").status_code == 404
    assert client.get(f"/o/{other}/returns/{number}/").status_code == 404
    assert client.get(f"/o/{token}/returns/{number}/photo-2.webp").status_code == 404
    assert f"/o/{token}/returns/{number}/photo-1.webp" in client.get(f"/o/{token}/returns/{number}/").content.decode()


@pytest.mark.parametrize("path", ["return/", "returns/ORD-X-R1/", "returns/ORD-X-R1/photo-1.webp"])
def test_unknown_link_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/o/nope/{path}").status_code == 404


def test_late_form_is_told_so(client: Client, token: str, settings: Any) -> None:
    settings.RETURN_DAYS = 0

    response = send(client, token)

    assert response.status_code == 409
    assert "Please write to us" in response.content.decode()
    assert not ReturnRequest.objects.exists()


def test_what_went_to_another_tab_is_explained(client: Client, order: Order, token: str) -> None:
    lines = list(order.lines.all())
    returns.ask(order, key="tab", quantities={line.pk: line.quantity for line in lines}, reason="other", photos=[])

    response = send(client, token)

    assert response.status_code == 409
    assert "everything back already" in response.content.decode()


def test_instructions_are_on_the_page(client: Client, token: str) -> None:
    address = send(client, token).url
    returns.approve(ReturnRequest.objects.get(), instructions="To <us>\n1 Main St", actor="staff:1")

    page = client.get(address).content.decode()

    assert "To &lt;us&gt;<br>1 Main St" in page
    assert "on the parcel" in page


def test_reason_why_not_is_on_the_page(client: Client, token: str) -> None:
    address = send(client, token).url
    returns.decline(ReturnRequest.objects.get(), reason="It was worn.", actor="staff:1")

    page = client.get(address).content.decode()

    assert "We cannot take it back" in page
    assert "It was worn." in page


def test_refund_is_on_the_page(client: Client, token: str) -> None:
    address = send(client, token).url
    row = ReturnRequest.objects.get()
    returns.approve(row, instructions="Keep it.", actor="staff:1")
    returns.refund_return(row, amount=Decimal("24.90"), actor="staff:1")

    assert "We have given back $24.90" in client.get(address).content.decode()
