"""What a product's page says about delivery: whether it goes to the visitor's country, how long it takes, its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog import delivery
from catalog.availability import can_serve, listings_in_use
from catalog.delivery import DeliveryOption, choose_freight
from catalog.models import Listing, Variant
from fulfillment import parcels
from fulfillment.parcels import Item
from fulfillment.shipping_prices import customer_price
from shop.addresses import country_choices, country_name
from shop.money import Money


@dataclass(frozen=True, slots=True)
class DeliveryBox:
    """``state`` is ``known``, ``never`` (it does not go there) or ``unknown``; ``days`` and ``price`` are for people.

    ``is_worth_asking``: nobody has asked the supplier lately, so that asking may turn ``unknown`` into an answer.
    """

    slug: str
    sku: str
    country: str
    state: str
    days: str = ""
    tracked: bool = False
    price: Money | None = None
    is_worth_asking: bool = False

    @property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def countries(self) -> tuple[tuple[str, str], ...]:
        return _countries(get_language() or "en")


def delivery_box(variant: Variant, *, country: str) -> DeliveryBox:
    """The box of a variant loaded with its product and listings, from what is stored. Asks nobody outside."""
    if variant.is_bundle:
        return _bundle_box(variant, country)
    listings = _listings(variant, country)
    options = delivery.known_options_for(listings, country=country) if listings else {}
    return _box(variant, country, [(listing, options[listing.pk]) for listing in listings])


def asked_box(variant: Variant, *, country: str) -> DeliveryBox:
    """As ``delivery_box``; the supplier of the first listing whose answer is missing is asked. A network call."""
    if variant.is_bundle:
        parcels.look_up_unknown(parcels.serve([Item(variant, 1)], country)[0], country)
        return _bundle_box(variant, country)
    listings = _listings(variant, country)
    options = delivery.known_options_for(listings, country=country) if listings else {}
    found = [(listing, options[listing.pk]) for listing in listings]
    missing = next((listing for listing, known in found if known is None), None)
    if missing is not None:
        options[missing.pk] = delivery.look_up(missing, country=country)
    box = _box(variant, country, [(listing, options[listing.pk]) for listing in listings])
    delivery.want(listings[:1], country=country)
    return box


def _listings(variant: Variant, country: str) -> list[Listing]:
    """Where it can be bought for that country: what is in stock first, for that is what would be sent."""
    reaching = [listing for listing in variant.listings.all() if listing.is_usable and listing.ships_to(country)]
    return sorted(reaching, key=lambda listing: listing.stock is not None and listing.stock < listing.quantity_per_unit)


def _box(variant: Variant, country: str, found: list[tuple[Listing, tuple[DeliveryOption, ...] | None]]) -> DeliveryBox:
    slug, sku = variant.product.slug, variant.sku
    for listing, options in found:
        if options is None:
            # A later listing may be known, but this one would be bought first.
            return DeliveryBox(slug, sku, country, "unknown", is_worth_asking=True)
        option = choose_freight(options, listing.shipping_service)
        if option is not None:
            return DeliveryBox(
                slug,
                sku,
                country,
                "known",
                days=days_text(option.min_days, option.max_days),
                tracked=option.tracked,
                price=customer_price(option, country=country, items=variant.unit_price),
            )
    return DeliveryBox(slug, sku, country, "never" if listings_in_use(variant) else "unknown")


def _bundle_box(variant: Variant, country: str) -> DeliveryBox:
    """The box of a bundle: all of its parcels together, the slowest of them counts."""
    slug, sku = variant.product.slug, variant.sku
    served, _unserved = parcels.serve([Item(variant, 1)], country)
    if not served:
        goes_elsewhere = can_serve(variant) and not can_serve(variant, country=country)
        return DeliveryBox(slug, sku, country, "never" if goes_elsewhere else "unknown")
    if any(one.options is None for one in served):
        return DeliveryBox(slug, sku, country, "unknown", is_worth_asking=True)
    packed = parcels.pack(served, country=country)
    ways = [parcel.chosen for parcel in packed if parcel.chosen]
    if len(ways) < len(packed):
        return DeliveryBox(slug, sku, country, "never")
    first, *others = ways
    least, most = [way.min_days for way in ways], [way.max_days for way in ways]
    return DeliveryBox(
        slug,
        sku,
        country,
        "known",
        days=days_text(_slowest(least), _slowest(most)),
        tracked=all(way.tracked for way in ways),
        price=sum((way.price for way in others), first.price),
    )


def _slowest(days: Sequence[int | None]) -> int | None:
    known = [number for number in days if number is not None]
    return max(known) if len(known) == len(days) else None


def days_text(least: int | None, most: int | None) -> str:
    """``12–20 days``, or nothing if the supplier does not say."""
    if least is None and most is None:
        return ""
    low, high = least if least is not None else most, most if most is not None else least
    if low == high:
        return _("about %(days)d days") % {"days": low}
    return _("%(least)d–%(most)d days") % {"least": low, "most": high}


@lru_cache(maxsize=8)
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    """Every country by name, sorted once for each language."""
    return tuple(country_choices())
