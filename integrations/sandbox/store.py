"""The emulator's memory: one SQLite file that survives restarts and `kill -9`.

One connection behind one lock: statements take microseconds, and nothing waits (holds, delays) inside the
lock. WAL with synchronous=NORMAL loses no commit when the process is killed; only a power cut could, which a
sandbox may.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token_pair (
    id INTEGER PRIMARY KEY,
    access_token TEXT NOT NULL UNIQUE,
    refresh_token TEXT NOT NULL UNIQUE,
    access_expires_at_ms INTEGER NOT NULL,
    refresh_expires_at_ms INTEGER NOT NULL,
    is_revoked INTEGER NOT NULL DEFAULT 0,
    is_refresh_used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS authorization_code (code TEXT PRIMARY KEY, expires_at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS creation (
    out_order_id TEXT PRIMARY KEY,
    created_at_ms INTEGER NOT NULL,
    order_ids TEXT NOT NULL,
    error_msg TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS supplier_order (
    order_id INTEGER PRIMARY KEY,
    created_with TEXT NOT NULL,
    out_order_id TEXT,
    created_at_ms INTEGER NOT NULL,
    readable_at_ms INTEGER NOT NULL,
    pay_timeout_ms INTEGER NOT NULL,
    paid_at_ms INTEGER,
    shipped_at_ms INTEGER,
    delivered_at_ms INTEGER,
    confirmed_at_ms INTEGER,
    closes_at_ms INTEGER,
    marks_lines INTEGER NOT NULL,
    parcels INTEGER NOT NULL,
    country TEXT NOT NULL,
    address TEXT NOT NULL,
    store_id INTEGER NOT NULL,
    store_name TEXT NOT NULL,
    currency TEXT NOT NULL,
    supplier TEXT NOT NULL DEFAULT 'aliexpress',
    merchant_id TEXT
);
CREATE INDEX IF NOT EXISTS supplier_order_reference ON supplier_order (out_order_id);
CREATE TABLE IF NOT EXISTS order_line (
    order_id INTEGER NOT NULL REFERENCES supplier_order (order_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    product_id TEXT NOT NULL,
    sku_id TEXT NOT NULL,
    sku_attr TEXT NOT NULL,
    sku_text TEXT NOT NULL,
    subject TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price TEXT NOT NULL,
    freight TEXT NOT NULL,
    service TEXT NOT NULL,
    company TEXT NOT NULL,
    memo TEXT NOT NULL,
    closes_at_ms INTEGER,
    PRIMARY KEY (order_id, position)
);
CREATE INDEX IF NOT EXISTS order_line_reserved ON order_line (sku_id, closes_at_ms, quantity);
CREATE TABLE IF NOT EXISTS pushed (
    order_id INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY (order_id, word)
);
CREATE TABLE IF NOT EXISTS aliseeks_merchant (
    merchant_id TEXT PRIMARY KEY,
    authorized_until_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS aliseeks_link (
    token TEXT PRIMARY KEY,
    merchant_id TEXT NOT NULL,
    redirect_url TEXT NOT NULL,
    is_used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS stripe_object (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, parent TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS stripe_object_parent ON stripe_object (kind, parent);
CREATE TABLE IF NOT EXISTS stripe_key (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS stripe_event (
    id TEXT PRIMARY KEY,
    word TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    delivered_at REAL
);
CREATE INDEX IF NOT EXISTS stripe_event_due ON stripe_event (delivered_at, due_at);
"""

# Columns that files of an earlier version lack.
_ADDED_TO_ORDERS = {"supplier": "TEXT NOT NULL DEFAULT 'aliexpress'", "merchant_id": "TEXT"}


class Store:
    """Serialized access to the SQLite file at `path`, or to memory if it is `:memory:`."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(_SCHEMA)
        present = {row["name"] for row in self._connection.execute("PRAGMA table_info(supplier_order)")}
        for name, kind in _ADDED_TO_ORDERS.items():
            if name not in present:
                self._connection.execute(f"ALTER TABLE supplier_order ADD COLUMN {name} {kind}")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for statements that change nothing."""
        with self._lock:
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One immediate transaction: committed at the end, rolled back by any exception."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def meta(self, name: str) -> str | None:
        """A remembered value of the process itself (clock, settings)."""
        with self.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def set_meta(self, name: str, value: str) -> None:
        """Remember a value of the process itself."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file, after a running transaction has ended."""
        with self._lock:
            self._connection.close()
