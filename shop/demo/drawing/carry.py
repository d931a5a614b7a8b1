"""Drawings: bottle, packing cubes and umbrella."""

from __future__ import annotations

from .art import Art, Point, box, curve, dark, ellipse, group, light, line, path, place
from .kitchen import BRASS, LEATHER
from .shade import SHADOW, body, ground, inner, metal, texture, tube, turned, volume
from .travel import rivet, strap

STEEL = "#b7b6b2"
BAMBOO = "#cfa56b"


def bottle(art: Art, colour: str) -> str:
    """A powder-coated steel bottle with a bamboo-topped cap."""
    profile: list[Point] = [
        (96, -640),
        (104, -628),
        (148, -580),
        (160, -530),
        (162, -480),
        (162, -60),
        (158, -14),
        (142, 0),
    ]
    neck: list[Point] = [(92, -672), (96, -668), (97, -644), (97, -636)]
    cap: list[Point] = [(98, -762), (102, -756), (104, -690), (100, -674)]
    top: list[Point] = [(96, -784), (98, -780), (98, -766), (98, -760)]
    d = turned(profile)
    handle = "M-74 -770C-84 -862 84 -862 74 -770"
    return group(
        ground(art, 8, 156),
        tube(art, handle, 20, dark(colour, 0.12), 0.4),
        path(turned(neck), metal(art, STEEL, -97, 97)),
        body(art, profile, colour, 0.3),
        _shine(art, [(-100, -540), (-108, -300), (-104, -60)], light(colour, 0.95), 22, 0.4),
        _shine(art, [(128, -520), (132, -300), (128, -60)], light(colour, 0.8), 9, 0.22),
        texture(art, d, "0.55 0.55", dark(colour, 0.6), 0.13, (-165, -665, 330, 695)),
        body(art, cap, dark(colour, 0.08), 0.35),
        body(art, top, BAMBOO, 0.3),
        texture(art, turned(top), "0.1 0.01", "#6b4620", 0.5, (-100, -805, 200, 70)),
        ellipse(
            0,
            -784,
            96,
            96 * 0.17,
            art.linear([(0, light(BAMBOO, 0.35)), (1, dark(BAMBOO, 0.08))], -96, 0, 96, 0),
        ),
        line(f"M-97 -640A97 {97 * 0.17} 0 0 0 97 -640", dark(colour, 0.6), 3, opacity=0.5),
        path("M0 -330L17 -296L0 -262L-17 -296z", light(colour, 0.55), opacity=0.55),
    )


def _shine(art: Art, points: list[Point], colour: str, width: float, opacity: float) -> str:
    """A soft vertical highlight."""
    return line(curve(points), colour, width, opacity=opacity, filter=art.blur(width * 0.42))


def cubes(art: Art, colour: str) -> str:
    """Three packing cubes standing one before the other."""
    return group(
        ground(art, 20, 400, -4),
        place(_cube(art, dark(colour, 0.1), 560, 430, 3), -60, -12, 1.0, -1.5),
        place(_cube(art, colour, 430, 310, 8), 190, 10, 1.0, 1.5),
        place(_cube(art, light(colour, 0.08), 310, 210, 13), -220, 26, 1.0, -1),
    )


def _cube(art: Art, colour: str, width: float, height: float, seed: int) -> str:
    """One cube seen from the front: mesh window, brass zip all round, webbing handle on top."""
    left = -width / 2
    case = box(left, -height, width, height, 46)
    panel = box(left + 40, -height + 40, width - 80, height - 80, 26)
    mesh = art.pattern(9, 9, line("M0 0L9 9M9 0L0 9", light(colour, 0.3), 1.5, opacity=0.8))
    area = (left, -height, width, height)
    tone = art.linear([(0, light(colour, 0.28)), (0.5, colour), (1, dark(colour, 0.3))], left, -height, -left, 0)
    loop = f"M-70 {-height + 14}C-66 {-height - 46} 66 {-height - 46} 70 {-height + 14}"
    return group(
        ground(art, 10, width / 2 - 20, -6, 0.8),
        strap(art, loop, 26, dark(colour, 0.28)),
        path(case, "#241a13", opacity=0.3, transform="translate(10 8)", filter=art.blur(12)),
        path(case, tone),
        path(case, art.pattern(13, 13, line("M0 0H13M0 0V13", light(colour, 0.6), 1, opacity=0.28))),
        texture(art, case, "0.02 0.03", dark(colour, 0.6), 0.1, area, seed),
        volume(art, case, colour, 24, 0.55),
        _window(art, panel, colour, width, height),
        path(panel, mesh),
        inner(art, panel, "#241a13", 9, 11, 10, 0.6),
        path(panel, stroke=dark(colour, 0.42), stroke_width=17),
        path(panel, stroke=BRASS, stroke_width=6, stroke_dasharray="4 4"),
        path(panel, stroke=light(colour, 0.5), stroke_width=1.5, opacity=0.5, transform="translate(-9 -9)"),
        *[_pull(art, width / 2 - 100 - x, -height + 40) for x in (0, 40)],
    )


