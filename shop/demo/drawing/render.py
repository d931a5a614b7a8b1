"""Rendering SVG text to WebP with headless Chromium and Pillow (a developer's tool)."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image


def find_browser() -> str:
    """The headless browser to draw with."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise SystemExit("Rendering needs Chromium: install it, e.g. 'apt-get install chromium'.")


def render(drawing: Path, picture: Path, width: int, height: int, quality: int = 80) -> int:
    """Render one SVG file to a WebP file; answers its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        page = Path(folder) / "page.html"
        style = "<style>body{margin:0;overflow:hidden}svg{display:block}</style>"
        page.write_text(f"<!doctype html>{style}{drawing.read_text('utf-8')}", "utf-8")
        # The window is made a little taller: some versions keep a strip of it for themselves.
        command = [find_browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--user-data-dir={folder}/profile", "--force-device-scale-factor=1"]
        command += [f"--window-size={width},{height + 150}", f"--screenshot={shot}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
        with Image.open(shot) as image:
            image.convert("RGB").crop((0, 0, width, height)).save(picture, "WEBP", quality=quality, method=6)
    return picture.stat().st_size
