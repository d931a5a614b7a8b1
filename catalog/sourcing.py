"""Looking for goods at a supplier, with the filters that the supplier itself does not offer.

Makes network calls: not to be used inside a transaction. Categories and address trees change rarely and are kept, for
each account: the emulator's are not the platform's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar, cast

from django.core.cache import cache

from integrations import address_trees
from integrations.base import SourcingAdapter
from integrations.errors import Rejected, SupplierError, Transient, Unsupported
from integrations.models import SupplierAccount
from integrations.registry import adapter_for
from integrations.types import CategoryNode, PlaceNode, SearchHit, SearchPage, SearchSort

PAGE_SIZE = 50
#: How far one search looks: what passes the filters may lie deep, and every page is a call of a limited number.
MAX_PAGES = 10
MAX_HITS = PAGE_SIZE * MAX_PAGES
#: No further page is begun after this; somebody is waiting for the answer.
MAX_DURATION_S = 20.0

CATEGORIES_KEPT_S = 24 * 3600
_CATEGORIES = "categories"
# Raised when the classes that are kept change: an entry of an older release is then not found.
_CACHE_VERSION = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProductSearch:
    """What is looked for. Prices are in ``currency``; a bound that is None is open."""

    keywords: str
    country: str
    currency: str
    limit: int = 20
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_orders: int | None = None
    min_rating_percent: Decimal | None = None
    max_ship_days: int | None = None
    sort: SearchSort | None = None

    def accepts(self, hit: SearchHit) -> bool:
        """Whether ``hit`` passes the filters. What the supplier does not tell does not pass a bound."""
        if hit.price.currency != self.currency:
            return False
        if self.min_price is not None and hit.price.amount < self.min_price:
            return False
        if self.max_price is not None and hit.price.amount > self.max_price:
            return False
        if self.min_rating_percent is not None and (hit.rating_percent or 0) < self.min_rating_percent:
            return False
        if self.max_ship_days is not None and (hit.ship_days is None or hit.ship_days > self.max_ship_days):
            return False
        return not self.min_orders or (hit.quantity_sold or 0) >= self.min_orders


@dataclass(frozen=True, slots=True)
class Found:
    """The hits that passed, of how many that were looked at; ``has_more``: the supplier has some not looked at."""

    hits: tuple[SearchHit, ...]
    searched: int
    has_more: bool


def search(account: SupplierAccount, wanted: ProductSearch) -> Found:
    """Look through the supplier's hits, page after page, until enough pass or the stated bound is reached.

    Raises what ``SourcingAdapter.search_products`` raises for the first page; a later page that cannot be had ends
    the search with what there is. ``Rejected`` if the supplier prices nothing in the asked currency.
    """
    seen: dict[str, SearchHit] = {}
    passed: list[SearchHit] = []
    rows, has_more = 0, True
    for page in _pages(account, wanted):
        new = {hit.product_id: hit for hit in page.hits if hit.product_id not in seen}
        seen.update(new)
        passed += [hit for hit in new.values() if wanted.accepts(hit)]
        rows += page.rows
        has_more = page.rows > 0 and (page.total is None or rows < page.total)
        if not has_more or len(passed) >= wanted.limit:
            break
    other = next((hit.price.currency for hit in seen.values() if hit.price.currency != wanted.currency), "")
    if other and not passed:
        raise Rejected(f"The supplier answers in {other}, not in {wanted.currency}.", code="currency_not_offered")
    return Found(tuple(passed[: wanted.limit]), len(seen), has_more or len(passed) > wanted.limit)


def _pages(account: SupplierAccount, wanted: ProductSearch) -> Iterator[SearchPage]:
    adapter = sourcing_adapter(account)
    ends_at = time.monotonic() + MAX_DURATION_S
    for number in range(1, MAX_PAGES + 1):
        try:
            yield adapter.search_products(
                wanted.keywords,
                country=wanted.country,
                currency=wanted.currency,
                page=number,
                page_size=PAGE_SIZE,
                sort=wanted.sort,
            )
        except Transient:
            if number == 1:
                raise
            return
        if time.monotonic() > ends_at:
            return


def categories(account: SupplierAccount) -> tuple[CategoryNode, ...]:
    """The supplier's categories, at most a day old."""
    return _kept(account, _CATEGORIES, CATEGORIES_KEPT_S, sourcing_adapter(account).fetch_categories)


def known_categories(account: SupplierAccount) -> tuple[CategoryNode, ...]:
    """What ``categories`` kept, without asking anybody; empty if that was long ago."""
    return cast(tuple[CategoryNode, ...], cache.get(_key(account, _CATEGORIES), ()))


def address_tree(account: SupplierAccount, country: str) -> PlaceNode:
    """The supplier's provinces and cities of ``country`` (ISO), some days old. ``Rejected`` if it keeps none."""
    return address_trees.tree(account, sourcing_adapter(account), country)


def sourcing_adapter(account: SupplierAccount) -> SourcingAdapter:
    """The account's adapter, if goods can be searched with it. Raises ``Unsupported``."""
    adapter = adapter_for(account)
    if not isinstance(adapter, SourcingAdapter):
        raise Unsupported("This supplier's goods cannot be searched.")
    return adapter


def can_be_searched(account: SupplierAccount) -> bool:
    """Whether the account's goods can be searched, as far as it is complete enough to tell."""
    try:
        sourcing_adapter(account)
    except SupplierError:
        return False
    return True


def _kept(account: SupplierAccount, what: str, seconds: int, ask: Callable[[], T]) -> T:
    key = _key(account, what)
    kept = cache.get(key)
    if kept is not None:
        return cast(T, kept)
    fresh = ask()
    cache.set(key, fresh, seconds)
    return fresh


def _key(account: SupplierAccount, what: str) -> str:
    return f"sourcing:{_CACHE_VERSION}:{account.pk}:{what}"
