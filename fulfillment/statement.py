"""What an order costs, as pages and mails list it: the same words before and after it is placed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fulfillment.models import Order
from fulfillment.totals import TaxLine, Totals
from shop.money import Money


@dataclass(frozen=True, slots=True)
class StatedTax:
    """One tax by name; ``percent`` without needless zeros: ``19``, ``7.25``."""

    name: str
    percent: str
    tax: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """The rows of an order's sum. ``shipping`` None: not known yet. Rows of nothing are left out by the page."""

    items: Money
    discount: Money
    coupon_code: str
    shipping: Money | None
    taxes: tuple[StatedTax, ...]
    prices_include_tax: bool
    total: Money

    @property
    def has_parts(self) -> bool:
        """Whether the sum is made of more than the goods."""
        return self.total != self.items or bool(self.discount.amount or self.taxes)


def statement_of(order: Order) -> Statement:
    """The statement of an order that was placed."""
    return Statement(
        items=Money(order.items_total, order.currency),
        discount=Money(order.discount_total, order.currency),
        coupon_code=order.coupon_code,
        shipping=Money(order.shipping_total, order.currency),
        taxes=tuple(
            StatedTax(row["name"], plain_percent(Decimal(row["percent"])), Money(Decimal(row["tax"]), order.currency))
            for row in order.tax_lines
        ),
        prices_include_tax=order.prices_include_tax,
        total=order.total_money,
    )


def statement(totals: Totals, *, coupon_code: str = "", shipping_is_known: bool = True) -> Statement:
    """The statement of what would be ordered now."""
    return Statement(
        items=totals.items,
        discount=totals.discount,
        coupon_code=coupon_code,
        shipping=totals.shipping if shipping_is_known else None,
        taxes=tuple(StatedTax(line.name, plain_percent(line.percent), line.tax) for line in totals.tax_lines),
        prices_include_tax=totals.prices_include_tax,
        total=totals.total,
    )


def stored_taxes(tax_lines: tuple[TaxLine, ...]) -> list[dict[str, str]]:
    """``tax_lines`` as the order's column keeps them."""
    return [
        {
            "name": line.name,
            "percent": str(line.percent),
            "net": str(line.net.amount),
            "tax": str(line.tax.amount),
        }
        for line in tax_lines
    ]


def plain_percent(percent: Decimal) -> str:
    """``19.000`` as ``19``, ``7.250`` as ``7.25``."""
    return f"{percent.normalize():f}"
