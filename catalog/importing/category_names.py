"""How a supplier calls its categories, for the map of categories: numbers tell staff nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.core.cache import cache

from catalog import sourcing
from catalog.models import CategoryMapping
from integrations.errors import SupplierError
from integrations.models import SupplierAccount
from integrations.types import CategoryNode

logger = logging.getLogger(__name__)

#: The supplier is asked no more often, whatever came of it.
_REST_S = 3600
#: Trees are not so deep; a circle in one ends here.
_DEPTH = 8


def learn(account: SupplierAccount) -> None:
    """Read the supplier's categories, if that was long ago, and name what is mapped without a name.

    Names are a convenience: a supplier that does not tell them stops nothing. Makes a network call.
    """
    tree = sourcing.known_categories(account)
    if not tree and cache.add(f"category-names:{account.pk}", 1, _REST_S):
        try:
            tree = sourcing.categories(account)
        except SupplierError as exc:
            logger.info("categories not read account=%s why=%s", account.pk, exc.code)
    nameless = CategoryMapping.objects.filter(provider=account.provider, name="")
    waiting = list(nameless.values_list("pk", "external_category_id")) if tree else []
    names = paths(tree) if waiting else {}
    for pk, category_id in waiting:
        if name := names.get(category_id):
            nameless.filter(pk=pk).update(name=name)


def known_name(account: SupplierAccount, category_id: str) -> str:
    """The category's name with those above it, as far as it was read before; else empty."""
    return paths(sourcing.known_categories(account)).get(category_id, "")


def paths(nodes: Iterable[CategoryNode]) -> dict[str, str]:
    """The names of categories by their ids: *Home › Mats*, shortened at the front."""
    by_id = {node.category_id: node for node in nodes}
    found = {}
    for category_id in by_id:
        names: list[str] = []
        node = by_id.get(category_id)
        while node is not None and len(names) < _DEPTH:
            names.insert(0, node.name)
            node = by_id.get(node.parent_id)
        found[category_id] = " › ".join(names)[-200:]
    return found
