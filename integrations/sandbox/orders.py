"""Orders in the store: writing, reading, stock reserved by them."""

import sqlite3
import time
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from integrations.sandbox.store import Store
from integrations.sandbox.timeline import Line, Order

_ORDER_COLUMNS = tuple(field.name for field in fields(Order) if field.name != "lines")
_LINE_COLUMNS = tuple(field.name for field in fields(Line))


def next_order_id(connection: sqlite3.Connection) -> int:
    """A new 16-digit id. It follows real time, so that an emptied store does not hand out an id again."""
    by_time = 8 * 10**15 + int(time.time() * 1000) * 100
    row = connection.execute("SELECT MAX(order_id) AS last FROM supplier_order").fetchone()
    return max(by_time, (row["last"] or 0) + 1)


def insert(connection: sqlite3.Connection, order: Order) -> None:
    """Write an order with its lines, inside the caller's transaction."""
    _insert_row(connection, "supplier_order", {name: getattr(order, name) for name in _ORDER_COLUMNS})
    for position, line in enumerate(order.lines):
        values = asdict(line) | {"price": str(line.price), "freight": str(line.freight)}
        place = {"order_id": order.order_id, "position": position, "closes_at_ms": order.closes_at_ms}
        _insert_row(connection, "order_line", values | place)


def reserved(connection: sqlite3.Connection, sku_id: str, now_ms: int) -> int:
    """Pieces of a SKU in orders that are not canceled: a closed order gives its stock back by itself."""
    row = connection.execute(
        "SELECT COALESCE(SUM(quantity), 0) AS pieces FROM order_line"
        " WHERE sku_id = ? AND (closes_at_ms IS NULL OR closes_at_ms > ?)",
        (sku_id, now_ms),
    ).fetchone()
    return int(row["pieces"])


def find(store: Store, order_id: int) -> Order | None:
    """Read one order."""
    found = _select(store, "WHERE order_id = ?", (order_id,))
    return found[0] if found else None


def listing(store: Store, out_order_id: str | None = None) -> list[Order]:
    """All orders, or those created under a reference, oldest first."""
    if out_order_id is None:
        return _select(store, "", ())
    return _select(store, "WHERE out_order_id = ?", (out_order_id,))


def with_pushes_to_come(store: Store) -> list[Order]:
    """Orders whose last push has not been delivered yet. Aliseeks pushes nothing."""
    last = "SELECT order_id FROM pushed WHERE word IN ('OrderConfirmed', 'OrderClosed')"
    return _select(store, f"WHERE supplier = 'aliexpress' AND order_id NOT IN ({last})", ())


def count(store: Store) -> int:
    """How many orders there are."""
    with store.reading() as connection:
        return int(connection.execute("SELECT COUNT(*) AS n FROM supplier_order").fetchone()["n"])


def delete_all(store: Store) -> int:
    """Forget all orders and their references; return how many there were."""
    with store.writing() as connection:
        number = connection.execute("DELETE FROM supplier_order").rowcount
        connection.execute("DELETE FROM creation")
        connection.execute("DELETE FROM pushed")
    return number


def set_paid(
    store: Store,
    order: Order,
    paid_at_ms: int,
    shipped_at_ms: int,
    delivered_at_ms: int,
    confirmed_at_ms: int,
) -> None:
    """Let an unpaid order be paid and go its way."""
    with store.writing() as connection:
        connection.execute(
            "UPDATE supplier_order SET paid_at_ms = ?, shipped_at_ms = ?, delivered_at_ms = ?,"
            " confirmed_at_ms = ?, closes_at_ms = NULL WHERE order_id = ?",
            (paid_at_ms, shipped_at_ms, delivered_at_ms, confirmed_at_ms, order.order_id),
        )
        connection.execute("UPDATE order_line SET closes_at_ms = NULL WHERE order_id = ?", (order.order_id,))


def _insert_row(connection: sqlite3.Connection, table: str, values: dict[str, Any]) -> None:
    names, marks = ", ".join(values), ", ".join("?" for _ in values)
    connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names are those of our own fields
        list(values.values()),
    )


def _select(store: Store, where: str, values: tuple[int | str, ...]) -> list[Order]:
    """Read orders and their lines in two statements; `where` is one of the constants above."""
    with store.reading() as connection:
        rows = connection.execute(
            f"SELECT * FROM supplier_order {where} ORDER BY order_id",  # noqa: S608 - no outside text in it
            values,
        ).fetchall()
        line_rows = connection.execute(
            "SELECT * FROM order_line WHERE order_id IN"  # noqa: S608 - no outside text in it
            f" (SELECT order_id FROM supplier_order {where}) ORDER BY order_id, position",
            values,
        ).fetchall()
    lines: dict[int, list[Line]] = {}
    for row in line_rows:
        lines.setdefault(row["order_id"], []).append(_line(row))
    return [_order(row, lines[row["order_id"]]) for row in rows]


def _order(row: sqlite3.Row, lines: list[Line]) -> Order:
    values = {name: row[name] for name in _ORDER_COLUMNS}
    return Order(**values | {"marks_lines": bool(values["marks_lines"])}, lines=tuple(lines))


def _line(row: sqlite3.Row) -> Line:
    values = {name: row[name] for name in _LINE_COLUMNS}
    return Line(**values | {"price": Decimal(values["price"]), "freight": Decimal(values["freight"])})
