"""How orders look on staff's pages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from fulfillment.badges import Banner, banners
from fulfillment.labels import MODE_TONES, OUTCOME_TONES, STATUS_TONES
from fulfillment.models import Attempt, Order, Payment, Refund, ReturnRequest, SupplierOrder
from integrations.cells import amount_text, label, money_text
from shop.money import Money

register = template.Library()


@register.simple_tag
def status_label(row: Order | SupplierOrder | Payment | Refund | ReturnRequest) -> SafeString:
    """The row's status as a coloured label."""
    return label(row.get_status_display(), STATUS_TONES[type(row)].get(row.status, ""))


@register.simple_tag
def outcome_label(attempt: Attempt) -> SafeString:
    """An attempt's outcome as a coloured label."""
    return label(attempt.get_outcome_display(), OUTCOME_TONES.get(attempt.outcome, ""))


@register.simple_tag
def mode_label(supplier_order: SupplierOrder) -> SafeString | str:
    """The world in which a supplier order is bought."""
    mode = supplier_order.account_mode
    return label(supplier_order.get_account_mode_display(), MODE_TONES.get(mode, "")) if mode else ""


@register.filter
def amount(value: Decimal | None, currency: str) -> str:
    """``{{ order.total|amount:order.currency }}``; empty for none."""
    return amount_text(value, currency)


@register.filter
def moneys(values: Money | Iterable[Money]) -> str:
    """Sums in several currencies, one beside the other; empty for none."""
    return " + ".join(money_text(money) for money in ([values] if isinstance(values, Money) else values))


@register.filter
def as_json(value: Any) -> str:
    """A value of a JSON column, indented."""
    return json.dumps(value, indent=2, ensure_ascii=False)


@register.inclusion_tag("admin/fulfillment/_banners.html", takes_context=True)
def staff_banners(context: Context) -> dict[str, list[Banner]]:
    """What keeps orders from being bought just now."""
    request = context.get("request")
    return {"banners": banners(request) if request else []}
