"""The search as PostgreSQL does it: stored tsvectors with GIN indexes, and pg_trgm where the database has it."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from catalog.models import SearchWord, ShelfEntry

# Materialized: the planner misjudges how common the beginning of a word is, and would walk through all products in the
# order of their sales. The indexes are asked first; the second one only if the titles do not suffice.
_RANKED = """
WITH title_words AS MATERIALIZED (
    SELECT product_id FROM catalog_searchtext WHERE title_document @@ to_tsquery('english', %s)
), all_words AS MATERIALIZED (
    SELECT product_id FROM catalog_searchtext WHERE document @@ to_tsquery('english', %s)
), in_title AS ({in_title}), anywhere AS ({anywhere})
SELECT found.product_id, product.slug
FROM (
    SELECT product_id, 1 AS tier FROM in_title
    UNION ALL
    SELECT product_id, 0 FROM anywhere WHERE product_id NOT IN (SELECT product_id FROM in_title)
    LIMIT %s
) AS found
JOIN catalog_searchtext AS words ON words.product_id = found.product_id
JOIN catalog_shelfentry AS entry ON entry.product_id = found.product_id
JOIN catalog_product AS product ON product.id = found.product_id
ORDER BY found.tier DESC, ts_rank(words.document, to_tsquery('english', %s), 1) DESC, entry.quantity_sold DESC,
    found.product_id DESC
"""


def matching(entries: QuerySet[ShelfEntry], words: list[str]) -> QuerySet[ShelfEntry]:
    """``entries`` whose text has every word (the last one may be the beginning of a word)."""
    sql = "SELECT product_id FROM catalog_searchtext WHERE document @@ to_tsquery('english', %s)"
    return entries.filter(product_id__in=RawSQL(sql, [_query(words)]))  # noqa: S611 - the words are a parameter


def ranked(entries: QuerySet[ShelfEntry], words: list[str], *, limit: int) -> list[tuple[int, str]]:
    """(product id, slug) of the best matches, best first: words in the title before words elsewhere.

    Among more than ``limit`` matches the most sold ones are looked at.
    """
    sold_first = entries.order_by("-quantity_sold", "-product_id")
    in_title, title_params = _compiled(_among(sold_first, "title_words"), limit)
    anywhere, params = _compiled(_among(sold_first, "all_words"), limit)
    query = _query(words)
    with connection.cursor() as cursor:
        cursor.execute(
            _RANKED.format(in_title=in_title, anywhere=anywhere),
            [query, query, *title_params, *params, limit, query],
        )
        return [(int(product_id), str(slug)) for product_id, slug in cursor.fetchall()]


def similar_words(word: str, *, limit: int) -> list[str]:
    """Known words that share trigrams with ``word``, most similar first; none where pg_trgm is not installed."""
    if not has_trigrams():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word FROM {SearchWord._meta.db_table} WHERE word %% %s "  # noqa: S608 - a name of ours
            "ORDER BY similarity(word, %s) DESC, word LIMIT %s",
            [word, word, limit],
        )
        return [str(row[0]) for row in cursor.fetchall()]


def has_trigrams() -> bool:
    """Whether this database has pg_trgm; the migration makes it where its role may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


def _among(entries: QuerySet[ShelfEntry], matches: str) -> QuerySet[ShelfEntry]:
    return entries.filter(product_id__in=RawSQL(f"SELECT product_id FROM {matches}", []))  # noqa: S608, S611 - ours


def _query(words: list[str]) -> str:
    terms = [f"'{word}'" for word in words]
    if len(words[-1]) >= 3:
        terms[-1] += ":*"
    return " & ".join(terms)


def _compiled(entries: QuerySet[ShelfEntry], limit: int) -> tuple[str, list[Any]]:
    ids = entries.values("product_id")[:limit]
    sql, params = ids.query.get_compiler(connection=connection).as_sql()
    return sql, list(params)
