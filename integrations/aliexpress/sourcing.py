"""Questions about goods, categories and places: the parameters of each method. Pure.

https://openservice.aliexpress.com/doc/doc.htm, methods aliexpress.ds.text.search, aliexpress.ds.category.get
and aliexpress.ds.address.get.

The search sorts and pages, and that is all: ``searchExtend`` is in the table, the keys it takes are not
documented anywhere. Price ranges and numbers of orders are therefore for the caller to filter.
"""

from __future__ import annotations

from integrations.aliexpress.places import country_code
from integrations.types import SearchSort

TEXT_SEARCH = "aliexpress.ds.text.search"
CATEGORY_GET = "aliexpress.ds.category.get"
ADDRESS_GET = "aliexpress.ds.address.get"

_LANGUAGE = "en_US"

_SORTS = {
    SearchSort.PRICE_ASC: "min_price,asc",
    SearchSort.PRICE_DESC: "min_price,desc",
    SearchSort.ORDERS_ASC: "orders,asc",
    SearchSort.ORDERS_DESC: "orders,desc",
    SearchSort.REVIEWS_ASC: "comments,asc",
    SearchSort.REVIEWS_DESC: "comments,desc",
}


def text_search(
    keywords: str, *, country: str, currency: str, page: int, page_size: int, sort: SearchSort | None
) -> dict[str, str]:
    """Parameters that ask for one page of the products for ``keywords``. Without ``sort`` the best match is first."""
    params = {
        "keyWord": keywords,
        # Spelled so: the vendor's name of the language.
        "local": _LANGUAGE,
        "countryCode": country_code(country),
        "currency": currency,
        "pageIndex": str(page),
        "pageSize": str(page_size),
    }
    return {**params, "sortBy": _SORTS[sort]} if sort else params


def category_get() -> dict[str, str]:
    """Parameters that ask for all categories."""
    return {"language": _LANGUAGE}


def address_get(country: str) -> dict[str, str]:
    """Parameters that ask for the provinces and cities of ``country`` (ISO)."""
    return {"countryCode": country_code(country), "language": _LANGUAGE}
