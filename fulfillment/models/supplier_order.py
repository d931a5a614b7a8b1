"""What we buy from suppliers: the row that is the queue, its attempts, and the orders the supplier made of it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Listing
from fulfillment.models.order import Order, OrderLine, OrderLinePart
from fulfillment.states import SupplierOrderStatus
from integrations.models import SupplierAccount, new_public_id
from integrations.types import SupplierOrderState
from shop.money import Money

_S = SupplierOrderStatus


class SupplierOrderQuerySet(models.QuerySet["SupplierOrder"]):
    """The questions a worker and the staff ask."""

    def needing_a_person(self) -> Self:
        return self.exclude(attention="")


class SupplierOrder(models.Model):
    """Some lines of an order, to be bought from one supplier account. The row is the queue.

    ``fence`` rises with every claim: a worker whose fence is no longer the row's may only note what it saw.
    ``attention`` is a stable code that puts the row in front of a person; empty means nobody is needed.
    """

    class Attention(models.TextChoices):
        """Why a person is needed."""

        NONE = "", _("Nothing to do")
        NO_LISTING = "no_listing", _("No supplier can serve it")
        PRICE = "price", _("The supplier's price has changed")
        STOCK = "stock", _("The supplier has not enough")
        SKU_GONE = "sku_gone", _("The supplier no longer has the SKU")
        SKU_CHANGED = "sku_changed", _("The supplier's SKU now means something else")
        SHIPPING = "shipping", _("The supplier does not ship there")
        ADDRESS = "address", _("The address was refused")
        SPEND_CAP = "spend_cap", _("The spend cap is reached")
        DRY_RUN = "dry_run", _("Dry run: nothing is sent")
        MODE = "mode", _("The account's mode does not fit")
        REFUSED = "refused", _("The supplier said no")
        UNREACHABLE = "unreachable", _("The supplier could not be reached for long")
        OUTCOME = "outcome", _("Perhaps bought: look at the supplier's account")
        PAY = "pay", _("Placed, and waiting for our payment")
        SUPPLIER_NOTE = "supplier_note", _("The supplier's order needs a look")
        SUPPLIER_CANCELED = "supplier_canceled", _("The supplier canceled it")
        BUNDLE = "bundle", _("Another part of a bundle is stopped")
        MONEY_BACK = "money_back", _("The customer's money went or is going back")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="supplier_orders", verbose_name=_("order"))
    account = models.ForeignKey(
        SupplierAccount,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supplier_orders",
        verbose_name=_("supplier account"),
    )
    account_mode = models.CharField(
        _("bought as"), max_length=8, blank=True, choices=SupplierAccount.Mode.choices, editable=False
    )
    part = models.PositiveSmallIntegerField(_("part"), default=1)
    reference = models.CharField(_("our reference"), max_length=64, unique=True, editable=False)
    purchase = models.PositiveSmallIntegerField(_("purchase"), default=1, editable=False)
    status = models.CharField(_("status"), max_length=12, choices=_S.choices, default=_S.PLANNED)
    attention = models.CharField(_("needs"), max_length=20, choices=Attention.choices, blank=True, default="")
    attention_note = models.CharField(_("in words"), max_length=500, blank=True)
    #: The field of the address that the reason is about, empty if it is about none.
    attention_field = models.CharField(max_length=20, blank=True, default="", editable=False)
    #: The supplier's own names of the customer's province and city, sent as they are; empty: those of the address.
    ship_province = models.CharField(_("province at the supplier"), max_length=120, blank=True, editable=False)
    ship_city = models.CharField(_("city at the supplier"), max_length=120, blank=True, editable=False)
    #: Which of ``province`` and ``city`` the supplier's list lacks, with its nearest name or an empty one.
    place_doubts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, editable=False)
    guards_waived: models.JSONField[list[str], list[str]] = models.JSONField(default=list, editable=False)

    fence = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, editable=False)
    deferrals = models.PositiveSmallIntegerField(_("put off"), default=0, editable=False)
    first_sent_at = models.DateTimeField(_("first sent"), null=True, editable=False)
    settle_at = models.DateTimeField(_("settled from"), null=True, editable=False)
    placed_at = models.DateTimeField(_("placed"), null=True, editable=False)

    expected_cost = models.DecimalField(_("expected cost"), max_digits=12, decimal_places=2, null=True, blank=True)
    charged_amount = models.DecimalField(_("charged"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SupplierOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier order")
        verbose_name_plural = _("supplier orders")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(status="due"), name="supplier_order_due"),
            models.Index(fields=["lease_until"], condition=Q(status="in_flight"), name="supplier_order_in_flight"),
            models.Index(fields=["settle_at"], condition=Q(status="unknown"), name="supplier_order_unknown"),
            models.Index(fields=["attention"], condition=~Q(attention=""), name="supplier_order_attention"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "part"], name="supplier_order_part_once"),
            models.CheckConstraint(condition=Q(status__in=_S.values), name="supplier_order_status_known"),
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(status__in=[_S.PLANNED, _S.HELD, _S.CANCELED]),
                name="supplier_order_account_before_due",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[_S.HELD, _S.REJECTED]) | ~Q(attention=""),
                name="supplier_order_stop_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=_S.IN_FLIGHT) | Q(lease_until__isnull=False, first_sent_at__isnull=False),
                name="supplier_order_in_flight_is_leased",
            ),
            models.CheckConstraint(
                condition=~Q(status=_S.UNKNOWN) | Q(settle_at__isnull=False), name="supplier_order_unknown_settles"
            ),
            models.CheckConstraint(
                condition=~Q(status=_S.DUE) | Q(next_attempt_at__isnull=False), name="supplier_order_due_has_time"
            ),
            models.CheckConstraint(
                condition=Q(account_mode__in=["", "sandbox", "test", "live"]), name="supplier_order_mode_known"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="supplier_order_currency_present"),
        ]
        permissions = [
            ("settle_supplier_order", "Can settle supplier orders by hand"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def place_proposal(self) -> dict[str, str]:
        """The supplier's nearest names for what its list of places lacks."""
        return {field: name for field, name in self.place_doubts.items() if name}

    @property
    def expected_money(self) -> Money | None:
        return Money(self.expected_cost, self.currency) if self.expected_cost is not None else None


