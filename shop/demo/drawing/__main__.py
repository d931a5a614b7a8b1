"""Redraw the demo pictures: write SVGs, render them to WebP.

Usage: python -m shop.demo.drawing [--svg FOLDER] [NAME-PREFIX ...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .registry import pictures
from .render import render

TARGET = Path(__file__).resolve().parent.parent / "pictures"


def main() -> None:
    """Draw all pictures, or those whose names start with one of the given prefixes."""
    parser = argparse.ArgumentParser(prog="python -m shop.demo.drawing", description=__doc__)
    parser.add_argument("prefixes", nargs="*", help="draw only the pictures whose names start like this")
    parser.add_argument("--svg", type=Path, help="keep the SVG files in this folder")
    chosen = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.svg or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        total = 0
        for picture in pictures():
            if chosen.prefixes and not picture.name.startswith(tuple(chosen.prefixes)):
                continue
            drawing = folder / f"{picture.name}.svg"
            drawing.write_text(picture.svg(), encoding="utf-8")
            size = render(drawing, TARGET / f"{picture.name}.webp", picture.width, picture.height)
            total += size
            sys.stdout.write(f"{picture.name}.webp {size / 1000:.0f} kB\n")
    sys.stdout.write(f"total {total / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
