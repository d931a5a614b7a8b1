"""Drawings: outdoor and garden."""

from __future__ import annotations

from .art import Art, Point, box, curve, dark, ellipse, group, light, line, mix, path, place
from .kitchen import BRASS, LEATHER
from .shade import (
    SHADOW,
    TILT,
    across,
    body,
    flat_shadow,
    glow,
    ground,
    inner,
    metal,
    mouth,
    ribs,
    texture,
    tube,
    turned,
    volume,
    wood,
)

ASH = "#c8a678"
STEEL = "#a9aaa8"


def leaf(art: Art, length: float, width: float, colour: str) -> str:
    """One leaf from its stalk at the origin towards negative y."""
    d = (
        f"M0 0C{-width} {-length * 0.25} {-width * 0.86} {-length * 0.72} 0 {-length}"
        f"C{width * 0.86} {-length * 0.72} {width} {-length * 0.25} 0 0z"
    )
    lit = art.linear(
        [
            (0, light(colour, 0.34)),
            (0.49, light(colour, 0.06)),
            (0.51, dark(colour, 0.16)),
            (1, dark(colour, 0.42)),
        ],
        -width * 0.7,
        0,
        width * 0.7,
        0,
    )
    veins = [
        line(
            f"M0 {-length * s:.1f}C{side * width * 0.3:.1f} {-length * (s + 0.06):.1f}"
            f" {side * width * 0.5:.1f}"
            f" {-length * (s + 0.13):.1f} {side * width * 0.58:.1f} {-length * (s + 0.17):.1f}",
            light(colour, 0.5),
            1.4,
            opacity=0.35,
        )
        for s in (0.2, 0.36, 0.52, 0.66)
        for side in (-1, 1)
    ]
    return (
        path(d, lit)
        + group(*veins, clip_path=art.clip(d))
        + line(f"M0 0V{-length * 0.94:.1f}", light(colour, 0.55), 2.6, opacity=0.7)
    )


def plant(art: Art) -> str:
    """A leafy rubber plant growing from the origin."""
    leaves = (
        (-30, -40, -78, 190, 54),
        (36, -50, 74, 200, 56),
        (-10, -110, -52, 230, 62),
        (24, -120, 46, 240, 66),
        (-16, -190, -30, 230, 60),
        (22, -210, 62, 210, 56),
        (-4, -240, -66, 220, 58),
        (8, -270, 22, 240, 60),
        (0, -320, -16, 210, 50),
        (2, -340, 36, 170, 42),
        (-2, -345, -44, 150, 38),
    )
    stems = line("M0 30C-6 -100 6 -220 0 -360", "#6b5a3c", 13) + line("M-3 30C-9 -100 3 -220 -3 -350", "#94805a", 4)
    drawn = []
    for index, (x, y, turn, length, width) in enumerate(leaves):
        colour = mix("#3f5d3c", "#6f8f58", 0.15 + 0.07 * index)
        drawn.append(place(leaf(art, length, width, colour), x, y, 1.0, turn))
    return stems + group(*drawn)


def planter(art: Art, colour: str) -> str:
    """A fluted pot with a leafy plant."""
    profile: list[Point] = [
        (236, -380),
        (240, -372),
        (240, -340),
        (226, -240),
        (204, -100),
        (188, -12),
        (180, 0),
    ]
    fluted = [point for point in profile if point[1] >= -340]
    d = turned(profile, cut=True)
    return group(
        ground(art, 12, 200),
        mouth(art, 236, -380, colour, "#5c4632", 18),
        ellipse(0, -368, 212, 212 * TILT * 0.9, "#4a3726"),
        ellipse(20, -362, 120, 18, "#241a13", opacity=0.4, filter=art.blur(8)),
        place(plant(art), 0, -372, 1.18),
        body(art, profile, colour, 0.12, cut=True),
        ribs(fluted, colour, 23, 17, 0.27),
        texture(art, d, "0.25 0.25", dark(colour, 0.5), 0.15, (-242, -390, 484, 430)),
        path(
            f"M-236 -380A236 {236 * TILT} 0 0 0 236 -380L240 -350A240 {240 * TILT} 0 0 1 -240 -350z",
            across(art, light(colour, 0.06), -240, 240, 0.15),
        ),
        line(
            f"M-238 -350A240 {240 * TILT} 0 0 0 238 -350",
            dark(colour, 0.6),
            4,
            opacity=0.35,
            filter=art.blur(2),
        ),
        line(f"M-236 -380A236 {236 * TILT} 0 0 0 236 -380", light(colour, 0.6), 4, opacity=0.8),
    )


