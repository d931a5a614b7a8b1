"""Mails to staff about an order that needs them at once. The admin shows the same: a lost mail loses nothing."""

from __future__ import annotations

import logging
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fulfillment.models import Order
from integrations.payments import EventKind

logger = logging.getLogger(__name__)

REFUND_FAILED = "refund_failed"

_TEXTS = {
    EventKind.DISPUTE_OPENED.value: (
        _("Order %(number)s: the payment is disputed"),
        _("The customer disputes the payment of order %(number)s at the bank. What is not bought yet waits for you."),
    ),
    EventKind.DISPUTE_CLOSED.value: (
        _("Order %(number)s: the dispute is over"),
        _("The dispute about the payment of order %(number)s is closed. The order's history says how it ended."),
    ),
    REFUND_FAILED: (
        _("Order %(number)s: a refund failed"),
        _(
            "Money for order %(number)s did not go back. Give it back again from the payment's page. If the customer "
            "had a mail about this refund already, write to them."
        ),
    ),
}


def tell_staff(order: Order, what: str) -> None:
    """Mail ``STAFF_EMAILS`` once the surrounding transaction has committed."""
    transaction.on_commit(partial(_tell, order.pk, order.number, str(what)), robust=True)


def tell_staff_of_stray(event_id: str) -> None:
    """Mail ``STAFF_EMAILS`` that money came of which no payment is known; ``event_id`` is the provider's."""
    subject = _("Money came for a payment that nobody knows")
    text = _("The payment provider's event %(event)s names it.")
    page = settings.BASE_URL + reverse("admin:fulfillment_paymentevent_changelist") + "?outcome__exact=unknown_payment"
    if not settings.STAFF_EMAILS:
        logger.warning("nobody to tell event=%s: STAFF_EMAILS is empty", event_id)
        return
    _send(str(subject), str(text) % {"event": event_id}, page, about=f"event={event_id}")


def _tell(order_id: int, number: str, what: str) -> None:
    if not settings.STAFF_EMAILS:
        logger.warning("nobody to tell order=%s what=%s: STAFF_EMAILS is empty", order_id, what)
        return
    subject, text = (str(part) % {"number": number} for part in _TEXTS[what])
    page = settings.BASE_URL + reverse("admin:fulfillment_order_change", args=[order_id])
    _send(subject, text, page, about=f"order={order_id} what={what}")


def _send(subject: str, text: str, page: str, *, about: str) -> None:
    try:
        send_mail(subject, f"{text}\n\n{page}\n\n{settings.SHOP_NAME}\n", None, settings.STAFF_EMAILS)
    except OSError:
        logger.error("mail to staff not sent %s", about)
