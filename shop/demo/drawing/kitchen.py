"""Drawings: kitchen and table.

Standing things touch the ground at y = 0; hanging things centre on the origin.
"""

from __future__ import annotations

import math

from .art import Art, Chance, Point, curve, dark, ellipse, group, light, line, mix, oval, path, place
from .shade import (
    SHADOW,
    TILT,
    body,
    cloth,
    flat_shadow,
    folds,
    ground,
    inner,
    mouth,
    ribs,
    stitches,
    texture,
    tube,
    turned,
    volume,
    wood,
)

CLAY = "#b98f6d"
OAK = "#c9a06c"
LEATHER = "#9c6538"
BRASS = "#c49a4e"


def speckle(seed: int, area: tuple[float, float, float, float], count: int, colour: str, clip: str) -> str:
    """Iron specks scattered in a glaze."""
    chance = Chance(seed)
    x, y, width, height = area
    specks = [
        ellipse(
            x + chance.random() * width,
            y + chance.random() * height,
            size := chance.uniform(0.8, 2.6),
            size,
            colour,
            opacity=round(chance.uniform(0.15, 0.5), 2),
        )
        for _ in range(count)
    ]
    return group(*specks, clip_path=clip)


def mug(art: Art, colour: str) -> str:
    """A straight stoneware mug with a bare foot, coffee inside."""
    profile: list[Point] = [(196, -452), (200, -380), (204, -230), (200, -90), (184, -22), (166, 0)]
    foot: list[Point] = [(201.5, -112), (200, -90), (184, -22), (166, 0)]
    shape = turned(profile)
    handle = "M188 -372C300 -398 352 -330 338 -250C326 -176 262 -126 186 -132"
    edge = "M-202 -112C-150 -74 -60 -78 0 -76S150 -72 202 -112V60H-202z"
    return group(
        ground(art, 10, 190),
        tube(art, handle, 54, colour, 0.35),
        body(art, profile, colour, 0.35),
        group(body(art, foot, CLAY, 0.1, cut=True), clip_path=art.clip(edge)),
        texture(art, turned(foot, cut=True), "0.5 0.5", dark(CLAY, 0.5), 0.3, (-205, -120, 410, 160)),
        line("M-201 -112C-150 -74 -60 -78 0 -76S150 -72 201 -112", dark(colour, 0.4), 4, opacity=0.5),
        speckle(4, (-200, -450, 400, 350), 170, dark(colour, 0.75), art.clip(shape)),
        path(
            curve([(-128, -400), (-132, -260), (-122, -150)]),
            stroke=light(colour, 0.85),
            stroke_width=26,
            stroke_linecap="round",
            opacity=0.28,
            filter=art.blur(12),
        ),
        mouth(art, 196, -452, colour, light(colour, 0.15), 11),
        group(
            ellipse(0, -428, 188, 188 * TILT * 0.98, art.linear([(0, "#2b1710"), (1, "#5a3420")], -180, 0, 180, 0)),
            line("M-150 -424C-90 -404 90 -404 150 -424", "#9a6a42", 4, opacity=0.6, filter=art.blur(1.5)),
            clip_path=art.clip(oval(0, -451, 185, 185 * TILT)),
        ),
    )


def board(art: Art) -> str:
    """A long-handled oak board hanging from a peg by its cord."""
    d = (
        "M-196 -110C-196 -152 -176 -172 -140 -178C-80 -188 -52 -206 -48 -262"
        "L-42 -392C-40 -432 40 -432 42 -392"
        "L48 -262C52 -206 80 -188 140 -178C176 -172 196 -152 196 -110V340C196 380 176 400 136 400H-136"
        "C-176 400 -196 380 -196 340z"
    )
    hole = oval(0, -382, 15, 15)
    area = (-200.0, -430.0, 400.0, 840.0)
    cord = "M0 -384C-30 -430 -26 -480 0 -512C26 -480 30 -430 0 -384"
    return group(
        flat_shadow(art, d, 20),
        line(cord, SHADOW, 9, transform="translate(12 14)", opacity=0.3, filter=art.blur(6)),
        wood(art, d, OAK, area, seed=11),
        volume(art, d, OAK, 16, 0.45),
        path(d, stroke=light(OAK, 0.45), stroke_width=3, opacity=0.6),
        ellipse(0, -382, 17, 17, "#3c2814"),
        path(hole, art.linear([(0, "#2a1a0c"), (1, "#7a5730")], -12, -394, 12, -370)),
        tube(art, cord, 9, "#e9dfcb", 0.3),
        ellipse(20, -500, 20, 20, "#3a2c20", opacity=0.35, filter=art.blur(8)),
        ellipse(0, -514, 19, 19, art.radial([(0, "#fdeec2"), (0.4, BRASS), (1, "#6b4a1c")], -6, -521, 30)),
    )


