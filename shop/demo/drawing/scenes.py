"""Still lifes: the category pictures and the wide picture of the front page."""

from __future__ import annotations

from . import bedbath, carry, desk, garden, glass, kitchen, lighting, travel
from .art import Art, Point, dark, ellipse, group, light, line, path, place
from .shade import SHADOW, TILT, body, ground, texture, turned

SAGE, SAND, CLAY, INK = "#9aa88c", "#d9c4a5", "#b8694a", "#36373b"


def plinth(art: Art, r: float, height: float, colour: str) -> str:
    """A round plaster block to stand things on; the origin is the middle of its foot."""
    profile: list[Point] = [(r, -height), (r, -height), (r, 0.0), (r, 0.0)]
    d = turned(profile)
    top = art.linear([(0, light(colour, 0.6)), (1, dark(colour, 0.04))], -r, 0, r, 0)
    return group(
        ground(art, 8, r),
        body(art, profile, colour, 0.05),
        texture(art, d, "0.3 0.3", dark(colour, 0.5), 0.1, (-r, -height - r * TILT, 2 * r, height + 2 * r * TILT)),
        ellipse(0, -height, r, r * TILT, top),
        line(f"M{-r} {-height}A{r} {r * TILT} 0 0 0 {r} {-height}", light(colour, 0.8), 2.5, opacity=0.7),
    )


def window_light(art: Art, x: float, y: float, scale: float = 1.0) -> str:
    """Sun through a six-paned window, falling slantwise on the wall."""
    panes = "".join(f"M{px} {py + px * 0.32:.0f}l190 61v250l-190 -61z" for px in (0, 214) for py in (0, 274, 548))
    return place(path(panes, "#fff8e8", opacity=0.34, filter=art.blur(9)), x, y, scale)


def kitchen_table(art: Art) -> str:
    """Bowls, carafe and cups on a table."""
    return group(
        window_light(art, 90, -120, 0.8),
        place(plinth(art, 170, 70, "#dccdb9"), 270, 600),
        place(kitchen.vase(art, "#ebe4d8"), 270, 536, 0.5),
        place(glass.carafe(art), 850, 610, 0.72),
        place(kitchen.bowls(art, "#5f7f92"), 570, 660, 0.66),
        place(kitchen.mug(art, SAGE), 1010, 690, 0.5),
    )


def bed_bath(art: Art) -> str:
    """Cushion, basket, towels and a soap bottle."""
    return group(
        window_light(art, 700, -160, 0.8),
        place(bedbath.cushion(art, "#b0705a"), 300, 615, 0.74),
        place(bedbath.basket(art), 900, 610, 0.78),
        place(bedbath.towels(art, "#f1ede6"), 590, 690, 0.56),
        place(bedbath.dispenser(art, "#49484b"), 1090, 705, 0.46),
    )


def lighting_scene(art: Art) -> str:
    """A pendant above a lamp and a candle."""
    return group(
        place(lighting.pendant(art, INK), 330, 265, 0.62),
        place(plinth(art, 150, 90, "#b39c84"), 560, 690),
        place(lighting.candle(art, "#a86a30", "Cedar"), 560, 606, 0.5),
        place(lighting.mushroom(art, CLAY), 860, 690, 0.9),
    )


def desk_office(art: Art) -> str:
    """Notebooks, a pen, a tray and a clock from above."""
    return group(
        place(desk.desk_tray(art), 840, 245, 0.62, 7),
        place(desk.notebooks(art, "#47604f"), 290, 390, 0.74, -4),
        place(desk.pen_body(art, kitchen.BRASS), 810, 600, 0.72, -14),
        place(desk.pen_cap(art, kitchen.BRASS), 1060, 660, 0.72, 22),
    )


def outdoor_garden(art: Art) -> str:
    """A plant, a watering can and a lantern."""
    return group(
        window_light(art, 560, -150, 0.8),
        place(garden.planter(art, "#bf7a56"), 330, 690, 0.68),
        place(garden.lantern(art, INK), 980, 660, 0.68),
        place(garden.watering_can(art, SAGE), 700, 705, 0.72),
    )


def travel_carry(art: Art) -> str:
    """Backpack, tote, bottle and packing cubes."""
    return group(
        window_light(art, 110, -140, 0.8),
        place(travel.tote(art, "#ddcfb4"), 330, 650, 0.68),
        place(travel.backpack(art, "#6d7050"), 720, 650, 0.8),
        place(carry.cubes(art, "#cdb48c"), 975, 705, 0.42),
        place(carry.bottle(art, "#d98670"), 520, 715, 0.5),
    )


def hero(art: Art) -> str:
    """The front page: a calm left side for words, a still life of the whole shop on the right."""
    shelf = "M0 930H2000V1100H0z"
    top = art.linear([(0, "#f3e9da"), (0.12, "#e9dccb"), (1, "#cdbba4")], 0, 930, 0, 1100)
    return group(
        window_light(art, 240, -140, 1.25),
        path("M0 924H2000V940H0z", SHADOW, opacity=0.12, filter=art.blur(9)),
        path(shelf, top, opacity=0.5),
        place(lighting.pendant(art, "#e9e0d0"), 1400, 250, 0.58),
        place(garden.planter(art, "#e9e2d5"), 1800, 975, 0.8),
        place(plinth(art, 175, 150, "#d9c8b2"), 1020, 975),
        place(kitchen.vase(art, "#bd7a58"), 1020, 830, 0.66),
        place(travel.backpack(art, "#6d7050"), 1520, 995, 0.68),
        place(kitchen.bowls(art, "#5f7f92"), 1235, 1030, 0.5),
        place(kitchen.mug(art, SAND), 1395, 1055, 0.36),
        place(carry.bottle(art, "#d98670"), 1680, 1055, 0.42),
    )


CATEGORIES = {
    "kitchen-table": (kitchen_table, 470.0),
    "bed-bath": (bed_bath, 470.0),
    "lighting": (lighting_scene, 500.0),
    "desk-office": (desk_office, None),
    "outdoor-garden": (outdoor_garden, 480.0),
    "travel-carry": (travel_carry, 480.0),
}
