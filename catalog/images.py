"""Pictures of products: checked, encoded anew in two sizes, and stored under the hash of what they were made from."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from shop.errors import DomainError

LARGE_PX = 1200
SMALL_PX = 600
MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 40_000_000
#: Only these decoders are ever tried. No SVG: it is a program, not a picture.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 84


class BadPicture(DomainError):
    """The bytes are no picture that the shop accepts; the message says why."""

    code = "bad_picture"


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """Names in the media storage: the picture at most 1200 px and at most 600 px wide and high."""

    large: str
    small: str


def store_picture(data: bytes, *, folder: str) -> StoredPicture:
    """Store ``data`` as WebP in two sizes below ``folder``; the same picture is stored once.

    What is stored is always encoded by us, so that nothing hidden in a file (location, comments, a second format)
    reaches a visitor. Raises ``BadPicture``.
    """
    digest = hashlib.sha256(data).hexdigest()[:32]
    stored = StoredPicture(f"{folder}/{digest}.webp", f"{folder}/small/{digest}.webp")
    missing = [
        (name, size)
        for name, size in ((stored.large, LARGE_PX), (stored.small, SMALL_PX))
        if not default_storage.exists(name)
    ]
    if missing:
        picture = _open(data)
        for name, size in missing:
            default_storage.save(name, ContentFile(_encoded(picture, size)))
    return stored


def _open(data: bytes) -> Image.Image:
    if len(data) > MAX_BYTES:
        raise BadPicture(_("The picture's file is too large."))
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that would fill the memory; our own limit is below that.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise BadPicture(_("The picture has too many pixels."))
        upright = ImageOps.exif_transpose(picture)
        has_alpha = upright.has_transparency_data
        return upright.convert("RGBA" if has_alpha else "RGB")
    except Image.DecompressionBombError as exc:
        raise BadPicture(_("The picture has too many pixels.")) from exc
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as exc:
        raise BadPicture(_("This is not a picture in JPEG, PNG, WebP or GIF format.")) from exc


def _encoded(picture: Image.Image, size: int) -> bytes:
    fitted = picture.copy()
    fitted.thumbnail((size, size), Image.Resampling.LANCZOS)
    out = BytesIO()
    fitted.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()