def bowls(art: Art, colour: str) -> str:
    """Three bowls nested: each stands in the one below it."""
    inside = light(colour, 0.45)
    large: list[Point] = [(330, -232), (322, -190), (282, -92), (206, -26), (136, -4), (132, 0)]
    middle: list[Point] = [(262, -330), (256, -290), (226, -200), (170, -150), (130, -140)]
    small: list[Point] = [(196, -420), (192, -390), (170, -310), (130, -262), (110, -255)]
    drawn = [ground(art, 8, 170, reach=1.3), ground(art, 60, 250, 14, 0.35)]
    for index, profile in enumerate((large, middle, small)):
        r, y = profile[0]
        drawn.append(mouth(art, r, y, mix(colour, "#6b4a2c", 0.12), inside, 8))
        if index == 2:
            specks = art.clip(oval(0, y, r - 8, (r - 8) * TILT))
            drawn.append(speckle(9, (-r, y - r * TILT, 2 * r, 2 * r * TILT), 80, "#4a3524", specks))
    # Fronts from the innermost outwards, so each bowl hides the foot of the one it holds.
    fronts = [_bowl_front(art, profile, colour) for profile in (small, middle, large)]
    return group(*drawn, *fronts)


def _bowl_front(art: Art, profile: list[Point], colour: str) -> str:
    r, y = profile[0]
    shape = turned(profile, cut=True)
    rim = f"M{-r} {y}A{r} {r * TILT} 0 0 0 {r} {y}"
    return group(
        body(art, profile, colour, 0.5, cut=True),
        speckle(int(r), (-r, y, 2 * r, 300), 130, "#4a3524", art.clip(shape)),
        line(rim, mix(colour, "#6b4a2c", 0.45), 7, opacity=0.8),
        line(rim, light(colour, 0.8), 2.5, opacity=0.7, transform="translate(0 -3)"),
        inner(art, shape, "#241a13", 0, r * 0.05, r * 0.03, 0.18),
    )


