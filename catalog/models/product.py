"""What is sold: shelves, products, their pictures and variants."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.listing import Listing
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
    #: The sync archived it with its last variant, and staff have not set its status since: it may come back by itself.
    archived_by_sync = models.BooleanField(default=False, editable=False)
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
    price_is_fixed = models.BooleanField(
        _("price by hand"), default=False, help_text=_("On: no pricing rule changes this price.")
    )
    is_active = models.BooleanField(_("sold"), default=True)
    #: The sync has taken it off the shop, and staff have not decided about that since: it may come back by itself.
    hidden_by_sync = models.BooleanField(default=False, editable=False)
    #: It is put together from parts and has no listings that count; kept by ``catalog.bundles``.
    is_bundle = models.BooleanField(_("bundle"), default=False, editable=False)
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
    def chosen_values(self) -> list[str]:
        """The option values in the order in which the product names its options (PostgreSQL keeps none in JSON)."""
        order = {name: place for place, name in enumerate(self.product.option_names)}
        return [self.options[name] for name in sorted(self.options, key=lambda name: order.get(name, len(order)))]

    @property
    def options_text(self) -> str:
        return ", ".join(self.chosen_values)

    @property
    def unit_price(self) -> Money:
        return Money(self.price, self.currency)
