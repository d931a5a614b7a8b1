"""Pictures of products: checked, encoded anew in several sizes, stored under the hash of what they were made from."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import ExifTags, Image

from shop.errors import DomainError

logger = logging.getLogger(__name__)

LARGE_PX = 1200
SMALL_PX = 600
#: Made besides, where the picture is larger than that: for thumbnails, for phones, and for the zoom.
THUMBNAIL_PX = 320
MIDDLE_PX = 900
ZOOM_PX = 2000
MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 40_000_000
#: Only these decoders are ever tried. No SVG: it is a program, not a picture.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 84
#: What makes a picture upright, by the EXIF tag that tells how the camera was held.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: A stored picture's name says which further sizes of it there are: ``products/<hash>-320-900.webp``.
_NAME = re.compile(r"(?P<folder>.+)/(?P<file>[0-9a-f]{32}(?P<sizes>(?:-\d{2,5})*)\.webp)")


class BadPicture(DomainError):
    """The bytes are no picture that the shop accepts; the message says why."""

    code = "bad_picture"


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """Names in the media storage: the picture at most 1200 px and at most 600 px wide and high."""

    large: str
    small: str


def store_picture(data: bytes, *, folder: str, watermark: bytes = b"") -> StoredPicture:
    """Store ``data`` as WebP in several sizes below ``folder``; the same picture is stored once.

    What is stored is always encoded by us, so that nothing hidden in a file (location, comments, a second format)
    reaches a visitor. ``watermark`` is a picture (PNG with transparency) that is laid over the lower right corner.
    Raises ``BadPicture``.
    """
    opened = _opened(data)
    longest = max(opened.size)
    further = [size for size in (THUMBNAIL_PX, MIDDLE_PX) if size < longest]
    if longest > LARGE_PX:
        further.append(min(longest, ZOOM_PX))
    name = "-".join([hashlib.sha256(data + watermark).hexdigest()[:32], *map(str, further)]) + ".webp"
    stored = StoredPicture(f"{folder}/{name}", f"{folder}/small/{name}")
    wanted = {stored.large: LARGE_PX, stored.small: SMALL_PX} | {f"{folder}/{size}/{name}": size for size in further}
    missing = {path: size for path, size in wanted.items() if not _is_whole(path)}
    for path in wanted.keys() - missing:
        _make_young(path)
    if missing:
        picture = _decoded(opened, max(missing.values()))
        if watermark:
            picture = _marked(picture, watermark)
        for path, size in missing.items():
            default_storage.delete(path)
            default_storage.save(path, ContentFile(_encoded(picture, size)))
    return stored


def widths_of(large: str, small: str, *, width: int, height: int) -> dict[int, str]:
    """The names of all sizes of a stored picture by their width in px, smallest first.

    ``width`` and ``height`` are those of the large one. A picture that came by another way has these two sizes only,
    and one whose dimensions are not known has none to choose from.
    """
    longest = max(width, height)
    if not longest:
        return {}
    names = {min(width, round(width * SMALL_PX / longest)): small} if small else {}
    if found := _NAME.fullmatch(large):
        for size in map(int, found["sizes"].split("-")[1:]):
            names[round(width * size / longest)] = f"{found['folder']}/{size}/{found['file']}"
    names[width] = large
    return dict(sorted(names.items()))


def as_webp(data: bytes, *, max_px: int) -> bytes:
    """``data`` as a WebP picture at most ``max_px`` wide and high, for a caller who keeps it elsewhere.

    Encoded by us, as above: where and with what it was taken is gone. Raises ``BadPicture``.
    """
    return _encoded(_decoded(_opened(data), max_px), max_px)


def open_picture(data: bytes) -> Image.Image:
    """The picture's pixels, upright, for a caller who only looks at them. Raises ``BadPicture``."""
    return _decoded(_opened(data), SMALL_PX)


def size_of(name: str) -> tuple[int, int]:
    """Width and height in px of a stored picture."""
    with default_storage.open(name) as file, Image.open(file, formats=FORMATS) as picture:
        return picture.size


def _make_young(path: str) -> None:
    """A file that is wanted again is as good as new: files of which no row speaks are deleted by their age."""
    with suppress(NotImplementedError, OSError):
        os.utime(default_storage.path(path))


def _is_whole(path: str) -> bool:
    """Whether the picture is stored; a process that was killed while it wrote leaves the beginning of one."""
    if not default_storage.exists(path):
        return False
    try:
        with _foreign(), default_storage.open(path) as file, Image.open(file, formats=FORMATS) as picture:
            picture.load()
    except BadPicture:
        return False
    return True


@contextmanager
def _foreign() -> Iterator[None]:
    """Work on bytes of which anything may be wrong: whatever Pillow trips over makes it a ``BadPicture``.

    It raises what its parsers happen to raise (``struct.error``, ``KeyError``, ``zlib.error`` ...), and new ones with
    new versions. A machine without memory says nothing about the picture.
    """
    try:
        yield
    except (BadPicture, MemoryError):
        raise
    except Image.DecompressionBombError as exc:
        raise BadPicture(_("The picture has too many pixels.")) from exc
    except Exception as exc:
        raise BadPicture(_("This is not a picture in JPEG, PNG, WebP or GIF format.")) from exc


def _opened(data: bytes) -> Image.Image:
    """The picture with its dimensions known and its pixels not yet read."""
    if len(data) > MAX_BYTES:
        raise BadPicture(_("The picture's file is too large."))
    with _foreign(), warnings.catch_warnings():
        # Pillow only warns of a picture that would fill the memory; our own limit is below that.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture = Image.open(BytesIO(data), formats=FORMATS)
    if picture.width * picture.height > MAX_PIXELS:
        raise BadPicture(_("The picture has too many pixels."))
    return picture


def _decoded(opened: Image.Image, size: int) -> Image.Image:
    """The picture's pixels, upright, and no more of them than ``size`` wide and high: the whole of a large one is
    held once, and not once more for each size that is made of it.
    """
    with _foreign():
        if opened.mode in ("RGB", "L") and not opened.has_transparency_data:
            opened.thumbnail((size, size), Image.Resampling.LANCZOS)
        upright = _upright(opened)
        picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """``picture`` as it was held. Notes about it that cannot be read spoil no picture: browsers show those as well."""
    picture.load()
    try:
        turned = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        logger.info("picture with unreadable EXIF", exc_info=True)
        turned = None
    return picture if turned is None else picture.transpose(turned)


def _marked(picture: Image.Image, watermark: bytes) -> Image.Image:
    mark = _opened(watermark).convert("RGBA")
    side = max(1, min(picture.size) // 4)
    mark.thumbnail((side, side), Image.Resampling.LANCZOS)
    margin = side // 8
    marked = picture.convert("RGBA")
    marked.alpha_composite(mark, (picture.width - mark.width - margin, picture.height - mark.height - margin))
    return marked.convert(picture.mode)


def _encoded(picture: Image.Image, size: int) -> bytes:
    out = BytesIO()
    with _foreign():
        fitted = picture.copy()
        fitted.thumbnail((size, size), Image.Resampling.LANCZOS)
        fitted.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()
