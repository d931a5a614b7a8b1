"""What a supplier tells unasked, in neutral words: a hint to look, never the truth itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.errors import DomainError


class PushForged(DomainError):
    """The signature does not fit the body: nobody knows who sent it."""

    code = "push_forged"


class PushKind(models.TextChoices):
    """What a push is about. The words about an order say what the supplier's order should show by now."""

    ORDER_CREATED = "order_created", _("Order created")
    ORDER_PAID = "order_paid", _("Order paid")
    ORDER_PAYMENT_FAILED = "order_payment_failed", _("Payment failed")
    ORDER_SHIPPED = "order_shipped", _("Order shipped")
    ORDER_RECEIVED = "order_received", _("Receipt confirmed")
    ORDER_CLOSED = "order_closed", _("Order closed")
    ORDER_CHANGED = "order_changed", _("Order changed")
    AUTHORIZATION_ENDS = "authorization_ends", _("Authorization ends soon")
    TEST = "test", _("Test")
    UNKNOWN = "unknown", _("Unknown kind")
    UNREADABLE = "unreadable", _("Unreadable")


class PushOutcome(models.TextChoices):
    """What was done about a push; empty as long as nobody came to it."""

    WAITING = "waiting", _("Waiting for the order to be readable")
    LOOKED = "looked", _("Looked at the order")
    EVIDENCE = "evidence", _("Shown to staff as evidence")
    NOTED = "noted", _("Noted")
    UNKNOWN_ORDER = "unknown_order", _("No such order here")
    UNKNOWN_KIND = "unknown_kind", _("Unknown kind")
    NOT_AN_ORDER = "not_an_order", _("Names no order")
    FAILED = "failed", _("The order could not be read for a day")


@dataclass(frozen=True, slots=True)
class PushHint:
    """One push whose signature was good.

    ``at`` is when the supplier says that it happened (aware UTC), None if it does not say. ``key`` is the same for a
    repeat and differs for everything else. ``body`` is what may be kept of it: without persons and secrets, and
    nothing in it that a database refuses.
    """

    kind: PushKind
    key: str
    external_id: str = ""
    at: datetime | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
