"""What is sold, and where each variant is bought."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.models import SupplierAccount, new_public_id
from shop.money import Money


class Category(models.Model):
    """A shelf of the shop."""

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    picture = models.ImageField(_("picture"), upload_to="categories/", blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("category", args=[self.slug])


class ProductQuerySet(models.QuerySet["Product"]):
    """Products as pages need them, each in a fixed number of queries."""

    def on_sale(self) -> Self:
        return self.filter(status=Product.Status.ACTIVE)

    def for_cards(self) -> Self:
        """With what a product's card shows: its variants' prices and its first picture."""
        return self.select_related("category").prefetch_related(
            Prefetch("variants", Variant.objects.filter(is_active=True)), "images"
        )

    def for_page(self) -> Self:
        """With what a product's page shows, availability included."""
        return self.select_related("category").prefetch_related(
            Prefetch(
                "variants",
                Variant.objects.filter(is_active=True).prefetch_related(
                    Prefetch("listings", Listing.objects.filter(is_active=True).select_related("account"))
                ),
            ),
            "images",
        )


class Product(models.Model):
    """Something the shop shows. What is bought is one of its variants."""

    class Status(models.TextChoices):
        """Only active products are shown and sold."""

        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="products", verbose_name=_("category")
    )
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    description_html = models.TextField(_("description"), blank=True)
    option_names: models.JSONField[list[str], list[str]] = models.JSONField(
        _("options"), default=list, blank=True, help_text=_('In the order in which they are chosen: ["Color", "Size"].')
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    is_featured = models.BooleanField(_("on the home page"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["title", "pk"]
        indexes = [
            models.Index(fields=["status", "category", "title", "id"], name="product_shelf"),
            models.Index(fields=["status", "is_featured", "-created_at", "id"], name="product_featured"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.slug])


class ProductImage(models.Model):
    """A picture of a product in two sizes. ``options`` says which choice it shows, e.g. ``{"Color": "Sage"}``."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images", verbose_name=_("product"))
    image = models.ImageField(_("picture"), upload_to="products/", width_field="width", height_field="height")
    thumbnail = models.ImageField(_("small picture"), upload_to="products/small/")
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    alt = models.CharField(_("alternative text"), max_length=200)
    options: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(_("shows"), default=dict, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("product picture")
        verbose_name_plural = _("product pictures")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.alt


class Variant(models.Model):
    """The sellable thing, with its SKU and price."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants", verbose_name=_("product"))
    sku = models.CharField(_("SKU"), max_length=64, unique=True)
    options: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(_("options"), default=dict, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    compare_at_price = models.DecimalField(_("price before"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    is_active = models.BooleanField(_("sold"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gte=0), name="variant_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(compare_at_price__isnull=True) | models.Q(compare_at_price__gt=models.F("price")),
                name="variant_compare_at_above_price",
            ),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="variant_currency_present"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} – {self.title}"

    @property
    def title(self) -> str:
        """The product's title with the chosen options: ``Linen towel (Sage, M)``."""
        chosen = self.options_text
        return f"{self.product.title} ({chosen})" if chosen else self.product.title

    @property
    def options_text(self) -> str:
        return ", ".join(self.options.values())

    @property
    def unit_price(self) -> Money:
        return Money(self.price, self.currency)


class Listing(models.Model):
    """A place where a variant can be bought: one SKU of one supplier's product, through one account."""

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="listings", verbose_name=_("variant"))
    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="listings", verbose_name=_("supplier account")
    )
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    external_sku_id = models.CharField(_("supplier's SKU id"), max_length=64, blank=True)
    external_sku_attr = models.CharField(_("supplier's SKU text"), max_length=300, blank=True)
    quantity_per_unit = models.PositiveSmallIntegerField(
        _("pieces"), default=1, help_text=_("How many of theirs make one of ours.")
    )
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True, help_text=_("Empty: not known."))
    ship_from = models.CharField(_("ships from"), max_length=2, blank=True)
    shipping_service = models.CharField(_("shipping service"), max_length=80, blank=True)
    destination_countries: models.JSONField[list[str], list[str]] = models.JSONField(
        _("ships to"), default=list, blank=True, help_text=_('ISO codes such as ["US", "DE"]; empty for everywhere.')
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=1, help_text=_("1 is tried first."))
    is_active = models.BooleanField(_("in use"), default=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    fingerprint: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        _("meaning when mapped"), default=dict, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["priority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "external_product_id", "external_sku_id", "quantity_per_unit"],
                name="listing_maps_supplier_sku_once",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity_per_unit__gt=0), name="listing_quantity_per_unit_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(cost__isnull=True) | models.Q(cost__gte=0), name="listing_cost_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="listing_currency_present"),
        ]

    def __str__(self) -> str:
        return f"{self.account.label}: {self.external_product_id} / {self.external_sku_id or '-'}"

    @property
    def unit_cost(self) -> Money | None:
        """What one of *ours* costs there, as last seen."""
        return Money(self.cost * self.quantity_per_unit, self.currency) if self.cost is not None else None

    def ships_to(self, country: str) -> bool:
        return not self.destination_countries or country in self.destination_countries
