"""What a variant would cost right now, sent to a country: the supplier is asked, nothing is stored but its answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog import delivery, drift
from catalog.delivery import DeliveryOption, choose_freight
from catalog.drift import Drift
from catalog.models import Listing
from catalog.pricing.costs import fees_of, landed_cost
from catalog.pricing.margin import margin_percent
from catalog.rates import NoRate, rates_for
from integrations.errors import SupplierError
from integrations.registry import PROVIDERS, adapter_for
from integrations.types import SkuSnapshot
from shop.money import Money


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """One listing's answer for one of ours. ``problem`` says in words why there is no (whole) answer."""

    listing: Listing
    problem: str = ""
    sku: SkuSnapshot | None = None
    goods: Money | None = None
    way: DeliveryOption | None = None
    total: Money | None = None
    margin: Decimal | None = None
    drift: Drift | None = None


def quote(listing: Listing, *, country: str) -> LiveQuote:
    """Ask the supplier of ``listing`` (with its variant and account at hand) for today's price, stock and delivery.

    Makes network calls, within the account's limits: not inside a transaction. Never raises for what a supplier does.
    """
    if listing.account.provider not in PROVIDERS:
        return LiveQuote(listing, _("No adapter is installed for this account's supplier."))
    try:
        product = adapter_for(listing.account).fetch_product(
            listing.external_product_id, country=country, currency=listing.account.currency
        )
    except SupplierError as exc:
        return LiveQuote(listing, exc.message)
    sku = product.sku(listing.external_sku_id)
    if sku is None or not product.orderable:
        return LiveQuote(listing, _("The supplier no longer sells this SKU."))
    goods = (sku.price * listing.quantity_per_unit).rounded()
    ways = delivery.look_up(listing, country=country)
    way = choose_freight(ways, listing.shipping_service) if ways else None
    problem = ""
    if way is None:
        problem = _("It is not sent there.") if ways == () else _("How it is sent cannot be told just now.")
    total = _total(listing, goods, way)
    if way and total is None:
        problem = _("There is no usable exchange rate to %(currency)s.") % {"currency": listing.variant.currency}
    return LiveQuote(
        listing=listing,
        problem=problem,
        sku=sku,
        goods=goods,
        way=way,
        total=total.rounded() if total else None,
        margin=margin_percent(listing.variant.unit_price, total) if total and listing.variant.price else None,
        drift=drift.check(listing, product),
    )


def quotes(listings: Iterable[Listing], *, country: str) -> list[LiveQuote]:
    """``quote`` of each."""
    return [quote(listing, country=country) for listing in listings]


def _total(listing: Listing, goods: Money, way: DeliveryOption | None) -> Money | None:
    if way is None:
        return None
    currency, fees = listing.variant.currency, fees_of(listing.account)
    rates = rates_for({currency, goods.currency, way.fee.currency, fees.fixed.currency})
    try:
        return landed_cost(goods, currency=currency, rates=rates, shipping=way.fee, fees=fees).total
    except NoRate:
        return None
