"""Exchange rates by day, and what is known of where they come from."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.pricing import CURRENCY


class ExchangeRate(models.Model):
    """How many units of ``currency`` one euro was worth on ``date``. The euro itself has no row."""

    class Source(models.TextChoices):
        """Who says so. A fetched rate goes before one that staff have entered."""

        ECB = "ecb", _("European Central Bank")
        MANUAL = "manual", _("Entered by staff")

    date = models.DateField(_("date"), default=timezone.localdate)
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY])
    rate = models.DecimalField(
        _("units for one euro"),
        max_digits=20,
        decimal_places=8,
        validators=[MinValueValidator(Decimal("0.00000001"))],
    )
    source = models.CharField(_("source"), max_length=8, choices=Source.choices, default=Source.MANUAL)
    created_at = models.DateTimeField(_("stored"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-date", "currency", "source", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "source", "date"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$") & ~Q(currency="EUR"), name="exchange_rate_currency_present"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.currency} {self.rate.normalize():f}"


class RateFetch(models.Model):
    """The last time a source of exchange rates was asked. One row for each source."""

    source = models.CharField(_("source"), max_length=8, unique=True, choices=ExchangeRate.Source.choices)
    asked_at = models.DateTimeField(_("asked"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    #: The source's own word for its version, sent back to it so that an unchanged file is not sent again.
    last_modified = models.CharField(max_length=80, blank=True)
    #: Prices follow new rates variant by variant: the last id that has been looked at, None when all have been.
    followed_up_to = models.PositiveBigIntegerField(null=True)
    #: Since when they follow the rates as they are now.
    moved_at = models.DateTimeField(null=True)
    #: Prices that did not follow, of which staff are told: ``{"variant": id, "why": text}``, the first ones.
    refused: models.JSONField[list[dict[str, object]], list[dict[str, object]]] = models.JSONField(default=list)
    error = models.CharField(_("what went wrong"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("fetch of rates")
        verbose_name_plural = _("fetches of rates")
        ordering = ["source"]

    def __str__(self) -> str:
        return self.source