def apron(art: Art, colour: str) -> str:
    """A bib apron hanging from a peg by its neck strap."""
    d = (
        "M-128 -300C-60 -290 60 -290 128 -300C136 -220 164 -128 262 -84C268 60 272 240 282 438"
        "C180 458 -180 458 -282 438C-272 240 -268 60 -262 -84C-164 -128 -136 -220 -128 -300z"
    )
    pocket = "M-130 56C-60 64 60 64 130 56L126 236C120 256 -120 256 -126 236z"
    area = (-290.0, -310.0, 580.0, 780.0)
    creases = [
        ("M-170 -40C-190 120 -180 300 -196 450", 42, 0.34),
        ("M-120 -60C-136 140 -128 300 -150 450", 26, -0.4),
        ("M196 -60C190 120 206 300 200 450", 46, 0.4),
        ("M150 -60C146 120 160 300 152 450", 24, -0.3),
        ("M-20 -280C-26 -160 -10 -60 -16 50", 34, 0.2),
        ("M60 260C56 330 66 400 62 450", 34, 0.26),
        ("M-60 260C-70 330 -56 400 -70 450", 30, 0.22),
        ("M-100 -290C-60 -200 60 -200 104 -292", 22, 0.2),
        ("M-250 -70C-180 -60 -130 -90 -120 -160", 20, 0.22),
    ]
    strap = "M-112 -292C-96 -380 -34 -450 0 -470C34 -450 96 -380 112 -292"
    return group(
        flat_shadow(art, d, 26, 0.9),
        line(strap, "#3a2c20", 22, opacity=0.24, transform="translate(16 20)", filter=art.blur(9)),
        _tie_strings(art, colour),
        tube(art, strap, 24, dark(colour, 0.06), 0.1),
        path(
            d,
            art.linear([(0, light(colour, 0.22)), (0.5, colour), (1, dark(colour, 0.22))], -280, -200, 290, 420),
        ),
        cloth(art, d, colour, area, 0.2),
        folds(art, d, colour, creases),
        volume(art, d, colour, 16, 0.42),
        stitches("M-120 -284C-60 -275 60 -275 120 -284", colour),
        stitches("M-270 424C-180 442 180 442 270 424", colour),
        _pocket(art, pocket, colour),
        *[_rivet(art, x, y) for x, y in ((-112, -282), (112, -282), (-122, 66), (122, 66))],
        ellipse(16, -452, 22, 20, "#3a2c20", opacity=0.35, filter=art.blur(8)),
        ellipse(0, -472, 20, 20, art.radial([(0, "#fdeec2"), (0.4, BRASS), (1, "#6b4a1c")], -6, -479, 30)),
    )


def _pocket(art: Art, d: str, colour: str) -> str:
    return group(
        path(d, "#241a13", opacity=0.35, transform="translate(4 7)", filter=art.blur(5)),
        path(d, art.linear([(0, light(colour, 0.16)), (1, dark(colour, 0.12))], -130, 50, 130, 250)),
        cloth(art, d, colour, (-135, 50, 270, 210), 0.2),
        volume(art, d, colour, 8, 0.4),
        stitches("M-122 76C-60 84 60 84 122 76", colour),
        stitches("M-120 88L-117 232C-110 246 110 246 117 232L120 88", colour),
    )


def _rivet(art: Art, x: float, y: float, r: float = 8) -> str:
    fill = art.radial([(0, "#fff0c8"), (0.45, BRASS), (1, "#6b4a1c")], x - 2, y - 3, r * 1.3)
    return ellipse(x + 1.5, y + 3, r, r, "#241a13", opacity=0.4, filter=art.blur(2)) + ellipse(x, y, r, r, fill)


def _tie_strings(art: Art, colour: str) -> str:
    ends = (
        "M-258 -80C-330 -40 -318 90 -340 220C-346 262 -332 300 -338 330",
        "M258 -80C316 -20 310 110 336 230",
    )
    shadows = [line(d, "#3a2c20", 15, opacity=0.22, transform="translate(12 15)", filter=art.blur(7)) for d in ends]
    return group(*shadows, *[tube(art, d, 17, dark(colour, 0.05), 0.1) for d in ends])


def vase(art: Art, colour: str) -> str:
    """A ribbed bud vase with dried grasses."""
    profile: list[Point] = [
        (54, -500),
        (46, -476),
        (50, -430),
        (92, -370),
        (158, -286),
        (186, -190),
        (176, -90),
        (136, -16),
        (118, 0),
    ]
    below = [point for point in profile if point[1] > -440]
    return group(
        ground(art, 8, 135),
        grasses(art),
        ellipse(0, -500, 54, 54 * TILT, dark(colour, 0.72)),
        body(art, profile, colour, 0.12, cut=True),
        ribs(below, colour, 19, 15, 0.24),
        texture(art, turned(profile, cut=True), "0.4 0.4", dark(colour, 0.5), 0.16, (-190, -510, 380, 540)),
        line(f"M-54 -500A54 {54 * TILT} 0 0 0 54 -500", light(colour, 0.6), 5, opacity=0.9),
        line(f"M-54 -500A54 {54 * TILT} 0 0 1 54 -500", dark(colour, 0.1), 4),
    )


