"""How values look on staff's pages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from shop.money import Money, minor_unit


def money_text(money: Money | None) -> str:
    """``1,234.50 USD``: the code and not a sign, because staff see several dollars. Empty for none."""
    if money is None:
        return ""
    places = -int(minor_unit(money.currency).as_tuple().exponent)
    return f"{formats.number_format(money.amount, places, use_l10n=True, force_grouping=True)} {money.currency}"


def amount_text(amount: Decimal | None, currency: str) -> str:
    """As ``money_text``, for an amount whose row keeps the currency beside it."""
    return money_text(Money(amount, currency)) if amount is not None and currency else ""


def nowrap(text: object) -> SafeString:
    """Text that stays on one line, for numbers with dashes and amounts."""
    return format_html('<span class="staff-nowrap">{}</span>', text)


def time_text(at: datetime | None) -> SafeString:
    """``2026-01-02 03:04:05`` in the shop's time zone; empty for none."""
    return nowrap(f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}") if at else SafeString("")


def label(text: str, tone: str = "") -> SafeString:
    """A coloured label; ``tone`` is ``success``, ``info``, ``primary``, ``warning``, ``danger`` or empty."""
    # The template escapes the text.
    return mark_safe(render_to_string("unfold/helpers/label.html", {"text": text, "variant": tone}))  # noqa: S308


def remark(text: str, tone: str) -> SafeString:
    """A coloured sentence: unlike a label it wraps and keeps its letters as they are."""
    return format_html('<span class="staff-remark staff-remark-{}">{}</span>', tone, text)


def preformatted(text: str) -> SafeString:
    """Text as it is, in a box that scrolls."""
    return format_html('<pre class="staff-pre">{}</pre>', text)


def to_copy(text: str) -> SafeString:
    """Text in a box from which it is copied with select-all."""
    return format_html(
        '<textarea class="staff-pre staff-copy" readonly rows="{}">{}</textarea>', min(len(text.splitlines()), 24), text
    )
