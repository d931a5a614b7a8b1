"""Adds the demo's German texts to what is still as the demo made it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from catalog.content import sanitize_html
from catalog.models import Category, CategoryTranslation, Product, ProductTranslation, WordTranslation
from catalog.shelf import refresh
from shop.demo.german import garden_and_travel, kitchen_and_bed, light_and_desk
from shop.demo.german.pages import PAGES
from shop.demo.german.words import CATEGORIES, WORDS
from shop.demo.load import demo_catalogue
from shop.demo.pages import demo_texts
from shop.models import Page, PageTranslation

LANGUAGE = "de"
PRODUCTS = {**kitchen_and_bed.PRODUCTS, **light_and_desk.PRODUCTS, **garden_and_travel.PRODUCTS}


def load_demo_german() -> int:
    """Add the German texts that are missing; how many. Nothing where German is no other language of the shop.

    What has a translation keeps it. Where staff have changed the English texts none is added: it would say something
    else. Nor is one for what the demo has not made.
    """
    if LANGUAGE == settings.LANGUAGE_CODE or LANGUAGE not in dict(settings.LANGUAGES):
        return 0
    # Products last: what they are found by has their categories' and options' words in it.
    return _translate_words() + _translate_categories() + _translate_pages() + _translate_products()


def _untranslated(model: type[Model], parent: str, translations: type[Model], slugs: dict[str, Any]) -> QuerySet[Any]:
    present = translations._default_manager.filter(**{parent: OuterRef("pk"), "language": LANGUAGE})
    return model._default_manager.filter(~Exists(present), slug__in=list(slugs))


def _translate_products() -> int:
    found = list(_untranslated(Product, "product", ProductTranslation, PRODUCTS))
    if not found:
        return 0
    english = {item["slug"]: item for item in demo_catalogue()["products"]}
    rows = []
    for product in found:
        base, text = english.get(product.slug), PRODUCTS[product.slug]
        # Cleaned, as it was when it was loaded.
        if base and (product.title, product.summary, product.description_html) == (
            base["title"],
            base["summary"],
            sanitize_html(base["description_html"]),
        ):
            row = ProductTranslation(product=product, language=LANGUAGE, title=text.title, summary=text.summary)
            row.description_html = sanitize_html(text.description_html)
            rows.append(row)
    if rows:
        # Together: a text that is stored but not indexed would never be found, as the next run passes it over.
        with transaction.atomic():
            ProductTranslation.objects.bulk_create(rows, ignore_conflicts=True)
            refresh([row.product_id for row in rows])
    return len(rows)


def _translate_categories() -> int:
    found = list(_untranslated(Category, "category", CategoryTranslation, CATEGORIES))
    if not found:
        return 0
    english = {item["slug"]: (item["name"], item["description"]) for item in demo_catalogue()["categories"]}
    rows = [
        CategoryTranslation(category=category, language=LANGUAGE, name=name, description=description)
        for category in found
        if (category.name, category.description) == english.get(category.slug)
        for name, description in [CATEGORIES[category.slug]]
    ]
    return _add(CategoryTranslation, rows)


def _translate_pages() -> int:
    english = demo_texts()
    rows = [
        PageTranslation(page=page, language=LANGUAGE, title=title, body_html=sanitize_html(body))
        for page in _untranslated(Page, "page", PageTranslation, PAGES)
        if (page.title, page.body_html) == english[page.slug]
        for title, body in [PAGES[page.slug]]
    ]
    return _add(PageTranslation, rows)


def _translate_words() -> int:
    """Words are the whole shop's: those that staff have translated stay as they are."""
    present = set(WordTranslation.objects.filter(language=LANGUAGE, word__in=WORDS).values_list("word", flat=True))
    rows = [
        WordTranslation(language=LANGUAGE, word=word, translation=translation)
        for word, translation in WORDS.items()
        if word not in present
    ]
    return _add(WordTranslation, rows)


def _add(translations: type[Model], rows: list[Any]) -> int:
    """Another process that starts at the same time may have added them in between: that is no error."""
    if rows:
        translations._default_manager.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
