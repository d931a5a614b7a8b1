"""Images of the catalogue under `/_media/`, if a folder with them is configured."""

import mimetypes
import re

from integrations.sandbox.answers import Reply
from integrations.sandbox.emulator import Emulator


def media_reply(emulator: Emulator, name: str) -> Reply:
    """One file of the folder itself; nothing below it and no hidden file."""
    is_name = re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name) is not None
    path = emulator.media_dir / name if emulator.media_dir is not None and is_name else None
    if path is None or not path.is_file():
        return Reply(b"not found\n", "refused:404", status=404, content_type="text/plain")
    kind = "image/webp" if name.endswith(".webp") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Reply(path.read_bytes(), "ok", content_type=kind)
