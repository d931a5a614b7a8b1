"""Drawings: desk and office. Lying things are seen from above and centre on the origin."""

from __future__ import annotations

import math

from .art import Art, box, dark, ellipse, group, light, line, oval, path, place
from .kitchen import BRASS, LEATHER, OAK
from .shade import SHADOW, cloth, flat_shadow, inner, stitches, texture, tube, volume, wood

BLACK = "#3a3a3d"


def notebook(art: Art, colour: str) -> str:
    """A closed clothbound notebook from above."""
    cover = box(-250, -352, 500, 704, 14)
    pages = box(-236, -342, 494, 700, 8)
    area = (-252.0, -354.0, 504.0, 708.0)
    edges = [line(f"M{254 + i * 1.6:.1f} -336V{352 - i}", "#b9aa8e", 0.8, opacity=0.8) for i in range(4)]
    ribbon = "M40 346C44 390 30 420 42 470L30 456L14 470C4 420 18 390 14 346z"
    return group(
        flat_shadow(art, box(-250, -352, 512, 712, 14), 24),
        path(ribbon, SHADOW, opacity=0.3, transform="translate(9 10)", filter=art.blur(5)),
        path(
            ribbon,
            art.linear([(0, dark(colour, 0.45)), (0.4, light(colour, 0.12)), (1, dark(colour, 0.1))], 0, 346, 20, 470),
        ),
        path(box(-244, -346, 506, 708, 12), dark(colour, 0.4)),
        path(pages, "#efe6d3"),
        *edges,
        path(
            cover,
            art.linear([(0, light(colour, 0.2)), (0.5, colour), (1, dark(colour, 0.18))], -250, -350, 250, 350),
        ),
        cloth(art, cover, colour, area, 0.14),
        texture(art, cover, "0.4 0.4", dark(colour, 0.6), 0.1, area, 8),
        path(
            box(-250, -352, 66, 704, 14),
            art.linear(
                [(0, "#241a13", 0.28), (0.3, "#ffffff", 0.16), (0.85, "#241a13", 0.05), (1, "#241a13", 0.4)],
                -250,
                0,
                -184,
                0,
            ),
        ),
        line("M-181 -350V350", light(colour, 0.5), 2.5, opacity=0.4),
        volume(art, cover, colour, 7, 0.5),
        path(box(-16, -246, 160, 66, 3), stroke=light(colour, 0.62), stroke_width=2.6, opacity=0.85),
        line("M12 -214H116", light(colour, 0.62), 2.2, opacity=0.75),
    )


def notebooks(art: Art, colour: str) -> str:
    """One notebook lying on another."""
    under = place(notebook(art, dark(colour, 0.12)), 46, 24, 0.98, 13)
    return under + place(notebook(art, colour), -20, -6, 1.0, -7)


def _hexagon(art: Art, colour: str, x1: float, x2: float, half: float, radius: float = 5) -> str:
    """A six-sided bar lying along x: three facets in view."""
    top, middle = -half, -half * 0.36
    shape = box(x1, -half, x2 - x1, half * 2, radius)
    lit = art.linear([(0, light(colour, 0.75)), (1, light(colour, 0.4))], x1, 0, x2, 0)
    flat = art.linear(
        [(0, light(colour, 0.28)), (0.4, colour), (0.7, light(colour, 0.2)), (1, dark(colour, 0.12))],
        x1,
        0,
        x2,
        0,
    )
    deep = art.linear([(0, dark(colour, 0.35)), (0.6, dark(colour, 0.5)), (1, dark(colour, 0.4))], x1, 0, x2, 0)
    facets = (
        path(f"M{x1} {top}H{x2}V{middle}H{x1}z", lit)
        + path(f"M{x1} {middle}H{x2}V{half * 0.42}H{x1}z", flat)
        + path(f"M{x1} {half * 0.42}H{x2}V{half}H{x1}z", deep)
        + line(f"M{x1} {middle}H{x2}", light(colour, 0.85), 1.6, opacity=0.8)
        + line(f"M{x1} {half * 0.42}H{x2}", dark(colour, 0.6), 1.4, opacity=0.6)
    )
    return group(facets, clip_path=art.clip(shape))


def pen_body(art: Art, colour: str) -> str:
    """An uncapped pen, its tip to the left."""
    trim = dark(BRASS, 0.05)
    tip = "M-350 -4L-268 -22V22L-350 4z"
    steel = art.linear([(0, "#f6f4ee"), (0.4, "#b8b4aa"), (1, "#5f5c55")], 0, -22, 0, 22)
    cone = art.linear([(0, light(trim, 0.7)), (0.4, trim), (1, dark(trim, 0.55))], 0, -24, 0, 24)
    return group(
        flat_shadow(art, box(-350, -24, 660, 48, 20), 15),
        path("M-372 -1.5L-346 -5V5L-372 1.5z", "#5f5c55"),
        path(tip, steel if colour == BLACK else cone),
        path(box(-270, -25, 20, 50, 3), cone),
        _hexagon(art, colour, -252, 270, 29),
        path(box(268, -25, 16, 50, 3), cone),
        _hexagon(art, dark(colour, 0.08), 284, 318, 20),
    )


