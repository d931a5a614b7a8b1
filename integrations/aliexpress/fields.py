"""Typed readers for the fields of a reply: strict about types, tolerant about the shapes of lists.

A missing or badly typed field raises ``MalformedReply`` with its name; nothing is guessed. Observed and not
documented: ids and counts arrive as numbers or as texts, flags as JSON booleans or as ``"true"``, lists as
an array, as an object with one array inside, or as the single element itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.errors import MalformedReply
from shop.money import Money

Node = Mapping[str, Any]

_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,8})?")
# Control characters and halves of surrogate pairs: JSON can spell them, databases refuse them.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def malformed(name: str, problem: str = "is missing or badly typed") -> MalformedReply:
    return MalformedReply(f"AliExpress' reply cannot be read: {name} {problem}", field=name)


def node(parent: Node, name: str) -> Node:
    """The object ``name``."""
    value = parent.get(name)
    if not isinstance(value, dict):
        raise malformed(name)
    return value


def text(parent: Node, name: str) -> str:
    """The text ``name``, which must be there."""
    value = optional_text(parent, name)
    if not value:
        raise malformed(name)
    return value


def optional_text(parent: Node, name: str) -> str:
    """The text ``name``, empty if absent."""
    value = parent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise malformed(name)
    return clean(value)


def exact_text(parent: Node, name: str) -> str:
    """The text ``name`` to the letter, empty if absent: what is sent back must not lose even a space."""
    value = parent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise malformed(name)
    return value


def word(parent: Node, name: str) -> str:
    """A code such as ``"200"``, 200 or ``REPEATED_ORDER_ERROR``: text or number, empty if absent."""
    value = parent.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:80]
    return optional_text(parent, name)[:80]


def identifier(parent: Node, name: str) -> str:
    """An id, which must be there, as text."""
    return as_identifier(parent.get(name), name)


def as_identifier(value: Any, name: str) -> str:
    """``value`` read as an id: a whole number above 0 of at most 64 bits, sent as number or text."""
    if isinstance(value, int | str) and not isinstance(value, bool) and re.fullmatch("[0-9]{1,19}", str(value)):
        digits = str(value).lstrip("0")
        if digits:
            return digits
    raise malformed(name)


def whole(parent: Node, name: str) -> int:
    """The whole number ``name`` (0 to 9,999,999,999), which must be there."""
    value = optional_whole(parent, name)
    if value is None:
        raise malformed(name)
    return value


def optional_whole(parent: Node, name: str) -> int | None:
    """The whole number ``name``, None if absent."""
    value = parent.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int | str) and not isinstance(value, bool) and re.fullmatch("[0-9]{1,10}", str(value)):
        return int(value)
    raise malformed(name)


def flag(parent: Node, name: str) -> bool:
    """The flag ``name``, which must be there."""
    value = optional_flag(parent, name)
    if value is None:
        raise malformed(name)
    return value


def optional_flag(parent: Node, name: str) -> bool | None:
    """The flag ``name``, None if absent."""
    value = parent.get(name)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise malformed(name)


def amount(parent: Node, name: str, currency: str) -> Money:
    """The amount ``name`` in major units of ``currency``: a decimal text, or a number."""
    value = parent.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise malformed(name)
    # format() writes a Decimal without an exponent; a huge one fits the pattern as little as a negative one.
    digits = format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 20 else str(value)
    if not _DECIMAL.fullmatch(digits):
        raise malformed(name, "is not an amount")
    return money(Decimal(digits), currency, name)


def money(value: Decimal, currency: str, name: str) -> Money:
    """``value`` with its currency, which must be a code of three letters."""
    if not re.fullmatch("[A-Z]{3}", currency):
        raise malformed(name, "has no currency")
    return Money(value, currency)


def moment(parent: Node, name: str) -> datetime:
    """The instant ``name``, sent as milliseconds since 1970, in UTC."""
    value = parent.get(name)
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,14}", str(value)):
        raise malformed(name, "is not an instant")
    return _EPOCH + timedelta(milliseconds=int(str(value)))


def rows(parent: Node, name: str, inner: str) -> list[Any]:
    """The elements of the list ``name``, empty if absent; ``inner`` is the documented name of its array."""
    value = parent.get(name)
    if isinstance(value, dict) and inner in value:
        value = value[inner]
    elif isinstance(value, dict) and [type(only) for only in value.values()] == [list]:
        value = next(iter(value.values()))
    if value is None or value in ({}, ""):
        return []
    return value if isinstance(value, list) else [value]


def nodes(parent: Node, name: str, inner: str) -> list[Node]:
    """The same for a list whose elements are objects."""
    found = rows(parent, name, inner)
    if not all(isinstance(row, dict) for row in found):
        raise malformed(name)
    return found


def clean(value: str) -> str:
    """``value`` as it can be stored: without control characters and halves of surrogate pairs."""
    return _UNSTORABLE.sub("", value).strip()


def said(value: str) -> str:
    """Free text of the vendor, fit for a message: one short line without addresses or what may be a token."""
    line = " ".join("[...]" if _is_private(part) else part for part in clean(value[:1000]).split())
    return line[:200]


def _is_private(part: str) -> bool:
    # Long runs with digits in them look like tokens; long names of fields and error codes have few.
    token = len(part) >= 24 and sum(char.isdigit() for char in part) > 3
    return token or "://" in part or "@" in part
