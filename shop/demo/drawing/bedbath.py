"""Drawings: bed and bath."""

from __future__ import annotations

import math

from .art import Art, Chance, Point, box, curve, dark, ellipse, group, light, line, mix, path, place
from .kitchen import BRASS, OAK
from .shade import (
    SHADOW,
    TILT,
    body,
    cloth,
    flat_shadow,
    folds,
    ground,
    inner,
    metal,
    stitches,
    tube,
    turned,
    volume,
    wood,
)

STEEL = "#b9b8b4"


def _waffle(art: Art, d: str, colour: str, cell: float = 22.0, turn: float = 0.0, strength: float = 0.5) -> str:
    """The honeycomb of a waffle weave over a shape."""
    c = cell
    pit = path(box(c * 0.16, c * 0.16, c * 0.68, c * 0.68, c * 0.16), dark(colour, 0.55), opacity=0.5 * strength)
    low = path(box(c * 0.3, c * 0.32, c * 0.54, c * 0.52, c * 0.14), light(colour, 0.5), opacity=0.55 * strength)
    ridge = line(f"M0 0H{c}M0 0V{c}", light(colour, 0.6), c * 0.13, opacity=0.75 * strength)
    return path(d, art.pattern(c, c, pit, low, ridge, turn=turn))


def cushion(art: Art, colour: str) -> str:
    """A plump square cushion with a flanged edge, leaning back on the ground."""
    outer = (
        "M-352 -668C-300 -640 -180 -646 0 -644S300 -640 352 -668C334 -600 338 -480 336 -330S338 -70 356 -4"
        "C300 -20 180 -12 0 -14S-300 -20 -356 -4C-338 -70 -336 -180 -336 -330S-334 -600 -352 -668z"
    )
    pillow = (
        "M-312 -628C-260 -606 -170 -612 0 -610S260 -606 312 -628C296 -560 304 -460 302 -330S300 -100 316 -42"
        "C260 -56 170 -48 0 -50S-260 -56 -316 -42C-300 -100 -302 -200 -302 -330S-296 -560 -312 -628z"
    )
    area = (-360.0, -680.0, 720.0, 690.0)
    creases = [
        ("M-300 -615C-230 -560 -190 -500 -170 -430", 26, 0.42),
        ("M-290 -600C-250 -520 -240 -470 -246 -420", 20, 0.3),
        ("M-270 -612C-190 -580 -130 -540 -100 -500", 18, -0.4),
        ("M300 -612C240 -560 200 -510 190 -450", 28, 0.4),
        ("M270 -615C200 -585 150 -560 110 -556", 20, 0.25),
        ("M304 -60C240 -110 200 -160 186 -220", 28, 0.4),
        ("M280 -60C210 -80 150 -110 120 -130", 20, 0.3),
        ("M-302 -56C-240 -110 -210 -160 -196 -220", 26, 0.36),
        ("M-280 -70C-220 -90 -170 -130 -150 -160", 18, -0.3),
        ("M-30 -600C-20 -540 10 -500 4 -450", 40, 0.18),
    ]
    lit = art.radial(
        [
            (0, light(colour, 0.42)),
            (0.45, light(colour, 0.1)),
            (0.8, dark(colour, 0.1)),
            (1, dark(colour, 0.3)),
        ],
        -90,
        -420,
        470,
    )
    return group(
        ground(art, 14, 322, -16, 1.15),
        path(outer, art.linear([(0, light(colour, 0.2)), (1, dark(colour, 0.26))], -340, -660, 340, 0)),
        cloth(art, outer, colour, area, 0.16),
        volume(art, outer, colour, 6, 0.5),
        path(pillow, dark(colour, 0.7), opacity=0.45, filter=art.blur(9)),
        path(pillow, lit),
        folds(art, pillow, colour, creases),
        cloth(art, pillow, colour, area, 0.17),
        volume(art, pillow, colour, 40, 0.5),
        stitches(pillow, colour, 2.2, "8 7"),
    )


