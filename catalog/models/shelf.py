"""What lists filter and sort by, worked out beforehand."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Category, Product


class ShelfEntry(models.Model):
    """What lists filter and sort by, worked out beforehand for each product; ``catalog/shelf.py`` keeps it true.

    A table of its own: a product's form that was opened a while ago must not write back old stock or sales.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="shelf_entry")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    #: Whether the product is active and at least one of its variants is sold.
    is_listed = models.BooleanField(default=False)
    price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, blank=True)
    in_stock = models.BooleanField(default=False)
    #: ISO codes between blanks, `` AT DE ``; ``*`` for everywhere, nothing for nowhere.
    destinations = models.TextField(blank=True)
    quantity_sold = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "shelf entry"
        ordering = ["-product"]
        indexes = [
            models.Index(fields=["price", "product"], name="shelf_price", condition=models.Q(is_listed=True)),
            models.Index(fields=["quantity_sold", "product"], name="shelf_sold", condition=models.Q(is_listed=True)),
            models.Index(fields=["product"], name="shelf_new", condition=models.Q(is_listed=True)),
            models.Index(
                fields=["category", "price", "product"], name="shelf_cat_price", condition=models.Q(is_listed=True)
            ),
            models.Index(
                fields=["category", "quantity_sold", "product"],
                name="shelf_cat_sold",
                condition=models.Q(is_listed=True),
            ),
            models.Index(fields=["category", "product"], name="shelf_cat_new", condition=models.Q(is_listed=True)),
        ]

    def __str__(self) -> str:
        return str(self.product)


class ProductFacet(models.Model):
    """An option value that a sold variant of the product has: ``Color``, ``Sage``."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="facets")
    name = models.CharField(max_length=80)
    value = models.CharField(max_length=200)

    class Meta:
        verbose_name = "facet"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["product", "name", "value"], name="facet_once_per_product")]
        indexes = [models.Index(fields=["name", "value", "product"], name="facet_value")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
