"""What every test relies on: no network but loopback, and a database whose history may be emptied between tests."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection

from integrations.registry import PROVIDERS, Provider
from shop.catalogues import compile_catalogues
from tests import fake_supplier
from tests.fake_supplier import FakeSupplier

# A slow machine is no failure: speed is measured in bench/, never by a test.
hypothesis.settings.register_profile("shop", deadline=None)
hypothesis.settings.load_profile("shop")


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    """What ``manage.py prepare`` makes of the translations."""
    compile_catalogues()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch) -> None:
    """Reads that are made again wait for nothing here."""
    monkeypatch.setattr("integrations.http.sleep", lambda seconds: None)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")


@pytest.fixture(scope="session", autouse=True)
def _flush_may_empty_the_history() -> Iterator[None]:
    """Transactional tests empty all tables afterwards, which the append-only trigger rightly refuses on SQLite."""
    original = connection.ops.execute_sql_flush

    def flush(sql_list: list[str]) -> None:
        if connection.vendor != "sqlite":
            original(sql_list)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        original(sql_list)
        with connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)

    connection.ops.execute_sql_flush = flush
    yield
    connection.ops.execute_sql_flush = original


@pytest.fixture
def supplier(monkeypatch) -> FakeSupplier:
    """A supplier in memory, behind the provider ``fake``."""
    fake = FakeSupplier()
    fake_supplier.install(fake)
    monkeypatch.setitem(PROVIDERS, "fake", Provider("Fake", "tests.fake_supplier"))
    return fake