def throw(art: Art, colour: str) -> str:
    """A waffle throw folded over an oak rail, fringe hanging."""
    front = (
        "M-268 -336C-262 -362 -250 -372 -226 -374H226C250 -372 262 -362 268 -336C276 -120 268 110 278 322"
        "C180 330 -180 330 -278 322C-268 110 -276 -120 -268 -336z"
    )
    back = "M-236 -340H238C246 -120 254 180 262 404C180 412 -150 412 -236 404z"
    rail = box(-470, -382, 940, 44, 22)
    creases = [
        ("M-150 -360C-170 -140 -196 100 -214 330", 44, 0.46),
        ("M-110 -360C-130 -100 -140 100 -160 330", 34, -0.5),
        ("M-30 -360C-20 -140 -50 80 -30 330", 54, 0.36),
        ("M40 -360C60 -100 40 100 60 330", 34, -0.4),
        ("M150 -360C150 -140 190 100 196 330", 50, 0.5),
        ("M214 -360C220 -140 240 100 246 330", 26, -0.36),
    ]
    top = art.linear(
        [(0, dark(colour, 0.25)), (0.05, light(colour, 0.3)), (0.13, colour), (1, dark(colour, 0.1))],
        0,
        -376,
        0,
        330,
    )
    return group(
        flat_shadow(art, back, 30, 0.8),
        line("M-440 -356H440", SHADOW, 34, opacity=0.25, transform="translate(20 34)", filter=art.blur(14)),
        _fringe(art, -232, 258, 404, dark(colour, 0.22), 76, 5),
        path(back, dark(colour, 0.3)),
        _waffle(art, back, dark(colour, 0.3), 20, 0, 0.4),
        wood(art, rail, OAK, (-470, -382, 940, 44), upright=False),
        path(
            rail,
            art.linear([(0, "#fff6e4", 0.5), (0.35, "#fff6e4", 0), (1, "#241a13", 0.5)], 0, -382, 0, -338),
        ),
        path(front, "#241a13", opacity=0.4, transform="translate(8 12)", filter=art.blur(14)),
        _fringe(art, -274, 274, 322, colour, 84, 8),
        path(front, top),
        _waffle(art, front, colour, 24, 0, 0.62),
        folds(art, front, colour, creases),
        volume(art, front, colour, 18, 0.4),
        line("M-275 316C-180 326 180 326 275 316", dark(colour, 0.3), 5, opacity=0.5),
        *[_peg(art, x) for x in (-420, 420)],
    )


def _peg(art: Art, x: float) -> str:
    fill = art.radial([(0, "#fdeec2"), (0.45, BRASS), (1, "#6b4a1c")], x - 6, -366, 26)
    return ellipse(x + 4, -354, 17, 17, "#241a13", opacity=0.4, filter=art.blur(4)) + ellipse(x, -360, 16, 16, fill)


def _fringe(art: Art, left: float, right: float, y: float, colour: str, length: float, seed: int) -> str:
    """Hand-knotted tassels along an edge."""
    chance = Chance(seed)
    count = int((right - left) / 22)
    drawn = []
    for index in range(count + 1):
        x = left + (right - left) * index / count
        lean = chance.uniform(-7, 7)
        end = y + length + chance.uniform(-9, 6)
        strands = [
            line(
                curve([(x, y + 16), (x + lean * 0.4 + side * 0.5, y + length * 0.6), (x + lean + side, end)]),
                mix(light(colour, 0.2), dark(colour, 0.35), (side + 6) / 12),
                4.2,
            )
            for side in (-6, -2, 2, 6)
        ]
        drawn += [
            line(f"M{x - 5} {y - 2}L{x} {y + 12}L{x + 5} {y - 2}", dark(colour, 0.12), 4),
            *strands,
            ellipse(x + 1, y + 17, 8, 9, dark(colour, 0.5)),
            ellipse(x, y + 15, 8, 9, colour),
            ellipse(x - 2, y + 12, 4, 4.5, light(colour, 0.35)),
        ]
    return group(*drawn)


def towels(art: Art, colour: str) -> str:
    """Three folded waffle towels stacked, a eucalyptus sprig on top."""
    drawn = [ground(art, 16, 330, -4)]
    for level, (shift, tone) in enumerate(((0, 0.06), (-10, 0.02), (8, 0.0))):
        drawn.append(place(_folded(art, dark(colour, tone)), shift, -level * 142.0))
    return group(*drawn, _sprig(art, -150, -452, 0.95))


