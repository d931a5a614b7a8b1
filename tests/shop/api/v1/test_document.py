"""The OpenAPI document: a client's programmer has nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.test import Client

from shop.api.v1.base import PublicView
from shop.api.v1.examples import NoExample, example_of
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


def media_of(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, media type object) of every request body and every good answer; files have no example."""
    for item in document["paths"].values():
        for operation in item.values():
            contents = {"request": operation.get("requestBody", {}).get("content", {})}
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    contents[status] = response.get("content", {})
            for where, content in contents.items():
                for media in content.values():
                    if media["schema"].get("format") != "binary":
                        yield f"{operation['operationId']} {where}", media


def as_json_schema(schema: Any, schemas: dict[str, Any]) -> Any:
    """OpenAPI 3.0's words in those of JSON Schema; members that are not named are not allowed."""
    if isinstance(schema, list):
        return [as_json_schema(part, schemas) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return as_json_schema(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    # Names of members are no words of the schema: `properties` is gone through by itself.
    told = {word: value for word, value in schema.items() if word not in ("nullable", "properties", "default")}
    found = {word: as_json_schema(value, schemas) for word, value in told.items()}
    if "properties" in schema:
        found["properties"] = {name: as_json_schema(part, schemas) for name, part in schema["properties"].items()}
        found.setdefault("additionalProperties", False)
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") else found


def test_every_body_and_every_answer_has_an_example_that_its_schema_allows(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    wrong = []
    for where, media in media_of(document):
        if not media.get("examples"):
            try:
                example_of(media["schema"], schemas)
            except NoExample as exc:
                wrong.append(f"{where}: put {exc} into shop/api/v1/example_values.py")
        for example in media.get("examples", {}).values():
            validator = jsonschema.Draft7Validator(as_json_schema(media["schema"], schemas))
            wrong += [
                f"{where}: {found.json_path}: {found.message}" for found in validator.iter_errors(example["value"])
            ]

    assert wrong == []


def operations_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {operation["operationId"]: operation for item in document["paths"].values() for operation in item.values()}


def test_reads_that_are_compared_say_so(client: Client, document: dict[str, Any]) -> None:
    told = {
        re.sub(r"\{[^}]*\}", "{}", path)
        for path, item in document["paths"].items()
        if "304" in item.get("get", {}).get("responses", {})
    }
    compared = {
        "/api/v1/" + re.sub(r"<[^>]*>|\(\?P[^)]*\)", "{}", str(pattern.pattern)).strip("^$")
        for pattern in urlpatterns
        if issubclass(pattern.callback.view_class, PublicView)
    }
    shop = operations_of(document)["shop"]

    assert told == compared
    assert "If-None-Match" in {parameter["name"] for parameter in shop["parameters"]}
    for status in ("200", "304"):
        assert {"ETag", "RateLimit-Remaining"} <= set(shop["responses"][status]["headers"])
    assert "content" not in shop["responses"]["304"]


def test_headers_that_a_client_acts_on_are_declared(document: dict[str, Any]) -> None:
    for operation in operations_of(document).values():
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        for status, response in operation["responses"].items():
            headers = response["headers"]
            is_kept = "Idempotency-Key" in names and (status[0] == "2" or status == "422")
            assert ("Idempotent-Replayed" in headers) is is_kept
            assert ("WWW-Authenticate" in headers) is (status == "401")
            assert ("Retry-After" in headers) is (status in ("409", "429", "503"))


def test_links_lead_to_operations_that_take_what_they_give(document: dict[str, Any]) -> None:
    operations = operations_of(document)
    links = [
        link
        for operation in operations.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]

    assert links
    for link in links:
        taken = {f"{one['in']}.{one['name']}" for one in operations[link["operationId"]].get("parameters", ())}
        assert set(link.get("parameters", {})) <= taken, link


def test_bodies_are_closed_because_unknown_members_are_refused(client: Client, document: dict[str, Any]) -> None:
    answer = client.post("/api/v1/auth/password-reset/", {"email": "ada@example.com", "x": 1}, "application/json")

    assert answer.json()["errors"][0]["field"] == "x"
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Request"):
            assert schema["additionalProperties"] is False, name


def test_example_of_an_unknown_member_is_asked_for_by_its_name() -> None:
    schemas = {"Towel": {"type": "object", "properties": {"warp": {"type": "string"}}, "required": ["warp"]}}

    with pytest.raises(NoExample, match=r"Towel\.warp"):
        example_of({"$ref": "#/components/schemas/Towel"}, schemas)


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
