"""What staff set about prices: coupons and their use, tax rates, and what a customer pays for shipping."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fulfillment.models.order import Order

_CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, such as USD."))
_COUNTRY = RegexValidator(r"^[A-Z]{2}\Z", _("Two capital letters, such as DE."))
_NOT_NEGATIVE = MinValueValidator(Decimal(0))


class Coupon(models.Model):
    """A code that makes an order cheaper. ``used_count`` counts redemptions that were not given back.

    ``code`` is stored as it is compared: upper case, without spaces around it.
    """

    class Kind(models.TextChoices):
        """What the code takes off."""

        PERCENT = "percent", _("Percent of the goods")
        FIXED = "fixed", _("Fixed amount")
        FREE_SHIPPING = "free_shipping", _("Free shipping")

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9_-]*\Z", _("Letters A to Z, digits, - and _ only."))],
        help_text=_("What customers type; capital or small letters make no difference."),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.PERCENT)
    percent = models.DecimalField(
        _("percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(100))],
    )
    amount = models.DecimalField(
        _("amount"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    minimum = models.DecimalField(
        _("least value of the goods"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[_NOT_NEGATIVE],
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[_CURRENCY],
        help_text=_("Of the amount and the least value; the code then works for orders in this currency only."),
    )
    starts_at = models.DateTimeField(_("valid from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    usage_limit = models.PositiveIntegerField(
        _("uses in all"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Empty: no limit.")
    )
    usage_limit_per_customer = models.PositiveIntegerField(
        _("uses per customer"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Told apart by e-mail address. Empty: no limit."),
    )
    used_count = models.PositiveIntegerField(_("used"), default=0, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("For staff; customers never see it."))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="percent", percent__isnull=False, percent__gt=0, percent__lte=100)
                | (Q(kind="fixed", amount__isnull=False, amount__gt=0) & ~Q(currency=""))
                | Q(kind="free_shipping"),
                name="coupon_says_what_it_gives",
            ),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | (Q(minimum__gte=0) & ~Q(currency="")),
                name="coupon_minimum_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="coupon_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(usage_limit__isnull=True) | Q(usage_limit__gt=0), name="coupon_usage_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(usage_limit_per_customer__isnull=True) | Q(usage_limit_per_customer__gt=0),
                name="coupon_customer_limit_positive",
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex=r"^[A-Z]{3}$"), name="coupon_currency_iso"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouponRedemption(models.Model):
    """One use of a coupon by one order. Given back (``released_at``) if the order is not paid after all.

    ``customer_hash`` tells customers apart without keeping their address here.
    """

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="redemptions", verbose_name=_("coupon"))
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="coupon_redemptions", verbose_name=_("order")
    )
    customer_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("used"), default=timezone.now, editable=False)
    released_at = models.DateTimeField(_("given back"), null=True, editable=False)

    class Meta:
        verbose_name = _("use of a coupon")
        verbose_name_plural = _("uses of coupons")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["coupon", "customer_hash"],
                condition=Q(released_at__isnull=True),
                name="coupon_redemption_customer",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(released_at__isnull=True), name="coupon_redemption_once_per_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.order_id}"


class TaxRate(models.Model):
    """A tax on what is sent to a country, or to a region of it. The most exact active row counts, alone."""

    country = models.CharField(_("country"), max_length=2, validators=[_COUNTRY])
    region = models.CharField(
        _("region"),
        max_length=80,
        blank=True,
        help_text=_(
            "State or province as in the address; or the beginning of a postcode and a star: 35*. "
            "Empty: the whole country."
        ),
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("As customers read it: VAT, Sales tax."))
    percent = models.DecimalField(
        _("percent"),
        max_digits=6,
        decimal_places=3,
        validators=[_NOT_NEGATIVE, MaxValueValidator(Decimal(100))],
    )
    is_included = models.BooleanField(
        _("in the prices"),
        default=True,
        help_text=_("On: the shop's prices hold this tax already. Off: it is added at the checkout."),
    )
    on_shipping = models.BooleanField(_("on shipping, too"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["country", "region", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["country", "region"], name="tax_rate_once"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="tax_rate_percent"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="tax_rate_country_iso"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.region}".strip()


class ShippingRate(models.Model):
    """What a customer pays for one parcel. The row of the country counts, else the one without a country."""

    class Kind(models.TextChoices):
        """How the price is found."""

        FREE = "free", _("Free")
        FLAT = "flat", _("Flat price")
        SUPPLIER_FEE = "supplier_fee", _("What the supplier asks")

    country = models.CharField(
        _("country"), max_length=2, blank=True, validators=[_COUNTRY], help_text=_("Empty: everywhere else.")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.FREE)
    amount = models.DecimalField(
        _("amount"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[_NOT_NEGATIVE],
        help_text=_("The flat price; or the price while the supplier's is not known."),
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[_CURRENCY])
    free_from = models.DecimalField(
        _("free from"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[_NOT_NEGATIVE],
        help_text=_("From this value of the goods on, shipping is free. Empty: never."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("shipping price")
        verbose_name_plural = _("shipping prices")
        ordering = ["country", "currency", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["country", "currency"], name="shipping_rate_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="shipping_rate_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(free_from__isnull=True) | Q(free_from__gte=0), name="shipping_rate_free_from_not_negative"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="shipping_rate_currency_present"),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"), name="shipping_rate_country_iso"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country or '*'} {self.currency}"
