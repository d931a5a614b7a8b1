"""Counting a page's questions to the database, the same on every set of servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def exact_queries(number: int) -> Iterator[None]:
    """Fails unless the block makes ``number`` queries, the session's own left out: with Redis it is not a row."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured if Session._meta.db_table not in query["sql"]]
    assert len(asked) == number, "\n\n".join(asked)
