"""Drawings: lighting."""

from __future__ import annotations

from .art import Art, Point, box, dark, ellipse, group, light, line, oval, path, place
from .kitchen import BRASS
from .shade import (
    SHADOW,
    TILT,
    across,
    body,
    glow,
    ground,
    inner,
    metal,
    mouth,
    tube,
    turned,
)

WARM = "#ffd89a"


def pendant(art: Art, colour: str) -> str:
    """A lit dome on a fabric cable; the origin is the middle of the rim."""
    profile: list[Point] = [
        (40, -310),
        (60, -306),
        (150, -276),
        (246, -206),
        (312, -110),
        (336, -20),
        (340, 0),
    ]
    d = turned(profile)
    brass = colour == BRASS
    finish = metal(art, colour, -340, 340) if brass else across(art, colour, -340, 340, 0.3)
    cone = f"M-330 10L-640 900H640L330 10A330 {330 * TILT} 0 0 1 -330 10z"
    beam = art.linear([(0, WARM, 0.5), (0.5, WARM, 0.16), (1, WARM, 0)], 0, 0, 0, 720)
    rim = light(colour, 0.35)
    cap = dark(BRASS, 0.25) if brass else BRASS
    return group(
        path(cone, beam, filter=art.blur(26)),
        glow(art, 0, 90, 620, WARM, 0.6),
        line("M0 -900V-330", dark(SHADOW, 0.2), 9),
        line("M-1.5 -900V-330", "#8d8176", 2.4, opacity=0.6),
        body(art, [(17, -372), (20, -366), (40, -346), (42, -310)], cap, 0.7),
        path(d, finish),
        path(d, art.linear([(0, "#ffffff", 0.22), (0.4, "#ffffff", 0), (1, "#241a13", 0.3)], 0, -310, 0, 40)),
        inner(art, d, dark(colour, 0.8), -34, -20, 38, 0.5),
        path(
            "M-268 -120C-230 -210 -160 -258 -90 -276C-160 -230 -220 -170 -244 -100z",
            light(colour, 0.9),
            opacity=0.4,
            filter=art.blur(14),
        ),
        ellipse(0, 0, 340, 340 * TILT, rim),
        ellipse(
            0,
            2,
            331,
            331 * TILT,
            art.radial([(0, "#fffdf2"), (0.22, "#fff3cf"), (0.6, "#f2d49a"), (1, "#c79a5c")], 0, 12, 331, 0.3),
        ),
        ellipse(0, 8, 70, 40, "#fffef8", filter=art.blur(6)),
        ellipse(0, 4, 150, 60, "#fff8e0", opacity=0.7, filter=art.blur(18)),
    )


def mushroom(art: Art, colour: str) -> str:
    """A glowing mushroom lamp."""
    stem: list[Point] = [(58, -330), (62, -260), (78, -150), (112, -50), (138, -14), (140, 0)]
    shade: list[Point] = [(10, -590), (80, -584), (180, -546), (252, -466), (276, -376), (272, -344)]
    dome = turned(shade, 0.14)
    return group(
        glow(art, 0, -330, 620, WARM, 0.55),
        ground(art, 8, 135),
        ellipse(0, 6, 300, 46, WARM, opacity=0.42, filter=art.blur(24)),
        body(art, stem, colour, 0.3),
        path(
            turned(stem),
            art.linear([(0, "#fff0c4", 0.95), (0.4, "#ffdc9a", 0.4), (1, "#ffdc9a", 0)], 0, -330, 0, -40),
        ),
        ellipse(
            0,
            -344,
            272,
            272 * 0.14,
            art.radial([(0, "#fffdf0"), (0.5, "#ffeab8"), (1, "#eabf78")], 0, -340, 272, 0.2),
        ),
        path(dome, across(art, colour, -276, 276, 0.25), clip_path=art.clip(_above(-344, 272, 0.14))),
        group(
            path(dome, art.radial([(0, "#ffffff", 0.55), (1, "#ffffff", 0)], -96, -510, 190, 0.7)),
            inner(art, dome, dark(colour, 0.75), -26, 20, 34, 0.36),
            path(
                dome,
                art.linear([(0, "#ffe3ad", 0), (0.55, "#ffe3ad", 0), (1, "#ffd48a", 0.75)], 0, -590, 0, -340),
            ),
            clip_path=art.clip(_above(-344, 272, 0.14)),
        ),
        line(f"M-272 -344A272 {272 * 0.14} 0 0 0 272 -344", "#fff1cc", 5, opacity=0.9),
    )


