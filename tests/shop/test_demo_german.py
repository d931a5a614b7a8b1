"""The demo in German: whole, true to the English, added once, and never over what staff have written."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Category, CategoryTranslation, Product, ProductTranslation, WordTranslation
from catalog.search import Find, find
from catalog.translations import words_of
from shop.demo import load
from shop.demo.german.load import load_demo_german
from shop.models import Page, PageTranslation

pytestmark = pytest.mark.django_db

#: Words that are the same in both languages: a color's name and measures.
SAME = {"Sand", "30 cm", "40 cm", "45 cm", "60 cm", "500 ml", "750 ml"}


@pytest.fixture(autouse=True)
def _one_picture(monkeypatch) -> None:
    """One picture stands for all: they take long to encode."""
    stored = load.store_picture((load.PICTURES / "stoneware-mug-sage.webp").read_bytes(), folder="products")
    monkeypatch.setattr(load, "store_picture", lambda data, folder: stored)


@pytest.fixture
def few_goods(monkeypatch, tmp_path) -> None:
    """The demo's first product and its category alone."""
    demo = load.demo_catalogue()
    demo["products"], demo["categories"] = demo["products"][:1], demo["categories"][:1]
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(demo), encoding="utf-8")
    monkeypatch.setattr(load, "CATALOGUE", path)


def _seed() -> None:
    call_command("seed_demo", verbosity=0)


def _translations() -> list[list[tuple[object, ...]]]:
    tables = (ProductTranslation, CategoryTranslation, WordTranslation, PageTranslation)
    return [list(table.objects.order_by("pk").values_list()) for table in tables]


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", re.sub(r"(\d),(\d)", r"\1.\2", text))


def _tags(text: str) -> list[str]:
    return re.findall(r"<[^>]*>", text)


def test_whole_demo_speaks_german() -> None:
    _seed()

    products = list(Product.objects.prefetch_related("translations", "variants"))
    assert len(products) == len(load.demo_catalogue()["products"])
    for product in products:
        german = product.translations.get(language="de")
        german.full_clean()
        for name in ("title", "summary", "description_html"):
            assert getattr(german, name) not in ("", getattr(product, name)), (product.slug, name)
        # Measures and other figures are those of the English text, and so is what is list and what is paragraph.
        assert _numbers(german.description_html) == _numbers(product.description_html), product.slug
        assert _tags(german.description_html) == _tags(product.description_html), product.slug
    for category in Category.objects.all():
        german = category.translations.get(language="de")
        german.full_clean()
        assert german.name not in ("", category.name)
        assert german.description not in ("", category.description)
    for page in Page.objects.filter(is_published=True):
        german = page.translations.get(language="de")
        german.full_clean()
        assert german.title not in ("", page.title)
        assert "Dies ist ein Demo-Shop" in german.body_html
        assert _tags(german.body_html) == _tags(page.body_html), page.slug
    words = dict(WordTranslation.objects.filter(language="de").values_list("word", "translation"))
    wanted = words_of(variant for product in products for variant in product.variants.all())
    assert words.keys() == wanted
    assert {word for word, german in words.items() if german == word} == SAME


def test_demo_product_is_shown_and_found_in_german(few_goods, client: Client) -> None:
    _seed()

    page = client.get("/p/stoneware-mug/?lang=de").content.decode()

    assert "Steinzeugbecher</h1>" in page
    assert "Anthrazit" in page
    assert [product.slug for product in find(Find(text="steinzeugbecher")).products] == ["stoneware-mug"]
    assert [product.slug for product in find(Find(text="bleifreie Glasur")).products] == ["stoneware-mug"]


def test_second_run_adds_no_german(few_goods) -> None:
    _seed()
    before = _translations()

    with CaptureQueriesContext(connection) as queries:
        _seed()

    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert _translations() == before


def test_german_that_staff_have_written_stays(few_goods) -> None:
    _seed()
    ProductTranslation.objects.update(title="Unser Becher", summary="", description_html="")
    CategoryTranslation.objects.update(name="Küche", description="")
    PageTranslation.objects.update(title="Unsere Seite", body_html="")
    WordTranslation.objects.update(translation="Unser Wort")
    written = _translations()

    _seed()

    assert _translations() == written


def test_demo_of_an_earlier_version_becomes_german(few_goods) -> None:
    _seed()
    for table in (ProductTranslation, CategoryTranslation, WordTranslation, PageTranslation):
        table.objects.all().delete()

    _seed()

    assert ProductTranslation.objects.get().title == "Steinzeugbecher"
    assert CategoryTranslation.objects.get().name == "Küche & Tisch"
    assert PageTranslation.objects.filter(title="Impressum").exists()
    assert WordTranslation.objects.get(word="Sage").translation == "Salbei"


def test_english_that_staff_have_rewritten_gets_no_german_of_the_demo(few_goods) -> None:
    _seed()
    for table in (ProductTranslation, CategoryTranslation, PageTranslation):
        table.objects.all().delete()
    Product.objects.update(summary="A mug of ours.")
    Category.objects.update(description="What we like.")
    Page.objects.update(body_html="<p>Ours.</p>")

    _seed()

    assert not ProductTranslation.objects.exists()
    assert not CategoryTranslation.objects.exists()
    assert not PageTranslation.objects.exists()


@pytest.mark.parametrize(
    ("own", "languages"), [("en", [("en", "English")]), ("de", [("de", "Deutsch"), ("en", "English")])]
)
def test_shop_that_translates_into_no_german_gets_none(few_goods, settings, own, languages) -> None:
    settings.LANGUAGE_CODE, settings.LANGUAGES = own, languages

    _seed()

    assert load_demo_german() == 0
    assert _translations() == [[], [], [], []]