def _folded(art: Art, colour: str) -> str:
    """One thick folded towel: the round fold at the left, layered edges at the right."""
    lower = "M330 -72H-270C-352 -72 -352 -2 -270 -2H330C346 -2 348 -70 330 -72z"
    upper = "M334 -146H-270C-360 -146 -360 -66 -270 -66H334C350 -68 350 -144 334 -146z"
    area = (-350.0, -160.0, 710.0, 170.0)
    drawn = []
    for d, y1, y2 in ((lower, -72, -2), (upper, -146, -66)):
        round_ = art.linear([(0, light(colour, 0.5)), (0.4, colour), (1, dark(colour, 0.4))], 0, y1, 0, y2)
        drawn += [path(d, round_), _waffle(art, d, colour, 20, 0, 0.5)]
        side = art.linear(
            [
                (0, dark(colour, 0.6), 0.5),
                (0.12, dark(colour, 0.6), 0),
                (0.9, "#241a13", 0),
                (1, "#241a13", 0.3),
            ],
            -340,
            0,
            345,
            0,
        )
        drawn += [
            path(d, side),
            inner(art, d, "#241a13", 0, -8, 9, 0.4),
            inner(art, d, "#ffffff", 0, 7, 7, 0.5),
        ]
    seam = line("M338 -68H-262C-300 -68 -322 -60 -330 -44", dark(colour, 0.75), 5, opacity=0.55, filter=art.blur(1.5))
    hem = stitches("M300 -140V-72", colour, 2, "6 6") + line("M312 -142V-70", dark(colour, 0.4), 2, opacity=0.3)
    return group(*drawn, seam, hem, cloth(art, upper, colour, area, 0.08))


def _sprig(art: Art, x: float, y: float, size: float, turn: float = 0.0) -> str:
    """A lying sprig of eucalyptus."""
    drawn = [line("M0 0C90 -16 200 -22 330 6", "#6e6a4c", 5)]
    for index in range(9):
        share = index / 8
        px, py = 30 + 290 * share, -4 - 20 * math.sin(share * 2.6) + 8 * share
        for side in (-1, 1):
            r = 30 - 14 * share
            angle = side * (52 - 12 * share)
            fill = art.linear([(0, "#b3bfa4"), (0.5, "#84967c"), (1, "#5b6e5a")], -r, -r, r, r)
            leaf = ellipse(r * 1.0, 0, r, r * 0.66, fill) + line(f"M4 0H{r * 1.8:.0f}", "#cfd8c2", 1.6, opacity=0.6)
            drawn.append(place(leaf, px, py, 1.0, angle))
    shade = line("M0 12C90 -4 200 -6 330 20", "#241a13", 26, opacity=0.22, filter=art.blur(9))
    return place(shade + group(*drawn), x, y, size, turn)


def dispenser(art: Art, colour: str) -> str:
    """A stoneware soap bottle with a brushed pump."""
    profile: list[Point] = [
        (58, -430),
        (64, -424),
        (120, -404),
        (160, -352),
        (168, -280),
        (168, -80),
        (160, -16),
        (140, 0),
    ]
    collar: list[Point] = [(58, -480), (62, -476), (62, -430), (60, -424)]
    neck = box(-17, -590, 34, 112, 4)
    nozzle = (
        "M30 -618C30 -640 20 -650 0 -650H-40C-110 -650 -170 -640 -206 -606"
        "L-188 -590C-160 -616 -110 -622 -40 -622H-30V-586H30z"
    )
    steel = metal(art, STEEL, -62, 62)
    d = turned(profile)
    return group(
        ground(art, 8, 158),
        path(neck, metal(art, STEEL, -17, 17)),
        body(art, profile, colour, 0.22),
        path(
            curve([(-112, -350), (-124, -250), (-118, -90)]),
            stroke=light(colour, 0.9),
            stroke_width=26,
            stroke_linecap="round",
            opacity=0.3,
            filter=art.blur(13),
        ),
        inner(art, d, "#241a13", -16, 0, 20, 0.15),
        path(turned(collar), steel),
        line("M-60 -446C-40 -436 40 -436 60 -446", "#4a4844", 2.5, opacity=0.5),
        ellipse(0, -480, 58, 58 * TILT, art.linear([(0, "#efeeea"), (1, "#8e8c87")], -58, 0, 58, 0)),
        path(box(-17, -500, 34, 26, 2), metal(art, STEEL, -17, 17)),
        path(
            nozzle,
            art.linear([(0, "#f4f3ef"), (0.3, STEEL), (0.65, "#8b8984"), (1, "#6a6863")], 0, -652, 0, -588),
        ),
        ellipse(0, -648, 32, 7, "#f6f5f2", opacity=0.9),
        path(box(-30, -612, 60, 28, 4), metal(art, STEEL, -30, 30)),
        ellipse(-197, -598, 13, 6, "#4a4844", transform="rotate(42 -197 -598)"),
    )


