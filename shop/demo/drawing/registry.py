"""Which picture is drawn by what, where it stands and in which studio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import bedbath, carry, desk, garden, glass, kitchen, lighting, scenes, travel
from .art import Art, place
from .studio import TONES, backdrop


@dataclass(frozen=True)
class Spot:
    """Where a drawing stands in its picture; without a floor it hangs or lies before a plain backdrop."""

    x: float = 600
    y: float = 940
    scale: float = 1.0
    turn: float = 0.0
    floor: float | None = 720


@dataclass(frozen=True)
class Picture:
    """One picture: a drawing placed in front of a backdrop."""

    name: str
    tone: str
    draw: Callable[[Art], str]
    spot: Spot
    width: int = 1200
    height: int = 1200

    def svg(self) -> str:
        """The SVG text of the picture."""
        art = Art()
        spot = self.spot
        drawn = place(self.draw(art), spot.x, spot.y, spot.scale, spot.turn)
        scene = backdrop(art, TONES[self.tone], self.width, self.height, spot.floor)
        return art.svg(self.width, self.height, scene, drawn)


def _in_colour(draw: Callable[[Art, str], str], colour: str) -> Callable[[Art], str]:
    return lambda art: draw(art, colour)


def _each(
    base: str, tone: str, draw: Callable[[Art, str], str], spot: Spot, colours: Mapping[str, str]
) -> list[Picture]:
    """One picture per colour of a product."""
    return [Picture(f"{base}-{name}", tone, _in_colour(draw, colour), spot) for name, colour in colours.items()]


def _hung(y: float, scale: float, x: float = 600, turn: float = 0.0) -> Spot:
    """A spot for things that hang on the wall or lie seen from above."""
    return Spot(x, y, scale, turn, None)


def _kitchen() -> list[Picture]:
    tone = "kitchen-table"
    glazes = {"sage": "#9aa88c", "sand": "#d9c4a5", "charcoal": "#47464a"}
    linens = {"flax": "#cdb892", "slate": "#77808a", "terracotta": "#bb7350"}
    bowls = {"cream": "#ece2d0", "ocean": "#5f7f92"}
    vases = {"chalk": "#ebe4d8", "terracotta": "#bd7a58"}
    teapots = {"cream": "#e6dbc6", "charcoal": "#48474b"}
    return [
        *_each("stoneware-mug", tone, kitchen.mug, Spot(560, 900, 1.24), glazes),
        Picture("pour-over-carafe", tone, glass.carafe, Spot(600, 1000, 1.14)),
        Picture("oak-serving-board", tone, kitchen.board, _hung(650, 1.06)),
        *_each("nesting-bowl-set", tone, kitchen.bowls, Spot(600, 900, 1.3), bowls),
        *_each("linen-apron", tone, kitchen.apron, _hung(612, 1.1), linens),
        *_each("ribbed-bud-vase", tone, kitchen.vase, Spot(600, 1060, 0.98), vases),
        *_each("ceramic-teapot", tone, kitchen.teapot, Spot(570, 920, 1.26), teapots),
        Picture("storage-jar", tone, glass.jar, Spot(600, 980, 1.2)),
    ]


def _bed_and_bath() -> list[Picture]:
    tone = "bed-bath"
    cushions = {"clay": "#b0705a", "oat": "#dccdb4", "sage": "#98a58c"}
    throws = {"oat": "#e4d2b0", "dusk-blue": "#7f93a3", "rust": "#b0683f"}
    return [
        *_each("linen-cushion", tone, bedbath.cushion, Spot(600, 960, 1.16), cushions),
        *_each("waffle-throw", tone, bedbath.throw, _hung(590, 1.12), throws),
        *_each(
            "waffle-towel",
            tone,
            bedbath.towels,
            Spot(600, 900, 1.22),
            {"white": "#f1ede6", "sage": "#a6b19a"},
        ),
        *_each(
            "soap-dispenser",
            tone,
            bedbath.dispenser,
            Spot(620, 980, 1.22),
            {"chalk": "#ece6db", "charcoal": "#49484b"},
        ),
        Picture("seagrass-basket", tone, bedbath.basket, Spot(600, 930, 1.26)),
    ]


def _scented(name: str, colour: str) -> Callable[[Art], str]:
    return lambda art: lighting.candle(art, colour, name)


def _lighting() -> list[Picture]:
    tone = "lighting"
    domes = {"ink": "#34353a", "linen-white": "#e9e0d0", "brass": kitchen.BRASS}
    scents = {"Cedar": "#a86a30", "Fig": "#5f7448", "Sea Salt": "#8d9aa0"}
    candles = [
        Picture(f"soy-candle-{name.lower().replace(' ', '-')}", tone, _scented(name, colour), Spot(600, 900, 1.4))
        for name, colour in scents.items()
    ]
    mushrooms = {"cream": "#ebdfc9", "terracotta": "#b8694a"}
    return [
        *_each("dome-pendant", tone, lighting.pendant, _hung(650, 1.15), domes),
        *_each("mushroom-lamp", tone, lighting.mushroom, Spot(600, 980, 1.3), mushrooms),
        *candles,
        *_each(
            "arc-desk-lamp",
            tone,
            lighting.desk_lamp,
            Spot(600, 980, 1.16),
            {"ink": "#36373b", "bone": "#e8e0d2"},
        ),
    ]


def _desk() -> list[Picture]:
    tone = "desk-office"
    cloths = {"forest": "#47604f", "ochre": "#c2913f", "ink-blue": "#35486a"}
    pens = {"brass": kitchen.BRASS, "matt-black": desk.BLACK}
    return [
        *_each("cloth-notebook", tone, desk.notebooks, _hung(590, 1.1), cloths),
        *_each("brass-pen", tone, desk.pen, _hung(600, 1.22), pens),
        *_each("felt-desk-mat", tone, desk.desk_mat, _hung(600, 1.06), {"stone": "#a3a29d", "camel": "#bd9566"}),
        *_each("quiet-wall-clock", tone, desk.clock, _hung(590, 1.08), {"oak": "#c9a06c", "walnut": "#6f4a30"}),
        Picture("oak-desk-tray", tone, desk.desk_tray, _hung(600, 1.06, turn=-4)),
    ]


def _garden() -> list[Picture]:
    tone = "outdoor-garden"
    pots = {"terracotta": "#bf7a56", "chalk": "#e9e2d5", "graphite": "#5b5b5c"}
    cans = {"sage": "#94a288", "cream": "#eae0cc", "ink": "#38393d"}
    lanterns = {"ink": "#37383b", "bone": "#e9e2d4"}
    return [
        *_each("fluted-planter", tone, garden.planter, Spot(600, 1060, 1.02), pots),
        *_each("watering-can", tone, garden.watering_can, Spot(680, 920, 1.28), cans),
        Picture("trowel-set", tone, garden.trowel_set, _hung(600, 1.14)),
        *_each("terrace-lantern", tone, garden.lantern, Spot(600, 1040, 1.1), lanterns),
    ]


def _travel() -> list[Picture]:
    tone = "travel-carry"
    totes = {"natural": "#ddcfb4", "navy": "#3b4a66", "olive": "#76795a"}
    packs = {"olive": "#6d7050", "charcoal": "#4f5054", "sand": "#c4aa80"}
    bottles = {"sage": "#97a68b", "sky": "#93b3c6", "coral": "#d98670", "ink": "#38393d"}
    umbrellas = {"navy": "#34456a", "ochre": "#c9973f"}
    return [
        *_each("canvas-tote", tone, travel.tote, Spot(600, 1040, 1.08), totes),
        *_each("rolltop-backpack", tone, travel.backpack, Spot(600, 1030, 1.24), packs),
        *_each("steel-bottle", tone, carry.bottle, Spot(600, 1060, 1.14), bottles),
        *_each("packing-cubes", tone, carry.cubes, Spot(610, 890, 1.28), {"sand": "#cdb48c", "navy": "#3e4d69"}),
        *_each("walking-umbrella", tone, carry.leaning_umbrella, _hung(520, 1.02, x=560), umbrellas),
    ]


def pictures() -> list[Picture]:
    """Every picture of the demo catalogue."""
    categories = [
        Picture(f"category-{slug}", slug, draw, Spot(0, 0, floor=floor), height=800)
        for slug, (draw, floor) in scenes.CATEGORIES.items()
    ]
    front = Picture("hero", "hero", scenes.hero, Spot(0, 0, floor=820), width=2000, height=1100)
    products = [*_kitchen(), *_bed_and_bath(), *_lighting(), *_desk(), *_garden(), *_travel()]
    return [front, *categories, *products]
