"""Category and search pages: filters in the address, chips, pages, empty results, queries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from catalog.models import Product
from catalog.shelf import count_sold
from tests.factories import CategoryFactory, ListingFactory, ProductFactory, VariantFactory
from tests.shop.test_storefront import make_products

pytestmark = pytest.mark.django_db

CountQueries = Callable[..., Any]


def make(title: str, *, options: dict[str, str] | None = None, price: int = 20, **fields: Any) -> Product:
    product = ProductFactory(title=title, **fields)
    ListingFactory(variant=VariantFactory(product=product, options=options or {}, price=Decimal(price)))
    return product


def titles(response: Any) -> list[str]:
    return [card.title for card in response.context["cards"]]


@pytest.mark.parametrize("count", [24, 48, 300])
def test_category_takes_six_queries_however_many_products_there_are(
    client: Client, django_assert_num_queries: CountQueries, count: int
) -> None:
    shelf = CategoryFactory()
    make_products(count, category=shelf)

    with django_assert_num_queries(6):
        response = client.get(shelf.get_absolute_url())

    assert response.content.count(b'class="card"') == 24


def test_later_page_of_a_category_takes_seven_queries(client: Client, django_assert_num_queries: CountQueries) -> None:
    shelf = CategoryFactory()
    products = make_products(30, category=shelf)

    with django_assert_num_queries(7):
        client.get(shelf.get_absolute_url(), {"after": products[-24].slug})


@pytest.mark.parametrize("count", [24, 48])
@pytest.mark.parametrize("asked", [{}, {"after": True}, {"option": ["Color:Sage", "Color:Oat"], "stock": "1"}])
def test_search_takes_as_many_queries_however_many_products_are_found(
    client: Client, django_assert_num_queries: CountQueries, count: int, asked: dict[str, Any]
) -> None:
    products = make_products(count)
    if "after" in asked:
        asked = {"after": products[-20].slug}
    queries = 7 if "option" in asked else 6

    with django_assert_num_queries(queries):
        response = client.get("/search/", {"q": "product", **asked})

    assert response.content.count(b'class="card"') > 0


def test_home_with_sales_takes_six_queries_too(client: Client, django_assert_num_queries: CountQueries) -> None:
    products = make_products(24)
    count_sold([(products[3].variants.first().pk, 2)])

    with django_assert_num_queries(6):
        response = client.get("/")

    assert [card.title for card in response.context["popular"]] == [products[3].title]


def test_empty_category_says_so(client: Client) -> None:
    assert "Nothing on this shelf yet" in client.get(CategoryFactory().get_absolute_url()).content.decode()


def test_category_beyond_those_of_the_head_has_its_page(client: Client) -> None:
    for _ in range(12):
        CategoryFactory()
    shelf = CategoryFactory()
    make("Lamp", category=shelf)

    assert titles(client.get(shelf.get_absolute_url())) == ["Lamp"]


def test_unknown_category_is_not_found(client: Client) -> None:
    assert client.get("/c/gone/").status_code == 404


@pytest.mark.parametrize("path", ["/search/", "/search/?q=lamp"])
@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("cursor", ["gone", "'; DROP TABLE", "1" * 5000, "\x00", "../x", "é"])
def test_unknown_cursor_is_not_found(client: Client, path: str, name: str, cursor: str) -> None:
    make("Lamp")
    query = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}

    assert client.get("/search/", {**query, name: cursor}).status_code == 404


def test_pages_lead_on_and_back_with_all_filters(client: Client) -> None:
    for _ in range(30):
        make("Lamp", options={"Color": "Sage"})

    first = client.get("/search/", {"q": "lamp", "option": "Color:Sage", "sort": "price", "max": "30"})
    second = client.get(first.context["next_url"])

    assert len(titles(second)) == 6
    assert parse_qs(urlsplit(second.context["previous_url"]).query) == {
        "q": ["lamp"],
        "option": ["Color:Sage"],
        "max": ["30"],
        "sort": ["price"],
        "before": parse_qs(urlsplit(second.context["previous_url"]).query)["before"],
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"min": "abc"},
        {"min": "-5"},
        {"max": "NaN"},
        {"max": "1e999999"},
        {"min": "Infinity", "max": "\x00"},
    ],
)
def test_price_that_is_none_is_told_and_kept(client: Client, asked: dict[str, str]) -> None:
    make("Lamp")

    response = client.get("/search/", asked)

    assert titles(response) == ["Lamp"]
    if "\x00" not in asked.values():
        assert "Please write the price as a number" in response.content.decode()
        assert f'value="{next(iter(asked.values()))}"' in response.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"option": ["no colon", ":", "a:", ":b", "\x00:\x00", "x" * 9000]},
        {"category": "gone"},
        {"category": "' OR 1=1"},
        {"sort": "password"},
        {"sort": "-product__id"},
        {"to": "ZZ"},
        {"to": "\x00\x00"},
        {"stock": "yes"},
        {"q": "\x00"},
        {"unknown": "x"},
    ],
)
def test_filters_that_make_no_sense_are_passed_over(client: Client, asked: dict[str, Any]) -> None:
    make("Lamp")

    response = client.get("/search/", asked)

    assert (response.status_code, titles(response)) == (200, ["Lamp"])


def test_lone_surrogates_and_bad_bytes_break_nothing(client: Client) -> None:
    make("Lamp")

    for query in ("q=%ED%A0%80", "q=%FF%FE", "option=%FF:%ED%A0%80", "min=%FF"):
        assert client.get(f"/search/?{query}").status_code == 200


def test_each_filter_has_a_chip_that_takes_away_only_it(client: Client) -> None:
    shelf = CategoryFactory(name="Lighting", slug="lighting")
    make("Lamp", category=shelf, options={"Color": "Sage: light & <soft>"})
    asked = {
        "q": "lamp",
        "category": "lighting",
        "option": "Color:Sage: light & <soft>",
        "min": "5",
        "max": "24,90",
        "stock": "1",
        "to": "de",
    }

    response = client.get("/search/", asked)
    chips = {chip.label: parse_qs(urlsplit(chip.url).query) for chip in response.context["query"].chips}

    assert titles(response) == ["Lamp"]
    assert list(chips) == [
        "Lighting",
        "Color: Sage: light & <soft>",
        "From 5",
        "Up to 24.90",
        "In stock",
        "Ships to Germany",
    ]
    assert "min" not in chips["From 5"]
    assert chips["From 5"]["max"] == ["24.90"]
    assert all(len(kept) == 6 for kept in chips.values())
    assert "<soft>" not in response.content.decode()


def test_chosen_country_is_remembered_and_offered_first(client: Client) -> None:
    make("Lamp")

    client.get("/search/", {"to": "NZ"})
    response = client.get("/search/")

    assert response.context["likely_country"] == ("NZ", "New Zealand")
    assert response.context["query"].country == ""


def test_search_without_a_hit_helps_on(client: Client) -> None:
    make("Oak Tray")

    response = client.get("/search/", {"q": "xylophone"})
    page = response.content.decode()

    assert "Nothing was found" in page
    assert [card.title for card in response.context["hints"]] == ["Oak Tray"]


def test_slip_is_corrected_and_its_pages_are_those_of_the_right_word(client: Client) -> None:
    for _ in range(30):
        make("Mushroom Lamp")

    response = client.get("/search/", {"q": "lmap"})
    second = client.get(response.context["next_url"])

    assert "Nothing was found for “lmap”" in response.content.decode()
    assert len(titles(second)) == 6


def test_filters_without_a_hit_can_be_removed_at_once(client: Client) -> None:
    make("Lamp", price=20)

    response = client.get("/search/", {"q": "lamp", "min": "100", "stock": "1"})

    assert "Nothing fits all of these filters" in response.content.decode()
    assert response.context["query"].bare_url == "/search/?q=lamp"


def test_search_text_is_escaped_wherever_it_is_shown(client: Client) -> None:
    page = client.get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()

    assert "<script>alert" not in page
    assert 'value="&quot;&gt;&lt;script&gt;' in page


def test_search_field_stands_on_every_page_of_the_shop(client: Client) -> None:
    product = make("Lamp")

    for path in ("/", product.get_absolute_url(), product.category.get_absolute_url(), "/search/"):
        assert '<input id="search" type="search" name="q"' in client.get(path).content.decode()


def test_lists_need_no_script(client: Client) -> None:
    make("Lamp", options={"Color": "Sage"})

    page = client.get("/search/", {"q": "lamp"}).content.decode()

    assert '<form id="filters" action="/search/" method="get">' in page
    assert '<input type="hidden" name="q" value="lamp">' in page
    assert 'name="option" value="Color:Sage"' in page
    assert "<noscript>" in page


@pytest.mark.parametrize(
    ("query", "is_indexed"), [("", True), ("?sort=price", False), ("?after=lamp", False), ("?stock=1", False)]
)
def test_filters_and_cursors_do_not_multiply_pages(client: Client, query: str, is_indexed: bool, settings) -> None:
    settings.BASE_URL = "https://shop.example.com"
    product = make("Lamp", slug="lamp")

    page = client.get(product.category.get_absolute_url() + query).content.decode()

    address = f"https://shop.example.com{product.category.get_absolute_url()}"
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'<meta property="og:url" content="{address}">' in page
    assert ("noindex" not in page) is is_indexed


def test_breadcrumbs_are_told_to_search_engines_and_cannot_end_their_script(client: Client, settings) -> None:
    settings.BASE_URL = "https://shop.example.com"
    shelf = CategoryFactory(name="</script><script>alert(1)</script>", slug="x")

    page = client.get(shelf.get_absolute_url()).content.decode()
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)

    items = json.loads(data)["itemListElement"]
    assert [(item["position"], item["item"]) for item in items] == [
        (1, "https://shop.example.com/"),
        (2, "https://shop.example.com/c/x/"),
    ]
    assert items[1]["name"] == shelf.name
