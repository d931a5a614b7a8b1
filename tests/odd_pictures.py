"""Pictures that every browser shows, with notes of a camera in them that no library can read."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

_ORIENTATION, _WIDTH = 0x0112, 0x0100
_TEXT, _SHORT = 2, 3


def png_with_half_an_exif(size: tuple[int, int] = (40, 30)) -> bytes:
    """A PNG whose ``eXIf`` ends in the middle of its first number."""
    png = _encoded("PNG", size)
    kind, data = b"eXIf", b"II*\0\x08"
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    # Behind the signature and the header.
    return png[:33] + chunk + png[33:]


def jpeg_with_a_text_for_its_width(size: tuple[int, int] = (40, 30)) -> bytes:
    """A JPEG to be turned by 90 degrees, in whose EXIF the tag of the width, a number, is a text."""
    tags = [(_WIDTH, _TEXT, 4, b"abc\0"), (_ORIENTATION, _SHORT, 1, struct.pack("<HH", 6, 0))]
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(tags))
    for tag, kind, count, value in tags:
        exif += struct.pack("<HHI", tag, kind, count) + value
    return _encoded("JPEG", size, exif=exif + b"\0\0\0\0")


def _encoded(kind: str, size: tuple[int, int], **options: bytes) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()
