"""The demo's pricing rule, coupon, taxes and shipping prices: samples, none of which changes what a US order costs."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings

from catalog.models import PriceRule
from fulfillment.models import Coupon, ShippingRate, TaxRate

#: Country, percent. Sample figures, and named so: which tax a shop owes is for its owner to find out.
_TAXES = [("AU", "10"), ("DE", "19"), ("FR", "20"), ("GB", "20"), ("NL", "21")]


def load_demo_prices() -> bool:
    """Fill each of the four tables that is empty; True if one was. A table that staff have begun is left alone."""
    return any([_load_rule(), _load_coupons(), _load_taxes(), _load_shipping()])


def _load_rule() -> bool:
    """Cost x 1.4, to the cent. It proposes and does not act by itself: the demo's prices stay as they are."""
    if PriceRule.objects.exists():
        return False
    PriceRule.objects.create(
        name="Demo: cost × 1.4", percent=Decimal(40), currency=settings.SHOP_CURRENCY, is_automatic=False
    )
    return True


def _load_coupons() -> bool:
    if Coupon.objects.exists():
        return False
    Coupon.objects.create(
        code="WELCOME10",
        kind=Coupon.Kind.PERCENT,
        percent=Decimal(10),
        usage_limit_per_customer=1,
        note="Demo: 10 % off the first order",
    )
    Coupon.objects.create(
        code="SHIPFREE",
        kind=Coupon.Kind.FREE_SHIPPING,
        minimum=Decimal(20),
        currency=settings.SHOP_CURRENCY,
        note="Demo: free shipping where it is not free anyway",
    )
    return True


def _load_taxes() -> bool:
    if TaxRate.objects.exists():
        return False
    TaxRate.objects.bulk_create(
        TaxRate(country=country, name="Sample VAT", percent=Decimal(percent)) for country, percent in _TAXES
    )
    return True


def _load_shipping() -> bool:
    if ShippingRate.objects.exists():
        return False
    currency = settings.SHOP_CURRENCY
    ShippingRate.objects.create(kind=ShippingRate.Kind.FREE, currency=currency)
    ShippingRate.objects.create(
        country="AU",
        kind=ShippingRate.Kind.FLAT,
        amount=Decimal("5.90"),
        free_from=Decimal(60),
        currency=currency,
    )
    return True
