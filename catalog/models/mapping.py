"""What the mapping of variants to suppliers needs beside the listings: the parts of bundles, and drifts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.listing import Listing
from catalog.models.product import Variant


class BundlePart(models.Model):
    """So many of ``variant`` belong to one ``bundle``. Each part is bought through its own listings.

    ``catalog.bundles`` writes these rows, and ``Variant.is_bundle`` with them.
    """

    bundle = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="parts", verbose_name=_("bundle"))
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="part_of", verbose_name=_("part"))
    quantity = models.PositiveSmallIntegerField(_("how many in one bundle"), default=1)

    class Meta:
        verbose_name = _("part of a bundle")
        verbose_name_plural = _("parts of bundles")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "variant"], name="bundle_part_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bundle_part_quantity_positive"),
            models.CheckConstraint(condition=~models.Q(bundle=models.F("variant")), name="bundle_part_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"


class MappingDrift(models.Model):
    """A listing's SKU that came to mean something else; while the row is open, nothing is bought through the listing.

    ``then`` and ``now`` are fingerprints as of ``catalog.drift``; ``changes`` are what differs, in words.
    """

    class Status(models.TextChoices):
        """What staff decided."""

        OPEN = "open", _("To be decided")
        ACCEPTED = "accepted", _("Means the same to us")
        REMAPPED = "remapped", _("Mapped anew")
        RETIRED = "retired", _("Not used any more")

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="drifts", verbose_name=_("listing"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.OPEN)
    external_product_id = models.CharField(_("supplier's product id"), max_length=64)
    external_sku_id = models.CharField(_("supplier's SKU id"), max_length=64, blank=True)
    then: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("when mapped"), default=dict)
    now: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("now"), default=dict)
    changes: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(_("changes"), default=list)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    #: ``staff:<user id>``, as in the history of orders.
    decided_by = models.CharField(_("by"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("mapping drift")
        verbose_name_plural = _("mapping drifts")
        ordering = ["-found_at", "-pk"]
        permissions = [("decide_mapping_drift", "Can decide what a drifted listing means")]
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], condition=models.Q(status="open"), name="mapping_drift_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", decided_at__isnull=True)
                | models.Q(status__in=["accepted", "remapped", "retired"], decided_at__isnull=False),
                name="mapping_drift_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_product_id} / {self.external_sku_id or '-'}"
