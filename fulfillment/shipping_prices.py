"""What a customer pays for a parcel, by staff's table. What the supplier asks is another matter."""

from __future__ import annotations

from decimal import Decimal

from catalog.delivery import DeliveryOption
from fulfillment.models import ShippingRate
from shop.money import Money


def customer_price(option: DeliveryOption | None, *, country: str, items: Money) -> Money:
    """The price of one parcel to ``country`` (ISO) sent by ``option``, for goods worth ``items`` before discounts.

    ``None`` for an option that is not known. In the currency of ``items``. Without a rate shipping is free.
    """
    return price_by(rate_for(country, items.currency), option, items=items)


def rate_for(country: str, currency: str) -> ShippingRate | None:
    """The row that counts for ``country`` and ``currency``; for pages that price many options with one query."""
    rates = ShippingRate.objects.filter(country__in={country.upper(), ""}, currency=currency, is_active=True)
    return rates.order_by("-country").first()


def price_by(rate: ShippingRate | None, option: DeliveryOption | None, *, items: Money) -> Money:
    """The price of one parcel under ``rate``. Makes no query."""
    free = Money(Decimal(0), items.currency)
    if rate is None or rate.kind == ShippingRate.Kind.FREE:
        return free
    if rate.free_from is not None and items.amount >= rate.free_from:
        return free
    if rate.kind == ShippingRate.Kind.SUPPLIER_FEE and option and option.fee.currency == items.currency:
        return option.fee.rounded()
    return Money(rate.amount, items.currency).rounded()
