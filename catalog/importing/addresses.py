"""Which products somebody means: pasted addresses and ids, one or many, or a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from integrations.registry import product_id_from_url
from shop.errors import DomainError

#: More than this is several imports; a run of this size takes an hour or so at the suppliers' limits.
MAX_ENTRIES = 5000
MAX_BYTES = 2 * 1024 * 1024
_ENTERED_LENGTH = 300
_ID_LENGTH = 64
#: What a column may be called that holds ids or addresses; compared without spaces, dashes and case.
_COLUMNS = frozenset(
    {"productid", "id", "itemid", "url", "producturl", "link", "productlink", "address", "externalproductid"}
)


class BadList(DomainError):
    """The list cannot be read as a whole; the message says why."""

    code = "bad_list"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was entered, and the supplier's product id in it; empty if there is none."""

    entered: str
    product_id: str


def read_list(provider: str, text: str) -> tuple[Entry, ...]:
    """What ``text`` names: ids or addresses of ``provider`` on lines of their own, between blanks, or in a CSV.

    A line without one becomes an entry without an id; empty lines and a CSV's heading do not. Raises ``BadList``.
    """
    entries: list[Entry] = []
    for entry in _entries(provider, text):
        if len(entries) == MAX_ENTRIES:
            raise BadList(_("This names more than %(count)s products: split it.") % {"count": MAX_ENTRIES})
        entries.append(entry)
    if not entries:
        raise BadList(_("There is nothing in it."))
    return tuple(entries)


def read_file(provider: str, data: bytes) -> tuple[Entry, ...]:
    """The same for a file: UTF-8 or UTF-16 text, or what an old spreadsheet program writes. Raises ``BadList``."""
    if len(data) > MAX_BYTES:
        raise BadList(_("The file is larger than %(size)s MB.") % {"size": MAX_BYTES // 1_048_576})
    return read_list(provider, _decoded(data))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in data:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadList(_("This is not a text file. Save the table as CSV."))


def _entries(provider: str, text: str) -> Iterator[Entry]:
    lines = [line.strip() for line in text.replace("\x00", "").splitlines() if line.strip()]
    if not lines:
        return
    delimiter = next((mark for mark in ("\t", ";", ",") if mark in lines[0]), "")
    heading = _cells(lines[0], delimiter) if delimiter else [lines[0]]
    names = ["".join(re.findall("[a-z]+", cell.lower())) for cell in heading]
    column = next((index for index, name in enumerate(names) if name in _COLUMNS), None)
    if column is not None:
        for line in lines[1:]:
            cells = _cells(line, delimiter) if delimiter else [line]
            yield _entry(provider, cells[column] if column < len(cells) else "", line)
        return
    for line in lines:
        whole = _entry(provider, line, line)
        yield from [whole] if whole.product_id else _several(provider, line)


def _several(provider: str, line: str) -> Iterator[Entry]:
    """The entries of a line that names several, or the first cell with one; else the line as one without."""
    found = [_entry(provider, part, part) for part in re.split(r"[\s,;]+", line) if part]
    named = [entry for entry in found if entry.product_id]
    yield from named or [Entry(line[:_ENTERED_LENGTH], "")]


def _entry(provider: str, cell: str, entered: str) -> Entry:
    # Spreadsheets write ids with a leading apostrophe or as ="123" so that they stay texts.
    bare = cell.strip().lstrip("'")
    bare = bare[2:-1] if bare.startswith('="') and bare.endswith('"') else bare
    product_id = product_id_from_url(provider, bare) if 0 < len(bare) <= 2000 else None
    if product_id is not None and len(product_id) > _ID_LENGTH:
        product_id = None
    return Entry(entered.strip()[:_ENTERED_LENGTH], product_id or "")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)
