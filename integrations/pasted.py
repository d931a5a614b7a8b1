"""What people paste: an id, or the address of a page that has it."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit


def address_at(text: str, host: re.Pattern[str]) -> SplitResult | None:
    """The parts of the web address in ``text``, with or without its scheme; None if it is none on ``host``."""
    if "://" not in text and not text.startswith("//"):
        text = f"//{text}"
    try:
        parts = urlsplit(text, scheme="https")
        name = parts.hostname or ""
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and host.fullmatch(name) else None
