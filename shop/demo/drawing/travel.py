"""Drawings: travel and carry."""

from __future__ import annotations

from .art import Art, box, dark, ellipse, group, light, line, path, place
from .kitchen import BRASS, LEATHER
from .shade import (
    cloth,
    folds,
    ground,
    stitches,
    texture,
    tube,
    volume,
)

STEEL = "#b7b6b2"
BAMBOO = "#cfa56b"


def rivet(art: Art, x: float, y: float, r: float = 9) -> str:
    """A brass rivet."""
    fill = art.radial([(0, "#fff0c8"), (0.45, BRASS), (1, "#6b4a1c")], x - 2, y - 3, r * 1.3)
    return ellipse(x + 1.5, y + 3, r, r, "#241a13", opacity=0.4, filter=art.blur(2)) + ellipse(x, y, r, r, fill)


def strap(art: Art, d: str, width: float, colour: str) -> str:
    """A flat strap along a path with its shadow and a soft sheen."""
    drawn = line(
        d,
        "#241a13",
        width,
        opacity=0.35,
        transform="translate(5 8)",
        filter=art.blur(6),
        stroke_linecap="butt",
    )
    drawn += line(d, dark(colour, 0.35), width, stroke_linecap="butt")
    drawn += line(d, colour, width - 5, stroke_linecap="butt", transform="translate(-1 -1)")
    drawn += line(
        d,
        light(colour, 0.35),
        width * 0.4,
        stroke_linecap="butt",
        opacity=0.5,
        filter=art.blur(width * 0.14),
        transform=f"translate({-width * 0.14:.1f} 0)",
    )
    return drawn


def tote(art: Art, colour: str) -> str:
    """A standing canvas tote with leather handles."""
    front = (
        "M-322 -560C-200 -572 200 -572 322 -560C318 -380 306 -160 296 -20"
        "C294 0 280 4 262 6C120 14 -120 14 -262 6"
        "C-280 4 -294 0 -296 -20C-306 -160 -318 -380 -322 -560z"
    )
    back = "M-322 -560C-200 -592 200 -592 322 -560C200 -572 -200 -572 -322 -560z"
    side = "M322 -560C330 -400 330 -200 330 -60C330 -40 316 -14 290 2C300 -160 316 -380 322 -560z"
    creases = [
        ("M-150 -390C-180 -280 -240 -160 -290 -90", 46, 0.3),
        ("M-170 -400C-210 -320 -260 -260 -310 -230", 34, -0.35),
        ("M150 -390C190 -280 230 -160 290 -90", 50, 0.36),
        ("M120 -390C120 -300 150 -200 180 -140", 34, -0.28),
        ("M-290 -90C-180 -60 -100 -40 0 -36S200 -50 296 -96", 36, 0.26),
        ("M-40 -540C-60 -420 -20 -300 -50 -180", 44, 0.16),
        ("M80 -330C60 -240 110 -160 70 -60", 36, 0.15),
    ]
    far = "M-140 -568C-150 -800 -90 -900 0 -900S150 -800 140 -568"
    near = "M-150 -470C-160 -780 -110 -862 0 -862S160 -780 150 -470"
    area = (-330.0, -600.0, 670.0, 620.0)
    return group(
        ground(art, 14, 290),
        strap(art, far, 30, dark(LEATHER, 0.28)),
        path(back, dark(colour, 0.6)),
        path(side, dark(colour, 0.34)),
        path(
            front,
            art.linear([(0, light(colour, 0.24)), (0.5, colour), (1, dark(colour, 0.22))], -320, -540, 320, 10),
        ),
        cloth(art, front, colour, area, 0.17),
        folds(art, front, colour, creases),
        volume(art, front, colour, 22, 0.42),
        line("M-322 -560C-200 -572 200 -572 322 -560", light(colour, 0.5), 5, opacity=0.8),
        stitches("M-318 -520C-200 -531 200 -531 318 -520", colour),
        strap(art, near, 32, LEATHER),
        *[_patch(art, x) for x in (-150, 150)],
        place(_label(art), 0, -64),
    )


def _patch(art: Art, x: float) -> str:
    """The sewn end of a handle."""
    d = box(x - 24, -500, 48, 110, 8)
    sewn = stitches(box(x - 17, -492, 34, 94, 5), LEATHER, 2.4, "7 6")
    return (
        path(d, "#241a13", opacity=0.35, transform="translate(4 6)", filter=art.blur(4))
        + path(d, art.linear([(0, light(LEATHER, 0.25)), (1, dark(LEATHER, 0.15))], x - 24, -500, x + 24, -390))
        + sewn
        + rivet(art, x, -470)
        + rivet(art, x, -418)
    )


def _label(art: Art) -> str:
    d = box(-44, -30, 88, 52, 5)
    return (
        path(d, "#241a13", opacity=0.3, transform="translate(2 4)", filter=art.blur(3))
        + path(d, art.linear([(0, light(LEATHER, 0.2)), (1, dark(LEATHER, 0.2))], -44, -30, 44, 22))
        + stitches(box(-37, -23, 74, 38, 3), LEATHER, 2, "6 5")
    )


