"""A logged call made ready to be sent again, a sample person in place of what the log has left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.http import Call, Reply
from integrations.redaction import MASK, Redactor
from integrations.types import Address

SAMPLE_PERSON = Address(
    "Sample", "Person", "123 Main St", "New York", "US", province="New York", postcode="10001", phone="+12025550123"
)
SAMPLE_TEXT = "Sample"


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """``call`` as the adapter would send it; ``filled`` names what the log had left out.

    ``read`` takes the reply, returns the request id in it and raises the ``SupplierError`` that it amounts to.
    """

    call: Call
    redactor: Redactor
    read: Callable[[Reply], str]
    filled: tuple[str, ...] = ()


def refill(question: Mapping[str, Any], samples: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """``question`` with every redacted value replaced, and the names of those, each once.

    ``samples`` says by name what takes its place; any other name gets ``SAMPLE_TEXT``. JSON texts are opened and
    written again, as the redactor did.
    """
    filled: dict[str, None] = {}
    by_name = {name.lower(): sample for name, sample in samples.items()}

    def fill(name: str, value: Any) -> Any:
        if value == MASK:
            filled[name] = None
            return by_name.get(name.lower(), SAMPLE_TEXT)
        if isinstance(value, Mapping):
            return {key: fill(str(key), item) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(name, item) for item in value]
        if isinstance(value, str) and MASK in value and value[:1] in ("{", "["):
            return _fill_json(name, value)
        return value

    def _fill_json(name: str, text: str) -> str:
        try:
            opened = json.loads(text)
        except (ValueError, RecursionError):
            return text
        return json.dumps(fill(name, opened), ensure_ascii=False, separators=(",", ":"))

    return {name: fill(name, value) for name, value in question.items()}, tuple(filled)
