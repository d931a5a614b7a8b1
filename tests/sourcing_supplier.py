"""The supplier in memory, with goods that can be searched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from integrations.types import CategoryNode, PlaceNode, SearchHit, SearchPage, SearchSort
from tests.fake_supplier import FakeSupplier, usd


def hit(number: int = 1, **changes: Any) -> SearchHit:
    """A hit of 10 USD, sold 100 times."""
    values: dict[str, Any] = {
        "title": f"Mat {number}",
        "price": usd("10.00"),
        "list_price": usd("20.00"),
        "url": f"https://supplier.example/{number}",
        "image_url": f"https://supplier.example/{number}.jpg",
        "discount_percent": 50,
        "quantity_sold": 100,
        **changes,
    }
    return SearchHit(product_id=str(number), **values)


@dataclass
class SearchableSupplier(FakeSupplier):
    """``hits`` are shown page by page; an exception in ``page_errors`` is raised for that page."""

    hits: list[SearchHit] = field(default_factory=list)
    page_errors: dict[int, Exception] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    categories: tuple[CategoryNode, ...] = (CategoryNode("15", "Home"), CategoryNode("16", "Mats", parent_id="15"))
    fillers: int = 0

    def search_products(
        self, keywords: str, *, country: str, currency: str, page: int, page_size: int, sort: SearchSort | None = None
    ) -> SearchPage:
        self.asked.append({"keywords": keywords, "country": country, "currency": currency, "page": page, "sort": sort})
        if error := self.page_errors.get(page) or self.read_error:
            raise error
        shown = self.hits[(page - 1) * page_size : page * page_size]
        return SearchPage(tuple(shown), rows=len(shown) + self.fillers, total=len(self.hits) + self.fillers)

    def fetch_categories(self) -> tuple[CategoryNode, ...]:
        self.asked.append({"what": "categories"})
        if self.read_error:
            raise self.read_error
        return self.categories

    def fetch_address_tree(self, country: str) -> PlaceNode:
        self.asked.append({"what": country})
        if self.read_error:
            raise self.read_error
        return PlaceNode(country, "country", (PlaceNode("England", "province", (PlaceNode("London", "city"),)),))
