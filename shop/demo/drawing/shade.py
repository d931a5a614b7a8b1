"""Light and material: volumes, shadows, textures and tubes, all lit from the upper left."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .art import Art, Point, Stop, curve, dark, ellipse, group, light, line, path

TILT = 0.17
SHADOW = "#3a2c20"


def across(art: Art, colour: str, left: float, right: float, gloss: float = 0.5) -> str:
    """The gradient of an upright round body between two edges."""
    shine = 0.12 + 0.4 * gloss
    stops: list[Stop] = [
        (0, dark(colour, 0.3)),
        (0.07, dark(colour, 0.12)),
        (0.27, light(colour, shine)),
        (0.36, light(colour, shine * 0.55)),
        (0.55, colour),
        (0.78, dark(colour, 0.24)),
        (0.94, dark(colour, 0.46)),
        (1, dark(colour, 0.36)),
    ]
    return art.linear(stops, left, 0, right, 0)


def metal(art: Art, colour: str, left: float, right: float) -> str:
    """The banded gradient of polished or brushed metal."""
    shares = [(0, -0.45), (0.1, -0.1), (0.22, 0.65), (0.32, 0.1), (0.5, -0.2), (0.66, -0.5), (0.8, 0.05)]
    shares += [(0.9, -0.3), (1, -0.55)]
    stops: list[Stop] = [(at, light(colour, s) if s > 0 else dark(colour, -s)) for at, s in shares]
    return art.linear(stops, left, 0, right, 0)


def inner(art: Art, d: str, colour: str, dx: float, dy: float, soft: float, opacity: float) -> str:
    """A soft shade along the inside edge of a shape; it falls where the shape moved by (dx, dy) is not."""
    frame = f"M-3000 -3000H4000V4000H-3000z{d}"
    moved = path(frame, colour, fill_rule="evenodd", transform=f"translate({dx} {dy})", filter=art.blur(soft))
    return group(moved, clip_path=art.clip(d), opacity=opacity)


def volume(art: Art, d: str, colour: str, depth: float, strength: float = 0.5) -> str:
    """Shade at the lower right and a lit edge at the upper left of any soft shape."""
    return inner(art, d, dark(colour, 0.75), -depth, -depth * 0.8, depth * 0.9, strength) + inner(
        art, d, light(colour, 0.75), depth * 0.5, depth * 0.5, depth * 0.5, strength * 0.7
    )


def texture(
    art: Art,
    d: str,
    frequency: str,
    colour: str,
    strength: float,
    area: tuple[float, float, float, float],
    seed: int = 3,
) -> str:
    """Turbulence clipped to a shape; `area` is (x, y, width, height) around it."""
    x, y, width, height = area
    fill = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" '
    fill += f'filter="{art.noise(frequency, colour, strength, seed=seed)}"/>'
    return group(fill, clip_path=art.clip(d))


def cloth(art: Art, d: str, colour: str, area: tuple[float, float, float, float], strength: float = 0.3) -> str:
    """A woven surface: slubs along and across."""
    deep = dark(colour, 0.6)
    return (
        texture(art, d, "0.018 0.3", deep, strength * 0.7, area, 4)
        + texture(art, d, "0.3 0.018", deep, strength * 0.7, area, 15)
        + texture(art, d, "0.22 0.014", light(colour, 0.6), strength * 0.4, area, 9)
    )


def wood(
    art: Art,
    d: str,
    colour: str,
    area: tuple[float, float, float, float],
    upright: bool = True,
    seed: int = 5,
) -> str:
    """Timber: a lit base with long grain."""
    x, y, width, height = area
    stops: list[Stop] = [(0, light(colour, 0.22)), (0.5, colour), (1, dark(colour, 0.16))]
    base = path(d, art.linear(stops, x, y, x + width, y + height))
    wide, fine = ("0.022 0.0022", "0.11 0.004") if upright else ("0.0022 0.022", "0.004 0.11")
    return (
        base
        + texture(art, d, wide, dark(colour, 0.5), 0.3, area, seed)
        + texture(art, d, fine, dark(colour, 0.6), 0.22, area, seed + 2)
    )


def ground(art: Art, cx: float, half: float, y: float = 0.0, strength: float = 1.0, reach: float = 1.0) -> str:
    """The shadow of a standing thing: a dark contact line and a soft fall to the right."""
    fall = ellipse(
        cx + half * 0.42 * reach,
        y + half * 0.05,
        half * (1 + 0.42 * reach),
        half * 0.2,
        SHADOW,
        opacity=0.26 * strength,
        filter=art.blur(max(6.0, half * 0.12)),
    )
    near = ellipse(
        cx + half * 0.1,
        y + half * 0.01,
        half * 1.06,
        half * 0.13,
        SHADOW,
        opacity=0.4 * strength,
        filter=art.blur(max(3.0, half * 0.05)),
    )
    touch = ellipse(
        cx + 2,
        y - half * 0.02,
        half * 0.96,
        half * 0.1,
        dark(SHADOW, 0.5),
        opacity=0.5 * strength,
        filter=art.blur(4),
    )
    return fall + near + touch


def flat_shadow(art: Art, d: str, lift: float = 16.0, strength: float = 1.0) -> str:
    """The shadow of a thing lying on, or hanging close to, a surface."""
    far = path(
        d,
        SHADOW,
        transform=f"translate({lift * 1.3} {lift * 1.6})",
        opacity=0.24 * strength,
        filter=art.blur(lift * 1.2),
    )
    near = path(
        d,
        SHADOW,
        transform=f"translate({lift * 0.35} {lift * 0.45})",
        opacity=0.34 * strength,
        filter=art.blur(lift * 0.35),
    )
    return far + near


def turned(profile: Sequence[Point], tilt: float = TILT, cut: bool = False) -> str:
    """Path data of a turned body from its right-hand profile, top to bottom.

    With `cut` the top edge follows the near side of the mouth, so what stands inside stays visible.
    """
    (top, first), (bottom, last) = profile[0], profile[-1]
    left = [(-r, y) for r, y in reversed(profile)]
    sweep = 0 if cut else 1
    return (
        f"M{-top:.1f} {first:.1f}A{max(top, 0.1)} {max(top * tilt, 0.1)} 0 0 {sweep} {top:.1f} {first:.1f}"
        + curve(profile, "L")
        + f"A{max(bottom, 0.1)} {max(bottom * tilt, 0.1)} 0 0 1 {-bottom:.1f} {last:.1f}"
        + curve(left, "L")
        + "z"
    )


def body(
    art: Art, profile: Sequence[Point], colour: str, gloss: float = 0.4, tilt: float = TILT, cut: bool = False
) -> str:
    """A turned body, shaded: round gradient, shade along the right contour, darker towards the ground."""
    widest = max(r for r, _ in profile)
    top, bottom = profile[0][1], profile[-1][1]
    d = turned(profile, tilt, cut)
    fall: list[Stop] = [(0, "#ffffff", 0.1), (0.45, "#ffffff", 0), (1, dark(colour, 0.8), 0.3)]
    return (
        path(d, across(art, colour, -widest, widest, gloss))
        + inner(art, d, dark(colour, 0.7), -widest * 0.1, -widest * 0.04, widest * 0.11, 0.5)
        + inner(art, d, light(colour, 0.8), widest * 0.05, widest * 0.02, widest * 0.06, 0.2 + 0.3 * gloss)
        + path(d, art.linear(fall, 0, top, 0, bottom))
    )


def mouth(art: Art, r: float, y: float, colour: str, inside: str, lip: float = 9.0, tilt: float = TILT) -> str:
    """The open top of a vessel: a lit lip around a shaded inside."""
    rim: list[Stop] = [(0, light(colour, 0.3)), (0.35, light(colour, 0.5)), (1, dark(colour, 0.15))]
    depth: list[Stop] = [(0, dark(inside, 0.5)), (0.55, dark(inside, 0.22)), (1, light(inside, 0.1))]
    return ellipse(0, y, r, r * tilt, art.linear(rim, -r, 0, r, 0)) + ellipse(
        0,
        y + lip * 0.12,
        r - lip,
        (r - lip) * tilt,
        art.linear(depth, -r, y - r * tilt, r * 0.6, y + r * tilt),
    )


def ribs(profile: Sequence[Point], colour: str, count: int, width: float, depth: float = 0.3) -> str:
    """Vertical flutes following a turned body: a dark groove with a lit edge beside it."""
    drawn = []
    for index in range(1, count):
        angle = -math.pi / 2 + math.pi * index / count
        across_, nearness = math.sin(angle), math.cos(angle)
        points = [(r * across_, y + r * TILT * nearness * 0.9) for r, y in profile]
        beside = [(x + width * 0.55 * nearness, y) for x, y in points]
        stroke = width * (0.25 + 0.75 * nearness)
        drawn.append(line(curve(points), dark(colour, 0.62), stroke, opacity=depth))
        drawn.append(line(curve(beside), light(colour, 0.7), stroke * 0.6, opacity=depth * (0.8 - 0.5 * across_)))
    return group(*drawn)


def tube(art: Art, d: str, width: float, colour: str, gloss: float = 0.5, cap: str = "round") -> str:
    """A round bar along a path: handles, cables, stems."""
    shift = width * 0.13
    return group(
        line(d, dark(colour, 0.5), width, stroke_linecap=cap),
        line(
            d,
            dark(colour, 0.14),
            width * 0.74,
            transform=f"translate({-shift * 0.6} {-shift * 0.6})",
            filter=art.blur(width * 0.06),
            stroke_linecap=cap,
        ),
        line(
            d,
            light(colour, 0.1),
            width * 0.46,
            transform=f"translate({-shift} {-shift})",
            filter=art.blur(width * 0.09),
            stroke_linecap=cap,
        ),
        line(
            d,
            light(colour, 0.75),
            width * 0.14,
            transform=f"translate({-shift * 1.5} {-shift * 1.5})",
            filter=art.blur(width * 0.05),
            opacity=gloss,
            stroke_linecap=cap,
        ),
    )


def stitches(d: str, colour: str, width: float = 2.6, dash: str = "11 8") -> str:
    """A sewn line."""
    return line(d, dark(colour, 0.5), width, stroke_dasharray=dash, transform="translate(1 1.6)", opacity=0.5) + line(
        d, light(colour, 0.45), width, stroke_dasharray=dash, opacity=0.9
    )


def folds(art: Art, d: str, colour: str, lines: Sequence[tuple[str, float, float]]) -> str:
    """Soft creases inside a shape: each is (path data, width, strength); negative strength is a lit ridge."""
    drawn = [
        line(
            data,
            dark(colour, 0.7) if strength > 0 else light(colour, 0.7),
            width,
            opacity=abs(strength),
            filter=art.blur(width * 0.6),
        )
        for data, width, strength in lines
    ]
    return group(*drawn, clip_path=art.clip(d))


def glow(art: Art, cx: float, cy: float, r: float, colour: str = "#ffdca0", strength: float = 0.8) -> str:
    """Light in the air."""
    stops: list[Stop] = [
        (0, colour, strength),
        (0.3, colour, strength * 0.45),
        (0.65, colour, strength * 0.12),
        (1, colour, 0),
    ]
    return ellipse(cx, cy, r, r, art.radial(stops, cx, cy, r))
