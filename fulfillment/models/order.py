"""The customer's order, its lines, its history and the links by which a customer sees it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Listing, Variant
from catalog.translations import spoken_language
from fulfillment.states import OrderStatus, PaymentStatus
from integrations.models import SupplierAccount
from integrations.types import Address
from shop.money import Money

#: Crockford's alphabet: no letter is mistaken for a digit when a number is read out on the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_order_number() -> str:
    """An order number that tells nothing and cannot be guessed: ``ORD-`` and 60 random bits."""
    return "ORD-" + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def _sums_up(*, tax: bool, **conditions: Any) -> models.Q:
    """That ``total`` is the sum of its parts. Within less than a cent: SQLite reckons decimals as binary floats."""
    parts = models.F("items_total") - models.F("discount_total") + models.F("shipping_total")
    if tax:
        parts = parts + models.F("tax_total")
    almost = models.Value(Decimal("0.004"), output_field=models.DecimalField(max_digits=12, decimal_places=3))
    return models.Q(total__gte=parts - almost, total__lte=parts + almost, **conditions)


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders as pages need them."""

    def for_page(self) -> Self:
        """With what the customer's page shows."""
        return self.prefetch_related(
            "lines",
            "events",
            "supplier_orders__shipments__events",
            "supplier_orders__lines__order_line",
            "supplier_orders__lines__line_part",
            "payments",
            "returns__lines",
            "returns__refund",
        )


class Order(models.Model):
    """What a customer ordered, for whom and where to. Amounts are in ``currency``, major units.

    ``language`` is the one it was placed in, empty for another program's orders; mails about it are written in it.
    """

    class Source(models.TextChoices):
        """How the order came in."""

        STOREFRONT = "storefront", _("Shop")
        API = "api", _("Order call")

    number = models.CharField(_("number"), max_length=24, unique=True, default=new_order_number, editable=False)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.STOREFRONT)
    status = models.CharField(
        _("status"), max_length=16, choices=OrderStatus.choices, default=OrderStatus.AWAITING_PAYMENT
    )
    checkout_key = models.CharField(max_length=80, null=True, unique=True, editable=False)  # noqa: DJ001 - null is "none"
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="orders",
        verbose_name=_("account"),
    )

    email = models.EmailField(_("e-mail"), max_length=254)
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("address, line 2"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=80)
    province = models.CharField(_("state / province"), max_length=80, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=40, blank=True)
    national_address = models.CharField(_("national address"), max_length=40, blank=True)

    language = models.CharField(_("language"), max_length=8, blank=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    items_total = models.DecimalField(_("items"), max_digits=12, decimal_places=2, default=Decimal(0))
    discount_total = models.DecimalField(_("discount"), max_digits=12, decimal_places=2, default=Decimal(0))
    shipping_total = models.DecimalField(_("shipping"), max_digits=12, decimal_places=2, default=Decimal(0))
    tax_total = models.DecimalField(_("tax"), max_digits=12, decimal_places=2, default=Decimal(0))
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    tax_lines: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(
        _("taxes"), default=list, blank=True, editable=False
    )
    coupon_code = models.CharField(_("coupon"), max_length=40, blank=True)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=Decimal(0))

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    personal_data_erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True, editable=False)
    #: Since when its personal data is to go, as soon as nobody needs it any more to deliver or to settle.
    erasure_wanted_at = models.DateTimeField(_("to be erased since"), null=True, blank=True, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="order_by_status"),
            models.Index(fields=["email"], name="order_by_email"),
            models.Index(Upper("email"), name="order_by_email_in_any_case"),
            models.Index(fields=["customer", "-created_at", "-id"], name="order_by_customer"),
            models.Index(fields=["id"], condition=models.Q(erasure_wanted_at__isnull=False), name="order_to_erase"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=OrderStatus.values), name="order_status_known"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="order_currency_present"),
            models.CheckConstraint(
                condition=models.Q(items_total__gte=0, shipping_total__gte=0, total__gte=0),
                name="order_totals_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(discount_total__gte=0, tax_total__gte=0)
                & (_sums_up(tax=False, prices_include_tax=True) | _sums_up(tax=True, prices_include_tax=False)),
                name="order_totals",
            ),
            models.CheckConstraint(
                condition=models.Q(paid_at__isnull=False)
                | models.Q(status__in=[OrderStatus.AWAITING_PAYMENT, OrderStatus.CANCELED]),
                name="order_paid_at_when_paid",
            ),
        ]
        permissions = [("place_supplier_order", "Can place orders with suppliers")]

    def __str__(self) -> str:
        return self.number

    @property
    def address(self) -> Address:
        return Address(
            first_name=self.first_name,
            last_name=self.last_name,
            line1=self.line1,
            line2=self.line2,
            city=self.city,
            province=self.province,
            postcode=self.postcode,
            country=self.country,
            phone=self.phone,
            tax_id=self.tax_id,
            national_address=self.national_address,
        )

    @property
    def mail_language(self) -> str:
        """The language in which it was placed, as far as the shop still speaks it; else the shop's own."""
        return spoken_language(self.language)

    @property
    def is_at_the_bank(self) -> bool:
        """Whether the customer has paid and the bank is still at it: the money is on its way, for what was ordered."""
        is_unpaid = self.status == OrderStatus.AWAITING_PAYMENT
        return is_unpaid and any(payment.status == PaymentStatus.PROCESSING for payment in self.payments.all())

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)


