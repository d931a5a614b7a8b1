"""Wire payloads by file name; the README beside them says where each comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def payload(name: str) -> bytes:
    """The bytes of a payload file."""
    return (_FOLDER / name).read_bytes()


def payload_json(name: str) -> Any:
    """The content of a payload file."""
    return json.loads(payload(name))
