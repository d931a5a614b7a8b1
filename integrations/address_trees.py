"""The suppliers' lists of provinces and cities, kept for days: they are long, change rarely, and calls are few."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.utils import timezone

from integrations.base import SourcingAdapter, SupplierAdapter
from integrations.errors import Rejected, SupplierError
from integrations.models import AddressTree, SupplierAccount
from integrations.types import PlaceNode

logger = logging.getLogger(__name__)

#: A supplier that would not tell is left in peace for so long: orders do not wait for its list.
FAILURE_KEPT_S = 600


def tree(account: SupplierAccount, adapter: SourcingAdapter, country: str) -> PlaceNode:
    """The list of ``country`` (ISO), at most ``ADDRESS_TREE_DAYS`` old. Makes a network call where it is older.

    Raises what ``fetch_address_tree`` raises; ``Rejected`` also if the supplier said before that it keeps none.
    """
    row = AddressTree.objects.filter(account=account, country=country).first()
    if row is None or row.fetched_at < timezone.now() - timedelta(days=settings.ADDRESS_TREE_DAYS):
        try:
            fresh: PlaceNode | None = adapter.fetch_address_tree(country)
        except Rejected:
            _keep(account, country, None)
            raise
        _keep(account, country, fresh)
        return fresh  # type: ignore[return-value]
    if row.tree is None:
        raise Rejected("The supplier keeps no list of this country's places.", code="no_places")
    return _opened(row)


def tree_if_told(account: SupplierAccount, adapter: SupplierAdapter, country: str) -> PlaceNode | None:
    """The same for a purchase, which must not fail for it: None where there is no list, or none to be had now."""
    if not isinstance(adapter, SourcingAdapter):
        return None
    failed = f"address-tree-failed:{account.pk}:{country}"
    if cache.get(failed):
        return known([account.pk], country)
    try:
        return tree(account, adapter, country)
    except Rejected:
        return None
    except SupplierError as exc:
        cache.set(failed, True, FAILURE_KEPT_S)
        logger.warning("no address tree account=%s country=%s error=%s", account.pk, country, exc.code)
        return known([account.pk], country)


def known(account_ids: Iterable[int], country: str) -> PlaceNode | None:
    """The list of ``country`` that one of the accounts was told, however old. Asks nobody outside."""
    rows = AddressTree.objects.filter(account__in=list(account_ids), country=country, tree__isnull=False)
    row = rows.order_by("-fetched_at", "-pk").first()
    return _opened(row) if row else None


def _keep(account: SupplierAccount, country: str, fresh: PlaceNode | None) -> None:
    tree = _packed(fresh) if fresh else None
    try:
        with transaction.atomic():
            AddressTree.objects.update_or_create(
                account=account, country=country, defaults={"tree": tree, "fetched_at": timezone.now()}
            )
    except DatabaseError:
        # What was asked for is in hand; that it is asked for once more is no harm.
        logger.exception("address tree not kept account=%s country=%s", account.pk, country)


def _opened(row: AddressTree) -> PlaceNode:
    return _opened_once(_Row(row))


class _Row:
    """A row as a key: the same version of it is opened once in each process."""

    def __init__(self, row: AddressTree) -> None:
        self.tree = row.tree
        self._key = (row.pk, row.fetched_at)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Row) and self._key == other._key


@lru_cache(maxsize=4)
def _opened_once(row: _Row) -> PlaceNode:
    return _unpacked(row.tree)


def _packed(node: PlaceNode) -> list[Any]:
    return [node.name, node.kind, [_packed(child) for child in node.children]]


def _unpacked(value: Any) -> PlaceNode:
    name, kind, children = value
    return PlaceNode(name, kind, tuple(_unpacked(child) for child in children))
