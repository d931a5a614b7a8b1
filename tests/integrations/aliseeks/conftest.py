"""The adapter of one merchant, and what stands in for the vendor's host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from integrations import aliseeks
from integrations.aliseeks.client import AliseeksAdapter
from integrations.models import SupplierAccount
from tests.factories import SupplierAccountFactory

KEY = "the-api-key-of-the-test"


@pytest.fixture
def account(db) -> SupplierAccount:
    return SupplierAccountFactory(
        provider="aliseeks", endpoint="https://api.aliseeks.com/v1", app_key="", app_secret=KEY, access_token="",
        external_user_id="AbCdEfGh1234",
    )  # fmt: skip


@pytest.fixture
def adapter(account: SupplierAccount) -> AliseeksAdapter:
    return aliseeks.connect(account)


@pytest.fixture
def gateway() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch) -> None:
    monkeypatch.setattr("integrations.http.sleep", lambda _seconds: None)
