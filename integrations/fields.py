"""Typed readers for the fields of any supplier's JSON answers.

A missing or badly typed field raises ``MalformedReply`` with its name; nothing is guessed. What several suppliers do
and none documents: ids and counts arrive as numbers or as texts, flags as JSON booleans or as ``"true"``, amounts as
texts or as numbers. What only one of them does is in its own folder.
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

_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,8})?")
# Control characters and halves of surrogate pairs: JSON can spell them, databases refuse them.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def malformed(name: str, problem: str = "is missing or badly typed") -> MalformedReply:
    return MalformedReply(f"The supplier's reply cannot be read: {name} {problem}", field=name)


def opened(body: bytes) -> Any:
    """What the JSON text ``body`` holds, numbers with a point as Decimal."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as exc:
        raise malformed("body", "is not JSON") from exc


def opened_node(body: bytes) -> Node:
    """The same, which must be an object."""
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


def optional_exact_text(parent: Node, name: str) -> str:
    """The text ``name`` to the letter, empty if absent: what is sent back must not lose even a space."""
    value = parent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise malformed(name)
    return value


def exact_text(parent: Node, name: str) -> str:
    """The same for a text which must be there."""
    value = optional_exact_text(parent, name)
    if not value:
        raise malformed(name)
    return value


def identifier(parent: Node, name: str) -> str:
    """An id, which must be there, as text."""
    return as_identifier(parent.get(name), name)


def as_identifier(value: Any, name: str) -> str:
    """``value`` read as an id: a whole number above 0 of at most 19 digits, sent as number or text."""
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


def as_money(value: Any, currency: Any, name: str) -> Money:
    """``value``, a decimal text or a number in major units, with its currency, a code of three letters."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise malformed(name)
    # format() writes a Decimal without an exponent; a huge one fits the pattern as little as a negative one.
    digits = format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 20 else str(value)
    if not _DECIMAL.fullmatch(digits):
        raise malformed(name, "is not an amount")
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        raise malformed(name, "has no currency")
    return Money(Decimal(digits), currency)


def clean(value: str) -> str:
    """``value`` as it can be stored: without control characters and halves of surrogate pairs."""
    return _UNSTORABLE.sub("", value).strip()


def said(value: str) -> str:
    """Free text of a supplier, fit for a message: one short line without addresses or what may be a token."""
    line = " ".join("[...]" if _is_private(part) else part for part in clean(value[:1000]).split())
    return line[:200]


def web_address(url: str) -> str:
    """``url`` with its scheme, which is left out at times; empty if it is no web address."""
    if url.startswith("//"):
        return f"https:{url}"
    return url if url.startswith(("https://", "http://")) else ""


def _is_private(part: str) -> bool:
    # Long runs with digits in them look like tokens; long names of fields and error codes have few.
    token = len(part) >= 24 and sum(char.isdigit() for char in part) > 3
    return token or "://" in part or "@" in part


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
