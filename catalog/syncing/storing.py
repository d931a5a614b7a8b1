"""The statements that put readings beside listings and write what differs, in bulk, on either database.

Readings go to a temporary table first, so that a listing that is as it was costs one statement for all of its kind. The
order of reading matters where orders take stock meanwhile: see ``write``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.syncing.deciding import Outcome, Present
from catalog.syncing.readings import Reading

_CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS sync_stage (
    listing_id {key} PRIMARY KEY, cost {decimal}, currency varchar(3), stock integer, quantity_limit integer,
    gone varchar(16) NOT NULL
){tail}
"""
_COLUMNS = "(listing_id, cost, currency, stock, quantity_limit, gone)"

_DIFFERS = """
(t.gone <> ''
 OR (t.cost IS NOT NULL AND (l.cost {differs} t.cost OR l.currency <> t.currency))
 OR (t.stock IS NOT NULL AND l.stock {differs} t.stock)
 OR l.quantity_limit {differs} t.quantity_limit)
"""
_OLDER = "(l.checked_at IS NULL OR l.checked_at < %s)"

_PRESENT = """
SELECT l.id, l.variant_id, v.product_id, p.category_id, l.account_id, l.external_product_id, l.external_sku_id,
       l.quantity_per_unit, l.cost, l.currency, l.stock, l.quantity_limit
FROM sync_stage t
{join} catalog_listing l ON l.id = t.listing_id
JOIN catalog_variant v ON v.id = l.variant_id
JOIN catalog_product p ON p.id = v.product_id
WHERE {older} AND {which}
"""

_WAITING = """
SELECT c.listing_id, c.kind, c.withholds
FROM sync_stage t
JOIN catalog_syncchange c ON c.listing_id = t.listing_id
WHERE c.status = 'waiting'
"""

_SEEN = """
UPDATE catalog_listing AS l SET checked_at = %s FROM sync_stage t
WHERE l.id = t.listing_id AND {older} AND NOT {differs}
"""

_WRITE_POSTGRESQL = """
UPDATE catalog_listing AS l
SET cost = u.cost, currency = u.currency, stock = u.stock, quantity_limit = u.quantity_limit,
    checked_at = CASE WHEN u.is_fresh THEN %s ELSE l.checked_at END
FROM unnest(%s::bigint[], %s::numeric[], %s::varchar[], %s::integer[], %s::integer[], %s::integer[], %s::boolean[])
    AS u(id, cost, currency, stock, quantity_limit, stock_before, is_fresh)
WHERE l.id = u.id AND l.stock IS NOT DISTINCT FROM u.stock_before AND {older}
RETURNING l.id
"""
_WRITE_SQLITE = """
UPDATE catalog_listing
SET checked_at = COALESCE(%s, checked_at), cost = %s, currency = %s, stock = %s, quantity_limit = %s WHERE id = %s
"""


#: Nobody writes during a transaction of SQLite: what differs has been written by now, the rest need not be compared.
_SEEN_SQLITE = """
UPDATE catalog_listing AS l SET checked_at = %s
WHERE l.id IN (SELECT listing_id FROM sync_stage WHERE gone = '') AND {older}
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A listing as it was and as it is now."""

    before: Present
    after: Outcome


