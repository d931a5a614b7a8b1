"""Which of a supplier's SKUs is probably which of our variants: by the texts of their options. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Generic, TypeVar

from catalog.words import split_words
from integrations.types import SkuSnapshot

#: From here on a proposal is probably right, and below it there is nothing worth proposing.
LIKELY = 75
POSSIBLE = 40

_K = TypeVar("_K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Proposal(Generic[_K]):
    """``sku`` is the best match for our ``key``; ``score`` of 100. ``is_doubtful``: unlikely, or another is as good."""

    key: _K
    sku: SkuSnapshot
    score: int
    is_doubtful: bool


def likeness(options: Mapping[str, str], sku: SkuSnapshot) -> int:
    """How well ``sku`` fits our ``options``, 0 to 100: each value of ours with the value of theirs it is most like.

    A value without a counterpart on the other side (often *Ships from*) takes off a little only if it is theirs.
    """
    ours = [_words(value) for value in options.values() if value.strip()]
    theirs = [_words(value) for _name, value in sku.options if value.strip()]
    if not ours or not theirs:
        return 100 if not ours and not theirs else 0
    pairs = sorted(
        ((_like(mine, other), i, j) for i, mine in enumerate(ours) for j, other in enumerate(theirs)), reverse=True
    )
    used_ours, used_theirs, total = set[int](), set[int](), 0.0
    for value, i, j in pairs:
        if i not in used_ours and j not in used_theirs:
            used_ours.add(i)
            used_theirs.add(j)
            total += value
    extra = max(0, len(theirs) - len(ours))
    return round(100 * total / (len(ours) + 0.1 * extra))


def ranked(options: Mapping[str, str], skus: Sequence[SkuSnapshot]) -> list[tuple[SkuSnapshot, int]]:
    """``skus`` with their likeness, best first; the supplier's order among equals."""
    scored = [(sku, likeness(options, sku)) for sku in skus]
    return sorted(scored, key=lambda pair: -pair[1])


def propose(variants: Mapping[_K, Mapping[str, str]], skus: Sequence[SkuSnapshot]) -> list[Proposal[_K]]:
    """A SKU for each of ``variants`` (key -> options) that has a possible one; no SKU is proposed twice."""
    pairs = [
        (score, key, sku)
        for key, options in variants.items()
        for sku, score in ranked(options, skus)
        if score >= POSSIBLE
    ]
    best: dict[_K, list[int]] = {}
    for score, key, _sku in pairs:
        best.setdefault(key, []).append(score)
    tied = {key for key, scores in best.items() if _is_tied(scores)}
    found: dict[_K, Proposal[_K]] = {}
    taken: set[str] = set()
    for score, key, sku in sorted(pairs, key=lambda pair: -pair[0]):
        if key not in found and sku.sku_id not in taken:
            taken.add(sku.sku_id)
            found[key] = Proposal(key, sku, score, is_doubtful=score < LIKELY or key in tied)
    return [found[key] for key in variants if key in found]


def _is_tied(scores: list[int]) -> bool:
    return any(first == second for first, second in list(pairwise(sorted(scores, reverse=True)))[:1])


def _words(text: str) -> tuple[str, ...]:
    return tuple(split_words(text)) or (" ".join(text.split()).casefold(),)


def _like(ours: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    if ours == theirs:
        return 1.0
    shared = set(ours) & set(theirs)
    whole = len(shared) / max(len(set(ours)), len(set(theirs)))
    # "40x60 cm" and "40 X 60CM" share few words and nearly all letters; single letters and numbers must be equal.
    first, second = "".join(ours), "".join(theirs)
    if min(len(first), len(second)) < 3 or first.isdigit() or second.isdigit():
        return 1.0 if first == second else whole
    return max(whole, SequenceMatcher(None, first, second, autojunk=False).ratio() if _numbers(ours, theirs) else 0.0)


def _numbers(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether both name the same numbers: *2 pieces* and *3 pieces* are alike in all that does not matter."""
    digits = [["".join(filter(str.isdigit, word)) for word in words] for words in (ours, theirs)]
    first, second = ("|".join(sorted(filter(None, found))) for found in digits)
    return first == second or "".join(first.split("|")) == "".join(second.split("|"))
