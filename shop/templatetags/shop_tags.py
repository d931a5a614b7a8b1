"""Money, times and imported HTML in templates."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_currency
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

from catalog.content import sanitize_html
from shop.addresses import country_name
from shop.money import Money

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


@register.filter
def json_attribute(value: object) -> str:
    """A value for a script, inside a ``data-`` attribute (where the template escapes it)."""
    return json.dumps(value, ensure_ascii=False)


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
def safe_html(value: str) -> SafeString:
    """A description as HTML. It was cleaned when it was stored; this is the second net."""
    return mark_safe(sanitize_html(value))  # noqa: S308 - this is the cleaning


def _format(amount: Decimal, currency: str) -> str:
    return str(format_currency(amount, currency, locale=_locale()))


def _locale() -> str:
    return to_locale(get_language() or "en")
