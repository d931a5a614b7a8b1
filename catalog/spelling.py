"""What a mistyped word may have meant: the nearest of the words in titles and labels.

A slip of one letter (left out, added, changed, two swapped) is found by an exact look-up of the words with one letter
left out. Longer words with more slips are found by their trigrams, which the database indexes.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from catalog import search_postgresql, search_sqlite
from catalog.models import SearchWord, SearchWordKey

#: Shorter words are too near to each other to guess among them.
MIN_LENGTH = 3
#: From this length on, two and more slips are worth a guess.
_MIN_TRIGRAM_LENGTH = 6
_MAX_CANDIDATES = 40
_BATCH = 1000


def keys_of(word: str) -> set[str]:
    """``word``, and ``word`` with each one of its letters left out."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def learn(words: Iterable[str]) -> None:
    """Remember ``words`` as what people may mean; known ones and those too short to guess are passed over."""
    wanted = sorted({word for word in words if len(word) >= MIN_LENGTH and not word.isdigit()})
    known = set(SearchWord.objects.filter(word__in=wanted).values_list("word", flat=True))
    new = [word for word in wanted if word not in known]
    if not new:
        return
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in new], ignore_conflicts=True)
    rows = SearchWord.objects.filter(word__in=new)
    keys = [SearchWordKey(key=key, word=row) for row in rows for key in sorted(keys_of(row.word))]
    SearchWordKey.objects.bulk_create(keys, ignore_conflicts=True, batch_size=5000)


def forget_unused(texts: Iterable[Iterable[str]]) -> None:
    """Forget each word that is in none of ``texts`` and learn what is missing."""
    used = {word for columns in texts for column in columns for word in column.split()}
    known = dict(SearchWord.objects.values_list("word", "pk"))
    unused = [pk for word, pk in known.items() if word not in used]
    for start in range(0, len(unused), _BATCH):
        SearchWord.objects.filter(pk__in=unused[start : start + _BATCH]).delete()
    missing = sorted(used - known.keys())
    for start in range(0, len(missing), _BATCH):
        learn(missing[start : start + _BATCH])


def corrected(words: list[str]) -> list[str] | None:
    """``words`` with each unknown one replaced by the nearest known one; None if there is nothing to replace."""
    asked = sorted({word for word in words if len(word) >= MIN_LENGTH})
    all_keys = {key for word in asked for key in keys_of(word)}
    rows = SearchWordKey.objects.filter(key__in=all_keys).values_list("word__word", flat=True)
    near = sorted(set(rows))
    known = set(near)
    better = []
    for word in words:
        if word in known or word not in asked:
            better.append(word)
            continue
        found = _nearest(word, near, within=1)
        if found is None and len(word) >= _MIN_TRIGRAM_LENGTH:
            found = _nearest(word, _by_trigrams(word), within=2 if len(word) < 9 else 3)
        better.append(found or word)
    return better if better != words else None


def _nearest(word: str, candidates: Iterable[str], *, within: int) -> str | None:
    ranked = sorted(
        (distance, candidate[0] != word[0], abs(len(candidate) - len(word)), candidate)
        for candidate in candidates
        if (distance := slips(word, candidate)) <= within
    )
    return ranked[0][-1] if ranked else None


def _by_trigrams(word: str) -> list[str]:
    if connection.vendor == "sqlite":
        return search_sqlite.similar_words(word, limit=_MAX_CANDIDATES)
    return search_postgresql.similar_words(word, limit=_MAX_CANDIDATES)


def slips(one: str, other: str) -> int:
    """How many letters were left out, added, changed or swapped with their neighbour to get from one to the other."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
