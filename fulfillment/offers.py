"""What an order would cost and how it would be sent: reckoned in one place for the page that shows it and the order
that charges it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fulfillment import coupons
from fulfillment.coupons import CannotUseCoupon, CouponTerms
from fulfillment.parcels import Item, Parcel, Served, Way, items_in, pack, serve
from fulfillment.taxes import terms_for
from fulfillment.totals import LineInput, ShippingInput, Totals, reckon
from shop.money import Money


@dataclass(frozen=True, slots=True)
class Destination:
    """As much of an address as prices depend on; ``country`` is ISO, the rest may still be unknown."""

    country: str
    province: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Items, their parcels and totals. ``unserved`` cannot be sent there (or are sold out); totals hold them still.

    ``coupon_problem`` says why the code that was asked for takes nothing off.
    """

    items: tuple[Item, ...]
    parcels: tuple[Parcel, ...]
    unserved: tuple[Item, ...]
    totals: Totals
    coupon: CouponTerms | None = None
    coupon_problem: CannotUseCoupon | None = None

    @property
    def ways(self) -> list[tuple[Parcel, Way, Money]]:
        """Each parcel that can be sent, how, and what the customer pays for it after a coupon."""
        sent = [parcel for parcel in self.parcels if parcel.chosen]
        prices = [shipping.price for shipping in self.totals.shippings]
        return [(parcel, parcel.chosen, price) for parcel, price in zip(sent, prices, strict=True) if parcel.chosen]


def offer(
    items: Sequence[Item],
    destination: Destination,
    *,
    chosen: Mapping[str, str] | None = None,
    coupon_code: str = "",
    email: str = "",
) -> Offer:
    """The offer for ``items`` (at least one, in one currency) as things stand. Writes nothing, asks nobody outside.

    A way of sending that is not offered any more is replaced by the parcel's default.
    """
    served, unserved = serve(items, destination.country)
    coupon, problem = None, None
    if coupon_code:
        try:
            coupon = coupons.find(coupon_code, items=total_of(items), email=email)
        except CannotUseCoupon as exc:
            problem = exc
    parcels = pack(served, country=destination.country, chosen=chosen, strict=False) if served else ()
    totals = totals_of(items, parcels, destination, coupon)
    return Offer(tuple(items), parcels, tuple(unserved), totals, coupon, problem)


def firm_offer(
    served: Sequence[Served],
    destination: Destination,
    *,
    chosen: Mapping[str, str] | None = None,
    coupon: CouponTerms | None = None,
) -> Offer:
    """The offer for what is reserved already. Raises ``WayNotOffered``."""
    items = tuple(items_in(served))
    parcels = pack(served, country=destination.country, chosen=chosen)
    return Offer(items, parcels, (), totals_of(items, parcels, destination, coupon), coupon)


def totals_of(
    items: Sequence[Item], parcels: Sequence[Parcel], destination: Destination, coupon: CouponTerms | None
) -> Totals:
    """Totals whose lines are keyed by SKU and whose shipping is keyed by parcel."""
    return reckon(
        [LineInput(item.variant.sku, item.quantity, item.variant.unit_price) for item in items],
        shipping=[ShippingInput(parcel.key, parcel.chosen.price) for parcel in parcels if parcel.chosen],
        coupon=coupon,
        tax=terms_for(destination.country, destination.province, destination.postcode),
    )


def total_of(items: Sequence[Item]) -> Money:
    """What ``items`` cost by themselves."""
    first, *others = (item.total for item in items)
    return sum(others, first)
