"""The catalogue of the API: lists, filters, products, and what they cost the database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import CategoryFactory, ListingFactory, VariantFactory
from tests.shop.api.v1.app import App

pytestmark = pytest.mark.django_db


def shelf(count: int, **fields: object) -> None:
    category = CategoryFactory(slug="bath", name="Bath")
    for number in range(count):
        ListingFactory(
            variant__product__category=category,
            variant__product__title=f"Linen towel {number}",
            variant__options={"Color": "Sage"},
            **fields,
        )


@pytest.mark.parametrize("query", ["", "?q=linen", "?category=bath&in_stock=true", "?option=Color:Sage&sort=price"])
def test_list_costs_four_queries_whatever_it_holds(app: App, query: str, django_assert_num_queries) -> None:
    shelf(24)

    with django_assert_num_queries(4):
        found = app.get(f"products/{query}").json()

    assert len(found["results"]) == 24
    card = found["results"][0]
    assert card["price"] == {"amount": "24.90", "currency": "USD"}
    assert card["in_stock"] is True
    assert "id" not in card


def test_list_is_the_page_s_list(app: App) -> None:
    shelf(3)
    ListingFactory(variant__product__title="Cotton rug", variant__price=Decimal(90))
    page = app.client.get("/search/?q=linen&max=50")

    found = app.get("products/?q=linen&max_price=50").json()

    assert [card["title"] for card in found["results"]] == [card.title for card in page.context["cards"]]
    assert found["count"] == 3


def test_cursors_lead_through_all_pages_and_back(app: App) -> None:
    shelf(5)
    first = app.get("products/?page_size=2&sort=newest").json()

    second = app.get(f"products/?page_size=2&sort=newest&cursor={first['next_cursor']}").json()
    back = app.get(f"products/?page_size=2&sort=newest&cursor={second['previous_cursor']}").json()

    assert not {card["slug"] for card in first["results"]} & {card["slug"] for card in second["results"]}
    assert back["results"] == first["results"]


def test_filters_are_counted(app: App) -> None:
    shelf(2)

    found = app.get("product-filters/?q=linen").json()

    assert found["facets"] == [
        {
            "name": "Color",
            "label": "Color",
            "values": [{"value": "Sage", "label": "Sage", "count": 2, "is_chosen": False}],
        }
    ]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("min_price=cheap", "min_price", "invalid_request"),
        ("colour=red", "colour", "invalid_request"),
        ("q=a&q=b", "q", "invalid_request"),
        ("ships_to=XX", "ships_to", "invalid_request"),
        ("q=%00", "q", "invalid_request"),
        ("category=none", "category", "unknown_category"),
        ("cursor=n.none", "cursor", "unknown_cursor"),
    ],
)
def test_bad_query_is_told_by_field(app: App, query: str, field: str, code: str) -> None:
    shelf(1)

    answer = app.get(f"products/?{query}")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["status"], problem["type"]) == (code, 400, "about:blank")
    assert {error["field"] for error in problem["errors"]} == {field}


def test_product_tells_what_its_page_tells(app: App) -> None:
    listing = ListingFactory(stock=3, variant__product__description_html="<p>Soft<script>x</script></p>")
    variant = listing.variant
    VariantFactory(product=variant.product, sku="SOLD-OUT", options={"Color": "Blue"})

    answer = app.get(f"products/{variant.product.slug}/")

    product = answer.json()
    assert product["description_html"] == "<p>Soft</p>"
    choices = {choice["sku"]: choice for choice in product["variants"]}
    assert choices[variant.sku]["stock_text"] == "Only 3 left"
    assert choices["SOLD-OUT"]["stock_level"] == "out"
    assert product["preselected_sku"] == variant.sku


def test_draft_is_not_there(app: App) -> None:
    variant = VariantFactory(product__status="draft")

    assert app.get(f"products/{variant.product.slug}/").status_code == 404


def test_unchanged_answer_is_not_sent_again(app: App) -> None:
    listing = ListingFactory()
    path = f"products/{listing.variant.product.slug}/"
    first = app.get(path)

    again = app.get(path, If_None_Match=first["ETag"])
    listing.variant.price = Decimal("19.90")
    listing.variant.save()
    changed = app.get(path, If_None_Match=first["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "no-cache"
    assert changed.status_code == 200


def test_unchanged_answer_says_how_many_requests_are_left(app: App) -> None:
    first = app.get("categories/")

    again = app.get("categories/", If_None_Match=f"W/{first['ETag']}")

    assert again.status_code == 304
    assert int(again["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1
    assert (again["ETag"], again["Vary"]) == (first["ETag"], first["Vary"])
    assert "Content-Type" not in again


def test_read_is_not_refused_for_another_etag(app: App) -> None:
    assert app.get("categories/", If_Match='"another"').status_code == 200


def test_product_costs_the_same_queries_for_any_number_of_variants(app: App) -> None:

    one, many = ListingFactory().variant.product, ListingFactory().variant.product
    for _ in range(5):
        ListingFactory(variant__product=many)

    counts = []
    for product in (one, many):
        with CaptureQueriesContext(connection) as queries:
            app.get(f"products/{product.slug}/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 6


def test_address_form_names_the_fields_and_provinces(app: App) -> None:
    form = app.get("countries/US/").json()

    fields = {field["name"]: field for field in form["address_fields"]}
    assert fields["province"]["is_required"]
    assert {"value": "New York", "label": "New York"} in fields["province"]["choices"]
    assert app.get("countries/XX/").status_code == 404


def test_delivery_is_the_page_s_answer(app: App, supplier) -> None:
    listing = ListingFactory(account__provider="fake", destination_countries=["DE"])
    path = f"products/{listing.variant.product.slug}/delivery/?sku={listing.variant.sku}"

    assert app.get(f"{path}&country=US").json()["state"] == "never"
    assert app.get(f"products/{listing.variant.product.slug}/delivery/?sku=none&country=US").status_code == 404


def test_unknown_address_is_a_problem_and_no_page(app: App) -> None:
    answer = app.get("nothing/here")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
