"""What customers want to send back, why, and what became of it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fulfillment.models.money import Refund
from fulfillment.models.order import Order, OrderLine
from fulfillment.states import ReturnStatus


class ReturnQuerySet(models.QuerySet["ReturnRequest"]):
    """The questions staff ask."""

    def needing_a_person(self) -> Self:
        return self.filter(status__in=[ReturnStatus.REQUESTED, ReturnStatus.RECEIVED])


class ReturnRequest(models.Model):
    """Some pieces of an order that the customer wants to send back.

    ``key`` is the form's: the same form sent twice is one request. ``answer`` is what staff told the customer last.
    """

    class Reason(models.TextChoices):
        """Why something goes back."""

        DAMAGED = "damaged", _("It arrived damaged")
        WRONG_ITEM = "wrong_item", _("It is not what I ordered")
        NOT_AS_DESCRIBED = "not_as_described", _("It differs from its description")
        DOES_NOT_FIT = "does_not_fit", _("It does not fit")
        CHANGED_MIND = "changed_mind", _("I have changed my mind")
        OTHER = "other", _("Something else")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns", verbose_name=_("order"))
    number = models.CharField(_("number"), max_length=32, unique=True, editable=False)
    key = models.CharField(max_length=64, editable=False)
    status = models.CharField(_("status"), max_length=12, choices=ReturnStatus.choices, default=ReturnStatus.REQUESTED)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    comment = models.CharField(_("in the customer's words"), max_length=2000, blank=True)
    answer = models.CharField(_("answer"), max_length=2000, blank=True)
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("refund")
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["status", "-created_at", "-id"], name="return_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["order", "key"], name="return_form_once"),
            models.CheckConstraint(condition=models.Q(status__in=ReturnStatus.values), name="return_status_known"),
            models.CheckConstraint(
                condition=~models.Q(status=ReturnStatus.REFUNDED) | models.Q(refund__isnull=False),
                name="return_refunded_has_refund",
            ),
        ]
        permissions = [("answer_returnrequest", "Can answer returns")]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """How many pieces of one line go back."""

    request = models.ForeignKey(ReturnRequest, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="return_lines")
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "order_line"], name="return_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="return_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x line {self.order_line_id}"


class ReturnPhoto(models.Model):
    """A picture of what is wrong: WebP, encoded by the shop.

    It is kept in the database and not among the media files: those are public, and this is for the customer and the
    staff only. So it is also written, backed up and deleted together with the request.
    """

    request = models.ForeignKey(ReturnRequest, on_delete=models.CASCADE, related_name="photos")
    position = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("photo of a return")
        verbose_name_plural = _("photos of returns")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["request", "position"], name="return_photo_position")]

    def __str__(self) -> str:
        return f"photo {self.position} of return {self.request_id}"
