"""The translations themselves: complete for customers, with the same placeholders and marks as the English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

#: As xgettext's: the places of singular and plural among the arguments.
_MARKS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
_TAG = re.compile(r"</?\w+")

TEMPLATES = sorted(
    path
    for folder in ("shop", "email", "fulfillment")
    for path in (Path(settings.BASE_DIR) / "templates" / folder).rglob("*.*")
) + sorted((Path(settings.BASE_DIR) / "templates").glob("*.html"))
SOURCES = sorted(
    path
    for app in ("integrations", "catalog", "fulfillment", "shop")
    for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
)


def catalogue(language: str) -> Catalog:
    path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def texts(message: Message) -> tuple[list[str], list[str]]:
    """English and translated, singular and plural."""
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    translated = [message.string] if isinstance(message.string, str) else list(message.string)
    return english, translated


def test_nothing_is_missing_in_german() -> None:
    assert [message.id for message in messages("de") if not all(texts(message)[1])] == []


def test_every_text_of_the_sources_is_in_the_catalogue() -> None:
    known = catalogue("de")
    root = Path(settings.BASE_DIR)
    sources = [
        path for app in ("integrations", "catalog", "fulfillment", "shop") for path in (root / app).rglob("*.py")
    ]
    forgotten = []
    for path in sources:
        with path.open("rb") as file:
            found = extract("python", file, keywords=_MARKS, options={"encoding": "utf-8"})
            forgotten += [f"{path.relative_to(root)}:{line}: {text}" for line, text, *_ in found if text not in known]

    assert forgotten == []


def test_texts_are_marked_by_names_that_are_collected() -> None:
    """`make messages` knows gettext by its own names and as ``_``; what another name marks stays English."""
    aliases = re.compile(r"import n?gettext\w* as (?!_$)", re.MULTILINE)

    assert [path for path in SOURCES if aliases.search(path.read_text("utf-8"))] == []


def test_no_german_text_is_a_guess() -> None:
    assert [message.id for message in messages("de") if message.fuzzy] == []


def test_placeholders_and_tags_are_those_of_the_english() -> None:
    different = []
    for message in messages("de"):
        english, translated = texts(message)
        for number, text in enumerate(translated):
            source = english[min(number, len(english) - 1)]
            for marks in (_PLACEHOLDER, _TAG):
                if text and sorted(marks.findall(source)) != sorted(marks.findall(text)):
                    different.append(text)

    assert different == []


def test_german_has_both_forms_of_every_plural() -> None:
    incomplete = [m.id for m in messages("de") if not isinstance(m.id, str) and any(m.string) and len(m.string) != 2]

    assert incomplete == []


def test_compiled_german_is_what_is_read() -> None:
    with translation.override("de"):
        assert gettext("Buy Now") == "Jetzt kaufen"


#: A template without its tags, comments, translated blocks, scripts and markup: what is left is text that nobody wraps.
_WRAPPED = [
    re.compile(r"{#.*?#}", re.S),
    re.compile(r"{%\s*comment.*?endcomment\s*%}", re.S),
    re.compile(r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}", re.S),
    re.compile(r"<!doctype[^>]*>|<!--.*?-->|<(script|style)\b.*?</\1>", re.S | re.I),
    re.compile(r"{%.*?%}|{{.*?}}", re.S),
    re.compile(r'\bdata-[\w-]+="[^"]*"'),
]
_READ_ATTRIBUTE = re.compile(r'\s(?:alt|title|placeholder|aria-label|content)="([^"]*)"')
_MARKUP = re.compile(r"<[^>]*>", re.S)
_WORD = re.compile(r"[A-Za-z]{2,}")
#: Not words of a language, or attributes for machines.
_SAME_EVERYWHERE = {
    "width=device-width, initial-scale=1",
    "website",
    "product",
    "noindex",
    "noindex, follow",
    "summary_large_image",
    "#22463a",
}


def unwrapped(text: str) -> list[str]:
    """The words of a template that stand there untranslated."""
    for pattern in _WRAPPED:
        text = pattern.sub(" ", text)
    read = [*_READ_ATTRIBUTE.findall(text), *re.sub(r"&\w+;", " ", _MARKUP.sub("\n", text)).split("\n")]
    return [part.strip() for part in read if _WORD.search(part) and part.strip() not in _SAME_EVERYWHERE]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_word_of_a_customer_s_template_is_translated(path: Path) -> None:
    assert unwrapped(path.read_text()) == []


def test_word_that_is_not_wrapped_is_found() -> None:
    page = '<p title="Hello">{% translate "Basket" %} Total: {{ total }}</p>{# note #}<img alt="{% translate "A" %}">'

    assert unwrapped(page) == ["Hello", "Total:"]
