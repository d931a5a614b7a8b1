"""Keys for a development machine, made once and kept in ``var/``: no clone shares them, no repository holds them."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet


def development_key(folder: Path, name: str) -> str:
    """The key called ``name``, created (readable by its owner only) if this is the first start.

    Safe when several processes start at once: the file is linked into place whole, and the first one wins.
    """
    path = folder / f"{name}.key"
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}.key"
        draft.touch(mode=0o600)
        draft.write_bytes(Fernet.generate_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
