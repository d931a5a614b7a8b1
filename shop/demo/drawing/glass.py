"""Drawings: things of glass for the kitchen."""

from __future__ import annotations

from .art import Art, Chance, Point, dark, ellipse, group, line, mix, oval, path, place
from .kitchen import LEATHER
from .shade import TILT, body, ground, inner, texture, tube, turned


def _glass(art: Art, d: str, left: float, right: float, strength: float = 1.0) -> str:
    """Clear glass: barely there in the middle, bright and dark at the edges."""
    pane = art.linear(
        [
            (0, "#5f6a68", 0.2),
            (0.05, "#ffffff", 0.5),
            (0.16, "#ffffff", 0.1),
            (0.5, "#ffffff", 0.04),
            (0.84, "#8f9a97", 0.12),
            (0.95, "#ffffff", 0.4),
            (1, "#56605f", 0.42),
        ],
        left,
        0,
        right,
        0,
    )
    return (
        path(d, pane, opacity=strength)
        + inner(art, d, "#46504e", -4, -2, 6, 0.28)
        + inner(art, d, "#ffffff", 6, 3, 5, 0.6)
    )


def carafe(art: Art) -> str:
    """An hourglass coffee carafe with a wooden collar."""
    whole: list[Point] = [
        (168, -700),
        (150, -640),
        (86, -478),
        (62, -412),
        (62, -380),
        (110, -308),
        (186, -190),
        (204, -110),
        (190, -36),
        (156, -6),
        (118, 2),
    ]
    coffee: list[Point] = [(178, -205), (190, -180), (197, -108), (183, -38), (152, -11), (114, -4)]
    collar: list[Point] = [(104, -500), (92, -470), (78, -412), (78, -380), (96, -334), (116, -308)]
    shape = turned(whole)
    liquid = turned(coffee)
    deep = art.linear([(0, "#1d0e08"), (0.3, "#5b3018"), (0.6, "#3a1c0e"), (1, "#170b06")], -200, 0, 200, 0)
    timber = turned(collar)
    return group(
        ground(art, 10, 160, strength=0.9),
        ellipse(190, 12, 150, 16, "#b97a3f", opacity=0.28, filter=art.blur(16)),
        ellipse(0, -700, 168, 168 * TILT, "#ffffff", opacity=0.22),
        path(liquid, deep),
        ellipse(0, -205, 178, 178 * TILT, art.linear([(0, "#7a4826"), (1, "#3c2011")], -178, 0, 178, 0)),
        ellipse(0, -203, 178, 178 * TILT, stroke="#c98f58", stroke_width=3, opacity=0.6),
        _glass(art, shape, -204, 204),
        line("M-138 -660C-110 -600 -84 -520 -72 -480", "#ffffff", 12, opacity=0.6, filter=art.blur(4)),
        line("M-150 -190C-178 -150 -176 -80 -160 -50", "#ffffff", 13, opacity=0.55, filter=art.blur(4)),
        line("M160 -170C176 -130 176 -90 166 -60", "#ffffff", 6, opacity=0.35, filter=art.blur(3)),
        ellipse(0, -700, 168, 168 * TILT, stroke="#ffffff", stroke_width=5, opacity=0.85),
        ellipse(0, -699, 165, 165 * TILT, stroke="#7b8582", stroke_width=2, opacity=0.5),
        body(art, collar, "#b98a58", 0.25),
        texture(art, timber, "0.09 0.006", "#4d2f16", 0.5, (-120, -540, 240, 270)),
        ellipse(0, -500, 104, 104 * TILT, stroke="#e1bd8c", stroke_width=4, opacity=0.7),
        _tie(art),
    )


def _tie(art: Art) -> str:
    """The leather tie round the collar with its wooden bead."""
    return group(
        line(
            "M-79 -402C-50 -382 50 -382 79 -402",
            dark(LEATHER, 0.45),
            13,
            transform="translate(2 5)",
            opacity=0.5,
        ),
        tube(art, "M-79 -402C-50 -382 50 -382 79 -402", 11, LEATHER, 0.3),
        tube(art, "M-79 -388C-50 -368 50 -368 79 -388", 11, LEATHER, 0.3),
        tube(art, "M4 -378C-14 -350 -22 -320 -18 -286", 8, LEATHER, 0.3),
        tube(art, "M8 -378C14 -350 26 -330 24 -296", 8, LEATHER, 0.3),
        ellipse(4, -378, 19, 18, art.radial([(0, "#f0d3a4"), (0.5, "#bd8d57"), (1, "#6f4a25")], -2, -385, 26)),
    )


def jar(art: Art) -> str:
    """A glass jar of coffee beans with an acacia lid."""
    profile: list[Point] = [(176, -520), (180, -500), (182, -300), (182, -60), (170, -14), (150, 0)]
    inside: list[Point] = [(172, -360), (172, -60), (160, -20), (144, -10)]
    lid: list[Point] = [(180, -598), (186, -590), (186, -590), (186, -530), (186, -530), (180, -524)]
    chance = Chance(5)
    beans = []
    for _ in range(620):
        x, y = chance.uniform(-172, 172), chance.uniform(-392, 20)
        tone = mix("#2e180d", "#7c4a28", chance.random() * max(0.15, 1 - abs(x + 50) / 190))
        bean = ellipse(0, 0, 20, 13, tone) + line("M-15 -2C-5 4 5 -4 15 2", "#1d0e07", 2.4, opacity=0.7)
        beans.append(place(bean, x, y, 1.0, chance.uniform(0, 180)))
    shape = turned(profile)
    return group(
        ground(art, 10, 172, strength=0.9),
        path(shape, "#ffffff", opacity=0.14),
        path(turned(inside), "#2a160b"),
        group(*beans, clip_path=art.clip(turned(inside))),
        path(
            turned(inside),
            art.linear(
                [(0, "#150a05", 0.6), (0.3, "#150a05", 0), (0.6, "#150a05", 0.15), (1, "#150a05", 0.75)],
                -172,
                0,
                172,
                0,
            ),
        ),
        _glass(art, shape, -182, 182),
        line("M-134 -490V-70", "#ffffff", 20, opacity=0.5, filter=art.blur(7)),
        line("M142 -480V-90", "#ffffff", 7, opacity=0.35, filter=art.blur(3)),
        body(art, lid, "#a8703f", 0.2),
        texture(art, turned(lid), "0.004 0.09", "#3e2210", 0.6, (-190, -640, 380, 150)),
        path(oval(0, -598, 180, 180 * TILT), art.linear([(0, "#d5a26b"), (1, "#935b30")], -180, 0, 180, 0)),
        texture(art, oval(0, -598, 180, 180 * TILT), "0.006 0.11", "#4d2b14", 0.6, (-180, -630, 360, 64)),
    )
