"""Tables for people's spreadsheet programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

#: A cell that begins so is a formula to such a program: it would run what a supplier or a stranger wrote.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> str:
    """``value`` as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \n\u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def as_csv(heading: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A CSV text with a byte order mark, without which Excel reads it in the wrong letters."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (heading, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return "\ufeff" + out.getvalue()
