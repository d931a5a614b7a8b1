"""How prices are made: rules, their ranges by cost, and the history of every price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Category, Product, Variant
from integrations.models import SupplierAccount

CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", _("Three capital letters, such as USD."))
_COUNTRY = RegexValidator(r"^[A-Z]{2}\Z", _("Two capital letters, such as DE."))
_NOT_NEGATIVE = MinValueValidator(Decimal(0))


def _percent(name: Any, *, most: Decimal, **kwargs: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(
        name,
        max_digits=7,
        decimal_places=3,
        validators=[_NOT_NEGATIVE, MaxValueValidator(most)],
        **kwargs,
    )


def _amount(name: Any, **kwargs: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(name, max_digits=12, decimal_places=2, validators=[_NOT_NEGATIVE], **kwargs)


def default_currency() -> str:
    """The shop's currency, for new rows."""
    return str(settings.SHOP_CURRENCY)


class PriceRule(models.Model):
    """How a price is made of a cost, for what it is for. All its amounts are in ``currency``.

    What the rule of a product, a category, a supplier account or the whole shop says is pure arithmetic in
    ``catalog/pricing/formula.py``; which one counts is decided in ``catalog/pricing/choosing.py``.
    """

    class Scope(models.TextChoices):
        """What the rule is for. The narrowest rule that fits is the one that counts."""

        SHOP = "shop", _("The whole shop")
        ACCOUNT = "account", _("A supplier account")
        CATEGORY = "category", _("A category")
        PRODUCT = "product", _("A product")

    class Kind(models.TextChoices):
        """How the price is made."""

        PERCENT = "percent", _("Cost plus percent")
        FIXED = "fixed", _("Cost plus a fixed amount")
        FORMULA = "formula", _("Cost plus percent and amount, with selling fees")
        MARGIN = "margin", _("A margin: this share of the price is left")
        BANDS = "bands", _("By ranges of the cost")

    class Rounding(models.TextChoices):
        """What becomes of the last digits."""

        COIN = "coin", _("To the coin")
        NEAREST = "nearest", _("To the nearest price that fits")
        UP = "up", _("Up to the next price that fits")

    class CompareAt(models.TextChoices):
        """What becomes of the price before, the one that is struck through."""

        KEEP = "keep", _("Keep it while it is above the price, else none")
        NONE = "none", _("None")
        PERCENT = "percent", _("Percent above the price")
        LOWEST = "lowest", _("The lowest price of the last 30 days, when the price falls")

    name = models.CharField(_("name"), max_length=80)
    scope = models.CharField(_("for"), max_length=8, choices=Scope.choices, default=Scope.SHOP)
    account = models.ForeignKey(
        SupplierAccount,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="price_rules",
        verbose_name=_("supplier account"),
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="price_rules",
        verbose_name=_("category"),
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, null=True, blank=True, related_name="price_rules", verbose_name=_("product")
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default=default_currency,
        validators=[CURRENCY],
        help_text=_("Of the prices that it makes, and of every amount here."),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.PERCENT)
    percent = _percent(
        _("percent"),
        most=Decimal(2000),
        default=Decimal(0),
        help_text=_("40 makes cost × 1.4. For a margin: the share of the price that is left."),
    )
    fixed = _amount(_("amount"), default=Decimal(0))
    selling_fee_percent = _percent(
        _("selling fee, percent"),
        most=Decimal(90),
        default=Decimal(0),
        help_text=_("Of the price, e.g. the payment provider's."),
    )
    selling_fee_fixed = _amount(_("selling fee, amount"), default=Decimal(0))
    includes_shipping = models.BooleanField(
        _("shipping is in the price"), default=False, help_text=_("The supplier's shipping fee counts as cost.")
    )
    shipping_country = models.CharField(
        _("shipping to"), max_length=2, blank=True, validators=[_COUNTRY], help_text=_("Whose fee counts, e.g. US.")
    )
    shipping_fallback = _amount(
        _("if the fee is not known"), null=True, blank=True, help_text=_("Empty: no price is made without it.")
    )
    minimum_margin_percent = _percent(
        _("least margin, percent"),
        most=Decimal(95),
        null=True,
        blank=True,
        help_text=_("No price leaves less of itself after cost and fees."),
    )
    rounding = models.CharField(_("rounding"), max_length=8, choices=Rounding.choices, default=Rounding.COIN)
    rounding_step = models.DecimalField(
        _("every"), max_digits=12, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(Decimal("0.01"))]
    )
    rounding_ending = models.DecimalField(
        _("ending"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[_NOT_NEGATIVE],
        help_text=_("Every 1 ending 0.99: 4.99, 5.99. Every 10 ending 9.90: 19.90, 29.90."),
    )
    compare_at = models.CharField(_("price before"), max_length=8, choices=CompareAt.choices, default=CompareAt.KEEP)
    compare_at_percent = _percent(_("percent above the price"), most=Decimal(900), default=Decimal(0))
    is_automatic = models.BooleanField(
        _("follows the cost by itself"),
        default=True,
        help_text=_("Off: prices change only when staff apply the preview."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("pricing rule")
        verbose_name_plural = _("pricing rules")
        ordering = ["scope", "name", "pk"]
        permissions = [("apply_prices", "Can apply prices that rules propose")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="shop", account=None, category=None, product=None)
                | Q(scope="account", account__isnull=False, category=None, product=None)
                | Q(scope="category", account=None, category__isnull=False, product=None)
                | Q(scope="product", account=None, category=None, product__isnull=False),
                name="price_rule_is_for_what_it_says",
            ),
            models.UniqueConstraint(
                fields=["currency"],
                condition=Q(scope="shop", is_active=True),
                name="price_rule_of_shop_once",
                violation_error_message=_("There is a rule in use for the whole shop in this currency already."),
            ),
            models.UniqueConstraint(
                fields=["account", "currency"],
                condition=Q(is_active=True),
                name="price_rule_of_account_once",
                violation_error_message=_("There is a rule in use for this supplier account in this currency already."),
            ),
            models.UniqueConstraint(
                fields=["category", "currency"],
                condition=Q(is_active=True),
                name="price_rule_of_category_once",
                violation_error_message=_("There is a rule in use for this category in this currency already."),
            ),
            models.UniqueConstraint(
                fields=["product", "currency"],
                condition=Q(is_active=True),
                name="price_rule_of_product_once",
                violation_error_message=_("There is a rule in use for this product in this currency already."),
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, fixed__gte=0, selling_fee_percent__gte=0, selling_fee_fixed__gte=0),
                name="price_rule_not_negative",
            ),
            models.CheckConstraint(condition=~Q(kind="margin") | Q(percent__lt=100), name="price_rule_margin_possible"),
            models.CheckConstraint(
                condition=Q(rounding_step__gt=0, rounding_ending__gte=0, rounding_ending__lt=F("rounding_step")),
                name="price_rule_rounding_possible",
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="price_rule_currency_present"),
        ]

    def __str__(self) -> str:
        return self.name


