"""What a customer's account keeps: addresses, wishes, and who waits for what to be in stock again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Variant
from integrations.models import new_public_id
from integrations.types import Address


class SavedAddress(models.Model):
    """An address in a customer's book, checked and in the form in which orders keep theirs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_addresses")
    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
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
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved address")
        verbose_name_plural = _("saved addresses")
        ordering = ["-is_default", "-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="saved_address_one_default"
            )
        ]

    def __str__(self) -> str:
        return f"address {self.pk}"

    @property
    def address(self) -> Address:
        return Address(**{name: getattr(self, name) for name in ADDRESS_COLUMNS})


#: What an address consists of, here and in an order.
ADDRESS_COLUMNS = (
    "first_name", "last_name", "line1", "line2", "city", "province", "postcode", "country", "phone", "tax_id",
    "national_address",
)  # fmt: skip


class Wish(models.Model):
    """A variant on a customer's wish list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishes")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "variant"], name="wish_once_per_variant")]

    def __str__(self) -> str:
        return f"wish {self.pk}"


class StockWatch(models.Model):
    """Somebody wants one mail when a variant can be had again.

    Nothing is sent before ``confirmed_at``: the address agreed by a link in a mail, or belongs to the account that
    asked. ``mailed_at`` ends it. ``language`` is the one in which it was asked: mails about it are written in it.
    """

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=8, blank=True, default="", editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="stock_watches"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("stock watch")
        verbose_name_plural = _("stock watches")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["variant", "email"], name="stock_watch_once_per_address")]
        indexes = [
            models.Index(
                fields=["variant"],
                condition=models.Q(confirmed_at__isnull=False, mailed_at__isnull=True),
                name="stock_watch_waiting",
            ),
            models.Index(fields=["email"], name="stock_watch_by_email"),
        ]

    def __str__(self) -> str:
        return f"watch {self.pk}"


class OutgoingMail(models.Model):
    """A mail that a worker sends; the row goes with it. What it says is sealed: links in it open accounts."""

    to = models.EmailField(max_length=254)
    content_sealed = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"mail {self.pk}"
