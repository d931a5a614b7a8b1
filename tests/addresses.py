"""Every address of the shop, read from its URL configuration, with real or made-up values in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

#: A value of something that does not exist, for each converter.
_NOTHING = {"int": "999999", "uuid": "0" * 8}
#: What may fit a regular expression's group.
_GUESSES = ("none", "12", "DE", "shop")
_PART = re.compile(
    r"\(\?P<(?P<group>\w+)>(?P<pattern>(?:\[[^\]]*\]|[^()\[\]])*)\)|<(?:(?P<converter>\w+):)?(?P<name>\w+)>"
)


@dataclass(frozen=True, slots=True)
class Route:
    """``text``: the pattern as written, from the root. ``name`` has its namespace; ``None`` where it has no name."""

    name: str
    text: str
    view: Callable[..., object]

    @property
    def parts(self) -> list[str]:
        """The names of what varies in the address."""
        return [found["group"] or found["name"] for found in _PART.finditer(self.text)]

    def path(self, values: Mapping[str, object] | None = None) -> str:
        """An address that fits; a part without a value names nothing."""
        known = values or {}

        def fill(found: re.Match[str]) -> str:
            name = found["group"] or found["name"]
            if name in known:
                return str(known[name])
            if found["group"]:
                return next(guess for guess in _GUESSES if re.fullmatch(found["pattern"], guess))
            return _NOTHING.get(found["converter"] or "", "none")

        # What stays of a regular expression are its marks of beginning and end, and that a slash may be left out.
        return "/" + re.sub(r"[\^$\\?]", "", _PART.sub(fill, self.text)).lstrip("/")


def routes(resolver: URLResolver | None = None, before: str = "", space: str = "") -> Iterator[Route]:
    """All of them, in the order in which they are looked at."""
    for pattern in (resolver or get_resolver()).url_patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, text, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{space}{pattern.name}", text, pattern.callback)


def is_page(route: Route) -> bool:
    """Whether it is one of the web shop's, neither the admin's nor the API's."""
    return not route.text.startswith(("admin/", "api/"))