def stage(readings: Sequence[Reading]) -> None:
    """Put ``readings``, one for each listing at most, into the temporary table, in the place of what was there."""
    is_postgresql = connection.vendor == "postgresql"
    create = _CREATE.format(
        # To SQLite an "integer" key, and no other, is the row's own number: no index beside it has to be filled.
        key="bigint" if is_postgresql else "integer",
        decimal="numeric(12, 2)" if is_postgresql else "decimal",
        tail=" ON COMMIT DELETE ROWS" if is_postgresql else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(create)
        cursor.execute("DELETE FROM sync_stage")
        if is_postgresql:
            with cursor.copy(f"COPY sync_stage {_COLUMNS} FROM STDIN") as copy:
                copy.write("".join(_line(reading) for reading in readings))
            if len(readings) > 1000:
                cursor.execute("ANALYZE sync_stage")
        else:
            rows = [
                (one.listing_id, None if one.cost is None else str(one.cost), one.currency, one.stock,
                 one.quantity_limit, one.gone)
                for one in readings
            ]  # fmt: skip
            cursor.executemany(f"INSERT INTO sync_stage {_COLUMNS} VALUES (%s, %s, %s, %s, %s, %s)", rows)  # noqa: S608


def differing(*, started_at: datetime) -> list[Present]:
    """The listings whose staged reading says something else than they do, unless they were checked later than it."""
    return _present(_differs(), [started_at])


def staged(listing_ids: Iterable[int], *, started_at: datetime) -> list[Present]:
    """The same for these listings whether they differ or not."""
    ids = list(listing_ids)
    if not ids:
        return []
    if connection.vendor == "postgresql":
        return _present("l.id = ANY(%s)", [started_at, ids])
    return _present(f"l.id IN ({', '.join(str(int(pk)) for pk in ids)})", [started_at])


def waiting() -> dict[int, dict[str, bool]]:
    """What waits for staff about the staged listings: listing id -> kind of change -> whether it is withheld for it."""
    found: dict[int, dict[str, bool]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        for listing_id, kind, withholds in cursor.fetchall():
            found.setdefault(listing_id, {})[kind] = bool(withholds)
    return found


def write(changes: Sequence[Written], *, started_at: datetime) -> set[int]:
    """Write the outcomes; the ids of the listings that were written.

    One whose stock an order took from or gave back to since it was read is left as it is: so the caller must have
    read a listing's stock *before* it asked what orders keep of it. On SQLite nobody writes during a transaction.
    The time of the check is noted where the figures are the check's own.
    """
    if not changes:
        return set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns: list[list[Any]] = [
                [one.before.listing_id for one in changes],
                [one.after.cost for one in changes],
                [one.after.currency for one in changes],
                [one.after.stock for one in changes],
                [one.after.quantity_limit for one in changes],
                [one.before.stock for one in changes],
                [one.after.is_fresh for one in changes],
            ]
            sql = _WRITE_POSTGRESQL.format(older=_OLDER)
            cursor.execute(sql, [started_at, *columns, started_at])
            return {row[0] for row in cursor.fetchall()}
        at = _instant(started_at)
        cursor.executemany(
            _WRITE_SQLITE,
            [
                (
                    at if one.after.is_fresh else None,
                    _plain(one.after.cost),
                    one.after.currency,
                    one.after.stock,
                    one.after.quantity_limit,
                    one.before.listing_id,
                )
                for one in changes
            ],
        )
    return {one.before.listing_id for one in changes}


def mark_seen(*, started_at: datetime) -> int:
    """Note the check at all staged listings that are just as the supplier says; how many. Call after ``write``."""
    with connection.cursor() as cursor:
        at = _instant(started_at)
        seen = _SEEN if connection.vendor == "postgresql" else _SEEN_SQLITE
        cursor.execute(seen.format(older=_OLDER, differs=_differs()), [at, at])
        return int(cursor.rowcount)


def _present(which: str, parameters: list[Any]) -> list[Present]:
    parameters = [_instant(parameters[0]), *parameters[1:]]
    with connection.cursor() as cursor:
        # SQLite knows no figures of the temporary table, and would read all listings to find those of each chunk in it:
        # there, CROSS JOIN keeps the order as it is written.
        join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
        cursor.execute(_PRESENT.format(older=_OLDER, which=which, join=join), parameters)
        rows = cursor.fetchall()
    return [Present(*(*row[:8], _decimal(row[8]), *row[9:])) for row in rows]


def _differs() -> str:
    return _DIFFERS.format(differs="IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT")


def _instant(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _decimal(value: Any) -> Decimal | None:
    """SQLite keeps a decimal as a number with a fraction, and gives it back as such."""
    return value if value is None or isinstance(value, Decimal) else Decimal(str(value)).quantize(Decimal("0.01"))


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _line(reading: Reading) -> str:
    cost, stock, limit = (
        "\\N" if value is None else value for value in (reading.cost, reading.stock, reading.quantity_limit)
    )
    return f"{reading.listing_id}\t{cost}\t{reading.currency}\t{stock}\t{limit}\t{reading.gone}\n"
