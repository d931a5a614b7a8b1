"""Searching goods, categories and places: what is asked, where, and how the answers are read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
import responses

from integrations.aliexpress import fields, parse_sourcing, sourcing
from integrations.aliexpress.client import AliExpressAdapter
from integrations.aliexpress.envelope import Answer, open_answer
from integrations.aliexpress.signing import sign
from integrations.base import SourcingAdapter
from integrations.errors import AccountUnusable, MalformedReply, Rejected, Transient
from integrations.types import CategoryNode, PlaceNode, SearchHit, SearchSort
from shop.money import Money
from tests.factories import SupplierAccountFactory
from tests.integrations.aliexpress.payloads import payload, payload_json

SYNC = "https://api-sg.aliexpress.com/sync"
SEARCH = "aliexpress_ds_text_search_response"
CATEGORIES = "aliexpress_ds_category_get_response"
ADDRESS = "aliexpress_ds_address_get_response"


@pytest.fixture
def adapter(db) -> AliExpressAdapter:
    return AliExpressAdapter(SupplierAccountFactory(endpoint="https://api-sg.aliexpress.com", app_secret="s3cr3t"))


def ask(adapter: AliExpressAdapter, name: str) -> Any:
    """Make the named question."""
    if name == "search":
        return adapter.search_products(
            "yoga mat", country="GB", currency="EUR", page=2, page_size=50, sort=SearchSort.ORDERS_DESC
        )
    return adapter.fetch_categories() if name == "categories" else adapter.fetch_address_tree("GB")


def answer(document: Any) -> Answer:
    return open_answer(json.dumps(document).encode(), write=False)


# --- what is asked --------------------------------------------------------------------------------------


def test_search_asks_for_one_page_in_the_platforms_words() -> None:
    params = sourcing.text_search(
        "yoga mat", country="GB", currency="EUR", page=2, page_size=50, sort=SearchSort.ORDERS_DESC
    )

    assert params == payload_json("text_search_request.json")


def test_search_without_an_order_leaves_it_to_the_platform() -> None:
    params = sourcing.text_search("mat", country="US", currency="USD", page=1, page_size=50, sort=None)

    assert "sortBy" not in params


@pytest.mark.parametrize("sort", list(SearchSort))
def test_every_order_has_the_platforms_word(sort: SearchSort) -> None:
    params = sourcing.text_search("mat", country="US", currency="USD", page=1, page_size=50, sort=sort)

    assert params["sortBy"].count(",") == 1


def test_destination_that_cannot_be_served_is_not_asked_for() -> None:
    with pytest.raises(Rejected):
        sourcing.address_get("AQ")


@pytest.mark.parametrize(
    ("name", "method", "reply", "asked"),
    [
        ("search", "aliexpress.ds.text.search", "text_search_shown.json", payload_json("text_search_request.json")),
        ("categories", "aliexpress.ds.category.get", "categories_shown.json", {"language": "en_US"}),
        ("places", "aliexpress.ds.address.get", "address_shown.json", {"countryCode": "UK", "language": "en_US"}),
    ],
)
def test_question_goes_signed_to_the_business_address(
    adapter: AliExpressAdapter, name: str, method: str, reply: str, asked: dict[str, str]
) -> None:
    with responses.RequestsMock() as gateway:
        gateway.post(SYNC, body=payload(reply))
        ask(adapter, name)
        form = dict(parse_qsl(str(gateway.calls[0].request.body), strict_parsing=True))

    assert form["method"] == method
    assert asked.items() <= form.items()
    assert form["sign"] == sign(form, secret="s3cr3t")


@pytest.mark.parametrize("name", ["search", "categories", "places"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (payload("error_flat.json"), AccountUnusable),
        (payload("error_their_side.json"), Transient),
        (b"<html>", MalformedReply),
    ],
)
def test_question_ends_in_the_one_error_that_is_true(
    adapter: AliExpressAdapter, name: str, body: bytes, expected: type[Exception]
) -> None:
    with responses.RequestsMock() as gateway:
        gateway.post(SYNC, body=body)
        with pytest.raises(expected) as caught:
            ask(adapter, name)

    assert type(caught.value) is expected


def test_adapter_offers_sourcing(adapter: AliExpressAdapter) -> None:
    assert isinstance(adapter, SourcingAdapter)


# --- hits -----------------------------------------------------------------------------------------------


def found(**changes: Any) -> tuple[SearchHit, ...]:
    """The captured page with ``changes`` in its first hit."""
    document = payload_json("text_search_shown.json")
    document[SEARCH]["data"]["products"]["selection_search_product"][0] |= changes
    return parse_sourcing.products_found(answer(document), currency="EUR").hits


def test_page_is_read_without_the_fillers() -> None:
    page = parse_sourcing.products_found(answer(payload_json("text_search_shown.json")), currency="EUR")

    assert (page.rows, page.total) == (2, 3984)
    assert page.hits == (
        SearchHit(
            product_id="1005006361450153",
            title="Yoga mat",
            price=Money(Decimal("3.29"), "EUR"),
            list_price=Money(Decimal("9.40"), "EUR"),
            url="https://www.aliexpress.com/item/1005006361450153.html",
            image_url="https://ae01.alicdn.com/kf/S1.jpg",
            discount_percent=65,
            quantity_sold=5000,
            rating_percent=Decimal("89.2"),
        ),
    )


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("5,000+", 5000),
        ("5000+", 5000),
        ("1,234,567", 1234567),
        ("12", 12),
        ("0", 0),
        ("", None),
        ("many", None),
        ("5,00", None),
        ("-5", None),
        ("5K+", None),
    ],
)
def test_number_of_orders_is_read_or_not_told(words: str, quantity: int | None) -> None:
    assert fields.quantity_sold(words) == quantity


def test_number_of_orders_may_be_a_number() -> None:
    assert found(orders=7)[0].quantity_sold == 7


def test_what_a_hit_does_not_tell_is_none() -> None:
    (hit,) = found(targetOriginalPrice=None, discount=None, evaluateRate=None, orders=None, itemUrl=None)

    assert (hit.list_price, hit.discount_percent, hit.rating_percent, hit.quantity_sold) == (None,) * 4
    assert hit.url == "https://www.aliexpress.com/item/1005006361450153.html"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:x", "item/1.html"])
def test_address_that_is_none_is_dropped(url: str) -> None:
    assert found(itemMainPic=url)[0].image_url == ""


@pytest.mark.parametrize(
    ("field", "value"), [("itemId", "x"), ("title", ""), ("targetSalePrice", None), ("targetSalePrice", "3,29")]
)
def test_page_on_which_no_hit_can_be_read_is_malformed(field: str, value: Any) -> None:
    with pytest.raises(MalformedReply) as caught:
        found(**{field: value})

    assert caught.value.field == field


def test_one_bad_hit_does_not_hide_the_others(caplog: pytest.LogCaptureFixture) -> None:
    document = payload_json("text_search_shown.json")
    hits = document[SEARCH]["data"]["products"]["selection_search_product"]
    hits.append({**hits[0], "targetSalePrice": "?"})

    page = parse_sourcing.products_found(answer(document), currency="EUR")

    assert len(page.hits) == 1
    assert "1 of 2 hits cannot be read: targetSalePrice" in caplog.text


def test_refused_search_is_rejected_with_its_code() -> None:
    with pytest.raises(Rejected) as caught:
        parse_sourcing.products_found(answer({SEARCH: {"code": "15", "msg": "no"}}), currency="EUR")

    assert caught.value.code == "15"


def test_search_without_data_is_an_empty_page() -> None:
    page = parse_sourcing.products_found(answer({SEARCH: {"code": "00", "data": None}}), currency="EUR")

    assert (page.hits, page.rows, page.total) == ((), 0, 0)


# --- categories and places --------------------------------------------------------------------------------


def test_categories_are_read_with_their_parents() -> None:
    assert parse_sourcing.categories_listed(answer(payload_json("categories_shown.json"))) == (
        CategoryNode("15", "Home & Garden"),
        CategoryNode("154002", "Kitchen, Dining & Bar", parent_id="15"),
    )


def test_refused_categories_are_rejected() -> None:
    with pytest.raises(Rejected):
        parse_sourcing.categories_listed(answer({CATEGORIES: {"resp_result": {"resp_code": 402, "resp_msg": "no"}}}))


def test_places_are_read_as_a_tree() -> None:
    assert parse_sourcing.places_listed(answer(payload_json("address_shown.json")), country="GB") == PlaceNode(
        "GB",
        "country",
        (
            PlaceNode("England", "province", (PlaceNode("London", "city"),)),
            PlaceNode("Wales", "province"),
        ),
    )


def places(children: Any) -> PlaceNode:
    document = payload_json("address_shown.json")
    document[ADDRESS]["result"]["data"]["children"] = children
    return parse_sourcing.places_listed(answer(document), country="GB")


@pytest.mark.parametrize("children", [None, "", "[]", []])
def test_country_without_places_is_a_tree_without_children(children: Any) -> None:
    assert places(children).children == ()


def test_places_that_come_opened_are_read_too() -> None:
    assert places([{"name": "Wales", "type": "PROVINCE"}]).children == (PlaceNode("Wales", "province"),)


@pytest.mark.parametrize(
    "children",
    ["[{", "[1]", '{"name": "x"}', '[{"type": "CITY"}]', "[" * 50_000, 5, '"x"'],
)
def test_places_that_cannot_be_read_are_malformed(children: Any) -> None:
    with pytest.raises(MalformedReply):
        places(children)


def test_tree_without_an_end_is_malformed() -> None:
    tree: Any = []
    for _ in range(50):
        tree = [{"name": "x", "children": tree}]

    with pytest.raises(MalformedReply):
        places(tree)


def test_country_the_platform_does_not_know_is_rejected() -> None:
    document = {ADDRESS: {"result": {"ret": False, "code": "500", "msg": "no data"}}}

    with pytest.raises(Rejected) as caught:
        parse_sourcing.places_listed(answer(document), country="GB")

    assert caught.value.code == "500"
