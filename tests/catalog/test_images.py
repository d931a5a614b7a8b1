"""``catalog.images``: pictures in several sizes, encoded by the shop itself."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from catalog import images
from catalog.images import BadPicture, as_webp, open_picture, store_picture, widths_of
from tests.odd_pictures import jpeg_with_a_text_for_its_width, png_with_half_an_exif


def _picture(size: tuple[int, int] = (40, 30), *, format: str = "PNG", mode: str = "RGB", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, (0, 128, 128, 90)[: len(mode)]).save(out, format, **options)
    return out.getvalue()


def _stored(name: str) -> Image.Image:
    with default_storage.open(name) as file:
        picture = Image.open(file)
        picture.load()
        return picture


def _shrunk(data: bytes) -> bytes:
    return as_webp(data, max_px=100)


def _that_raises(error: type[Exception]):
    def broken(*_args, **_options):
        raise error("something about bytes")

    return broken


def test_picture_is_stored_as_webp_in_a_large_and_a_small_size():
    stored = store_picture(_picture((2000, 1000), format="JPEG"), folder="products")

    large, small = _stored(stored.large), _stored(stored.small)
    assert (large.format, large.size) == ("WEBP", (1200, 600))
    assert (small.format, small.size) == ("WEBP", (600, 300))


def test_small_picture_is_not_blown_up():
    stored = store_picture(_picture((40, 30)), folder="products")

    assert _stored(stored.large).size == (40, 30)


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((3000, 1500), [320, 600, 900, 1200, 2000]),
        ((1000, 2000), [160, 300, 450, 600, 1000]),
        ((1500, 1500), [320, 600, 900, 1200, 1500]),
        ((1200, 800), [320, 600, 900, 1200]),
        ((700, 700), [320, 600, 700]),
        ((40, 30), [40]),
    ],
    ids=["wide", "tall", "between", "exactly large", "middling", "tiny"],
)
def test_every_width_that_is_offered_is_a_file_of_that_width(size, widths):
    stored = store_picture(_picture(size), folder="products")
    large = _stored(stored.large)

    offered = widths_of(stored.large, stored.small, width=large.width, height=large.height)

    assert list(offered) == widths
    assert [_stored(name).width for name in offered.values()] == widths


def test_picture_that_came_by_another_way_is_offered_in_its_two_sizes():
    assert widths_of("products/mug.webp", "products/small/mug.webp", width=1200, height=800) == {
        600: "products/small/mug.webp",
        1200: "products/mug.webp",
    }
    assert widths_of("products/mug.webp", "", width=1200, height=800) == {1200: "products/mug.webp"}
    assert widths_of("products/mug.webp", "products/small/mug.webp", width=0, height=0) == {}


def test_same_picture_is_stored_once():
    first = store_picture(_picture(), folder="products")
    second = store_picture(_picture(), folder="products")

    assert first == second
    assert len(default_storage.listdir("products")[1]) == 1


def test_transparency_is_kept():
    stored = store_picture(_picture(mode="RGBA"), folder="products")

    assert _stored(stored.large).mode == "RGBA"


def test_camera_data_is_dropped_and_its_rotation_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "a camera that tells on its owner"
    stored = store_picture(_picture((40, 30), format="JPEG", exif=exif), folder="products")

    picture = _stored(stored.large)
    assert picture.size == (30, 40)
    assert "exif" not in picture.info


@pytest.mark.parametrize(
    ("data", "size"),
    [(png_with_half_an_exif(), (40, 30)), (jpeg_with_a_text_for_its_width(), (30, 40))],
    ids=["png", "jpeg"],
)
def test_picture_whose_camera_data_cannot_be_read_is_a_picture_all_the_same(data, size):
    stored = store_picture(data, folder="products")

    assert _stored(stored.large).size == size
    assert Image.open(BytesIO(as_webp(data, max_px=100))).size == size
    assert open_picture(data).size == size


@pytest.mark.parametrize("use", [lambda data: store_picture(data, folder="products"), open_picture, _shrunk])
@pytest.mark.parametrize("error", [struct.error, KeyError, OSError, ZeroDivisionError])
def test_whatever_the_decoder_trips_over_is_a_bad_picture(monkeypatch, use, error):
    monkeypatch.setattr(Image.Image, "thumbnail", _that_raises(error))

    with pytest.raises(BadPicture):
        use(_picture())


def test_a_machine_without_memory_is_not_the_pictures_fault(monkeypatch):
    monkeypatch.setattr(Image.Image, "thumbnail", _that_raises(MemoryError))

    with pytest.raises(MemoryError):
        open_picture(_picture())


def test_a_photo_that_breaks_off_is_refused_as_a_photo_too():
    data = _picture((400, 300), format="JPEG")

    with pytest.raises(BadPicture):
        as_webp(data[: len(data) // 2], max_px=100)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        _picture()[:60],
        _picture(format="BMP"),
    ],
    ids=["empty", "only a header", "svg", "cut off", "other format"],
)
def test_what_is_no_accepted_picture_is_refused(data):
    with pytest.raises(BadPicture) as refusal:
        store_picture(data, folder="products")

    assert refusal.value.code == "bad_picture"


def test_picture_with_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_PIXELS", 1000)

    with pytest.raises(BadPicture, match="pixels"):
        store_picture(_picture((40, 30)), folder="products")


def test_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_BYTES", 10)

    with pytest.raises(BadPicture, match="too large"):
        store_picture(_picture(), folder="products")


def test_a_picture_of_which_only_the_beginning_was_written_is_written_again(settings):
    stored = store_picture(_picture(), folder="products")
    path = settings.MEDIA_ROOT / stored.large
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    assert store_picture(_picture(), folder="products") == stored
    assert path.read_bytes() == whole
