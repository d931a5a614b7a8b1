"""The OpenAPI document: a client's programmer has nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from shop.api.v1.urls import Nothing, urlpatterns

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    return client.get("/api/schema/").json()


def test_every_address_is_in_it(document: dict[str, Any]) -> None:
    named = {re.sub(r"\{[^}]*\}", "{}", path) for path in document["paths"]}
    known = set()
    for pattern in urlpatterns:
        if pattern.callback.view_class is Nothing:
            continue
        text = re.sub(r"<[^>]*>|\(\?P[^)]*\)", "{}", str(pattern.pattern)).strip("^$")
        known.add(f"/api/v1/{text}")

    assert named == known


def test_every_operation_says_what_it_does_and_how_it_says_no(document: dict[str, Any]) -> None:
    seen = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], path
            assert operation["tags"], path
            assert operation["operationId"] not in seen, path
            seen.add(operation["operationId"])
            problems = [status for status in operation["responses"] if int(status) >= 400]
            assert {"400", "429", "503"} <= set(problems), (path, method)
            for status in problems:
                content = operation["responses"][status]["content"]["application/problem+json"]
                assert content["examples"], (path, status)


def test_page_for_people_is_drawn_by_the_shop_s_own_files(client: Client) -> None:
    response = client.get("/api/docs/")
    html = response.content.decode()

    assert response["Content-Security-Policy"] == client.get("/")["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)


def test_older_guides_addresses_keep_their_own_shape(client: Client) -> None:
    answer = client.get("/api/nothing/")

    assert answer.json()["success"] is False
    assert "application/problem+json" not in answer["Content-Type"]