def backpack(art: Art, colour: str) -> str:
    """A waxed roll-top backpack with two leather straps."""
    main = (
        "M-250 -560C-262 -540 -270 -500 -276 -420C-288 -260 -292 -120 -282 -40C-278 -8 -256 2 -220 4"
        "C-100 12 100 12 220 4C256 2 278 -8 282 -40C292 -120 288 -260 276 -420C270 -500 262 -540 250 -560z"
    )
    pocket = (
        "M-216 -290C-120 -300 120 -300 216 -290C224 -220 226 -110 218 -48C214 -28 200 -22 180 -20"
        "C80 -12 -80 -12 -180 -20C-200 -22 -214 -28 -218 -48C-226 -110 -224 -220 -216 -290z"
    )
    area = (-300.0, -690.0, 600.0, 710.0)
    creases = [
        ("M-240 -540C-200 -480 -230 -400 -210 -320", 34, 0.34),
        ("M-60 -540C-80 -470 -40 -400 -60 -310", 40, 0.24),
        ("M240 -540C190 -470 230 -400 200 -310", 38, 0.4),
        ("M60 -540C80 -470 50 -420 70 -310", 26, -0.25),
        ("M-262 -200C-250 -120 -262 -60 -250 0", 22, 0.3),
        ("M-170 -545C-150 -480 -170 -420 -150 -320", 24, -0.28),
    ]
    cream = art.linear([(0, light(colour, 0.24)), (0.5, colour), (1, dark(colour, 0.3))], -280, -560, 290, 0)
    return group(
        ground(art, 14, 262),
        tube(art, "M-70 -650C-70 -740 70 -740 70 -650", 26, dark(LEATHER, 0.15), 0.3),
        *[_shoulder_strap(art, side, dark(colour, 0.32)) for side in (-1, 1)],
        path(main, cream),
        cloth(art, main, colour, area, 0.12),
        texture(art, main, "0.018 0.014", light(colour, 0.6), 0.2, area, 22),
        folds(art, main, colour, creases),
        volume(art, main, colour, 34, 0.5),
        _front_pocket(art, pocket, colour),
        _roll(art, main, colour),
        *[_buckled(art, x) for x in (-128, 128)],
    )


def _shoulder_strap(art: Art, side: int, colour: str) -> str:
    d = f"M{side * 236} -470C{side * 330} -400 {side * 340} -180 {side * 262} -40"
    return tube(art, d, 34, colour, 0.1)


def _roll(art: Art, main: str, colour: str) -> str:
    """The rolled-down top and the shade it throws on the bag."""
    roll = (
        "M-262 -660C-272 -640 -274 -580 -262 -552C-180 -536 180 -536 262 -552"
        "C274 -580 272 -640 262 -660C180 -676 -180 -676 -262 -660z"
    )
    area = (-300.0, -690.0, 600.0, 160.0)
    return group(
        path(
            roll,
            "#241a13",
            opacity=0.5,
            transform="translate(4 16)",
            filter=art.blur(9),
            clip_path=art.clip(main),
        ),
        path(
            roll,
            art.linear(
                [(0, light(colour, 0.1)), (0.3, light(colour, 0.3)), (0.6, colour), (1, dark(colour, 0.5))],
                0,
                -672,
                0,
                -540,
            ),
        ),
        cloth(art, roll, colour, area, 0.12),
        volume(art, roll, colour, 16, 0.5),
        line("M-258 -622C-180 -640 180 -640 258 -622", dark(colour, 0.7), 4, opacity=0.5, filter=art.blur(1.5)),
        line("M-264 -590C-180 -576 180 -576 264 -590", dark(colour, 0.7), 5, opacity=0.3, filter=art.blur(3)),
    )


def _front_pocket(art: Art, d: str, colour: str) -> str:
    area = (-230.0, -300.0, 460.0, 290.0)
    flap = "M-222 -296C-120 -306 120 -306 222 -296L226 -214C120 -200 -120 -200 -226 -214z"
    return group(
        path(d, "#241a13", opacity=0.45, transform="translate(6 9)", filter=art.blur(9)),
        path(
            d,
            art.linear([(0, light(colour, 0.2)), (0.5, colour), (1, dark(colour, 0.22))], -216, -290, 220, -20),
        ),
        cloth(art, d, colour, area, 0.12),
        folds(
            art,
            d,
            colour,
            [
                ("M-160 -200C-140 -140 -160 -80 -150 -30", 30, 0.3),
                ("M40 -200C20 -140 50 -80 30 -20", 36, 0.25),
            ],
        ),
        volume(art, d, colour, 16, 0.45),
        path(flap, "#241a13", opacity=0.4, transform="translate(2 9)", filter=art.blur(6)),
        path(flap, art.linear([(0, light(colour, 0.26)), (1, dark(colour, 0.06))], 0, -300, 40, -200)),
        cloth(art, flap, colour, area, 0.12),
        volume(art, flap, colour, 8, 0.4),
        stitches("M-216 -224C-120 -211 120 -211 216 -224", colour),
    )


def _buckled(art: Art, x: float) -> str:
    """A leather strap over the roll, hooked in brass."""
    upper = box(x - 21, -668, 42, 190, 6)
    lower = box(x - 21, -420, 42, 96, 8)
    leather = art.linear([(0, light(LEATHER, 0.3)), (0.5, LEATHER), (1, dark(LEATHER, 0.25))], x - 21, 0, x + 21, 0)
    ring = box(x - 29, -490, 58, 40, 12)
    drawn = ""
    for d in (lower, upper):
        drawn += path(d, "#241a13", opacity=0.42, transform="translate(6 8)", filter=art.blur(5))
        drawn += path(d, leather)
    drawn += stitches(f"M{x - 14} -656V-496", LEATHER, 2, "7 6") + stitches(f"M{x + 14} -656V-496", LEATHER, 2, "7 6")
    drawn += tube(art, ring, 9, BRASS, 0.9) + tube(art, f"M{x} -470V-424", 11, BRASS, 0.9)
    return drawn + rivet(art, x, -400) + rivet(art, x, -350)
