"""What the checkout shows of a basket: its lines, the parcels with their ways of sending, and the totals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.availability import reach
from fulfillment.offers import Destination, Offer, offer
from fulfillment.parcels import Item, Parcel, Way
from fulfillment.statement import Statement, statement
from shop import basket as baskets
from shop.basket_page import ShownLine, show_lines
from shop.delivery_dates import arrival
from shop.models import Basket, BasketLine
from shop.money import Money


@dataclass(frozen=True, slots=True)
class ShownWay:
    """One way of sending a parcel; ``dates`` is empty while nobody knows how long it takes.

    Its name is the supplier's, and stays with staff: a customer chooses by dates, tracking and price.
    """

    service: str
    price: Money
    dates: str
    tracked: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ParcelChoice:
    """A parcel and how it can be sent; ``price`` is that of the chosen way, after a coupon."""

    key: str
    number: int
    titles: list[str]
    ways: list[ShownWay]
    price: Money
    dates: str


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """``stamp`` names this very content of the basket, ``seen_total`` what it costs: the form sends both back."""

    basket: Basket
    lines: list[ShownLine]
    items: list[Item]
    parcels: list[ParcelChoice]
    totals: Statement
    total: Money
    unserved: list[str]
    coupon_problem: str
    is_unknown: bool
    stamp: str

    @property
    def is_cart(self) -> bool:
        return self.basket.kind == Basket.Kind.CART

    @property
    def seen_total(self) -> str:
        return str(self.total.amount)

    @property
    def is_free(self) -> bool:
        """Whether nothing is to be paid; not before it is known what sending it costs."""
        return bool(self.parcels) and not self.total.amount

    @property
    def has_problems(self) -> bool:
        return any(line.problem for line in self.lines)

    @property
    def first_line(self) -> ShownLine:
        return self.lines[0]


def checkout_page(
    basket: Basket,
    lines: Sequence[BasketLine],
    destination: Destination,
    *,
    chosen: Mapping[str, str] | None = None,
    email: str = "",
) -> CheckoutPage:
    """The page for ``lines`` (loaded with ``basket.contents``), of which at least one is sold."""
    items = baskets.items_of(list(lines))
    offered = offer(items, destination, chosen=chosen, coupon_code=basket.coupon_code, email=email)
    code = offered.coupon.code if offered.coupon else ""
    return CheckoutPage(
        basket=basket,
        lines=show_lines(lines),
        items=items,
        parcels=_parcels(offered),
        totals=statement(offered.totals, coupon_code=code, shipping_is_known=bool(offered.parcels)),
        total=offered.totals.total,
        unserved=[item.variant.title for item in offered.unserved],
        coupon_problem=offered.coupon_problem.message if offered.coupon_problem else "",
        is_unknown=any(not parcel.is_known for parcel in offered.parcels),
        stamp=stamp_of(basket, items),
    )


def stamp_of(basket: Basket, items: Iterable[Item]) -> str:
    """The checkout's key and a digest of what would be ordered: another tab's change is noticed by it."""
    content = ";".join(sorted(f"{item.variant.sku}*{item.quantity}" for item in items))
    return f"{basket.checkout_key}.{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def reachable_countries(items: Iterable[Item]) -> set[str] | None:
    """Where all of ``items`` can be sent (ISO codes), None for everywhere."""
    reaches = [codes for item in items if (codes := reach(item.variant)) is not None]
    return set.intersection(*reaches) if reaches else None


def _parcels(offered: Offer) -> list[ParcelChoice]:
    return [
        ParcelChoice(
            key=parcel.key,
            number=number,
            titles=parcel.titles,
            ways=_ways(parcel, way),
            price=price,
            dates=arrival(way.min_days, way.max_days),
        )
        for number, (parcel, way, price) in enumerate(offered.ways, start=1)
    ]


def _ways(parcel: Parcel, chosen: Way) -> list[ShownWay]:
    return [
        ShownWay(way.service, way.price, arrival(way.min_days, way.max_days), way.tracked, way == chosen)
        for way in parcel.ways
    ]
