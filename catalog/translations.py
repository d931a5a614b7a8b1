"""Texts of the catalogue in the reader's language, as far as staff have translated them; else the base texts.

In the shop's own language nothing is read. Each function asks the database once, however much is translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import F, Model, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from catalog.models import Category, CategoryTranslation, Product, ProductTranslation, Variant, WordTranslation

_PRODUCT_TEXTS = ("title", "summary", "description_html")
_CATEGORY_TEXTS = ("name", "description")


def reader_language() -> str:
    """The language to translate into; empty where that is the shop's own."""
    language = get_language() or ""
    return "" if language == settings.LANGUAGE_CODE else language


def spoken_language(language: str) -> str:
    """``language``, as far as the shop still speaks it; else the shop's own. What was asked long ago kept it."""
    return language if language in dict(settings.LANGUAGES) else str(settings.LANGUAGE_CODE)


def translate_products(products: Iterable[Product], language: str | None = None) -> None:
    """Put the translated title, summary and description into these objects: to be shown, never saved."""
    _translate(products, ProductTranslation, "product_id", _PRODUCT_TEXTS, language)


def translate_categories(categories: Iterable[Category], language: str | None = None) -> None:
    """Put the translated name and description into these objects: to be shown, never saved."""
    _translate(categories, CategoryTranslation, "category_id", _CATEGORY_TEXTS, language)


def _translate(
    objects: Iterable[Model], translations: type[Model], parent_id: str, names: Sequence[str], language: str | None
) -> None:
    into = reader_language() if language is None else language
    found: dict[int, list[Model]] = {}
    for one in objects:
        found.setdefault(one.pk, []).append(one)
    if not into or not found:
        return
    rows = translations._default_manager.filter(**{"language": into, f"{parent_id}__in": found})
    for pk, *texts in rows.values_list(parent_id, *names):
        for one in found[pk]:
            for name, text in zip(names, texts, strict=True):
                if text:
                    setattr(one, name, text)


def words_in(words: Iterable[str], language: str | None = None) -> Mapping[str, str]:
    """Option names and values -> what they are called, those that have a translation."""
    into, wanted = reader_language() if language is None else language, set(words)
    if not into or not wanted:
        return {}
    return dict(WordTranslation.objects.filter(language=into, word__in=wanted).values_list("word", "translation"))


def words_of(variants: Iterable[Variant]) -> set[str]:
    """The option names and values of ``variants``."""
    return {word for variant in variants for pair in variant.options.items() for word in pair}


def sold_titles(variants: Iterable[Variant], language: str) -> dict[str, str]:
    """SKU -> the variant's title with its options in ``language``: what an order keeps of it."""
    into = "" if language == settings.LANGUAGE_CODE else language
    found = list(variants)
    translate_products([variant.product for variant in found], into)
    words = words_in(words_of(found), into)
    return {variant.sku: title_of(variant, words) for variant in found}


def title_of(variant: Variant, words: Mapping[str, str]) -> str:
    """``Leinentuch (Salbei, M)``."""
    chosen = options_text(variant, words)
    return f"{variant.product.title} ({chosen})" if chosen else variant.product.title


def options_text(variant: Variant, words: Mapping[str, str]) -> str:
    """The chosen values, ``Salbei, M``."""
    return ", ".join(words.get(value, value) for value in variant.chosen_values)


def text_of(translations: type[Model], parent: str, name: str) -> Combinable:
    """``name`` of a row in the reader's language, for a query of what ``translations`` belong to by ``parent``."""
    language = reader_language()
    if not language:
        return F(name)
    rows = translations._default_manager.filter(**{parent: OuterRef("pk"), "language": language})
    return Coalesce(Subquery(rows.exclude(**{name: ""}).values(name)[:1]), F(name))