def watering_can(art: Art, colour: str) -> str:
    """A long-spouted can with a brass handle."""
    profile: list[Point] = [(150, -350), (156, -342), (176, -200), (190, -50), (188, -10), (180, 0)]
    spout = (
        "M-156 -96C-250 -120 -300 -200 -340 -330C-362 -404 -400 -440 -462 -452L-460 -474"
        "C-384 -470 -340 -424 -314 -344C-280 -250 -230 -190 -150 -172z"
    )
    handle = "M96 -360C120 -560 330 -520 300 -300C286 -190 240 -130 182 -96"
    return group(
        ground(art, 10, 186),
        path(
            spout,
            art.linear([(0, light(colour, 0.34)), (0.5, colour), (1, dark(colour, 0.5))], -350, -380, -250, -160),
        ),
        inner(art, spout, dark(colour, 0.8), 6, -14, 11, 0.55),
        inner(art, spout, light(colour, 0.8), -3, 8, 6, 0.6),
        place(
            ellipse(0, 0, 7, 13, dark(colour, 0.7)) + ellipse(0, 0, 7, 13, stroke=light(colour, 0.5), stroke_width=2),
            -461,
            -463,
            1.0,
            6,
        ),
        tube(art, handle, 24, BRASS, 0.9),
        body(art, profile, colour, 0.45),
        path(
            curve([(-96, -320), (-112, -180), (-112, -40)]),
            stroke=light(colour, 0.9),
            stroke_width=24,
            stroke_linecap="round",
            opacity=0.32,
            filter=art.blur(11),
        ),
        mouth(art, 150, -350, colour, dark(colour, 0.35), 8),
        group(
            ellipse(0, -349, 142, 142 * TILT, art.linear([(0, light(colour, 0.4)), (1, colour)], -142, 0, 20, 0)),
            line("M19 -373V-326", dark(colour, 0.5), 5, stroke_linecap="butt"),
            clip_path=art.clip("M-400 -420H20V-310H-400z"),
        ),
        *[_plate(art, x, y) for x, y in ((98, -356), (182, -100))],
    )


def _plate(art: Art, x: float, y: float) -> str:
    fill = art.radial([(0, "#fff0c8"), (0.5, BRASS), (1, "#63441a")], x - 5, y - 6, 24)
    return ellipse(x + 2, y + 4, 19, 15, "#241a13", opacity=0.4, filter=art.blur(4)) + ellipse(x, y, 18, 14, fill)


def _tool_handle(art: Art) -> str:
    """A turned ash handle with ferrule and leather loop, pointing down from the origin."""
    d = (
        "M-24 0C-30 40 -38 90 -37 150C-36 210 -28 240 -30 280C-32 320 -20 344 0 344S32 320 30 280"
        "C28 240 36 210 37 150C38 90 30 40 24 0z"
    )
    cord = "M-6 316C-50 380 -30 440 4 440C38 440 50 380 6 316"
    ferrule = box(-25, -28, 50, 46, 5)
    return group(
        flat_shadow(art, d, 16),
        line(cord, SHADOW, 9, opacity=0.35, transform="translate(9 11)", filter=art.blur(5)),
        wood(art, d, ASH, (-42, 0, 84, 350), seed=17),
        path(
            d,
            art.linear(
                [(0, "#241a13", 0.25), (0.28, "#fff6e4", 0.5), (0.55, "#fff6e4", 0), (1, "#241a13", 0.55)],
                -38,
                0,
                38,
                0,
            ),
        ),
        path(ferrule, metal(art, STEEL, -25, 25)),
        ellipse(0, 314, 9, 9, "#3b2816"),
        tube(art, cord, 9, LEATHER, 0.4),
    )


def trowel_set(art: Art) -> str:
    """A hand trowel and a fork side by side, from above."""
    blade = (
        "M-16 -96C-60 -112 -78 -150 -78 -210C-78 -310 -40 -390 0 -440C40 -390 78 -310 78 -210C78 -150 60 -112 16 -96z"
    )
    face = art.linear(
        [
            (0, "#6d6e6c"),
            (0.2, "#f4f4f0"),
            (0.47, "#c2c3c0"),
            (0.53, "#83847f"),
            (0.8, "#b9bab6"),
            (1, "#5b5c59"),
        ],
        -78,
        0,
        78,
        0,
    )
    tang = box(-13, -110, 26, 96, 5)
    trowel = group(
        flat_shadow(art, blade, 18),
        flat_shadow(art, tang, 12),
        path(tang, metal(art, STEEL, -13, 13)),
        path(blade, face),
        path(
            blade,
            art.linear([(0, "#ffffff", 0.4), (0.5, "#ffffff", 0), (1, "#241a13", 0.3)], 0, -440, 0, -90),
        ),
        texture(art, blade, "0.35 0.012", "#3a3a38", 0.09, (-80, -440, 160, 350)),
        volume(art, blade, STEEL, 7, 0.5),
        _tool_handle(art),
    )
    tines = (
        "M-14 -96C-50 -104 -74 -126 -76 -170L-66 -380L-54 -412L-46 -378L-42 -190C-40 -170 -16 -168 -14 -190"
        "L-11 -400L0 -432L11 -400L14 -190C16 -168 40 -170 42 -190L46 -378L54 -412L66 -380L76 -170"
        "C74 -126 50 -104 14 -96z"
    )
    fork = group(
        flat_shadow(art, tines, 18),
        flat_shadow(art, tang, 12),
        path(tang, metal(art, STEEL, -13, 13)),
        path(tines, art.linear([(0, "#eeeeea"), (0.5, "#a5a6a2"), (1, "#6a6b68")], -76, -400, 90, -100)),
        volume(art, tines, STEEL, 7, 0.6),
        _tool_handle(art),
    )
    return place(trowel, -135, 0, 1.14, -12) + place(fork, 150, 16, 1.1, 9)


