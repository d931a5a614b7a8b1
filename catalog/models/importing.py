"""Goods on their way from a supplier's catalogue into ours: imports, what they brought, and the words they use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Category
from integrations.models import SupplierAccount


class ImportRun(models.Model):
    """Some products of one supplier that somebody wants. Its items are the queue; workers take them one by one."""

    class Status(models.TextChoices):
        """Finished once no item is open any more; stopped by a person before that."""

        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        STOPPED = "stopped", _("Stopped")

    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="import_runs", verbose_name=_("supplier account")
    )
    title = models.CharField(_("what"), max_length=200)
    country = models.CharField(_("sold to"), max_length=2)
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.RUNNING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    #: Whose turn it is: one worker goes through a run at a time, so that an import never fills the queue.
    lease_until = models.DateTimeField(null=True)
    #: When the sweep shall look after it, should nobody be working on it by then.
    next_work_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["next_work_at"], condition=models.Q(status="running"), name="import_run_to_work")
        ]

    def __str__(self) -> str:
        return self.title


class ImportItem(models.Model):
    """One product of an import and what became of it. A line without a product id has failed from the beginning."""

    class Status(models.TextChoices):
        """Waiting and fetched ones are open: a worker takes them up. The others are results."""

        WAITING = "waiting", _("Waiting")
        FETCHED = "fetched", _("Pictures")
        IMPORTED = "imported", _("Imported")
        UPDATED = "updated", _("Updated")
        SKIPPED = "skipped", _("Skipped")
        FAILED = "failed", _("Failed")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="items", verbose_name=_("import"))
    position = models.PositiveIntegerField(_("line"))
    entered = models.CharField(_("entered"), max_length=300)
    external_product_id = models.CharField(_("supplier's product id"), max_length=64, null=True)  # noqa: DJ001
    status = models.CharField(_("result"), max_length=8, choices=Status.choices, default=Status.WAITING)
    #: What the staging of the product was: the result once the pictures are there.
    result = models.CharField(max_length=8, choices=Status.choices, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    staged = models.ForeignKey(
        "catalog.StagedProduct", on_delete=models.SET_NULL, null=True, related_name="import_items"
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("imported product")
        verbose_name_plural = _("imported products")
        ordering = ["position", "pk"]
        constraints = [
            # Without an id (NULL) a line stands for itself.
            models.UniqueConstraint(fields=["run", "external_product_id"], name="import_item_once_in_a_run"),
            models.CheckConstraint(
                condition=~models.Q(status__in=["waiting", "fetched"]) | models.Q(external_product_id__isnull=False),
                name="import_item_open_has_an_id",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "next_attempt_at", "id"],
                condition=models.Q(status__in=["waiting", "fetched"]),
                name="import_item_open",
            ),
            models.Index(fields=["run", "position", "id"], name="import_item_shown"),
        ]

    def __str__(self) -> str:
        return self.external_product_id or self.entered


class StagedProduct(models.Model):
    """A supplier's product as staff prepare it for the shop: one for each account and product, however often imported.

    ``edited`` names the fields that a person wrote: an import leaves those alone. ``product`` is what is sold of it.
    """

    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="staged_products", verbose_name=_("supplier account")
    )
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    country = models.CharField(_("sold to"), max_length=2)
    source_title = models.CharField(_("supplier's title"), max_length=500)
    source_url = models.URLField(_("supplier's page"), max_length=500, blank=True)
    store_name = models.CharField(_("store"), max_length=200, blank=True)
    external_category_id = models.CharField(_("supplier's category"), max_length=64, blank=True)
    rating_percent = models.DecimalField(_("rating"), max_digits=4, decimal_places=1, null=True)
    quantity_sold = models.PositiveBigIntegerField(_("sold"), null=True)
    ship_days = models.PositiveSmallIntegerField(_("delivery days"), null=True)
    is_orderable = models.BooleanField(_("can be ordered"), default=True)

    title = models.CharField(_("title"), max_length=200)
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    description_html = models.TextField(_("description"), blank=True)
    option_names: models.JSONField[list[str], list[str]] = models.JSONField(_("options"), default=list, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    edited: models.JSONField[list[str], list[str]] = models.JSONField(default=list, editable=False)

    product = models.OneToOneField(
        "catalog.Product",
        on_delete=models.SET_NULL,
        null=True,
        related_name="staged",
        verbose_name=_("product of the shop"),
    )
    is_dismissed = models.BooleanField(_("put aside"), default=False)
    #: How many differences from what is live wait for staff's answer; 0 while it is not in the shop.
    changes_count = models.PositiveIntegerField(_("changes"), default=0, editable=False)
    created_at = models.DateTimeField(_("first imported"), default=timezone.now, editable=False)
    imported_at = models.DateTimeField(_("imported"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)

    class Meta:
        verbose_name = _("staged product")
        verbose_name_plural = _("staged products")
        ordering = ["-imported_at", "-pk"]
        permissions = [("publish_stagedproduct", "Can publish staged products")]
        constraints = [
            models.UniqueConstraint(fields=["account", "external_product_id"], name="staged_product_once"),
        ]

    def __str__(self) -> str:
        return self.title


class StagedVariant(models.Model):
    """A SKU of a staged product. ``price`` is what customers shall pay; empty until a rule or a person sets one.

    ``is_gone``: the supplier shows it no more. ``variant`` is what is sold of it.
    """

    staged = models.ForeignKey(StagedProduct, on_delete=models.CASCADE, related_name="variants")
    external_sku_id = models.CharField(_("supplier's SKU id"), max_length=64, blank=True)
    external_sku_attr = models.CharField(_("supplier's SKU text"), max_length=300, blank=True)
    fingerprint: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, editable=False)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2)
    cost_currency = models.CharField(max_length=3)
    stock = models.PositiveIntegerField(_("stock"), null=True)
    quantity_limit = models.PositiveIntegerField(_("limit per order"), null=True)
    options: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(_("options"), default=dict, blank=True)
    price = models.DecimalField(
        _("price"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    price_note = models.CharField(_("why there is no price"), max_length=200, blank=True, editable=False)
    picture_url = models.CharField(max_length=1000, blank=True, editable=False)
    is_kept = models.BooleanField(_("sell"), default=True)
    is_gone = models.BooleanField(_("gone"), default=False)
    edited: models.JSONField[list[str], list[str]] = models.JSONField(default=list, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)
    variant = models.ForeignKey("catalog.Variant", on_delete=models.SET_NULL, null=True, related_name="staged")

    class Meta:
        verbose_name = _("staged variant")
        verbose_name_plural = _("staged variants")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["staged", "external_sku_id"], name="staged_variant_once"),
            models.CheckConstraint(condition=models.Q(cost__gte=0), name="staged_variant_cost_not_negative"),
            models.CheckConstraint(
                condition=models.Q(price__isnull=True) | models.Q(price__gte=0),
                name="staged_variant_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.options.values()) or self.external_sku_id


class StagedPicture(models.Model):
    """A picture of a staged product: to be fetched, stored (with the names of ``catalog.images``), or refused."""

    class Status(models.TextChoices):
        """A refused one is asked for again by the next import of its product."""

        WAITING = "waiting", _("Waiting")
        STORED = "stored", _("Stored")
        REFUSED = "refused", _("Refused")

    staged = models.ForeignKey(StagedProduct, on_delete=models.CASCADE, related_name="pictures")
    url = models.CharField(max_length=1000)
    #: SHA-256 of the address: addresses are longer than an index takes everywhere.
    url_hash = models.CharField(max_length=64)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    note = models.CharField(_("note"), max_length=200, blank=True)
    large = models.CharField(max_length=200, blank=True)
    small = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    options: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(_("shows"), default=dict, blank=True)
    alt = models.CharField(_("alternative text"), max_length=200, blank=True)
    is_kept = models.BooleanField(_("show"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    image = models.ForeignKey("catalog.ProductImage", on_delete=models.SET_NULL, null=True, related_name="staged")

    class Meta:
        verbose_name = _("staged picture")
        verbose_name_plural = _("staged pictures")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["staged", "url_hash"], name="staged_picture_once")]

    def __str__(self) -> str:
        return self.alt or str(self.position)


class OptionWord(models.Model):
    """How an option of suppliers is called in the shop. ``supplier_word`` is compared without regard to case."""

    class Kind(models.TextChoices):
        """A name such as *Color*, or a value such as *Red*."""

        NAME = "name", _("Name of an option")
        VALUE = "value", _("Value")

    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    supplier_word = models.CharField(_("supplier's word"), max_length=200)
    #: ``supplier_word`` as it is compared.
    key = models.CharField(max_length=200, editable=False)
    shop_word = models.CharField(
        _("our word"),
        max_length=80,
        blank=True,
        help_text=_("Empty, for a name: this option is not shown to customers."),
    )

    class Meta:
        verbose_name = _("option word")
        verbose_name_plural = _("option words")
        ordering = ["kind", "supplier_word", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="option_word_once"),
            models.CheckConstraint(
                condition=models.Q(kind="name") | ~models.Q(shop_word=""), name="option_value_has_a_word"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_word} → {self.shop_word or '–'}"


class CategoryMapping(models.Model):
    """Into which of our categories the goods of a supplier's category go."""

    provider = models.CharField(_("supplier"), max_length=32)
    external_category_id = models.CharField(_("supplier's category"), max_length=64)
    name = models.CharField(_("its name there"), max_length=200, blank=True)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("our category"))

    class Meta:
        verbose_name = _("category mapping")
        verbose_name_plural = _("category mappings")
        ordering = ["provider", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "external_category_id"], name="category_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.name or self.external_category_id} → {self.category}"