def _window(art: Art, panel: str, colour: str, width: float, height: float) -> str:
    """Folded clothes behind the mesh."""
    cloths = ("#e6dccb", "#a9b19c", "#c08a6e", "#d9cbb2", "#8c98a3")
    rows = []
    step = (height - 80) / 4
    for index in range(5):
        y = -height + 46 + index * step
        fold = box(-width / 2 + 44 + 5 * (index % 2), y, width - 96, step - 3, 14)
        shade = art.linear([(0, light(cloths[index], 0.25)), (1, dark(cloths[index], 0.4))], 0, y, 0, y + step)
        rows.append(path(fold, shade))
    return group(
        path(panel, dark(colour, 0.6)),
        group(*rows, clip_path=art.clip(panel)),
        path(panel, colour, opacity=0.42),
    )


def _pull(art: Art, x: float, y: float) -> str:
    """A zip slider with its leather tab."""
    slider = path(box(x - 15, y - 9, 30, 18, 5), metal(art, BRASS, x - 15, x + 15))
    return slider + tube(art, f"M{x} {y + 8}v34", 10, LEATHER, 0.3)


def umbrella(art: Art, colour: str) -> str:
    """An open umbrella; the origin is the middle of the canopy's edge."""
    edges = [-480, -392, -215, 0, 215, 392, 480]
    dip = [0, 26, 40, 44, 40, 26, 0]
    apex = -330
    panels = []
    for index in range(6):
        x1, x2 = edges[index], edges[index + 1]
        y1, y2 = dip[index], dip[index + 1]
        d = (
            f"M0 {apex}C{x1 * 0.62:.1f} {apex + 10} {x1 * 0.98:.1f} {apex * 0.5:.1f} {x1} {y1}"
            f"Q{(x1 + x2) / 2:.1f} {(y1 + y2) / 2 - 38} {x2} {y2}"
            f"C{x2 * 0.98:.1f} {apex * 0.5:.1f} {x2 * 0.62:.1f} {apex + 10} 0 {apex}z"
        )
        shares = [0.2, 0.34, 0.14, -0.02, -0.2, -0.36]
        tone = light(colour, shares[index]) if shares[index] > 0 else dark(colour, -shares[index])
        fill = art.linear([(0, light(tone, 0.12)), (0.5, tone), (1, dark(tone, 0.2))], x1, apex, x2, 60)
        panels += [
            path(d, fill),
            inner(art, d, dark(tone, 0.7), -10, -6, 13, 0.34),
            inner(art, d, light(tone, 0.8), 6, 3, 7, 0.25),
        ]
    shaft = art.linear([(0, "#3a3a3c"), (0.35, "#d8d7d3"), (1, "#454447")], -8, 0, 8, 0)
    crook = "M0 440V560C0 640 -110 640 -110 566"
    under = "M" + "L".join(f"{x} {y - 1}" for x, y in zip(edges, dip, strict=True)) + "L0 -90z"
    return group(
        path(under, dark(colour, 0.6)),
        *[
            line(f"M0 150L{x} {y + 2}", "#8b8985", 4, opacity=0.85)
            for x, y in zip(edges[1:-1], dip[1:-1], strict=True)
            if x
        ],
        path(box(-8, -20, 16, 470), shaft),
        path(box(-15, 130, 30, 40, 6), metal(art, STEEL, -15, 15)),
        tube(art, crook, 34, "#b9824a", 0.7),
        path(box(-20, 424, 40, 30, 5), metal(art, BRASS, -20, 20)),
        *panels,
        path(box(-7, apex - 62, 14, 66, 6), metal(art, STEEL, -7, 7)),
        ellipse(0, apex + 1, 28, 9, dark(colour, 0.25)),
        *[rivet(art, x, y, 5) for x, y in zip(edges, dip, strict=True)],
    )


def leaning_umbrella(art: Art, colour: str) -> str:
    """The umbrella tipped a little, with its shadow on the wall."""
    d = "M-480 0C-460 -300 -200 -340 0 -340S460 -300 480 0C300 60 -300 60 -480 0z"
    shade = path(d, SHADOW, opacity=0.28, transform="translate(60 80)", filter=art.blur(34))
    return place(shade + umbrella(art, colour), 0, 0, 1.0, -13)