class SupplierOrderLine(models.Model):
    """What exactly is bought, copied from the listing: the mapping may change, this purchase does not.

    ``unit_cost`` is the supplier's price for one of *their* pieces as we last saw it, in the order's currency.
    """

    supplier_order = models.ForeignKey(
        SupplierOrder, on_delete=models.CASCADE, related_name="lines", verbose_name=_("supplier order")
    )
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="supplier_order_lines", verbose_name=_("order line")
    )
    #: Which part of a bundle it is, if the order line is one.
    line_part = models.ForeignKey(
        OrderLinePart,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supplier_order_lines",
        verbose_name=_("part of a bundle"),
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("listing")
    )
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    external_sku_id = models.CharField(_("supplier's SKU id"), max_length=64, blank=True)
    external_sku_attr = models.CharField(_("supplier's SKU text"), max_length=300, blank=True)
    shipping_service = models.CharField(_("shipping service"), max_length=80, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_cost = models.DecimalField(_("cost each"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("supplier order line")
        verbose_name_plural = _("supplier order lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order_line", "external_product_id", "external_sku_id"],
                condition=Q(line_part__isnull=True),
                name="supplier_order_line_buys_item_once",
            ),
            # Two parts of one bundle may be bought as the same SKU.
            models.UniqueConstraint(
                fields=["line_part", "external_product_id", "external_sku_id"],
                condition=Q(line_part__isnull=False),
                name="supplier_order_line_buys_part_once",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="supplier_order_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.external_product_id}/{self.external_sku_id}"

    @property
    def quantity_wanted(self) -> int:
        """How many of *ours* it buys."""
        return self.line_part.quantity if self.line_part else self.order_line.quantity

    @property
    def sold_as(self) -> str:
        """What the customer bought that this is, or is a part of."""
        return f"{self.order_line.title}: {self.line_part.title}" if self.line_part else self.order_line.title


class Attempt(models.Model):
    """One send of a purchase, written and committed before the first byte leaves."""

    class Outcome(models.TextChoices):
        """What came of it; *pending* after its worker's death means nobody saw."""

        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        NOT_DONE = "not_done", _("Surely not done")
        REJECTED = "rejected", _("Rejected")
        UNKNOWN = "unknown", _("Unknown")

    supplier_order = models.ForeignKey(
        SupplierOrder, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("supplier order")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    reference = models.CharField(_("our reference"), max_length=64)
    fence = models.PositiveIntegerField()
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    code = models.CharField(_("code"), max_length=80, blank=True)
    message = models.CharField(_("in words"), max_length=500, blank=True)
    request_id = models.CharField(_("request id"), max_length=80, blank=True)
    external_ids: models.JSONField[list[str], list[str]] = models.JSONField(_("ids"), default=list)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["supplier_order", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["supplier_order", "fence"], name="attempt_once_per_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} #{self.number}"


class ExternalOrder(models.Model):
    """An order that exists at the supplier. One purchase may become several of them."""

    supplier_order = models.ForeignKey(
        SupplierOrder, on_delete=models.PROTECT, related_name="external_orders", verbose_name=_("supplier order")
    )
    account = models.ForeignKey(
        SupplierAccount, on_delete=models.PROTECT, related_name="external_orders", verbose_name=_("account")
    )
    external_id = models.CharField(_("supplier's order id"), max_length=64)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=[(state.value, state.value.replace("_", " ").capitalize()) for state in SupplierOrderState],
        default=SupplierOrderState.AWAITING_PAYMENT.value,
    )
    raw_status = models.CharField(_("in the supplier's words"), max_length=120, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True)
    pay_by = models.DateTimeField(_("pay by"), null=True)
    next_poll_at = models.DateTimeField(_("next look"), null=True)
    polled_at = models.DateTimeField(_("last look"), null=True)
    snapshot: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    #: What was last noted on the supplier order because of how this one looks; taken back when that is over.
    unclear_note = models.CharField(max_length=500, blank=True, default="", editable=False)
    #: When staff were mailed that the time to pay it runs out, and that it has run out.
    pay_warned_at = models.DateTimeField(null=True, editable=False)
    lapse_told_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("order at the supplier")
        verbose_name_plural = _("orders at the supplier")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["next_poll_at"], condition=Q(next_poll_at__isnull=False), name="external_order_poll"),
            models.Index(fields=["external_id"], name="external_order_by_id"),
            models.Index(fields=["pay_by"], condition=Q(state="awaiting_payment"), name="external_order_to_pay"),
            models.Index(
                fields=["pay_by"],
                condition=Q(lapse_told_at__isnull=True, pay_by__isnull=False),
                name="external_order_lapse",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "external_id"], name="external_order_once"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | (Q(amount__gte=0) & ~Q(currency="")),
                name="external_order_amount_has_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id
