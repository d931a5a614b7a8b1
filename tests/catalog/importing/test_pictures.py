"""Pictures of staged products: hostile ones are refused in words, and leave nothing behind."""

from __future__ import annotations

import struct
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catalog.images import as_webp
from catalog.importing import pictures as fetching
from catalog.importing.staging import stage
from catalog.models import StagedPicture
from integrations.models import SupplierAccount
from tests.catalog.importing.goods import picture, product
from tests.factories import SupplierAccountFactory
from tests.odd_pictures import jpeg_with_a_text_for_its_width, png_with_half_an_exif

pytestmark = pytest.mark.django_db


def fetched(account, *urls: str) -> list[StagedPicture]:
    row = stage(account, product(image_urls=urls), country="US").staged
    assert fetching.fetch_waiting(row, ends_at=time.monotonic() + 60)
    return list(row.pictures.all())


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG that says to be of that size, with ``data`` as its packed pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_picture_is_encoded_by_us_in_several_sizes(account, pictures, settings):
    (row,) = fetched(account, pictures.put("/a.jpg", picture(size=(1500, 1000))))

    assert (row.status, row.width, row.height) == ("stored", 1200, 800)
    names = sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*.webp"))
    assert len(names) == 5
    assert len(set(names)) == 1


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml", "image/svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/png", "not a picture"),
        (b"<html>hello</html>", "text/html", "text/html"),
        (png(20_000, 10_000, zlib.compress(b"")), "image/png", "too many pixels"),
        (png(2_000_000_000, 2_000_000_000, zlib.compress(b"")), "image/png", "not a picture|too many pixels"),
        (png(6000, 6000, zlib.compress(b"\0" * 60_000_000)), "image/png", "not a picture"),
        (picture()[:300], "image/jpeg", "not a picture"),
        (b"", "image/jpeg", "not a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "image/png", "not a picture"),
        (b"x" * (15 * 1024 * 1024 + 1), "image/jpeg", "larger than 15 MB"),
    ],
    ids=["svg", "svg as png", "page", "200 megapixels", "4 exapixels", "bomb", "cut off", "empty", "broken", "large"],
)
def test_a_hostile_picture_is_refused_in_words(account, pictures, settings, body, kind, why):
    import re

    (row,) = fetched(account, pictures.put("/a", body, kind=kind))

    assert row.status == "refused"
    assert re.search(why, row.note)
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.webp"))


def test_a_picture_that_the_decoder_trips_over_leaves_the_others(account, pictures, monkeypatch):
    shrink = Image.Image.thumbnail

    def tripping(self: Image.Image, *args, **options) -> None:
        if self.size == (41, 30):
            raise struct.error("unpack requires a buffer of 4 bytes")
        shrink(self, *args, **options)

    monkeypatch.setattr(Image.Image, "thumbnail", tripping)

    rows = fetched(
        account,
        pictures.put("/a.jpg", picture(size=(41, 30))),
        pictures.put("/b.png", png_with_half_an_exif(), kind="image/png"),
        pictures.put("/c.jpg", jpeg_with_a_text_for_its_width()),
    )

    assert [(row.status, row.width) for row in rows] == [("refused", 0), ("stored", 40), ("stored", 30)]


def test_a_redirect_to_this_machine_is_refused(account, pictures):
    (row,) = fetched(account, pictures.put("/a.jpg", b"", status=302, Location="http://127.0.0.1:1/secret"))

    assert (row.status, row.note) == ("refused", "The address is not https.")


@pytest.mark.parametrize("mode", ["test", "live"])
def test_an_account_of_the_real_world_never_reaches_this_machine(db, supplier, pictures, mode):
    account = SupplierAccountFactory(provider="fake", mode=mode, endpoint=f"http://127.0.0.1:{pictures.port}")

    (row,) = fetched(account, pictures.put("/a.jpg", picture()))

    assert (row.status, pictures.asked) == ("refused", [])


def test_a_setting_allows_one_exact_origin_of_the_own_network(db, supplier, pictures, settings):
    settings.PICTURE_LOCAL_ORIGINS = [f"127.0.0.1:{pictures.port}"]
    account = SupplierAccountFactory(provider="fake", mode=SupplierAccount.Mode.LIVE, endpoint="https://api.example")

    (row,) = fetched(account, pictures.put("/a.jpg", picture()))

    assert row.status == "stored"


def test_the_same_picture_under_two_addresses_is_shown_once(account, pictures):
    first, second = fetched(account, pictures.put("/a.jpg", picture()), pictures.put("/b.jpg", picture()))

    assert first.large == second.large
    assert (first.is_kept, second.is_kept) == (True, False)


def test_a_server_that_stumbles_is_asked_a_second_time(account, pictures):
    (row,) = fetched(account, pictures.put("/a.jpg", b"", status=503))

    assert (row.status, pictures.asked) == ("refused", ["/a.jpg", "/a.jpg"])


def test_time_that_is_up_leaves_the_rest_for_later(account, pictures):
    urls = [pictures.put(f"/{color}.jpg", picture(color)) for color in ("red", "green")]
    row = stage(account, product(image_urls=tuple(urls)), country="US").staged

    assert not fetching.fetch_waiting(row, ends_at=time.monotonic() - 1)
    assert [one.status for one in row.pictures.all()] == ["stored", "waiting"]


def test_a_watermark_is_laid_over_the_lower_right_corner(account, pictures, settings, tmp_path):
    Image.new("RGBA", (50, 50), (0, 0, 255, 255)).save(tmp_path / "mark.png")
    settings.PICTURE_WATERMARK = str(tmp_path / "mark.png")

    (row,) = fetched(account, pictures.put("/a.png", picture(size=(400, 400), kind="PNG"), kind="image/png"))

    stored = Image.open(Path(settings.MEDIA_ROOT) / row.large).convert("RGB")
    assert stored.getpixel((370, 370))[2] > 200
    assert stored.getpixel((100, 100))[0] > 200


def test_a_palette_picture_is_scaled_as_well_as_any_other():
    wide = Image.new("RGB", (900, 300), "red")
    wide.paste("blue", (450, 0, 900, 300))
    out = BytesIO()
    wide.convert("P").save(out, "PNG")

    small = Image.open(BytesIO(as_webp(out.getvalue(), max_px=90)))

    assert small.size == (90, 30)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://ae01.alicdn.com/kf/a.jpg", "https://ae01.alicdn.com"),
        ("http://ae01.alicdn.com/kf/a.jpg", ""),
        ("http://127.0.0.1:8411/_media/a.webp", "http://127.0.0.1:8411"),
        ("http://127.0.0.1:8412/_media/a.webp", ""),
        ("https://a.example; script-src *", ""),
        ("https://user@a.example/", ""),
        ("https://[::1", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_browser_is_sent_to_no_other_origins_for_pictures(url, origin):
    assert fetching.origin_of(url, frozenset({"127.0.0.1:8411"})) == origin
