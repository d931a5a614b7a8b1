"""The database's clock. Workers on many hosts agree on leases and due times because none of them asks its own."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

_NOW = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "SELECT statement_timestamp()",
}


def database_now() -> datetime:
    """Now, aware UTC, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW[connection.vendor])
        value = cursor.fetchone()[0]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.strptime(value, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
