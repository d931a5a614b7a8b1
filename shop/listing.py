"""A list of products as a page shows it: what its address asks for, and the addresses that lead on from there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Category
from catalog.search import MAX_TEXT, Find, Sort
from shop.addresses import country_name
from shop.visitor import as_country

PAGE_SIZE = 24
_MAX_OPTIONS = 12
_MAX_PRICE = Decimal(10) ** 9

SORT_NAMES: dict[Sort, str | Promise] = {
    Sort.RELEVANCE: _("Best match"),
    Sort.POPULAR: _("Most popular"),
    Sort.NEWEST: _("Newest"),
    Sort.PRICE: _("Price: low to high"),
    Sort.PRICE_FALLING: _("Price: high to low"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address of the same list without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """What the address of a list asks for; whatever makes no sense is left out, and ``errors`` says what and why.

    ``shelf`` is the category whose page this is, ``category`` one that a search is narrowed to;
    ``words`` are names and values of options as the reader calls them.
    """

    path: str
    shelf: Category | None = None
    text: str = ""
    category: Category | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    options: tuple[tuple[str, str], ...] = ()
    in_stock: bool = False
    country: str = ""
    sort: Sort = Sort.RELEVANCE
    after: str = ""
    before: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def default_sort(self) -> Sort:
        return Sort.RELEVANCE if self.text else Sort.POPULAR

    @property
    def sorts(self) -> list[tuple[str, str | Promise, bool]]:
        """(value, name, whether it is the one in use)."""
        names = [sort for sort in Sort if sort != Sort.RELEVANCE or self.text]
        return [(sort.value, SORT_NAMES[sort], sort == self.sort) for sort in names]

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)

    @property
    def chips(self) -> list[Chip]:
        """Each filter that is on."""
        first = replace(self, after="", before="")
        chips = []
        if self.category:
            chips.append(Chip(self.category.name, replace(first, category=None).url))
        for pair in self.options:
            others = tuple(other for other in self.options if other != pair)
            label = ": ".join(self.words.get(word, word) for word in pair)
            chips.append(Chip(label, replace(first, options=others).url))
        if self.min_price is not None:
            text = gettext("From %(price)s") % {"price": _plain(self.min_price)}
            chips.append(Chip(text, replace(first, min_price=None).url))
        if self.max_price is not None:
            text = gettext("Up to %(price)s") % {"price": _plain(self.max_price)}
            chips.append(Chip(text, replace(first, max_price=None).url))
        if self.in_stock:
            chips.append(Chip(gettext("In stock"), replace(first, in_stock=False).url))
        if self.country:
            text = gettext("Ships to %(country)s") % {"country": country_name(self.country)}
            chips.append(Chip(text, replace(first, country="").url))
        return chips

    @property
    def url(self) -> str:
        """The address of this list, the same for the same question whatever the order it was asked in."""
        pairs = [
            ("q", self.text),
            ("category", self.category.slug if self.category else ""),
            *(("option", f"{name}:{value}") for name, value in sorted(self.options)),
            ("min", _plain(self.min_price)),
            ("max", _plain(self.max_price)),
            ("stock", "1" if self.in_stock else ""),
            ("to", self.country),
            ("sort", self.sort.value if self.sort != self.default_sort else ""),
            ("after", self.after),
            ("before", self.before),
        ]
        query = urlencode([(name, value) for name, value in pairs if value])
        return f"{self.path}?{query}" if query else self.path

    @property
    def bare_url(self) -> str:
        """The same words without any filter."""
        return ListingQuery(path=self.path, text=self.text, sort=self.sort).url

    def page_url(self, *, after: str = "", before: str = "") -> str:
        return replace(self, after=after, before=before).url

    def find(self) -> Find:
        category = self.category or self.shelf
        return Find(
            text=self.text,
            category_id=category.pk if category else None,
            min_price=self.min_price,
            max_price=self.max_price,
            options=self.options,
            in_stock=self.in_stock,
            country=self.country,
            sort=self.sort,
            after=self.after,
            before=self.before,
            size=PAGE_SIZE,
        )


def read_query(
    asked: QueryDict, *, path: str, shelf: Category | None = None, categories: list[Category] | None = None
) -> ListingQuery:
    """What ``asked`` (an address' query) means for the list at ``path``. Never fails: an address is anybody's text."""
    text = "" if shelf else _text(asked, "q", MAX_TEXT).strip()
    errors: dict[str, str] = {}
    typed = {name: _text(asked, name, 20) for name in ("min", "max")}
    prices = {name: _price(value, name, errors) for name, value in typed.items()}
    slug = _text(asked, "category", 80)
    sort = Sort.RELEVANCE if text else Sort.POPULAR
    try:
        wanted = Sort(_text(asked, "sort", 20))
        sort = sort if wanted == Sort.RELEVANCE else wanted
    except ValueError:
        pass
    return ListingQuery(
        path=path,
        shelf=shelf,
        text=text,
        category=next((category for category in categories or [] if category.slug == slug), None),
        min_price=prices["min"],
        max_price=prices["max"],
        options=_options(asked),
        in_stock=_text(asked, "stock", 1) == "1",
        country=as_country(_text(asked, "to", 3)),
        sort=sort,
        after=asked.get("after", "")[:200],
        before=asked.get("before", "")[:200],
        errors=errors,
        typed=typed,
    )


def is_slug(text: str) -> bool:
    """Whether ``text`` may be looked up at all: PostgreSQL refuses to be asked for NUL characters."""
    return bool(re.fullmatch(r"[-a-zA-Z0-9_]+", text))


def _options(asked: QueryDict) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in asked.getlist("option")[:_MAX_OPTIONS]:
        name, colon, value = _clean(text)[:281].partition(":")
        if name and colon and value and (name, value) not in pairs:
            pairs.append((name, value))
    return tuple(pairs)


def _price(text: str, name: str, errors: dict[str, str]) -> Decimal | None:
    if not text.strip():
        return None
    try:
        price = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or not 0 <= price <= _MAX_PRICE:
        errors[name] = gettext("Please write the price as a number, for example 25.")
        return None
    return price.quantize(Decimal("0.01"))


def _plain(price: Decimal | None) -> str:
    """``25`` and ``24.90``: as somebody types it."""
    if price is None:
        return ""
    return f"{price:.0f}" if price == price.to_integral_value() else f"{price:.2f}"


def _text(asked: QueryDict, name: str, length: int) -> str:
    return _clean(asked.get(name, ""))[:length]


def _clean(text: str) -> str:
    # PostgreSQL takes no NUL, and what UTF-8 cannot write could not be put into an address again.
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
