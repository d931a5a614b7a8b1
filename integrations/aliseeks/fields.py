"""Typed readers for the fields of a reply: a missing or badly typed one raises ``MalformedReply`` with its name.

Observed and not documented: ids are texts in one answer and numbers in another, amounts are texts in the samples and
numbers in the vendor's SDKs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from integrations.errors import MalformedReply
from shop.money import Money

Node = Mapping[str, Any]

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,8})?")
# Control characters and halves of surrogate pairs: JSON can spell them, databases refuse them.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def malformed(name: str, problem: str = "is missing or badly typed") -> MalformedReply:
    return MalformedReply(f"Aliseeks' reply cannot be read: {name} {problem}", field=name)


def opened(body: bytes) -> Any:
    """What the JSON text ``body`` holds, numbers with a point as Decimal. Raises ``MalformedReply``."""
    try:
        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as exc:
        raise malformed("body", "is not JSON") from exc


def answer_node(body: bytes) -> Node:
    """The object that every good answer is."""
    value = opened(body)
    if not isinstance(value, dict):
        raise malformed("body", "is not an object")
    return value


def node(parent: Node, name: str) -> Node:
    """The object ``name``."""
    value = parent.get(name)
    if not isinstance(value, dict):
        raise malformed(name)
    return value


def nodes(parent: Node, name: str) -> list[Node]:
    """The list of objects ``name``, which must be there."""
    value = parent.get(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise malformed(name)
    return value


def optional_nodes(parent: Node, name: str) -> list[Node]:
    """The list of objects ``name``, empty if absent."""
    return [] if parent.get(name) is None else nodes(parent, name)


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
    """The text ``name`` to the letter, which must be there: what is sent back must not lose even a space."""
    value = parent.get(name)
    if not isinstance(value, str) or not value or _UNSTORABLE.search(value):
        raise malformed(name)
    return value


def as_identifier(value: Any, name: str) -> str:
    """``value`` read as an id: a whole number above 0 of at most 19 digits, sent as number or text."""
    if isinstance(value, int | str) and not isinstance(value, bool) and re.fullmatch("[0-9]{1,19}", str(value)):
        digits = str(value).lstrip("0")
        if digits:
            return digits
    raise malformed(name)


def whole(parent: Node, name: str) -> int:
    """The whole number ``name``, which must be there."""
    value = optional_whole(parent, name)
    if value is None:
        raise malformed(name)
    return value


def optional_whole(parent: Node, name: str) -> int | None:
    """The whole number ``name`` (0 to 9,999,999,999), None if absent."""
    value = parent.get(name)
    if value is None:
        return None
    if isinstance(value, int | str) and not isinstance(value, bool) and re.fullmatch("[0-9]{1,10}", str(value)):
        return int(value)
    raise malformed(name)


def optional_flag(parent: Node, name: str) -> bool:
    """The flag ``name``, false if absent."""
    value = parent.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise malformed(name)


def amount(parent: Node, name: str) -> Money:
    """The amount ``name``: ``{"currency": "USD", "value": "38.89"}``, the value as text or number."""
    found = node(parent, name)
    value, currency = found.get("value"), found.get("currency")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise malformed(name)
    # format() writes a Decimal without an exponent; a huge one fits the pattern as little as a negative one.
    digits = format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 20 else str(value)
    if not _AMOUNT.fullmatch(digits):
        raise malformed(name, "is not an amount")
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        raise malformed(name, "has no currency")
    return Money(Decimal(digits), currency)


def optional_amount(parent: Node, name: str) -> Money | None:
    """The amount ``name``, None if absent."""
    return None if parent.get(name) is None else amount(parent, name)


def clean(value: str) -> str:
    """``value`` as it can be stored: without control characters and halves of surrogate pairs."""
    return _UNSTORABLE.sub("", value).strip()


def said(value: str) -> str:
    """Free text of the vendor, fit for a message: one short line without addresses or what may be a token."""
    parts = clean(value[:1000]).split()
    return " ".join("[...]" if _is_private(part) else part for part in parts)[:200]


def _is_private(part: str) -> bool:
    token = len(part) >= 24 and sum(char.isdigit() for char in part) > 3
    return token or "://" in part or "@" in part


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are no JSON.