def _above(y: float, r: float, tilt: float) -> str:
    """Everything above the near edge of an ellipse."""
    return f"M-900 {y}H{-r}A{r} {r * tilt} 0 0 0 {r} {y}H900V-1200H-900z"


def candle(art: Art, colour: str, name: str = "") -> str:
    """A burning candle in tinted glass with a paper label."""
    profile: list[Point] = [(186, -400), (188, -380), (190, -200), (188, -40), (176, -8), (160, 0)]
    wax: list[Point] = [(174, -292), (176, -200), (176, -44), (164, -18), (150, -12)]
    d = turned(profile)
    return group(
        ground(art, 10, 176),
        ellipse(210, 10, 190, 22, colour, opacity=0.4, filter=art.blur(18)),
        glow(art, 0, -330, 420, WARM, 0.55),
        path(oval(0, -400, 186, 186 * TILT), light(colour, 0.25), opacity=0.5),
        path(d, colour, opacity=0.34),
        path(turned(wax), art.linear([(0, "#f7e8c8"), (0.4, "#efdcb6"), (1, "#a98d63")], -176, 0, 176, 0)),
        ellipse(
            0,
            -292,
            174,
            174 * TILT,
            art.radial([(0, "#fffbe6"), (0.4, "#fdedc0"), (1, "#e2c48e")], 0, -296, 174, 0.3),
        ),
        path(
            d,
            art.linear(
                [
                    (0, dark(colour, 0.5), 0.92),
                    (0.1, colour, 0.72),
                    (0.3, light(colour, 0.25), 0.38),
                    (0.55, colour, 0.46),
                    (0.85, dark(colour, 0.25), 0.74),
                    (1, dark(colour, 0.55), 0.95),
                ],
                -190,
                0,
                190,
                0,
            ),
        ),
        path(d, art.radial([(0, "#ffe3a6", 0.6), (1, "#ffe3a6", 0)], 0, -310, 210)),
        inner(art, d, dark(colour, 0.7), 0, -16, 16, 0.6),
        line("M-150 -370C-156 -260 -154 -130 -148 -40", "#ffffff", 16, opacity=0.55, filter=art.blur(5)),
        line("M152 -360C158 -260 156 -150 152 -50", "#ffffff", 6, opacity=0.4, filter=art.blur(3)),
        ellipse(0, -400, 186, 186 * TILT, stroke=light(colour, 0.7), stroke_width=5, opacity=0.9),
        line(f"M-186 -399A186 {186 * TILT} 0 0 0 186 -399", "#ffffff", 2.4, opacity=0.8),
        _label(art, name),
        glow(art, 0, -350, 210, "#ffe9b8", 0.8),
        _flame(art),
    )


def _flame(art: Art) -> str:
    """A steady flame on its wick."""
    d = "M0 -424C26 -376 30 -350 23 -334C16 -316 -15 -316 -22 -334C-30 -354 -20 -384 0 -424z"
    fire = art.linear([(0, "#fffbea"), (0.55, "#ffe08a"), (0.88, "#f8a444"), (1, "#c98a5a")], 0, -424, 0, -318)
    return (
        line("M0 -296C2 -308 -2 -316 1 -330", "#3a2a1c", 6)
        + path(d, fire, filter=art.blur(1.6))
        + ellipse(0, -346, 9, 19, "#fffdf4", opacity=0.85, filter=art.blur(4))
    )


