"""What a basket's page shows of it, worked out beforehand: each line's state, and what can be bought of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.availability import in_stock, quantity_available
from catalog.models import ProductImage, Variant
from catalog.translations import options_text, translate_products, words_in, words_of
from fulfillment.offers import Offer
from fulfillment.parcels import Item
from fulfillment.statement import Statement, statement
from shop.basket import items_of
from shop.delivery_dates import arrival
from shop.models import Basket, BasketLine
from shop.money import Money
from shop.product_page import variant_picture


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the basket. ``problem`` says why it cannot be bought as it is; then it counts for nothing.

    ``price_before`` is what the variant cost when it was put in, if it costs something else now.
    """

    id: str
    sku: str
    title: str
    options_text: str
    url: str
    picture: ProductImage | None
    quantity: int
    quantity_max: int
    price: Money | None
    price_before: Money | None
    total: Money | None
    problem: str
    can_change: bool


@dataclass(frozen=True, slots=True)
class ShownParcel:
    """What one supplier sends, and when it arrives; ``dates`` is empty while that is not known."""

    number: int
    titles: list[str]
    dates: str


@dataclass(frozen=True, slots=True)
class BasketPage:
    """``totals`` is None if nothing in the basket can be bought. ``has_problems``: the checkout has to wait."""

    lines: list[ShownLine]
    totals: Statement | None
    parcels: list[ShownParcel]
    coupon_code: str
    coupon_problem: str
    has_problems: bool
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_price_changes(self) -> bool:
        return any(line.price_before for line in self.lines)


def basket_page(
    basket: Basket,
    lines: Sequence[BasketLine],
    offer: Offer | None,
    *,
    errors: Mapping[str, str] | None = None,
    coupon_problem: str = "",
) -> BasketPage:
    """The page of ``basket``; ``offer`` is for those of its lines that can be bought."""
    shown = show_lines(lines)
    problem = coupon_problem or (offer.coupon_problem.message if offer and offer.coupon_problem else "")
    return BasketPage(
        lines=shown,
        totals=statement(offer.totals, coupon_code=offer.coupon.code if offer.coupon else "") if offer else None,
        parcels=shown_parcels(offer) if offer else [],
        coupon_code=basket.coupon_code,
        coupon_problem=problem,
        has_problems=any(line.problem for line in shown),
        errors=errors or {},
    )


def show_lines(lines: Sequence[BasketLine]) -> list[ShownLine]:
    """Lines that were loaded with ``basket.contents``, each with its picture and what stands in its way."""
    prefetch_related_objects(lines, "variant__product__images")
    sold = {item.variant.pk for item in items_of(list(lines))}
    variants = [line.variant for line in lines if line.variant]
    translate_products(variant.product for variant in variants)
    words = words_in(words_of(variants))
    return [_line(line, words, is_sold=line.variant_id in sold) for line in lines]


def shown_parcels(offer: Offer) -> list[ShownParcel]:
    """The parcels of ``offer`` with their dates in the default or chosen way."""
    return [
        ShownParcel(
            number=number,
            titles=[one.item.variant.title for one in parcel.content],
            dates=arrival(way.min_days, way.max_days),
        )
        for number, (parcel, way, _price) in enumerate(offer.ways, start=1)
    ]


def buyable(lines: Sequence[BasketLine]) -> list[Item]:
    """What of ``lines`` could be ordered now, somewhere."""
    return [item for item in items_of(list(lines)) if not _problem(item.variant, item.quantity, is_sold=True)[0]]


def _line(line: BasketLine, words: Mapping[str, str], *, is_sold: bool) -> ShownLine:
    variant = line.variant
    if variant is None:
        return ShownLine(
            line.public_id, "", line.title, "", "", None, line.quantity, line.quantity, None, None, None,
            _("This is not sold any more."), can_change=False,
        )  # fmt: skip
    price, seen = variant.unit_price, Money(line.price_seen, line.currency_seen)
    problem, quantity_max = _problem(variant, line.quantity, is_sold=is_sold)
    return ShownLine(
        id=line.public_id,
        sku=variant.sku,
        title=variant.product.title,
        options_text=options_text(variant, words),
        url=f"{variant.product.get_absolute_url()}?{urlencode({'variant': variant.sku})}" if is_sold else "",
        picture=variant_picture(variant),
        quantity=line.quantity,
        quantity_max=quantity_max,
        price=price,
        price_before=seen if seen != price and is_sold else None,
        total=(price * line.quantity).rounded() if is_sold else None,
        problem=problem,
        can_change=is_sold and quantity_max > 0,
    )


def _problem(variant: Variant, quantity: int, *, is_sold: bool) -> tuple[str, int]:
    """Why ``quantity`` of ``variant`` cannot be bought (nothing if it can), and the most that can be."""
    if not is_sold:
        return _("This is not sold any more."), 0
    available = quantity_available(variant)
    limit = settings.MAX_QUANTITY_PER_LINE
    if available == 0 or not in_stock(variant):
        return _("This is sold out."), 0
    most = limit if available is None else min(available, limit)
    if quantity > most:
        return ngettext("Only %(number)d is left.", "Only %(number)d are left.", most) % {"number": most}, most
    return "", most
