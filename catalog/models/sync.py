"""What the sync knows and does: what it watches, its rules, its runs, and every change it found."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.models import SupplierAccount


class ChangeKind(models.TextChoices):
    """What may have changed at the supplier."""

    PRICE_UP = "price_up", _("Costs more")
    PRICE_DOWN = "price_down", _("Costs less")
    OUT_OF_STOCK = "out_of_stock", _("Out of stock")
    BACK_IN_STOCK = "back_in_stock", _("Back in stock")
    SKU_GONE = "sku_gone", _("SKU gone")
    PRODUCT_GONE = "product_gone", _("Product gone")
    NEW_VARIANT = "new_variant", _("New variant")
    SHIPPING_GONE = "shipping_gone", _("Not shipped there any more")


class SyncAction(models.TextChoices):
    """What the shop does about a change. docs/sync.md says what each means for each kind."""

    NOTHING = "nothing", _("Nothing")
    FOLLOW = "follow", _("Follow")
    HIDE = "hide", _("Hide")
    ZERO = "zero", _("Set stock to zero")
    ASK = "ask", _("Ask staff")


#: What is done where no rule says anything: the side on which nothing is sold that cannot be bought.
DEFAULT_ACTIONS: dict[str, str] = {
    ChangeKind.PRICE_UP: SyncAction.FOLLOW,
    ChangeKind.PRICE_DOWN: SyncAction.FOLLOW,
    ChangeKind.OUT_OF_STOCK: SyncAction.FOLLOW,
    ChangeKind.BACK_IN_STOCK: SyncAction.FOLLOW,
    ChangeKind.SKU_GONE: SyncAction.ZERO,
    ChangeKind.PRODUCT_GONE: SyncAction.HIDE,
    ChangeKind.NEW_VARIANT: SyncAction.ASK,
    ChangeKind.SHIPPING_GONE: SyncAction.ASK,
}


def _action(kind: ChangeKind) -> models.CharField[str, str]:
    return models.CharField(kind.label, max_length=8, choices=SyncAction.choices, blank=True)


class SyncRule(models.Model):
    """What is done about changes: in the whole shop, or for one account, category or product. Empty: as above it."""

    account = models.OneToOneField(
        SupplierAccount,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sync_rule",
        verbose_name=_("supplier account"),
    )
    category = models.OneToOneField(
        "catalog.Category",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sync_rule",
        verbose_name=_("category"),
    )
    product = models.OneToOneField(
        "catalog.Product",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sync_rule",
        verbose_name=_("product"),
    )
    price_up = _action(ChangeKind.PRICE_UP)
    price_down = _action(ChangeKind.PRICE_DOWN)
    out_of_stock = _action(ChangeKind.OUT_OF_STOCK)
    back_in_stock = _action(ChangeKind.BACK_IN_STOCK)
    sku_gone = _action(ChangeKind.SKU_GONE)
    product_gone = _action(ChangeKind.PRODUCT_GONE)
    new_variant = _action(ChangeKind.NEW_VARIANT)
    shipping_gone = _action(ChangeKind.SHIPPING_GONE)

    class Meta:
        verbose_name = _("sync rule")
        verbose_name_plural = _("sync rules")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True, category__isnull=True)
                | Q(account__isnull=True, product__isnull=True)
                | Q(category__isnull=True, product__isnull=True),
                name="sync_rule_one_scope",
            ),
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(account__isnull=True, category__isnull=True, product__isnull=True),
                name="sync_rule_one_for_the_shop",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product or self.category or self.account or _("The whole shop"))


class WatchedProduct(models.Model):
    """A supplier's product that listings in use buy from: one call reads all of its SKUs.

    ``demand`` is how much the shop's visitors wanted it at ``demand_at`` (a sale counts most), and fades from then
    on. ``changes_seen`` in ``hours_watched`` is how often it moved; both fade too.
    """

    account = models.ForeignKey(
        SupplierAccount, on_delete=models.CASCADE, related_name="watched_products", verbose_name=_("supplier account")
    )
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    changed_at = models.DateTimeField(_("last change"), null=True, blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failure = models.CharField(_("reason"), max_length=300, blank=True)
    changes_seen = models.FloatField(default=0)
    hours_watched = models.FloatField(default=0)
    demand = models.FloatField(default=0)
    demand_at = models.DateTimeField(default=timezone.now)
    #: The SKUs it ever had, so that a new one is noticed, each with the limit per order that was told of it last (one
    #: that staff typed stays when none is told); null before the first check.
    known_skus: models.JSONField[dict[str, int | None] | None, dict[str, int | None] | None] = models.JSONField(
        null=True, blank=True
    )

    class Meta:
        verbose_name = _("watched product")
        verbose_name_plural = _("watched products")
        ordering = ["pk"]
        indexes = [models.Index(fields=["account", "checked_at"], name="watched_age")]
        constraints = [
            models.UniqueConstraint(fields=["account", "external_product_id"], name="watched_product_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account.label}: {self.external_product_id}"


class SyncRun(models.Model):
    """Checks of one account that belong together: an hour of the schedule, or what staff asked for."""

    class Trigger(models.TextChoices):
        """Who began it."""

        SCHEDULE = "schedule", _("Schedule")
        STAFF = "staff", _("Staff")

    account = models.ForeignKey(
        SupplierAccount, on_delete=models.CASCADE, related_name="sync_runs", verbose_name=_("supplier account")
    )
    trigger = models.CharField(_("begun by"), max_length=8, choices=Trigger.choices)
    started_at = models.DateTimeField(_("begun"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    #: How many calls it may use; null for as many as its checks need.
    call_budget = models.PositiveIntegerField(_("calls allowed"), null=True, blank=True)
    planned = models.PositiveIntegerField(_("planned"), default=0)
    checked = models.PositiveIntegerField(_("checked"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    calls = models.PositiveIntegerField(_("calls"), default=0)
    changes = models.PositiveIntegerField(_("changes"), default=0)

    class Meta:
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(trigger="schedule", finished_at__isnull=True),
                name="sync_run_one_scheduled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.label} {self.started_at:%Y-%m-%d %H:%M}"


class SyncCheck(models.Model):
    """A check that a run has still to make, or that failed: what went well is counted and deleted."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="checks", verbose_name=_("run"))
    watched = models.ForeignKey(
        WatchedProduct, on_delete=models.CASCADE, related_name="checks", verbose_name=_("product")
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    #: How often a worker took it up: one that ends workers is given up in the end.
    tries = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    code = models.CharField(_("code"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("check of a sync run")
        verbose_name_plural = _("checks of sync runs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["watched"], condition=Q(failed_at__isnull=True), name="sync_check_planned_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} / {self.watched_id}"


class SyncChange(models.Model):
    """A change that a check found, and what was done about it. ``waiting`` is for staff to decide.

    ``withholds``: until it is decided, the listing's stock counts as zero.
    """

    class Status(models.TextChoices):
        """What became of it."""

        DONE = "done", _("Done")
        IGNORED = "ignored", _("Only noted")
        WAITING = "waiting", _("To decide")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        SUPERSEDED = "superseded", _("Overtaken by a later change")

    run = models.ForeignKey(
        SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="found", verbose_name=_("run")
    )
    account = models.ForeignKey(
        SupplierAccount, on_delete=models.CASCADE, related_name="sync_changes", verbose_name=_("supplier account")
    )
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    external_sku_id = models.CharField(_("supplier's SKU id"), max_length=64, blank=True)
    listing = models.ForeignKey(
        "catalog.Listing",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sync_changes",
        verbose_name=_("listing"),
    )
    kind = models.CharField(_("change"), max_length=16, choices=ChangeKind.choices)
    action = models.CharField(_("action"), max_length=8, choices=SyncAction.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    withholds = models.BooleanField(_("not sold until decided"), default=False)
    cost_before = models.DecimalField(_("cost before"), max_digits=12, decimal_places=2, null=True, blank=True)
    cost_after = models.DecimalField(_("cost after"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    stock_before = models.PositiveIntegerField(_("stock before"), null=True, blank=True)
    stock_after = models.PositiveIntegerField(_("stock after"), null=True, blank=True)
    #: What else is known: a new variant's option texts, the country that is shipped to no more.
    details: models.JSONField[dict[str, object], dict[str, object]] = models.JSONField(default=dict, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    class Meta:
        verbose_name = _("change at a supplier")
        verbose_name_plural = _("changes at suppliers")
        ordering = ["-found_at", "-pk"]
        permissions = [("decide_syncchange", "Can decide about changes at suppliers")]
        indexes = [
            models.Index(fields=["listing", "-id"], name="sync_change_of_listing"),
            models.Index(fields=["found_at"], name="sync_change_age"),
            models.Index(fields=["status"], condition=Q(status="waiting"), name="sync_change_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "kind"], condition=Q(status="waiting"), name="sync_change_waits_once"
            ),
            models.UniqueConstraint(
                fields=["account", "external_product_id", "external_sku_id"],
                condition=Q(status="waiting", kind="new_variant"),
                name="sync_new_variant_waits_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.external_product_id} / {self.external_sku_id or '-'}"


class LowStock(models.Model):
    """A variant of which little is left, from the moment on when that began; the row goes when there is more again."""

    variant = models.OneToOneField(
        "catalog.Variant", on_delete=models.CASCADE, related_name="low_stock", verbose_name=_("variant")
    )
    quantity = models.PositiveIntegerField(_("left"))
    since = models.DateTimeField(_("since"), default=timezone.now)
    told_at = models.DateTimeField(_("staff told"), null=True, blank=True)

    class Meta:
        verbose_name = _("low stock")
        verbose_name_plural = _("low stock")
        ordering = ["quantity", "pk"]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.quantity}"
