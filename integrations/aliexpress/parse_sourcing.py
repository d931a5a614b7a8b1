"""Answers about goods that were searched, categories and places, from the wire to the neutral words. Pure.

https://openservice.aliexpress.com/doc/doc.htm, methods aliexpress.ds.text.search, aliexpress.ds.category.get
and aliexpress.ds.address.get.

Observed and not documented: rows of type ``recommend`` are fillers that have nothing to do with the words
asked for; addresses come without a scheme; numbers of orders are words such as ``"5,000+"``; the tree of
places is a JSON text inside the JSON.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from integrations.aliexpress.envelope import Answer
from integrations.aliexpress.fields import amount, nodes, quantity_sold, word
from integrations.errors import MalformedReply, Rejected
from integrations.fields import (
    Node,
    clean,
    flag,
    identifier,
    malformed,
    node,
    optional_text,
    optional_whole,
    said,
    text,
    web_address,
)
from integrations.types import CategoryNode, PlaceNode, SearchHit, SearchPage
from shop.money import Money

logger = logging.getLogger(__name__)

_FILLER = "recommend"
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%?")
# Country, province, city, and two more for whatever the vendor adds below.
_DEEPEST = 5


def products_found(answer: Answer, *, currency: str) -> SearchPage:
    """One page of hits without the fillers. ``currency`` is the asked one; it stands where a hit names none.

    A hit that cannot be read is left out and logged: the others are good. Raises ``MalformedReply`` if none is.
    """
    payload = answer.payload
    code = word(payload, "code")
    if code not in ("", "0", "00", "200"):
        raise Rejected(f"AliExpress refuses the search ({code}: {_why(payload, 'msg')})", code=code)
    data = payload.get("data")
    if data in (None, {}) and code:
        return SearchPage(hits=(), rows=0, total=0)
    found = node(payload, "data")
    rows = nodes(found, "products", "selection_search_product")
    wanted = [row for row in rows if optional_text(row, "type") != _FILLER]
    return SearchPage(
        hits=tuple(_readable(wanted, currency)), rows=len(rows), total=optional_whole(found, "totalCount")
    )


def _readable(rows: list[Node], currency: str) -> Iterable[SearchHit]:
    hits: list[SearchHit] = []
    problems: list[MalformedReply] = []
    for row in rows:
        try:
            hits.append(_hit(row, currency))
        except MalformedReply as exc:
            problems.append(exc)
    if problems and not hits:
        raise problems[0]
    if problems:
        fields = ", ".join(sorted({problem.field for problem in problems}))
        logger.warning("aliexpress: %d of %d hits cannot be read: %s", len(problems), len(rows), fields)
    return hits


def _hit(row: Node, currency: str) -> SearchHit:
    product_id = identifier(row, "itemId")
    told = optional_text(row, "targetOriginalPriceCurrency") or currency
    price = amount(row, "targetSalePrice", told)
    return SearchHit(
        product_id=product_id,
        title=text(row, "title"),
        price=price,
        list_price=_list_price(row, price),
        url=web_address(optional_text(row, "itemUrl")) or f"https://www.aliexpress.com/item/{product_id}.html",
        image_url=web_address(optional_text(row, "itemMainPic")),
        discount_percent=_whole_percent(word(row, "discount")),
        quantity_sold=quantity_sold(word(row, "orders")),
        rating_percent=_percent(row.get("evaluateRate")),
    )


def _list_price(row: Node, price: Money) -> Money | None:
    if row.get("targetOriginalPrice") in (None, ""):
        return None
    return amount(row, "targetOriginalPrice", price.currency)


def _whole_percent(words: str) -> int | None:
    found = _percent(words)
    return int(found) if found is not None else None


def _percent(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    match = _PERCENT.fullmatch(str(value).strip())
    return Decimal(match[1]) if match else None


def categories_listed(answer: Answer) -> tuple[CategoryNode, ...]:
    """All categories, in the order they come."""
    outer = node(answer.payload, "resp_result")
    code = word(outer, "resp_code")
    if code not in ("", "200"):
        raise Rejected(f"AliExpress does not show its categories ({code}: {_why(outer, 'resp_msg')})", code=code)
    rows = nodes(node(outer, "result"), "categories", "category")
    return tuple(
        CategoryNode(
            category_id=identifier(row, "category_id"),
            name=text(row, "category_name"),
            parent_id=identifier(row, "parent_category_id") if word(row, "parent_category_id") not in ("", "0") else "",
        )
        for row in rows
    )


def places_listed(answer: Answer, *, country: str) -> PlaceNode:
    """The tree of ``country`` (ISO), which is its root. Raises ``Rejected`` where the vendor keeps none."""
    result = node(answer.payload, "result")
    if not flag(result, "ret"):
        code = word(result, "code") or "rejected"
        raise Rejected(f"AliExpress has no list of this country's places ({code}: {_why(result, 'msg')})", code=code)
    data = node(result, "data")
    return PlaceNode(name=country, kind="country", children=_places(data.get("children"), depth=1))


def _places(value: Any, *, depth: int) -> tuple[PlaceNode, ...]:
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as exc:
            raise malformed("children", "is not JSON") from exc
    if value in (None, "", [], {}):
        return ()
    if not isinstance(value, list) or depth > _DEEPEST or not all(isinstance(row, dict) for row in value):
        raise malformed("children")
    return tuple(
        PlaceNode(
            name=text(row, "name"),
            kind=clean(optional_text(row, "type")).lower()[:20],
            children=_places(row.get("children"), depth=depth + 1),
        )
        for row in value
    )


def _why(parent: Node, name: str) -> str:
    return said(optional_text(parent, name)) or "no reason given"
