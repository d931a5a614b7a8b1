"""A client of ``/api/v1/`` as an app's programmer would write one."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.shop.api.v1.app import App


@pytest.fixture
def app(client: Client, db) -> App:
    """An app whose user is not logged in."""
    return App(client)
