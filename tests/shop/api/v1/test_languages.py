"""The API in the client's language: what it tells of the catalogue is what the pages show."""

from __future__ import annotations

import html

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import CategoryTranslation, Product, ProductTranslation, WordTranslation
from catalog.shelf import refresh
from shop.models import Page, PageTranslation
from tests.factories import ListingFactory, VariantFactory
from tests.shop.api.v1.app import App

pytestmark = pytest.mark.django_db

GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def german(client: Client) -> App:
    """An app whose user reads German."""
    return App(client, dict(GERMAN))


@pytest.fixture
def towel() -> Product:
    """A linen towel in sage, translated into German."""
    product = ListingFactory(
        variant__product__title="Linen towel",
        variant__product__summary="Soft.",
        variant__product__description_html="<p>Woven.</p>",
        variant__product__option_names=["Color"],
        variant__product__category__slug="bath",
        variant__product__category__name="Bath",
        variant__options={"Color": "Sage"},
    ).variant.product
    VariantFactory(product=product, options={"Color": "Oat"})
    ProductTranslation.objects.create(
        product=product, language="de", title="Leinentuch", summary="Weich.", description_html="<p>Gewebt.</p>"
    )
    CategoryTranslation.objects.create(
        category=product.category, language="de", name="Badezimmer", description="Für das Bad."
    )
    for word, translated in (("Color", "Farbe"), ("Sage", "Salbei")):
        WordTranslation.objects.create(language="de", word=word, translation=translated)
    refresh([product.pk])
    return product


def page(app: App, path: str) -> str:
    return html.unescape(app.client.get(path, headers=GERMAN).content.decode())


def test_product_reads_as_its_page(german: App, towel: Product) -> None:
    product = german.get(f"products/{towel.slug}/").json()

    shown = page(german, towel.get_absolute_url())
    told = [product[name] for name in ("title", "summary", "description_html")]
    told += [product["category"]["name"], product["variants"][0]["label"], product["option_labels"]["Color"]]
    assert told == ["Leinentuch", "Weich.", "<p>Gewebt.</p>", "Badezimmer", "Salbei", "Farbe"]
    assert all(text in shown for text in told)
    assert product["option_names"] == ["Color"]
    assert product["variants"][0]["options"] == {"Color": "Sage"}
    assert product["option_labels"] == {"Color": "Farbe", "Sage": "Salbei", "Oat": "Oat"}


def test_list_and_its_filters_read_as_the_category_s_page(german: App, towel: Product) -> None:
    cards = german.get("products/?category=bath").json()["results"]
    facets = german.get("product-filters/?category=bath").json()["facets"]

    shown = page(german, "/c/bath/")
    assert [card["title"] for card in cards] == ["Leinentuch"]
    assert [(facet["name"], facet["label"]) for facet in facets] == [("Color", "Farbe")]
    assert [(value["value"], value["label"]) for value in facets[0]["values"]] == [("Oat", "Oat"), ("Sage", "Salbei")]
    assert all(text in shown for text in ("Leinentuch", "Farbe", "Salbei"))


def test_categories_read_as_their_pages(german: App, towel: Product) -> None:
    (category,) = german.get("categories/").json()["results"]

    shown = page(german, "/c/bath/")
    assert (category["slug"], category["name"], category["description"]) == ("bath", "Badezimmer", "Für das Bad.")
    assert "<h1>Badezimmer</h1>" in shown
    assert "Für das Bad." in shown


def test_page_of_text_and_its_link_read_as_on_the_web(german: App) -> None:
    kept = Page.objects.create(slug="hello", title="Hello", body_html="<p>Hi.</p>", is_published=True)
    PageTranslation.objects.create(page=kept, language="de", title="Hallo", body_html="<p>Guten Tag.</p>")

    told = german.get("pages/hello/").json()
    links = german.get("shop/").json()["pages"]

    shown = page(german, "/pages/hello/")
    assert (told["title"], told["body_html"]) == ("Hallo", "<p>Guten Tag.</p>")
    assert links == [{"slug": "hello", "title": "Hallo"}]
    assert "<h1>Hallo</h1>" in shown
    assert "Guten Tag." in shown


@pytest.mark.parametrize("path", ["products/{slug}/", "products/", "product-filters/", "categories/"])
def test_answer_in_another_language_is_another_answer_to_caches(app: App, towel: Product, path: str) -> None:
    path = path.format(slug=towel.slug)
    english = app.get(path)

    translated = app.get(path, Accept_Language="de", If_None_Match=english["ETag"])

    assert translated.status_code == 200
    assert translated["ETag"] != english["ETag"]
    assert "Accept-Language" in translated["Vary"]


@pytest.mark.parametrize(("path", "more"), [("categories/", 1), ("products/", 1), ("product-filters/", 1)])
def test_translated_list_takes_one_query_more_however_long(app: App, towel: Product, path: str, more: int) -> None:
    counts = []
    for headers in ({}, {"Accept_Language": "de"}):
        with CaptureQueriesContext(connection) as queries:
            app.get(path, **headers)
        counts.append(len(queries))

    assert counts[1] == counts[0] + more
