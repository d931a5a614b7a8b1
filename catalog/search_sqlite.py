"""The search as SQLite does it: an FTS5 table with the Porter stemmer, and one with trigrams for similar words."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from catalog.models import ShelfEntry

# Not by bm25: it counts all occurrences of each word in all texts, which with 100,000 products takes far longer than
# the search itself. A title of fewer words is more about the ones that were asked for.
_RANKED = """
WITH in_title AS ({in_title}), anywhere AS ({anywhere}),
found AS (
    SELECT product_id, 1 AS tier FROM in_title
    UNION ALL
    SELECT product_id, 0 FROM anywhere WHERE product_id NOT IN (SELECT product_id FROM in_title)
    LIMIT %s
)
SELECT found.product_id, product.slug
FROM found
JOIN catalog_searchtext AS words ON words.product_id = found.product_id
JOIN catalog_shelfentry AS entry ON entry.product_id = found.product_id
JOIN catalog_product AS product ON product.id = found.product_id
ORDER BY found.tier DESC, length(words.title) - length(replace(words.title, ' ', '')), entry.quantity_sold DESC,
    found.product_id DESC
"""


def matching(entries: QuerySet[ShelfEntry], words: list[str], *, column: str = "") -> QuerySet[ShelfEntry]:
    """``entries`` whose text has every word (the last one may be the beginning of a word)."""
    sql = "SELECT rowid FROM catalog_search WHERE catalog_search MATCH %s"
    return entries.filter(product_id__in=RawSQL(sql, [_query(words, column)]))  # noqa: S611 - a parameter


def ranked(entries: QuerySet[ShelfEntry], words: list[str], *, limit: int) -> list[tuple[int, str]]:
    """(product id, slug) of the best matches, best first: words in the title before words elsewhere.

    Among more than ``limit`` matches the newest ones are looked at: the index hands them out in that order.
    """
    newest_first = entries.order_by("-product_id")
    in_title, title_params = _compiled(matching(newest_first, words, column="title"), limit)
    anywhere, params = _compiled(matching(newest_first, words), limit)
    with connection.cursor() as cursor:
        cursor.execute(_RANKED.format(in_title=in_title, anywhere=anywhere), [*title_params, *params, limit])
        return [(int(product_id), str(slug)) for product_id, slug in cursor.fetchall()]


def similar_words(word: str, *, limit: int) -> list[str]:
    """Known words that share trigrams with ``word``, those with the most first."""
    trigrams = sorted({word[at : at + 3] for at in range(len(word) - 2)})
    if not trigrams or sqlite3.sqlite_version_info < (3, 34):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT known.word FROM catalog_searchword AS known "
            "JOIN catalog_trigram ON catalog_trigram.rowid = known.id "
            "WHERE catalog_trigram MATCH %s ORDER BY catalog_trigram.rank, known.word LIMIT %s",
            [" OR ".join(f'"{trigram}"' for trigram in trigrams), limit],
        )
        return [str(row[0]) for row in cursor.fetchall()]


def _query(words: list[str], column: str = "") -> str:
    terms = [f'"{word}"' for word in words]
    if len(words[-1]) >= 3:
        terms[-1] += " *"
    text = " AND ".join(terms)
    return f"{{{column}}} : ({text})" if column else text


def _compiled(entries: QuerySet[ShelfEntry], limit: int) -> tuple[str, list[Any]]:
    ids = entries.values("product_id")[:limit]
    sql, params = ids.query.get_compiler(connection=connection).as_sql()
    return sql, list(params)