def _label(art: Art, name: str) -> str:
    """A small letterpress label bent round the glass."""
    d = "M-92 -222C-50 -214 50 -214 92 -222V-84C50 -76 -50 -76 -92 -84z"
    paper = art.linear([(0, "#e9dfcc"), (0.3, "#fbf6ea"), (1, "#cfc2aa")], -92, 0, 92, 0)
    return group(
        path(d, "#241a13", opacity=0.3, transform="translate(3 4)", filter=art.blur(3)),
        path(d, paper),
        path(
            "M-82 -211C-45 -204 45 -204 82 -211V-94C45 -87 -45 -87 -82 -94z",
            stroke="#8d7a5c",
            stroke_width=1.6,
        ),
        _text(name.upper(), -150, 27 if len(name) < 7 else 22, 5 if len(name) < 7 else 3),
        line("M-18 -132H18", "#8d7a5c", 2),
        _text("SOY CANDLE · 220 G", -110, 10.5, 2),
    )


def _text(words: str, y: float, size: float, spacing: float) -> str:
    return (
        f'<text x="{spacing / 2}" y="{y}" text-anchor="middle" font-family="Liberation Serif, Georgia, serif"'
        f' font-size="{size}" letter-spacing="{spacing}" fill="#3d3023">{words}</text>'
    )


def desk_lamp(art: Art, colour: str) -> str:
    """A slim two-armed desk lamp with brass joints, lit."""
    base: list[Point] = [(146, -30), (150, -26), (150, -26), (150, -6), (146, 0)]
    shade: list[Point] = [(34, -150), (40, -146), (62, -120), (96, -40), (112, 0)]
    head = group(
        path(
            "M-112 0L-330 520H330L112 0z",
            art.linear([(0, WARM, 0.62), (0.7, WARM, 0.1), (1, WARM, 0)], 0, 0, 0, 500),
            filter=art.blur(16),
        ),
        body(art, [(15, -196), (16, -190), (18, -150), (18, -140)], BRASS, 0.8),
        body(art, shade, colour, 0.35),
        ellipse(0, 0, 112, 112 * TILT, light(colour, 0.3)),
        ellipse(
            0,
            1,
            106,
            106 * TILT,
            art.radial([(0, "#fffef6"), (0.5, "#ffedbd"), (1, "#e0b56c")], 0, 4, 106, 0.3),
        ),
    )
    return group(
        glow(art, -210, -420, 460, WARM, 0.4),
        ground(art, 140, 148),
        ellipse(-214, 30, 250, 50, WARM, opacity=0.55, filter=art.blur(24)),
        place(body(art, base, colour, 0.3) + mouth(art, 146, -30, colour, light(colour, 0.02), 3), 140, 0),
        place(ellipse(0, -30, 140, 140 * TILT, across(art, colour, -140, 140, 0.15)), 140, 0),
        tube(art, "M140 -38L236 -420", 19, colour, 0.5),
        place(body(art, [(20, -56), (22, -50), (24, -34), (24, -28)], BRASS, 0.8), 141, 0),
        tube(art, "M236 -420L-206 -716", 17, colour, 0.5),
        tube(art, "M236 -420L306 -373", 17, colour, 0.5),
        place(_weight(art), 312, -369, 1.0, 34),
        *[_joint(art, x, y, r) for x, y, r in ((236, -420, 27), (-206, -716, 23))],
        place(head, -214, -520, 1.0, 8),
    )


def _weight(art: Art) -> str:
    fill = art.linear([(0, "#6b4a1c"), (0.25, "#f0d08c"), (0.5, BRASS), (1, "#5f4118")], 0, -30, 0, 30)
    return path(box(-8, -30, 76, 60, 10), fill)


def _joint(art: Art, x: float, y: float, r: float) -> str:
    fill = art.radial([(0, "#fff0c8"), (0.5, BRASS), (1, "#63441a")], x - r * 0.3, y - r * 0.4, r * 1.4)
    return (
        ellipse(x + 3, y + 4, r, r, "#241a13", opacity=0.4, filter=art.blur(4))
        + ellipse(x, y, r, r, fill)
        + ellipse(x, y, r * 0.5, r * 0.5, stroke="#7a5822", stroke_width=2, opacity=0.7)
        + line(f"M{x - r * 0.3:.1f} {y - r * 0.2:.1f}L{x + r * 0.3:.1f} {y + r * 0.2:.1f}", "#5f4118", 3)
    )
