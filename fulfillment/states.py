"""The states an order, a supplier order and a payment may be in, and what each may become.

A status changes only through ``fulfillment.transitions``.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    """The customer's order. *Paid* is the customer's money, *in fulfilment* and later are the goods."""

    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    PAID = "paid", _("Paid")
    IN_FULFILLMENT = "in_fulfillment", _("Placed with the supplier")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CLOSED = "closed", _("Closed")
    CANCELED = "canceled", _("Canceled")
    REFUNDED = "refunded", _("Refunded")


class SupplierOrderStatus(models.TextChoices):
    """What we buy from one supplier. *Placed*, *paid* (by us) and *shipped* are three different facts."""

    PLANNED = "planned", _("Planned")
    DUE = "due", _("Due")
    IN_FLIGHT = "in_flight", _("Being placed")
    UNKNOWN = "unknown", _("Unknown")
    HELD = "held", _("Held")
    REJECTED = "rejected", _("Rejected")
    PLACED = "placed", _("Placed")
    PAID = "paid", _("Paid to the supplier")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELED = "canceled", _("Canceled")


class PaymentStatus(models.TextChoices):
    """The customer's payment."""

    PENDING = "pending", _("Pending")
    PROCESSING = "processing", _("Waiting for the bank")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Declined")
    ABANDONED = "abandoned", _("Abandoned")
    MISMATCH = "mismatch", _("Amount or currency differ")


class ReturnStatus(models.TextChoices):
    """What became of a customer's wish to send something back."""

    REQUESTED = "requested", _("Asked for")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    RECEIVED = "received", _("Received")
    REFUNDED = "refunded", _("Refunded")
    CLOSED = "closed", _("Closed")


_O = OrderStatus
ORDER_MOVES: dict[str, frozenset[str]] = {
    # Money first: nothing is bought for an order that is not paid.
    _O.AWAITING_PAYMENT: frozenset({_O.PAID, _O.CANCELED}),
    # Paid goes back to nothing: it is placed, or the customer gets the money back.
    _O.PAID: frozenset({_O.IN_FULFILLMENT, _O.SHIPPED, _O.DELIVERED, _O.CANCELED, _O.REFUNDED}),
    # Polling may see a parcel only when it has already arrived.
    _O.IN_FULFILLMENT: frozenset({_O.SHIPPED, _O.DELIVERED, _O.CANCELED, _O.REFUNDED}),
    _O.SHIPPED: frozenset({_O.DELIVERED, _O.REFUNDED}),
    _O.DELIVERED: frozenset({_O.CLOSED, _O.REFUNDED}),
    _O.CLOSED: frozenset({_O.REFUNDED}),
    # Canceled after payment still owes the refund.
    _O.CANCELED: frozenset({_O.REFUNDED}),
    _O.REFUNDED: frozenset(),
}

_S = SupplierOrderStatus
SUPPLIER_ORDER_MOVES: dict[str, frozenset[str]] = {
    _S.PLANNED: frozenset({_S.DUE, _S.HELD, _S.CANCELED}),
    # A guard may stop it before anything is sent. Placed, here and below: a late reply proves that it was bought
    # although a person, or the supplier's answer to another send, had said that it was not.
    _S.DUE: frozenset({_S.IN_FLIGHT, _S.HELD, _S.CANCELED, _S.PLACED}),
    # Back to due only when it was surely not done.
    _S.IN_FLIGHT: frozenset({_S.PLACED, _S.REJECTED, _S.UNKNOWN, _S.DUE}),
    # Settled by proof (a look-up, a push, the same key again) or by a person.
    _S.UNKNOWN: frozenset({_S.IN_FLIGHT, _S.PLACED, _S.REJECTED, _S.DUE, _S.CANCELED}),
    _S.HELD: frozenset({_S.DUE, _S.CANCELED, _S.PLACED}),
    # A retry after a refusal is a new purchase with a new reference.
    _S.REJECTED: frozenset({_S.DUE, _S.CANCELED, _S.HELD, _S.PLACED}),
    _S.PLACED: frozenset({_S.PAID, _S.SHIPPED, _S.DELIVERED, _S.CANCELED}),
    _S.PAID: frozenset({_S.SHIPPED, _S.DELIVERED, _S.CANCELED}),
    _S.SHIPPED: frozenset({_S.DELIVERED, _S.CANCELED}),
    _S.DELIVERED: frozenset(),
    _S.CANCELED: frozenset(),
}

#: The supplier has (or had) an order of ours.
BOUGHT = frozenset({_S.PLACED, _S.PAID, _S.SHIPPED, _S.DELIVERED})

_P = PaymentStatus
PAYMENT_MOVES: dict[str, frozenset[str]] = {
    # A payment page may be left and come back to: abandoned or declined is not the end until money came.
    _P.PENDING: frozenset({_P.PROCESSING, _P.SUCCEEDED, _P.FAILED, _P.ABANDONED, _P.MISMATCH}),
    # The customer is done; the bank may take days and may say no.
    _P.PROCESSING: frozenset({_P.SUCCEEDED, _P.FAILED, _P.MISMATCH}),
    _P.FAILED: frozenset({_P.SUCCEEDED, _P.MISMATCH}),
    _P.ABANDONED: frozenset({_P.PROCESSING, _P.SUCCEEDED, _P.FAILED, _P.MISMATCH}),
    _P.MISMATCH: frozenset(),
    _P.SUCCEEDED: frozenset(),
}

#: The refund of a payment. *To do* is done by a person; what failed at the provider may be done by a person as well.
REFUND_MOVES: dict[str, frozenset[str]] = {
    "pending": frozenset({"done", "failed"}),
    "to_do": frozenset({"done"}),
    # A provider may take back what it said was done: the customer's bank refused the money.
    "done": frozenset({"failed"}),
    "failed": frozenset(),
}

_R = ReturnStatus
RETURN_MOVES: dict[str, frozenset[str]] = {
    # Nobody sends anything anywhere before a person has answered.
    _R.REQUESTED: frozenset({_R.APPROVED, _R.DECLINED}),
    # Refunded at once: what costs more to send than it is worth may be kept. Closed: it never came.
    _R.APPROVED: frozenset({_R.RECEIVED, _R.REFUNDED, _R.CLOSED}),
    # Closed: it came back used up, or was exchanged.
    _R.RECEIVED: frozenset({_R.REFUNDED, _R.CLOSED}),
    _R.DECLINED: frozenset(),
    _R.REFUNDED: frozenset(),
    _R.CLOSED: frozenset(),
}

#: These pieces are on their way back, or came: they cannot be sent back a second time.
RETURNING = frozenset({_R.REQUESTED, _R.APPROVED, _R.RECEIVED, _R.REFUNDED})


def sources(moves: dict[str, frozenset[str]], target: str) -> list[str]:
    """The states from which ``target`` may be reached."""
    return [source for source, targets in moves.items() if target in targets]
