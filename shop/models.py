"""What the shop itself keeps: baskets, answers of its API, and the pages that staff write."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from catalog.translations import text_of
from integrations.models import new_public_id
from shop.accounts.models import OutgoingMail, SavedAddress, StockWatch, Wish
from shop.device_models import Device, DeviceToken
from shop.hook_models import EventHook

__all__ = [
    "Basket", "BasketLine", "Device", "DeviceToken", "EventHook", "IdempotentRequest", "OutgoingMail", "Page",
    "SavedAddress", "StockWatch", "Wish", "new_checkout_key",
]  # fmt: skip


class IdempotentRequest(models.Model):
    """The first answer to a request that carried an ``Idempotency-Key``; ``status`` is null while it is running.

    The key belongs to ``user`` or, for a caller without an account, to ``owner``: what a basket or an order is known
    by, as a hash. An answer that holds a customer's address or the token of an order is kept ``sealed``.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    owner = models.CharField(max_length=80, blank=True, default="")
    key = models.CharField(max_length=255)
    path = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    sealed = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "idempotent request"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotent_request_once_per_user"),
            models.UniqueConstraint(
                fields=["owner", "key"], condition=~models.Q(owner=""), name="idempotent_request_once_per_owner"
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(owner=""), name="idempotent_request_has_one_owner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"


def new_checkout_key() -> str:
    """A key under which there is one order at most (192 random bits)."""
    return secrets.token_urlsafe(24)


class Basket(models.Model):
    """What somebody wants to buy. Whoever knows ``public_id`` may change it; it is in a session, never in an address.

    ``checkout_key`` is that of the order it becomes: a new one begins once that order is paid.
    """

    class Kind(models.TextChoices):
        """A cart is filled bit by bit; a direct basket is one click on Buy Now."""

        CART = "cart", _("Basket")
        DIRECT = "direct", _("Buy Now")

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.CART)
    checkout_key = models.CharField(max_length=80, unique=True, default=new_checkout_key, editable=False)
    coupon_code = models.CharField(_("coupon"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["updated_at"], name="basket_by_age")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["cart", "direct"]), name="basket_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BasketLine(models.Model):
    """A variant in a basket. ``price_seen`` is what it cost when the customer put it there.

    ``title`` remains when the variant does not, so that its customer can be told what is gone.
    """

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="lines", verbose_name=_("basket"))
    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    variant = models.ForeignKey(
        Variant, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("variant")
    )
    title = models.CharField(_("title"), max_length=300)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    price_seen = models.DecimalField(_("price seen"), max_digits=12, decimal_places=2)
    currency_seen = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["basket", "variant"], name="basket_line_once_per_variant"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="basket_line_quantity_positive"),
            models.CheckConstraint(condition=models.Q(price_seen__gte=0), name="basket_line_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(currency_seen__regex=r"^[A-Z]{3}$"), name="basket_line_currency_present"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"


class PageQuerySet(models.QuerySet["Page"]):
    """Pages as the shop shows them."""

    def published(self) -> Self:
        return self.filter(is_published=True)

    def in_footer(self) -> Self:
        return self.published().filter(is_in_footer=True)

    def with_shown_texts(self) -> Self:
        """``shown_title`` and ``shown_body`` are the texts in the reader's language, else the page's own."""
        return self.annotate(
            shown_title=text_of(PageTranslation, "page", "title"),
            shown_body=text_of(PageTranslation, "page", "body_html"),
        )


class Page(models.Model):
    """A page of text that staff keep: shipping and returns, privacy, terms, contact, who sells."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=120)
    body_html = models.TextField(_("text"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_in_footer = models.BooleanField(_("in the footer"), default=True)
    is_published = models.BooleanField(_("published"), default=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["position", "title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("page", args=[self.slug])


class PageTranslation(models.Model):
    """A page's texts in another of the shop's languages; what is empty falls back to the page's own."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="translations", verbose_name=_("page"))
    language = models.CharField(_("language"), max_length=8)
    title = models.CharField(_("title"), max_length=120, blank=True)
    body_html = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["language", "pk"]
        constraints = [models.UniqueConstraint(fields=["page", "language"], name="page_translation_once_a_language")]

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"
