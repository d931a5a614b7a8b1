"""Examples for the document: every body and every answer, composed of its members.

All tell of one purchase: Ada Lovelace buys a linen towel. A member takes its example from ``SHAPES`` (by the name of
the serializer), or else from ``NAMES`` (the same wherever the name occurs). Choices give their first, flags false,
instants one and the same. So a new member needs a line in a table only if it is a text or a number whose name is new.
What an operation gives itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shop.api.v1.example_values import NAMES, SHAPES

_INSTANT = "2026-01-02T03:04:05Z"
_BY_TYPE = {"boolean": False}


class NoExample(LookupError):
    """Names the member that stands in no table."""


def add_examples(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Give every body and every good answer of the document ``result`` an example, as far as one can be composed."""
    schemas = result["components"]["schemas"]
    for item in result["paths"].values():
        for operation in item.values():
            _add(operation.get("requestBody", {}).get("content", {}), "Request", schemas)
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    _add(response.get("content", {}), "Answer", schemas)
    return result


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, shape: str = "", name: str = "") -> Any:
    """A value that ``schema`` describes, which is the member ``name`` of ``shape``.

    Raises ``NoExample``.
    """
    if name in SHAPES.get(shape, {}):
        return SHAPES[shape][name]
    for part in (schema, *schema.get("allOf", ())):
        if "$ref" in part:
            component = part["$ref"].rpartition("/")[2]
            return _members(schemas[component], schemas, _class_of(component))
    if name in NAMES:
        return NAMES[name]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return _INSTANT
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas)]
    if schema.get("type") in _BY_TYPE:
        return _BY_TYPE[schema["type"]]
    raise NoExample(f"{shape}.{name}")


def _members(schema: Mapping[str, Any], schemas: Mapping[str, Any], shape: str) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        name: example_of(member, schemas, shape=shape, name=name)
        for name, member in schema.get("properties", {}).items()
        # A file has no example; what may be left out as well is left out where the table says so.
        if name in required or not (_is_file(member) or name in SHAPES.get(shape, {}).get("*without", ()))
    }


def _is_file(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("format") == "binary" or schema.get("items", {}).get("format") == "binary")


def _class_of(component: str) -> str:
    """The serializer's name: the generator marks what is read as a request, and what is read in parts."""
    return component.removesuffix("Request").removeprefix("Patched")


def _add(content: dict[str, Any], title: str, schemas: Mapping[str, Any]) -> None:
    for media in content.values():
        if not media.get("examples") and not _is_file(media["schema"]):
            try:
                media["examples"] = {title: {"value": example_of(media["schema"], schemas)}}
            except NoExample:
                # The document stays whole without it; a test names what is missing.
                continue