def lantern(art: Art, colour: str) -> str:
    """A square glazed lantern with a lit candle."""
    roof = "M-226 -560L-150 -668H150L226 -560z"
    glass = box(-178, -540, 356, 480)
    pane = art.linear(
        [
            (0, "#ffffff", 0.34),
            (0.3, "#ffffff", 0.06),
            (0.34, "#ffffff", 0.2),
            (0.5, "#ffffff", 0.03),
            (1, "#ffffff", 0.16),
        ],
        -180,
        -540,
        180,
        -80,
    )
    posts = [path(box(x, -566, 30, 520, 3), _bar(art, colour, x, x + 30)) for x in (-206, 176)]
    back = [path(box(x, -540, 14, 470), dark(colour, 0.1), opacity=0.55) for x in (-130, 116)]
    ring = "M-62 -786A62 62 0 1 1 62 -786A62 62 0 1 1 -62 -786"
    return group(
        glow(art, 0, -300, 560, "#ffd89a", 0.5),
        ground(art, 12, 236),
        ellipse(0, 14, 330, 40, "#ffd08a", opacity=0.35, filter=art.blur(22)),
        *back,
        path(box(-130, -540, 260, 12), dark(colour, 0.2), opacity=0.5),
        path(glass, "#ffe7bd", opacity=0.16),
        path("M-176 -60L-130 -110H130L176 -60z", dark(colour, 0.3), opacity=0.75),
        _pillar(art),
        path(glass, pane),
        *posts,
        path(box(-234, -60, 468, 34, 4), _slab(art, colour, -60, -26)),
        path(box(-246, -30, 492, 30, 4), _slab(art, dark(colour, 0.1), -30, 0)),
        path(box(-234, -574, 468, 30, 4), _slab(art, colour, -574, -544)),
        path(
            roof,
            art.linear([(0, light(colour, 0.35)), (0.45, colour), (1, dark(colour, 0.45))], -200, -660, 210, -560),
        ),
        path(roof, art.linear([(0, "#ffffff", 0.1), (1, "#241a13", 0.3)], 0, -668, 0, -560)),
        path(box(-84, -722, 168, 58, 3), across(art, colour, -84, 84, 0.3)),
        *[path(box(x, -708, 14, 32, 7), dark(colour, 0.75)) for x in (-56, -20, 16, 50)],
        path("M-104 -716L-50 -756H50L104 -716z", across(art, colour, -104, 104, 0.4)),
        tube(art, ring, 14, colour, 0.8),
        path(box(-14, -772, 28, 24, 5), across(art, BRASS, -14, 14, 0.7)),
        place(_plate(art, 0, 0), 190, -300, 0.6),
    )


def _bar(art: Art, colour: str, left: float, right: float) -> str:
    return art.linear([(0, light(colour, 0.3)), (0.4, colour), (1, dark(colour, 0.45))], left, 0, right, 0)


def _slab(art: Art, colour: str, top: float, bottom: float) -> str:
    return art.linear([(0, light(colour, 0.4)), (0.3, colour), (1, dark(colour, 0.4))], 0, top, 0, bottom)


def _pillar(art: Art) -> str:
    """A lit ivory pillar candle."""
    profile: list[Point] = [(92, -330), (94, -320), (94, -120), (94, -84)]
    wax = "#efe2c6"
    return group(
        ellipse(40, -78, 130, 18, "#241a13", opacity=0.35, filter=art.blur(10)),
        body(art, profile, wax, 0.15),
        path(
            turned(profile),
            art.linear([(0, "#ffd98c", 0.9), (0.35, "#ffdf9e", 0.3), (1, "#ffdf9e", 0)], 0, -330, 0, -90),
        ),
        ellipse(0, -330, 92, 92 * TILT, art.radial([(0, "#fffbe0"), (1, "#f0cf8c")], 0, -332, 92, 0.25)),
        line("M0 -328V-352", "#3a2a1c", 5),
        glow(art, 0, -380, 160, "#fff0c4", 0.95),
        path(
            "M0 -446C26 -404 28 -384 22 -368C16 -350 -14 -350 -21 -368C-28 -388 -20 -408 0 -446z",
            art.linear([(0, "#fffbe9"), (0.6, "#ffd776"), (1, "#f4a041")], 0, -446, 0, -352),
            filter=art.blur(1.5),
        ),
    )