def grasses(art: Art, seed: int = 21) -> str:
    """Three plumes of dried pampas and a few bare stems."""
    chance = Chance(seed)
    drawn = []
    for tip_x, tip_y, bend, plume in ((-176, -930, -36, 1.0), (20, -1010, 10, 1.15), (190, -880, 40, 0.95)):
        stem: list[Point] = [
            (bend * 0.15, -480),
            (bend * 0.5 + tip_x * 0.12, -640),
            (tip_x * 0.62, -800),
            (tip_x, tip_y),
        ]
        drawn.append(line(curve(stem), "#a78a5c", 5))
        drawn.append(_plume(chance, tip_x * 0.62, -800.0, tip_x, tip_y, plume))
    for tip_x, tip_y in ((-80, -790), (104, -760)):
        drawn.append(line(curve([(0, -480), (tip_x * 0.3, -640), (tip_x, tip_y)]), "#9c8558", 3.5))
        drawn.append(ellipse(tip_x, tip_y, 8, 17, "#b99c67"))
    return group(*drawn)


def _plume(chance: Chance, x1: float, y1: float, x2: float, y2: float, size: float) -> str:
    strokes = []
    heading = math.atan2(y2 - y1, x2 - x1)
    for step in range(190):
        share = chance.random()
        x, y = x1 + (x2 - x1) * share * 1.05, y1 + (y2 - y1) * share * 1.05
        spread = math.sin(math.pi * min(1, 0.12 + share * 0.88)) * 66 * size
        side = 1 if step % 2 else -1
        angle = heading + side * chance.uniform(0.25, 0.6)
        reach = spread * chance.uniform(0.5, 1.0) + 16
        end = (x + math.cos(angle) * reach, y + math.sin(angle) * reach + 10)
        tone = mix("#f2e2c4", "#a98354", chance.random() * (0.55 if side < 0 else 0.9))
        middle = ((x + end[0]) / 2 + side * 3, (y + end[1]) / 2 - 6)
        strokes.append(line(curve([(x, y), middle, end]), tone, 2.6, opacity=0.75))
    return group(*strokes)


def teapot(art: Art, colour: str) -> str:
    """A round teapot with a bamboo lifting handle."""
    profile: list[Point] = [
        (96, -330),
        (150, -310),
        (222, -238),
        (246, -150),
        (220, -64),
        (150, -10),
        (132, 0),
    ]
    lid: list[Point] = [(16, -372), (60, -364), (104, -342), (112, -322)]
    spout = "M196 -190C262 -186 276 -250 330 -318L372 -300C334 -220 318 -120 206 -96z"
    arch = "M-178 -276C-190 -560 190 -560 178 -276"
    return group(
        ground(art, 10, 170),
        path(
            spout,
            art.linear([(0, light(colour, 0.3)), (0.5, colour), (1, dark(colour, 0.5))], 240, -280, 310, -150),
        ),
        ellipse(351, -309, 24, 10, dark(colour, 0.65), transform="rotate(24 351 -309)"),
        body(art, profile, colour, 0.3),
        path(turned(profile), art.radial([(0, "#ffffff", 0.4), (1, "#ffffff", 0)], -110, -230, 120)),
        speckle(6, (-246, -330, 492, 330), 190, dark(colour, 0.8), art.clip(turned(profile))),
        ellipse(0, -322, 116, 116 * TILT, dark(colour, 0.55)),
        body(art, lid, colour, 0.35),
        ellipse(
            0,
            -392,
            27,
            24,
            art.radial([(0, light(colour, 0.6)), (0.5, colour), (1, dark(colour, 0.5))], -9, -402, 40),
        ),
        *[tube(art, f"M{x} -268v-26", 18, colour, 0.4) for x in (-180, 180)],
        tube(art, arch, 26, "#c59a5c", 0.5),
        *[_band(x, y, turn) for x, y, turn in ((-158, -392, -70), (158, -392, 70), (-70, -470, -28), (70, -470, 28))],
    )


def _band(x: float, y: float, turn: float) -> str:
    return place(line("M0 -12V12", "#7d5a2c", 4, opacity=0.7), x, y, turn=turn)
