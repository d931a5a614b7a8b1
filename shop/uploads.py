"""How much a visitor may send. Django bounds what is typed, but not files: they would fill the disk."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

#: Files of a larger request are read over and not kept; the form can still say so beside what was typed.
MAX_KEPT_BYTES = 40 * 1024 * 1024
#: A request larger than this is not even read.
MAX_READ_BYTES = 3 * MAX_KEPT_BYTES


def were_dropped(request: HttpRequest) -> bool:
    """Whether the request was too large for its files to be kept."""
    return _size(request.META) > MAX_KEPT_BYTES


class BoundedUploads(FileUploadHandler):
    """The first of the upload handlers: lets the others see only files of a request of a sensible size."""

    is_dropped = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > MAX_READ_BYTES:
            raise RequestDataTooBig("The request is too large.")
        self.is_dropped = content_length > MAX_KEPT_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.is_dropped:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def _size(meta: dict[str, Any]) -> int:
    text = str(meta.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdecimal() else 0
