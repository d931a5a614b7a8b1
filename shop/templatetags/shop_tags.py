"""Money, times and imported HTML in templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

from catalog.content import sanitize_html
from shop.addresses import country_choices, country_name
from shop.money import Money
from shop.shown_currency import ShownCurrency

register = template.Library()

register.filter("country", country_name)


@register.filter("money")
def money_filter(value: Money | None) -> str:
    """``{{ card.price|money }}``: the amount as people write it, ``$24.90``."""
    return _format(value.amount, value.currency) if value is not None else ""


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    """``{% money order.total order.currency %}`` for the two columns of a row."""
    return _format(amount, currency)


@register.simple_tag(takes_context=True)
def about(context: Context, amount: Money | None) -> str:
    """``{% about card.price %}``: ``about 12,34 €`` in the currency the visitor has chosen; else nothing."""
    shown: ShownCurrency | None = context.get("shown_currency")
    return shown.about(amount) if shown else ""


@register.simple_tag(takes_context=True)
def script_data(context: Context, page: Any) -> dict[str, Any]:
    """What a script needs to follow the choice on a product's page, estimates in the visitor's currency included."""
    shown: ShownCurrency | None = context.get("shown_currency")
    data: dict[str, Any] = page.script_data
    if shown and shown.is_another:
        for variant, choice in zip(data["variants"], page.choices, strict=True):
            variant["about"] = shown.about(choice.price)
    return data


@register.filter
def in_words(word: str, words: Mapping[str, str]) -> str:
    """An option's name or value as the reader calls it, if ``words`` say so."""
    return words.get(word, word)


@register.filter
def json_attribute(value: object) -> str:
    """A value for a script, inside a ``data-`` attribute (where the template escapes it)."""
    return json.dumps(value, ensure_ascii=False)


@register.simple_tag
def country_options() -> SafeString:
    """All countries as options of a select, none chosen; worked out once for each language."""
    return _country_options(get_language() or "en")


@lru_cache(maxsize=32)
def _country_options(language: str) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', country_choices())


@register.simple_tag
def breadcrumb_data(crumbs: list[tuple[str, str]]) -> SafeString:
    """(name, path) from the front door down, as schema.org's BreadcrumbList for search engines."""
    data = {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": f"{settings.BASE_URL}{path}"}
            for position, (name, path) in enumerate(crumbs, 1)
        ],
    }
    return format_html('<script type="application/ld+json">{}</script>', _script_safe(data))


def _script_safe(data: object) -> SafeString:
    """JSON in which no text can end the script that it stands in."""
    text = json.dumps(data, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - this is the escaping


@register.filter
def web_address(value: str) -> str:
    """``value`` if it is a web address, else nothing: a supplier's text must not become a script's."""
    return value if value.startswith(("https://", "http://")) else ""


@register.filter
def local_time(value: datetime | None) -> SafeString | str:
    """A ``<time>`` in the shop's time zone; a script may turn it into the visitor's."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    text = format_datetime(local, "d MMM y, HH:mm", locale=_locale())
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), text)


@register.filter
def day(value: datetime | None) -> str:
    """The day in the shop's time zone: ``21 Nov 2026``."""
    return format_date(timezone.localtime(value).date(), "d MMM y", locale=_locale()) if value else ""


@register.filter
def safe_html(value: str) -> SafeString:
    """A description as HTML. It was cleaned when it was stored; this is the second net."""
    return mark_safe(sanitize_html(value))  # noqa: S308 - this is the cleaning


@register.filter
def without_placeholder(field: BoundField) -> BoundField:
    """A field of a library's form as ours are: its label says what it is, and stays when something is typed."""
    field.field.widget.attrs.pop("placeholder", None)
    return field


def _format(amount: Decimal, currency: str) -> str:
    return str(format_currency(amount, currency, locale=_locale()))


def _locale() -> str:
    return to_locale(get_language() or "en")
