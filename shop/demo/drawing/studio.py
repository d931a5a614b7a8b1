"""The studio: backdrops per category."""

from __future__ import annotations

from .art import Art, Stop, dark, ellipse, light, path

TONES = {
    "kitchen-table": "#e6dacb",
    "bed-bath": "#e5d8ce",
    "lighting": "#a8917b",
    "desk-office": "#dcd7cc",
    "outdoor-garden": "#d8dac9",
    "travel-carry": "#dcd6cb",
    "hero": "#e3d6c6",
}


def backdrop(art: Art, tone: str, width: int, height: int, floor: float | None = None) -> str:
    """A paper sweep lit from the upper left; `floor` is where wall bends into table, if it does."""
    sheet = f"M0 0H{width}V{height}H0z"
    wall: list[Stop] = [(0, light(tone, 0.34)), (0.55, tone), (1, dark(tone, 0.13))]
    drawn = path(sheet, art.linear(wall, 0, 0, width * 0.8, height))
    if floor is not None:
        top, fade = floor / height, 0.09
        bend: list[Stop] = [
            (max(0.0, top - fade), dark(tone, 0.3), 0),
            (top - 0.008, dark(tone, 0.3), 0.13),
            (top + 0.03, light(tone, 0.4), 0.22),
            (min(1.0, top + 0.3), light(tone, 0.5), 0.42),
            (1, light(tone, 0.3), 0.3),
        ]
        drawn += path(sheet, art.linear(bend, 0, 0, 0, height))
    lamp: list[Stop] = [(0, light(tone, 0.85), 0.62), (0.5, light(tone, 0.7), 0.2), (1, tone, 0)]
    corner: list[Stop] = [(0.55, dark(tone, 0.5), 0), (1, dark(tone, 0.55), 0.26)]
    drawn += ellipse(
        width * 0.26, height * 0.2, width, height, art.radial(lamp, width * 0.26, height * 0.2, width * 0.75)
    )
    return drawn + path(sheet, art.radial(corner, width * 0.42, height * 0.42, width * 0.95, height / width))