class PriceBand(models.Model):
    """A range of the cost: up to this cost (inclusive), so much is added. The last one has no end."""

    rule = models.ForeignKey(PriceRule, on_delete=models.CASCADE, related_name="bands", verbose_name=_("pricing rule"))
    up_to = models.DecimalField(
        _("cost up to"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("Empty: everything above."),
    )
    percent = _percent(_("percent"), most=Decimal(2000), default=Decimal(0))
    fixed = _amount(_("amount"), default=Decimal(0))

    class Meta:
        verbose_name = _("range")
        verbose_name_plural = _("ranges of the cost")
        ordering = [F("up_to").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "up_to"], name="price_band_once"),
            models.UniqueConstraint(fields=["rule"], condition=Q(up_to=None), name="price_band_without_end_once"),
            models.CheckConstraint(condition=Q(percent__gte=0, fixed__gte=0), name="price_band_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.up_to) if self.up_to is not None else "∞"


class PriceChange(models.Model):
    """A price that became another one, and why. Append-only; it outlives the variant and the rule it speaks of."""

    class Reason(models.TextChoices):
        """Who or what changed the price."""

        RULE = "rule", _("A rule, applied by staff")
        COST = "cost", _("The cost moved, and the rule followed")
        STAFF = "staff", _("Set by hand")
        OTHER = "other", _("Otherwise")

    variant = models.ForeignKey(
        Variant,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="price_changes",
        verbose_name=_("variant"),
    )
    sku = models.CharField(_("SKU"), max_length=64)
    old_price = models.DecimalField(_("price was"), max_digits=12, decimal_places=2, null=True)
    new_price = models.DecimalField(_("price is"), max_digits=12, decimal_places=2)
    old_compare_at = models.DecimalField(_("price before was"), max_digits=12, decimal_places=2, null=True)
    new_compare_at = models.DecimalField(_("price before is"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3)
    #: What the goods cost us then, fees and included shipping too, in ``currency``; None if it was not known.
    cost = models.DecimalField(_("cost then"), max_digits=14, decimal_places=4, null=True)
    margin_percent = models.DecimalField(_("margin"), max_digits=7, decimal_places=1, null=True)
    rate_date = models.DateField(_("exchange rate of"), null=True)
    rule_name = models.CharField(_("rule"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices)
    note = models.CharField(_("in words"), max_length=200, blank=True)
    actor = models.CharField(_("by"), max_length=40, default="system")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["variant", "-at"], name="price_change_of_variant")]
        constraints = [
            models.CheckConstraint(condition=Q(new_price__gte=0), name="price_change_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="price_change_currency_present"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.old_price} → {self.new_price} {self.currency}"