class OrderLine(models.Model):
    """A copy of what was sold: later changes of the catalogue do not reach it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order"))
    variant = models.ForeignKey(
        Variant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("bought from")
    )
    #: What was sold is put together from ``parts``, which keep its listings and stock.
    is_bundle = models.BooleanField(default=False, editable=False)
    quantity_reserved = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Pieces of the listing's stock that this line keeps.")
    )
    sku = models.CharField(_("SKU"), max_length=128)
    title = models.CharField(_("title"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("price each"), max_digits=12, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=12, decimal_places=2, default=Decimal(0))
    tax = models.DecimalField(_("tax"), max_digits=12, decimal_places=2, default=Decimal(0))
    tax_percent = models.DecimalField(_("tax percent"), max_digits=6, decimal_places=3, default=Decimal(0))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=models.Q(unit_price__gte=0, total__gte=0), name="order_line_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(discount__gte=0, discount__lte=models.F("total"), tax__gte=0, tax_percent__gte=0),
                name="order_line_discount_and_tax",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="order_line_currency_present"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"

    @property
    def bundle_parts(self) -> list[OrderLinePart]:
        """What it consists of if a bundle was sold. ``load_bundle_parts`` loads them for many lines."""
        return list(self.parts.all()) if self.is_bundle else []


def load_bundle_parts(lines: Iterable[OrderLine]) -> None:
    """Load the parts of bundles among ``lines`` with what is bought for them; no query if there are none."""
    if found := [line for line in lines if line.is_bundle]:
        models.prefetch_related_objects(found, "parts__supplier_order_lines")


class OrderLinePart(models.Model):
    """What one part of a sold bundle is bought as. A line of a bundle keeps its stock and listings here.

    ``quantity`` is of the part, for the whole line; ``share`` is what of the line's price belongs to it.
    """

    order_line = models.ForeignKey(
        OrderLine, on_delete=models.CASCADE, related_name="parts", verbose_name=_("order line")
    )
    variant = models.ForeignKey(
        Variant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("bought from")
    )
    quantity_reserved = models.PositiveIntegerField(default=0, editable=False)
    sku = models.CharField(_("SKU"), max_length=128)
    title = models.CharField(_("title"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"))
    share = models.DecimalField(_("share of the price"), max_digits=7, decimal_places=6)

    class Meta:
        verbose_name = _("part of an order line")
        verbose_name_plural = _("parts of order lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order_line", "sku"], name="order_line_part_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="order_line_part_quantity_positive"),
            models.CheckConstraint(
                condition=models.Q(share__gte=0, share__lte=1), name="order_line_part_share_is_a_part"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"


class OrderShipping(models.Model):
    """How one parcel of an order is sent, and what the customer pays for it. ``service`` is the supplier's word."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shippings", verbose_name=_("order"))
    account = models.ForeignKey(
        SupplierAccount,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier account"),
    )
    service = models.CharField(_("shipping service"), max_length=80, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, default=Decimal(0))
    currency = models.CharField(_("currency"), max_length=3)
    min_days = models.PositiveSmallIntegerField(_("days, at least"), null=True, blank=True)
    max_days = models.PositiveSmallIntegerField(_("days, at most"), null=True, blank=True)

    class Meta:
        verbose_name = _("way of sending")
        verbose_name_plural = _("ways of sending")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gte=0), name="order_shipping_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="order_shipping_currency_present"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.service


class OrderEvent(models.Model):
    """One line of an order's history. Append-only, by a trigger in the database; carries no personal data.

    The one thing that the trigger allows is to empty ``note``: staff may have named somebody in it.

    ``kind`` is a stable word such as ``order.paid`` or ``supplier_order.unknown``; ``actor`` is ``system``,
    ``customer``, ``api:<user id>`` or ``staff:<user id>``.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", verbose_name=_("order"))
    supplier_order = models.ForeignKey(
        "fulfillment.SupplierOrder",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("supplier order"),
    )
    kind = models.CharField(_("what"), max_length=60)
    note = models.CharField(_("note"), max_length=500, blank=True)
    data: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("data"), default=dict)
    actor = models.CharField(_("by"), max_length=40, default="system")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.kind


class OrderLink(models.Model):
    """The right to see one order's page. The token itself is only in the link; the database keeps its hash."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("order link")
        verbose_name_plural = _("order links")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"link to order {self.order_id}"

    @classmethod
    def mint(cls, order: Order) -> str:
        """A new link token (256 random bits) for ``order``, valid for ``ORDER_LINK_DAYS`` days."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(
            order=order,
            token_hash=_hash(token),
            expires_at=timezone.now() + timedelta(days=settings.ORDER_LINK_DAYS),
        )
        return token

    @classmethod
    def order_for(cls, token: str) -> Order | None:
        """The order that ``token`` opens, or None if it is unknown, expired or revoked."""
        link = (
            cls.objects.filter(token_hash=_hash(token), expires_at__gt=timezone.now(), revoked_at__isnull=True)
            .select_related("order")
            .first()
        )
        return link.order if link else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
