"""Whether two pictures show the same: by their addresses, and by a mark of what can be seen on them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from PIL import Image

from catalog.images import open_picture

#: Marks are of 8 x 8 comparisons. Encoding and scaling change a few bits of 64; another thing changes about half.
_SIDE = 8
BITS = _SIDE * _SIDE
SAME_UP_TO = 12

#: What content networks append to ask for a size or format: ``….jpg_640x640q90.jpg_.webp``.
_SIZE = re.compile(r"(\.(?:jpe?g|png|webp|gif|avif))_.*$", re.IGNORECASE)


def mark_of(data: bytes) -> str:
    """A mark of what the picture in ``data`` shows, 16 hex digits. Raises ``BadPicture``.

    Each bit says whether a field of the picture is darker than its right neighbour (a "difference hash"), so light,
    size and encoding matter little.
    """
    picture = open_picture(data).convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.LANCZOS)
    grey = list(picture.tobytes())
    bits = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            left, right = grey[row * (_SIDE + 1) + column : row * (_SIDE + 1) + column + 2]
            bits = bits << 1 | (left < right)
    return f"{bits:016x}"


def distance(first: str, second: str) -> int:
    """In how many of 64 bits two marks differ. A mark that is none differs in all."""
    try:
        return (int(first, 16) ^ int(second, 16)).bit_count()
    except ValueError:
        return BITS


def address_key(url: str) -> str:
    """What of a picture's address names the picture: its path, without host, query and size."""
    return _SIZE.sub(r"\1", urlsplit(url).path).casefold()