def basket(art: Art) -> str:
    """A belly basket of coiled seagrass with two handles, a throw inside."""
    profile: list[Point] = [
        (250, -430),
        (268, -390),
        (316, -290),
        (338, -190),
        (316, -80),
        (262, -14),
        (240, 0),
    ]
    d = turned(profile, cut=True)
    colour = "#c3a06b"
    return group(
        ground(art, 12, 285),
        ellipse(0, -430, 252, 252 * TILT, art.linear([(0, "#4a3720"), (1, "#7a5f3a")], -250, 0, 250, 0)),
        _stuffing(art),
        path(d, dark(colour, 0.5)),
        group(_weave(profile, colour), clip_path=art.clip(d)),
        path(
            d,
            art.linear(
                [
                    (0, "#241a13", 0.4),
                    (0.1, "#241a13", 0.12),
                    (0.28, "#fff6e4", 0.22),
                    (0.5, "#241a13", 0),
                    (0.8, "#241a13", 0.32),
                    (1, "#241a13", 0.62),
                ],
                -338,
                0,
                338,
                0,
            ),
        ),
        inner(art, d, "#241a13", -20, -30, 34, 0.42),
        tube(art, f"M-250 -430A250 {250 * TILT} 0 0 0 250 -430", 24, colour, 0.2),
        *[_loop(art, side) for side in (-1, 1)],
    )


def _stuffing(art: Art) -> str:
    linen = "#d9c9ae"
    roll = "M-196 -420C-220 -520 -120 -560 -40 -540C40 -580 190 -560 206 -430C120 -380 -120 -380 -196 -420z"
    creases = [
        ("M-120 -540C-90 -480 -110 -450 -100 -400", 26, 0.4),
        ("M30 -560C10 -500 40 -450 20 -400", 30, 0.4),
        ("M120 -540C130 -480 110 -440 130 -400", 22, 0.3),
        ("M-50 -540C-30 -490 -50 -440 -40 -400", 18, -0.5),
    ]
    return group(
        path(roll, art.linear([(0, light(linen, 0.6)), (1, dark(linen, 0.24))], -180, -540, 190, -400)),
        folds(art, roll, linen, creases),
        cloth(art, roll, linen, (-230, -590, 450, 220), 0.14),
        volume(art, roll, linen, 20, 0.45),
    )


def _weave(profile: list[Point], colour: str) -> str:
    """Rows of plaited coils, narrower towards the sides."""
    chance = Chance(8)
    drawn = []
    rows = 17
    for row in range(rows + 1):
        y = -426 + 424 * row / rows
        r = _radius(profile, y)
        count = 27
        for index in range(count):
            angle = -math.pi / 2 + math.pi * (index + (0.5 if row % 2 else 0.0)) / count
            x, near = r * math.sin(angle), max(0.12, math.cos(angle))
            tone = mix(light(colour, 0.28), dark(colour, 0.28), chance.random())
            knot = ellipse(0, 0, 21 * near + 2, 11, tone)
            lit = line(f"M{-13 * near:.1f} -4H{9 * near:.1f}", light(colour, 0.6), 2.4, opacity=0.5)
            drawn.append(place(knot + lit, x, y + r * TILT * near, 1.0, -20 if row % 2 else 20))
    return group(*drawn)


def _radius(profile: list[Point], y: float) -> float:
    for (r1, y1), (r2, y2) in zip(profile, profile[1:], strict=False):
        if y1 <= y <= y2:
            return r1 + (r2 - r1) * (y - y1) / (y2 - y1)
    return profile[-1][0]


def _loop(art: Art, side: int) -> str:
    d = f"M{side * 244} -404C{side * 330} -560 {side * 400} -440 {side * 312} -330"
    shade = line(d, "#241a13", 26, opacity=0.3, transform="translate(8 12)", filter=art.blur(8))
    return (
        shade
        + tube(art, d, 26, "#b58f5a", 0.2)
        + line(d, "#7b5d33", 24, stroke_dasharray="3 13", opacity=0.5, stroke_linecap="butt")
    )
