"""The languages that the shop can speak. A leaf: settings are made with it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

#: Each by its own name: whoever looks for it reads no other.
NAMES = {"en": "English", "de": "Deutsch"}


def offered_languages(codes: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    """The first of ``codes``, and all of them with their names. Raises ``ImproperlyConfigured`` for others."""
    unknown = [code for code in codes if code not in NAMES]
    if unknown or not codes:
        raise ImproperlyConfigured(f"SHOP_LANGUAGES names {unknown or 'nothing'}; known are {', '.join(NAMES)}.")
    return codes[0], [(code, NAMES[code]) for code in dict.fromkeys(codes)]
