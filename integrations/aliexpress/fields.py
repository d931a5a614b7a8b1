"""Readers for what only AliExpress' answers do; the rest is in ``integrations.fields``.

Observed and not documented: codes arrive as numbers or as texts, lists as an array, as an object with one array inside,
or as the single element itself.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.fields import Node, as_money, malformed, optional_text
from shop.money import Money

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SOLD = re.compile(r"([0-9]{1,3}(?:,[0-9]{3}){0,3}|[0-9]{1,10})\+?")


def word(parent: Node, name: str) -> str:
    """A code such as ``"200"``, 200 or ``REPEATED_ORDER_ERROR``: text or number, empty if absent."""
    value = parent.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:80]
    return optional_text(parent, name)[:80]


def amount(parent: Node, name: str, currency: str) -> Money:
    """The amount ``name`` in major units of ``currency``, which another field tells."""
    return as_money(parent.get(name), currency, name)


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


def quantity_sold(words: str) -> int | None:
    """``"5,000+"`` and ``"5000+"`` as 5000, the least it says; None where it says nothing we can read."""
    match = _SOLD.fullmatch(words.strip())
    return int(match[1].replace(",", "")) if match else None
