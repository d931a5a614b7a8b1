"""How many of what was found have which option value."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count

from catalog.models import ProductFacet

MAX_GROUPS = 6
MAX_VALUES = 12


@dataclass(frozen=True, slots=True)
class FacetValue:
    """``count`` is None where counting all would take too long: only a part was looked at."""

    value: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """An option such as ``Color`` with its commonest values, by name."""

    name: str
    values: tuple[FacetValue, ...]


def count_facets(
    product_ids: list[int], *, chosen: tuple[tuple[str, str], ...], is_exact: bool
) -> tuple[FacetGroup, ...]:
    """The option values of these products. What is ``chosen`` is there in any case, even with nothing to its name.

    ``product_ids`` fit everything but the options: each option is counted with the other ones' choices alone.
    """
    counts = _counts_among(product_ids, chosen) if chosen else _counts(product_ids)
    for name, value in chosen:
        counts[name].setdefault(value, 0)
    names = sorted(counts, key=lambda name: (name not in dict(chosen), -sum(counts[name].values()), name))
    return tuple(_group(name, counts[name], chosen, is_exact) for name in names[:MAX_GROUPS])


def _group(name: str, values: Counter[str], chosen: tuple[tuple[str, str], ...], is_exact: bool) -> FacetGroup:
    kept = sorted(values, key=lambda value: ((name, value) not in chosen, -values[value], value))[:MAX_VALUES]
    return FacetGroup(
        name,
        tuple(
            FacetValue(value, values[value] if is_exact else None, (name, value) in chosen) for value in sorted(kept)
        ),
    )


def _counts(product_ids: list[int]) -> defaultdict[str, Counter[str]]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    if product_ids:
        rows = ProductFacet.objects.filter(product__in=product_ids).order_by()
        for name, value, number in rows.values_list("name", "value").annotate(number=Count("pk")):
            counts[name][value] = number
    return counts


def _counts_among(product_ids: list[int], chosen: tuple[tuple[str, str], ...]) -> defaultdict[str, Counter[str]]:
    options: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    rows = ProductFacet.objects.filter(product__in=product_ids).values_list("product_id", "name", "value")
    for product_id, name, value in rows:
        options[product_id].add((name, value))
    wanted: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for pair in chosen:
        wanted[pair[0]].add(pair)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pairs in options.values():
        missed = [name for name, alternatives in wanted.items() if not pairs & alternatives]
        for name, value in pairs:
            if not missed or missed == [name]:
                counts[name][value] += 1
    return counts