def pen_cap(art: Art, colour: str) -> str:
    """The cap with its clip."""
    trim = dark(BRASS, 0.05)
    clip = art.linear([(0, light(trim, 0.75)), (0.5, trim), (1, dark(trim, 0.5))], 0, -12, 0, 6)
    return group(
        flat_shadow(art, box(-140, -33, 290, 66, 8), 16),
        _hexagon(art, colour, -140, 146, 34, 7),
        path(
            box(-142, -35, 16, 70, 3),
            art.linear([(0, light(trim, 0.7)), (0.4, trim), (1, dark(trim, 0.55))], 0, -35, 0, 35),
        ),
        path(box(-76, -2, 214, 16, 8), "#241a13", opacity=0.45, filter=art.blur(3)),
        path(box(-78, -12, 214, 15, 7), clip),
        ellipse(-66, -4.5, 11, 11, art.radial([(0, "#fff2cf"), (0.5, trim), (1, dark(trim, 0.5))], -69, -8, 15)),
    )


def pen(art: Art, colour: str) -> str:
    """A pen and its cap on a sheet of paper."""
    sheet = box(-420, -300, 760, 900, 4)
    rows = [line(f"M-360 {y}H280", "#b4a98f", 1.6, opacity=0.55) for y in range(-220, 560, 62)]
    stroke = (
        "M-330 -176C-300 -214 -280 -214 -284 -180C-288 -150 -250 -160 -240 -196C-236 -160 -214 -156 -196 -190"
        "C-176 -214 -150 -206 -158 -176C-164 -150 -130 -156 -112 -178C-60 -206 -20 -160 40 -178"
    )
    paper = place(
        flat_shadow(art, sheet, 12, 0.8)
        + path(sheet, art.linear([(0, "#fffdf7"), (1, "#efe7d8")], -400, -300, 340, 600))
        + group(*rows)
        + line(stroke, "#32415c", 4.2, opacity=0.85),
        20,
        60,
        1.0,
        -9,
    )
    return paper + place(pen_body(art, colour), -10, 40, 1.12, 29) + place(pen_cap(art, colour), 150, -250, 1.12, 29)


def desk_mat(art: Art, colour: str) -> str:
    """A felt mat with a leather edge; a notebook, a pen and a cup seen from above."""
    mat = box(-500, -300, 1000, 600, 26)
    area = (-500.0, -300.0, 1000.0, 600.0)
    strip = "M-474 -300H-392V300H-474A26 26 0 0 1 -500 274V-274A26 26 0 0 1 -474 -300z"
    return group(
        flat_shadow(art, mat, 12),
        path(
            mat,
            art.linear([(0, light(colour, 0.2)), (0.6, colour), (1, dark(colour, 0.14))], -500, -300, 500, 300),
        ),
        texture(art, mat, "0.16 0.2", dark(colour, 0.6), 0.09, area, 3),
        texture(art, mat, "0.05 0.3", light(colour, 0.7), 0.13, area, 12),
        volume(art, mat, colour, 5, 0.5),
        path(
            strip,
            art.linear([(0, light(LEATHER, 0.24)), (0.6, LEATHER), (1, dark(LEATHER, 0.2))], -500, -300, -392, 300),
        ),
        texture(art, strip, "0.2 0.2", dark(LEATHER, 0.7), 0.14, (-500, -300, 110, 600), 6),
        volume(art, strip, LEATHER, 5, 0.5),
        stitches("M-408 -288V288", LEATHER, 3.4, "14 9"),
        stitches("M-478 -276V276", LEATHER, 3, "12 9"),
        place(notebook(art, "#5b6b58"), 60, -20, 0.54, 6),
        place(pen_body(art, BRASS), 350, 40, 0.52, -78),
        place(_cup_above(art), -250, -120, 0.62),
    )


def _cup_above(art: Art) -> str:
    """A cup of coffee from above."""
    glaze = "#e9e1d3"
    return group(
        flat_shadow(art, oval(0, 0, 132, 132), 26),
        tube(art, "M86 86L150 150", 40, glaze, 0.4),
        ellipse(0, 0, 134, 134, art.linear([(0, "#fffaf1"), (1, "#b9ab95")], -100, -100, 100, 100)),
        ellipse(0, 0, 120, 120, art.linear([(0, "#8d7d67"), (1, "#e8dfd0")], -90, -90, 90, 90)),
        ellipse(2, 3, 110, 110, art.radial([(0, "#6b3f22"), (0.8, "#472614"), (1, "#8a5a34")], -20, -20, 130)),
        line("M-80 -50C-60 -84 -20 -96 20 -92", "#c08a58", 6, opacity=0.6, filter=art.blur(3)),
    )


