"""Readers for what only Aliseeks' answers do; the rest is in ``integrations.fields``."""

from __future__ import annotations

from integrations.fields import Node, as_money, malformed, node
from shop.money import Money


def nodes(parent: Node, name: str) -> list[Node]:
    """The list of objects ``name``, which must be there."""
    value = parent.get(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise malformed(name)
    return value


def optional_nodes(parent: Node, name: str) -> list[Node]:
    """The list of objects ``name``, empty if absent."""
    return [] if parent.get(name) is None else nodes(parent, name)


def amount(parent: Node, name: str) -> Money:
    """The amount ``name``: ``{"currency": "USD", "value": "38.89"}``, the value as text or number."""
    found = node(parent, name)
    return as_money(found.get("value"), found.get("currency"), name)


def optional_amount(parent: Node, name: str) -> Money | None:
    """The amount ``name``, None if absent."""
    return None if parent.get(name) is None else amount(parent, name)
