"""Parcels and their way."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fulfillment.models.supplier_order import ExternalOrder, SupplierOrder
from integrations.models import new_public_id


class Shipment(models.Model):
    """A parcel with a tracking number."""

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id, editable=False)
    supplier_order = models.ForeignKey(
        SupplierOrder, on_delete=models.PROTECT, related_name="shipments", verbose_name=_("supplier order")
    )
    external_order = models.ForeignKey(
        ExternalOrder, on_delete=models.PROTECT, related_name="shipments", verbose_name=_("order at the supplier")
    )
    tracking_number = models.CharField(_("tracking number"), max_length=80)
    carrier = models.CharField(_("carrier"), max_length=120, blank=True)
    tracking_url = models.CharField(_("tracking page"), max_length=300, blank=True)
    eta = models.DateTimeField(_("expected"), null=True)
    shipped_at = models.DateTimeField(_("shipped"), default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered"), null=True)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["-shipped_at", "-pk"]
        indexes = [models.Index(fields=["tracking_number"], name="shipment_by_number")]
        constraints = [
            models.UniqueConstraint(fields=["external_order", "tracking_number"], name="shipment_once"),
        ]

    def __str__(self) -> str:
        return self.tracking_number


class TrackingEvent(models.Model):
    """One thing that happened to a parcel, in the carrier's words."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="events", verbose_name=_("shipment"))
    at = models.DateTimeField(_("at"))
    label = models.CharField(_("what"), max_length=120)
    description = models.CharField(_("in the carrier's words"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "at", "label", "description"], name="tracking_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.label}"