def clock(art: Art, rim: str) -> str:
    """A wall clock: wooden rim, plain dial, ten past ten."""
    walnut = rim < "#a"
    dial, ink = ("#2f2d2d", "#e9dfcd") if walnut else ("#f6f1e6", "#2f2b28")
    ring = oval(0, 0, 400, 400) + oval(0, 0, 356, 356)
    face = art.radial([(0, light(dial, 0.16)), (0.7, dial), (1, dark(dial, 0.14))], -110, -120, 520)
    marks = []
    for hour in range(60):
        angle = math.radians(hour * 6)
        long, width = (296, 7) if hour % 5 == 0 else (322, 2.4)
        x, y = math.sin(angle), -math.cos(angle)
        marks.append(line(f"M{x * long:.1f} {y * long:.1f}L{x * 332:.1f} {y * 332:.1f}", ink, width, opacity=0.9))
    return group(
        flat_shadow(art, oval(0, 0, 400, 400), 30, 1.05),
        ellipse(0, 0, 400, 400, rim),
        group(wood(art, oval(0, 0, 400, 400), rim, (-400, -400, 800, 800), seed=7), clip_path=art.clip(ring)),
        ellipse(
            0,
            0,
            394,
            394,
            stroke=art.linear(
                [(0, "#fff6e4", 0.75), (0.5, "#fff6e4", 0.05), (1, "#241a13", 0.6)], -280, -280, 280, 280
            ),
            stroke_width=12,
        ),
        ellipse(0, 0, 360, 360, face),
        inner(art, oval(0, 0, 358, 358), "#241a13", 14, 18, 16, 0.5),
        group(*marks),
        _hand(art, ink, -58, 176, 15),
        _hand(art, ink, 60, 262, 11),
        _hand(art, "#c08a3e", 204, 280, 4),
        ellipse(3, 5, 15, 15, "#241a13", opacity=0.4, filter=art.blur(4)),
        ellipse(0, 0, 15, 15, art.radial([(0, "#fff0c8"), (0.5, BRASS), (1, "#63441a")], -4, -5, 20)),
        path(
            "M-300 -190A356 356 0 0 1 -20 -354C-140 -270 -230 -160 -270 20A356 356 0 0 1 -300 -190z",
            "#ffffff",
            opacity=0.1,
            filter=art.blur(6),
        ),
    )


def _hand(art: Art, colour: str, turn: float, length: float, width: float) -> str:
    bar = line(f"M0 46V{-length}", colour, width)
    shade = line(f"M0 46V{-length}", "#241a13", width, opacity=0.3, filter=art.blur(5))
    return group(place(shade, 7, 10, turn=turn), place(bar, 0, 0, turn=turn))


def desk_tray(art: Art) -> str:
    """An oak tray from above with three wells, a pen, clips and a key."""
    tray = box(-480, -280, 960, 560, 44)
    wells = [box(-444, -244, 888, 196, 98), box(-444, -10, 420, 254, 40), box(14, -10, 430, 254, 40)]
    drawn = [
        flat_shadow(art, tray, 24),
        wood(art, tray, OAK, (-480, -280, 960, 560), upright=False, seed=14),
        volume(art, tray, OAK, 12, 0.5),
    ]
    for well in wells:
        drawn += [
            path(well, "#241a13", opacity=0.2),
            inner(art, well, "#2a1a0c", 22, 26, 18, 0.75),
            inner(art, well, "#fff2d8", -7, -8, 5, 0.65),
            path(well, stroke=light(OAK, 0.5), stroke_width=2.5, opacity=0.5),
        ]
    clips = [
        place(_clip(art), x, y, 1.25, turn)
        for x, y, turn in ((-330, 90, 20), (-226, 150, 96), (-140, 80, -36), (-262, 60, 150), (-150, 176, 60))
    ]
    return group(
        *drawn,
        place(pen_body(art, BLACK), 10, -146, 1.02, 1),
        *clips,
        place(_stone(art), 150, 116),
        place(_coil(art), 320, 120),
    )


def _clip(art: Art) -> str:
    d = "M-14 34V-26A14 14 0 0 1 14 -26V40A21 21 0 0 1 -28 40V-14"
    return line(d, "#241a13", 5, opacity=0.4, transform="translate(4 5)", filter=art.blur(2)) + tube(
        art, d, 6.5, BRASS, 0.9
    )


def _stone(art: Art) -> str:
    d = "M-62 8C-66 -40 -14 -58 26 -48C66 -38 74 4 56 30C34 58 -56 60 -62 8z"
    fill = art.radial([(0, "#b8b6ae"), (0.6, "#85837c"), (1, "#55534d")], -18, -22, 90)
    return flat_shadow(art, d, 9) + path(d, fill) + line("M-50 -14C-10 -4 30 -10 64 2", "#e4e1d8", 5, opacity=0.6)


def _coil(art: Art) -> str:
    d = "M0 0C12 -14 30 4 14 20C-8 40 -44 16 -32 -18C-16 -58 48 -54 60 -6C72 52 6 84 -44 58"
    return line(d, "#241a13", 12, opacity=0.35, transform="translate(5 7)", filter=art.blur(4)) + tube(
        art, d, 12, LEATHER, 0.4
    )
