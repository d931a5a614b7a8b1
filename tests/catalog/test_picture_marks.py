"""Marks of what pictures show."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from catalog.images import BadPicture
from catalog.picture_marks import SAME_UP_TO, address_key, distance, mark_of


def picture(*, size: int = 300, kind: str = "PNG", shape: str = "lamp") -> bytes:
    drawn = Image.new("RGB", (300, 300), "white")
    brush = ImageDraw.Draw(drawn)
    if shape == "lamp":
        brush.polygon([(150, 20), (40, 160), (260, 160)], fill="goldenrod")
        brush.rectangle([135, 160, 165, 280], fill="black")
    else:
        brush.ellipse([20, 120, 280, 280], fill="navy")
        brush.rectangle([200, 10, 290, 60], fill="red")
    out = BytesIO()
    drawn.resize((size, size)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("changes", [{"size": 90}, {"size": 800}, {"kind": "WEBP"}, {"kind": "JPEG", "size": 120}])
def test_size_and_encoding_leave_the_mark_nearly_as_it_was(changes):
    assert distance(mark_of(picture()), mark_of(picture(**changes))) <= SAME_UP_TO


def test_another_thing_has_another_mark():
    assert distance(mark_of(picture()), mark_of(picture(shape="plate"))) > SAME_UP_TO


def test_what_is_no_picture_has_no_mark():
    with pytest.raises(BadPicture):
        mark_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>")


def test_a_broken_mark_is_like_none():
    assert distance("not hex", "0") == 64


@pytest.mark.parametrize(
    "url",
    [
        "https://ae01.alicdn.com/kf/Sa1b2.jpg",
        "https://ae04.alicdn.com/kf/Sa1b2.jpg_640x640q90.jpg_.webp",
        "http://ae01.alicdn.com/kf/SA1B2.JPG?width=800",
    ],
)
def test_addresses_of_one_picture_have_one_key(url):
    assert address_key(url) == "/kf/sa1b2.jpg"
