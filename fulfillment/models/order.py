"""The customer's order, its lines, its history and the links by which a customer sees it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Listing, Variant
from fulfillment.states import OrderStatus
from integrations.types import Address
from shop.money import Money

#: Crockford's alphabet: no letter is mistaken for a digit when a number is read out on the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_order_number() -> str:
    """An order number that tells nothing and cannot be guessed: ``ORD-`` and 60 random bits."""
    return "ORD-" + "".join(secrets.choice(_ALPHABET) for _ in range(12))


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders as pages need them."""

    def for_page(self) -> Self:
        """With what the customer's page shows."""
        return self.prefetch_related("lines", "events", "supplier_orders__shipments__events", "payments")


class Order(models.Model):
    """What a customer ordered, for whom and where to. Amounts are in ``currency``, major units."""

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

    currency = models.CharField(_("currency"), max_length=3)
    items_total = models.DecimalField(_("items"), max_digits=12, decimal_places=2, default=Decimal(0))
    shipping_total = models.DecimalField(_("shipping"), max_digits=12, decimal_places=2, default=Decimal(0))
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=Decimal(0))

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="order_by_status"),
            models.Index(fields=["email"], name="order_by_email"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=OrderStatus.values), name="order_status_known"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="order_currency_present"),
            models.CheckConstraint(
                condition=models.Q(items_total__gte=0, shipping_total__gte=0, total__gte=0),
                name="order_totals_not_negative",
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
        )

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
    quantity_reserved = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Pieces of the listing's stock that this line keeps.")
    )
    sku = models.CharField(_("SKU"), max_length=128)
    title = models.CharField(_("title"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("price each"), max_digits=12, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
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
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="order_line_currency_present"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"


class OrderEvent(models.Model):
    """One line of an order's history. Append-only, by a trigger in the database; carries no personal data.

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
