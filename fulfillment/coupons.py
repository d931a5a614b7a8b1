"""Codes that make an order cheaper: what a code gives, whether it may be used, and its uses, counted without a race."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel.numbers import format_currency
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from fulfillment.models import Coupon, CouponRedemption, Order
from shop.errors import DomainError
from shop.money import CurrencyMismatch, Money

_READABLE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class CouponTerms:
    """What a code gives: ``value`` is a percentage (``percent``), an amount in ``currency`` (``fixed``), or nothing."""

    code: str
    kind: str
    value: Decimal
    currency: str = ""

    @property
    def frees_shipping(self) -> bool:
        return self.kind == Coupon.Kind.FREE_SHIPPING

    def discount_on(self, items: Money) -> Money:
        """What is taken off goods worth ``items``, never more than they are. Raises ``CurrencyMismatch``."""
        if self.kind == Coupon.Kind.PERCENT:
            return (items * (self.value / 100)).rounded()
        if self.kind == Coupon.Kind.FIXED:
            if self.currency != items.currency:
                raise CurrencyMismatch(f"{self.currency} and {items.currency}")
            return Money(min(self.value, items.amount), items.currency).rounded()
        return Money(Decimal(0), items.currency)


class CannotUseCoupon(DomainError):
    """The code does not work for this order; ``message`` says why in words for the customer.

    Codes: ``unknown``, ``not_yet``, ``expired``, ``used_up``, ``used_by_you``, ``minimum``, ``currency``.
    """

    code = "cannot_use_coupon"


def normalized(code: str) -> str:
    """``code`` as it is stored and compared; empty if no coupon can have that code."""
    text = code.strip().upper()
    return text if _READABLE.fullmatch(text) else ""


def find(
    code: str, *, items: Money, email: str = "", now: datetime | None = None, order: Order | None = None
) -> CouponTerms:
    """What ``code`` gives for goods worth ``items``. Changes nothing; only ``redeem`` counts a use.

    Without an ``email`` the customer's own uses are not looked at. A use that ``order`` (one that is being corrected)
    holds already does not stand in its way. Raises ``CannotUseCoupon``.
    """
    coupon = Coupon.objects.filter(code=normalized(code), is_active=True).first()
    if coupon is None:
        raise _refusal("unknown")
    own = coupon.redemptions.filter(order=order, released_at=None) if order else coupon.redemptions.none()
    _check_standing(coupon, now or timezone.now(), own=own.count())
    if coupon.currency and coupon.currency != items.currency:
        raise _refusal("currency")
    if coupon.minimum is not None and items.amount < coupon.minimum:
        raise _refusal("minimum", amount=_money_text(coupon.minimum, items.currency))
    if email:
        _check_customer(coupon, _customer_hash(email), besides=order)
    return _terms(coupon)


def redeem(order: Order, terms: CouponTerms, *, email: str) -> None:
    """Count one use of the code for ``order``, in the caller's transaction. The last use goes to exactly one order.

    A use that the order has already is kept if it is the same one, else given back first. Raises ``CannotUseCoupon``,
    changing nothing.
    """
    customer_hash = _customer_hash(email)
    with transaction.atomic():
        held = _held_by(order)
        if held and held.coupon.code == terms.code and held.customer_hash == customer_hash:
            return
        if held:
            _give_back(held)
        now = timezone.now()
        # The UPDATE counts and decides at once, and holds the row: whoever else uses this code waits for our commit.
        counted = Coupon.objects.filter(_usable(now), code=terms.code).update(used_count=F("used_count") + 1)
        coupon = Coupon.objects.filter(code=terms.code, is_active=True).first()
        if coupon is None:
            raise _refusal("unknown")
        if not counted:
            _check_standing(coupon, now)
            raise _refusal("used_up")
        _check_customer(coupon, customer_hash)
        CouponRedemption.objects.create(coupon=coupon, order=order, customer_hash=customer_hash)


def release(order: Order) -> bool:
    """Give back the use that ``order`` counts, once. For an order that is not paid. False if it counts none."""
    with transaction.atomic():
        held = _held_by(order)
        return held is not None and _give_back(held)


def _held_by(order: Order) -> CouponRedemption | None:
    return CouponRedemption.objects.filter(order=order, released_at=None).select_related("coupon").first()


def _give_back(redemption: CouponRedemption) -> bool:
    # The redemption's own row decides who gives it back, so that two cancellations do it once.
    released = CouponRedemption.objects.filter(pk=redemption.pk, released_at=None).update(released_at=timezone.now())
    if released:
        Coupon.objects.filter(pk=redemption.coupon_id, used_count__gt=0).update(used_count=F("used_count") - 1)
    return bool(released)


def _usable(now: datetime) -> Q:
    return (
        Q(is_active=True)
        & (Q(starts_at=None) | Q(starts_at__lte=now))
        & (Q(ends_at=None) | Q(ends_at__gt=now))
        & (Q(usage_limit=None) | Q(used_count__lt=F("usage_limit")))
    )


def _check_standing(coupon: Coupon, now: datetime, *, own: int = 0) -> None:
    if coupon.starts_at is not None and now < coupon.starts_at:
        raise _refusal("not_yet")
    if coupon.ends_at is not None and now >= coupon.ends_at:
        raise _refusal("expired")
    if coupon.usage_limit is not None and coupon.used_count - own >= coupon.usage_limit:
        raise _refusal("used_up")


def _check_customer(coupon: Coupon, customer_hash: str, *, besides: Order | None = None) -> None:
    if coupon.usage_limit_per_customer is None:
        return
    uses = coupon.redemptions.filter(customer_hash=customer_hash, released_at=None)
    if besides is not None:
        uses = uses.exclude(order=besides)
    if uses.count() >= coupon.usage_limit_per_customer:
        raise _refusal("used_by_you")


def _terms(coupon: Coupon) -> CouponTerms:
    value = {Coupon.Kind.PERCENT.value: coupon.percent, Coupon.Kind.FIXED.value: coupon.amount}.get(coupon.kind)
    currency = coupon.currency if coupon.kind == Coupon.Kind.FIXED else ""
    return CouponTerms(code=coupon.code, kind=coupon.kind, value=value or Decimal(0), currency=currency)


def _customer_hash(email: str) -> str:
    """The same for the same customer, and nothing an address can be read from."""
    return salted_hmac("fulfillment.coupons", email.strip().casefold(), algorithm="sha256").hexdigest()


def _refusal(code: str, **data: str) -> CannotUseCoupon:
    texts = {
        "unknown": _("We do not know this code."),
        "not_yet": _("This code is not valid yet."),
        "expired": _("This code is no longer valid."),
        "used_up": _("This code has been used up."),
        "used_by_you": _("You have used this code already."),
        "minimum": _("This code needs goods worth at least %(amount)s."),
        "currency": _("This code does not work for prices in this currency."),
    }
    return CannotUseCoupon(texts[code] % data if data else texts[code], code=code, **data)


def _money_text(amount: Decimal, currency: str) -> str:
    return str(format_currency(amount, currency, locale=to_locale(get_language() or "en")))
