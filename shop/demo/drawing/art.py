"""SVG building blocks: colours, elements, and the sheet that collects shared definitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Stop = tuple[float, str] | tuple[float, str, float]
Point = tuple[float, float]

WARM_DARK = "#241a13"
WARM_LIGHT = "#fffaf1"


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from `first` to `second`."""
    one = [int(first[i : i + 2], 16) for i in (1, 3, 5)]
    two = [int(second[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(one, two, strict=True))


def dark(colour: str, share: float) -> str:
    """A warm, darker version of a colour."""
    return mix(colour, WARM_DARK, share)


def light(colour: str, share: float) -> str:
    """A warm, lighter version of a colour."""
    return mix(colour, WARM_LIGHT, share)


def _number(value: Any) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def element(tag: str, *children: str, **attributes: Any) -> str:
    """One SVG element; underscores in attribute names become hyphens, None is left out."""
    listed = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_number(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{tag}{listed}>{inside}</{tag}>" if inside else f"<{tag}{listed}/>"


def path(d: str, fill: str = "none", **attributes: Any) -> str:
    """A path element."""
    return element("path", d=d, fill=fill, **attributes)


def line(d: str, stroke: str, width: float, **attributes: Any) -> str:
    """An unfilled, round-capped stroke."""
    attributes.setdefault("stroke_linecap", "round")
    attributes.setdefault("stroke_linejoin", "round")
    return element("path", d=d, fill="none", stroke=stroke, stroke_width=width, **attributes)


def ellipse(cx: float, cy: float, rx: float, ry: float, fill: str = "none", **attributes: Any) -> str:
    """An ellipse element."""
    return element("ellipse", cx=cx, cy=cy, rx=rx, ry=ry, fill=fill, **attributes)


def group(*children: str, **attributes: Any) -> str:
    """A group element."""
    return element("g", *children, **attributes)


def place(drawing: str, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> str:
    """A drawing moved to (x, y), scaled and turned about its own origin."""
    move = f"translate({_number(float(x))} {_number(float(y))})"
    return group(drawing, transform=f"{move} rotate({turn}) scale({scale})")


def box(x: float, y: float, width: float, height: float, radius: float = 0.0) -> str:
    """Path data of a (rounded) rectangle."""
    r = min(radius, width / 2, height / 2)
    return (
        f"M{x + r:.1f} {y:.1f}h{width - 2 * r:.1f}a{r} {r} 0 0 1 {r} {r}v{height - 2 * r:.1f}"
        f"a{r} {r} 0 0 1 {-r} {r}h{-(width - 2 * r):.1f}a{r} {r} 0 0 1 {-r} {-r}v{-(height - 2 * r):.1f}"
        f"a{r} {r} 0 0 1 {r} {-r}z"
    )


def oval(cx: float, cy: float, rx: float, ry: float) -> str:
    """Path data of an ellipse."""
    return f"M{cx - rx:.1f} {cy:.1f}a{rx} {ry} 0 1 1 {2 * rx} 0a{rx} {ry} 0 1 1 {-2 * rx} 0z"


def curve(points: Sequence[Point], start: str = "M") -> str:
    """Path data of a smooth curve through the points; a repeated point makes a corner."""
    if len(points) < 2:
        return ""
    data = [f"{start}{points[0][0]:.1f} {points[0][1]:.1f}"]
    for index in range(len(points) - 1):
        one, two = points[index], points[index + 1]
        if one == two:
            continue
        before = points[index - 1] if index else one
        after = points[index + 2] if index + 2 < len(points) else two
        handle_one = (one[0] + (two[0] - before[0]) / 6, one[1] + (two[1] - before[1]) / 6)
        handle_two = (two[0] - (after[0] - one[0]) / 6, two[1] - (after[1] - one[1]) / 6)
        data.append(
            f"C{handle_one[0]:.1f} {handle_one[1]:.1f} {handle_two[0]:.1f} {handle_two[1]:.1f}"
            f" {two[0]:.1f} {two[1]:.1f}"
        )
    return "".join(data)


class Chance:
    """A small repeatable stream of numbers, so that a redrawn picture is the same picture."""

    def __init__(self, seed: int) -> None:
        self._state = seed * 7919 + 104729

    def random(self) -> float:
        """A number from 0 up to 1."""
        self._state = (self._state * 1103515245 + 12345) % 2**31
        return self._state / 2**31

    def uniform(self, low: float, high: float) -> float:
        """A number between two others."""
        return low + (high - low) * self.random()


class Art:
    """A sheet being drawn: collects gradients, clips and filters, each under its own id."""

    def __init__(self) -> None:
        self._definitions: dict[str, str] = {}

    def _define(self, body: str) -> str:
        """Register a definition containing the marker ``@id`` and answer its reference."""
        if body not in self._definitions:
            self._definitions[body] = f"d{len(self._definitions)}"
        return f"url(#{self._definitions[body]})"

    def linear(self, stops: Iterable[Stop], x1: float, y1: float, x2: float, y2: float) -> str:
        """A linear gradient in drawing coordinates."""
        return self._define(
            f'<linearGradient id="@id" gradientUnits="userSpaceOnUse" x1="{x1:.1f}" y1="{y1:.1f}"'
            f' x2="{x2:.1f}" y2="{y2:.1f}">{_stops(stops)}</linearGradient>'
        )

    def radial(self, stops: Iterable[Stop], cx: float, cy: float, r: float, squash: float = 1.0) -> str:
        """A radial gradient in drawing coordinates, `squash` times as high as wide."""
        return self._define(
            f'<radialGradient id="@id" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="{r:.1f}"'
            f' gradientTransform="translate({cx:.1f} {cy:.1f}) scale(1 {squash})">'
            f"{_stops(stops)}</radialGradient>"
        )

    def clip(self, d: str) -> str:
        """A clip path."""
        return self._define(f'<clipPath id="@id"><path d="{d}" clip-rule="evenodd"/></clipPath>')

    def blur(self, amount: float) -> str:
        """A Gaussian blur filter with room to spread."""
        return self._define(
            '<filter id="@id" x="-100%" y="-100%" width="300%" height="300%">'
            f'<feGaussianBlur stdDeviation="{amount:g}"/></filter>'
        )

    def noise(self, frequency: str, colour: str, strength: float, octaves: int = 2, seed: int = 3) -> str:
        """A filter filling its box with turbulence of one colour (texture of wood, cloth, stone)."""
        r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return self._define(
            '<filter id="@id" x="0" y="0" width="100%" height="100%" color-interpolation-filters="sRGB">'
            f'<feTurbulence type="fractalNoise" baseFrequency="{frequency}"'
            f' numOctaves="{octaves}" seed="{seed}"/>'
            f'<feColorMatrix values="0 0 0 0 {r:.3f} 0 0 0 0 {g:.3f} 0 0 0 0 {b:.3f}'
            f' {strength * 4:.2f} 0 0 0 {-strength * 1.55:.2f}"/></filter>'
        )

    def pattern(self, width: float, height: float, *children: str, turn: float = 0.0) -> str:
        """A repeating tile."""
        return self._define(
            f'<pattern id="@id" patternUnits="userSpaceOnUse" width="{width:g}" height="{height:g}"'
            f' patternTransform="rotate({turn})">{"".join(children)}</pattern>'
        )

    def svg(self, width: int, height: int, *children: str) -> str:
        """The finished picture as SVG text."""
        definitions = "".join(body.replace("@id", name) for body, name in self._definitions.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}"><defs>{definitions}</defs>{"".join(children)}</svg>'
        )


def _stops(stops: Iterable[Stop]) -> str:
    """Gradient stops; a clear stop takes its neighbours' colours, so it never tints what it fades to."""
    listed = list(stops)
    drawn = []
    for index, stop in enumerate(listed):
        opacity = stop[2] if len(stop) == 3 else 1
        colours = [stop[1]]
        if opacity == 0:
            colours = [listed[max(index - 1, 0)][1], listed[min(index + 1, len(listed) - 1)][1]]
        drawn += [
            element("stop", offset=stop[0], stop_color=colour, stop_opacity=None if opacity == 1 else opacity)
            for colour in dict.fromkeys(colours)
        ]
    return "".join(drawn)
