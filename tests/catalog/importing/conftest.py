"""What the tests of importing start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.models import SupplierAccount
from tests.catalog.importing.goods import PictureServer, picture_server
from tests.factories import SupplierAccountFactory


@pytest.fixture(autouse=True)
def _work_by_hand(settings, monkeypatch) -> None:
    """Nobody works on an import but the test, and nothing waits for a place."""
    settings.WAKE = "off"
    monkeypatch.setattr("catalog.importing.items.sleep", lambda seconds: None)


@pytest.fixture
def pictures() -> Iterator[PictureServer]:
    with picture_server() as server:
        yield server


@pytest.fixture
def account(db, supplier, pictures) -> SupplierAccount:
    """An account of the emulator's kind, at whose own address the pictures are."""
    made: SupplierAccount = SupplierAccountFactory(provider="fake", endpoint=f"http://127.0.0.1:{pictures.port}")
    return made
