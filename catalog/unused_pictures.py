"""Files of pictures that nothing in the shop shows any more: deleted a day after they were last wanted.

Pictures are stored by their content, so that several rows may show one file, and rows go by many ways. Whoever deletes
a row therefore deletes no file: once a day the files are compared with all rows.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice

from django.core.files.storage import default_storage

from catalog.importing.pictures import FOLDER
from catalog.models import Category, ProductImage, StagedPicture

logger = logging.getLogger(__name__)

#: A picture is stored before its row is written.
YOUNG_S = 24 * 3600
#: No more than so many files go in one day; the rest waits for the next one.
MOST = 5000
#: Files that ``catalog.images`` has written, with what a storage appends where two workers wrote the same at once.
_FILE = re.compile(r"(?P<name>[0-9a-f]{32}(?:-\d{2,5})*)(?:_[A-Za-z0-9]{7})?\.webp", re.ASCII)
_SIZES = re.compile(r"small|\d{2,5}", re.ASCII)
_NO_LINK = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class _File:
    """One size of ``picture``. ``size`` is its folder below that of the pictures; empty for the large one's."""

    size: str
    name: str
    picture: str


def purge() -> int:
    """Delete unused files in all sizes, up to ``MOST``; how many went. None of a storage that is no local folder."""
    try:
        folder = default_storage.path(FOLDER)
    except NotImplementedError:
        return 0
    before = time.time() - YOUNG_S
    used = _used()
    unused = list(islice((file for file in _old_files(folder, before) if file.picture not in used), MOST))
    if not unused:
        return 0
    # Looking at many files takes its time: the rows are asked once more.
    used = _used()
    gone = sum(_delete(folder, file, before) for file in unused if file.picture not in used)
    logger.info("unused pictures deleted files=%s", gone)
    return gone


def _delete(folder: str, file: _File, before: float) -> bool:
    with _opened(folder, file.size) as directory, suppress(FileNotFoundError):
        # Whoever wants a picture again that is stored already makes its file young.
        if directory is not None and os.stat(file.name, dir_fd=directory, follow_symlinks=False).st_mtime < before:
            os.unlink(file.name, dir_fd=directory)
            return True
    return False


def _used() -> set[str]:
    """The pictures that rows show, as the names of their files without folder and ending."""
    columns = [
        (ProductImage, "image"), (ProductImage, "thumbnail"), (StagedPicture, "large"), (StagedPicture, "small"),
        (Category, "picture"),
    ]  # fmt: skip
    found: set[str] = set()
    for model, column in columns:
        for path in model._default_manager.values_list(column, flat=True).distinct().order_by().iterator():
            found.add(str(path).rpartition("/")[2].removesuffix(".webp"))
    return found


def _old_files(folder: str, before: float) -> Iterator[_File]:
    """Our files in the folder and in those of its sizes. Links are neither followed nor named."""
    sizes = [""]
    for size in sizes:
        with _opened(folder, size) as directory:
            if directory is None:
                continue
            with os.scandir(directory) as entries:
                for entry in entries:
                    if not size and entry.is_dir(follow_symlinks=False) and _SIZES.fullmatch(entry.name):
                        sizes.append(entry.name)
                    elif (
                        (ours := _FILE.fullmatch(entry.name))
                        and entry.is_file(follow_symlinks=False)
                        and entry.stat(follow_symlinks=False).st_mtime < before
                    ):
                        yield _File(size, entry.name, ours["name"])


@contextmanager
def _opened(folder: str, size: str) -> Iterator[int | None]:
    """The folder of a size, opened; None if it is gone or a link. Nothing beneath an opened one leads elsewhere."""
    opened: list[int] = []
    try:
        opened.append(os.open(folder, _NO_LINK))
        if size:
            opened.append(os.open(size, _NO_LINK, dir_fd=opened[-1]))
    except OSError:
        pass
    try:
        yield opened[-1] if len(opened) == 1 + bool(size) else None
    finally:
        for one in opened:
            os.close(one)
