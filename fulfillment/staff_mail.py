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

_TEXTS = {
    EventKind.DISPUTE_OPENED.value: (
        _("Order %(number)s: the payment is disputed"),
        _("The customer disputes the payment of order %(number)s at the bank. What is not bought yet waits for you."),
    ),
    EventKind.DISPUTE_CLOSED.value: (
        _("Order %(number)s: the dispute is over"),
        _("The dispute about the payment of order %(number)s is closed. The order's history says how it ended."),
    ),
}


def tell_staff(order: Order, what: str) -> None:
    """Mail ``STAFF_EMAILS`` once the surrounding transaction has committed."""
    transaction.on_commit(partial(_tell, order.pk, order.number, str(what)), robust=True)


def _tell(order_id: int, number: str, what: str) -> None:
    if not settings.STAFF_EMAILS:
        logger.warning("nobody to tell order=%s what=%s: STAFF_EMAILS is empty", order_id, what)
        return
    subject, text = (str(part) % {"number": number} for part in _TEXTS[what])
    page = settings.BASE_URL + reverse("admin:fulfillment_order_change", args=[order_id])
    try:
        send_mail(subject, f"{text}\n\n{page}\n\n{settings.SHOP_NAME}\n", None, settings.STAFF_EMAILS)
    except OSError:
        logger.error("mail to staff not sent order=%s what=%s", order_id, what)
