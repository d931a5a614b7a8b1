"""Mails the links to somebody's orders again, without telling the one who asks whether there are any.

Asking only writes a row: whether the address has orders is looked up by a worker, so that neither the answer nor its
time depends on it.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from fulfillment.models import LinkRequest, Order, OrderLink
from integrations.wake import wake

logger = logging.getLogger(__name__)

#: One mail to an address in this time, however often it is asked for.
PAUSE = timedelta(minutes=15)
#: What one visitor may ask in an hour; more is answered in the same words and does nothing.
REQUESTS_PER_HOUR = 10
MAX_ORDERS = 20

_CLAIM_TIMEOUT = timedelta(minutes=10)
_MAX_TRIES = 5
_KEPT = timedelta(days=2)


def ask(*, email: str, visitor: str) -> None:
    """Have the links of ``email``'s orders mailed to it. ``visitor`` is the client's network address; only its keyed
    hash is kept.
    """
    visitor_hash = _keyed_hash(visitor)
    hour_ago = timezone.now() - timedelta(hours=1)
    asked = LinkRequest.objects.filter(visitor_hash=visitor_hash, created_at__gt=hour_ago).count()
    if asked >= REQUESTS_PER_HOUR:
        logger.warning("order links: a visitor asks too often")
        return
    request = LinkRequest.objects.create(
        email=email.strip(), email_hash=_keyed_hash(email.strip().casefold()), visitor_hash=visitor_hash
    )
    wake("fulfillment.tasks.mail_links", request.pk)


def unhandled() -> list[int]:
    """Ids of requests nobody is working on, oldest first."""
    waiting = LinkRequest.objects.filter(_unclaimed(), handled_at__isnull=True, tries__lt=_MAX_TRIES)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:200])


def handle(request_id: int) -> bool:
    """Answer one request: a mail if there are orders, nothing otherwise. False if it was handled or must wait."""
    waiting = LinkRequest.objects.filter(_unclaimed(), pk=request_id, handled_at__isnull=True)
    if not waiting.update(claimed_at=timezone.now(), tries=F("tries") + 1):
        return False
    request = LinkRequest.objects.get(pk=request_id)
    orders = [] if _was_mailed_lately(request) else _orders_of(request.email)
    if orders:
        with translation.override(orders[0].mail_language):
            message = _message(request.email, orders)
        try:
            message.send()
        except OSError:
            # Stays claimed, and is tried again after a while. No trace: it may contain the address.
            logger.error("order links not mailed request=%s tries=%s", request.pk, request.tries)
            return False
    LinkRequest.objects.filter(pk=request_id).update(handled_at=timezone.now(), email="")
    logger.info("order links handled request=%s orders=%s", request_id, len(orders))
    return True


def purge() -> int:
    """Forget requests that no limit needs any more. How many went."""
    return LinkRequest.objects.filter(created_at__lt=timezone.now() - _KEPT).delete()[0]


def _unclaimed() -> Q:
    return Q(claimed_at__isnull=True) | Q(claimed_at__lt=timezone.now() - _CLAIM_TIMEOUT)


def _was_mailed_lately(request: LinkRequest) -> bool:
    earlier = LinkRequest.objects.filter(
        email_hash=request.email_hash, handled_at__gt=timezone.now() - PAUSE, pk__lt=request.pk
    )
    return earlier.exists()


def _orders_of(email: str) -> list[Order]:
    since = timezone.now() - timedelta(days=settings.ORDER_LINK_DAYS)
    mine = Order.objects.filter(email__iexact=email, source=Order.Source.STOREFRONT, created_at__gt=since)
    return list(mine.order_by("-created_at", "-pk")[:MAX_ORDERS])


def _message(email: str, orders: list[Order]) -> EmailMultiAlternatives:
    shown = [
        {"order": order, "url": settings.BASE_URL + reverse("order", args=[OrderLink.mint(order)])} for order in orders
    ]
    context = {"orders": shown, "shop_name": settings.SHOP_NAME}
    # To the address of the orders, not to what was typed: the two may differ in more than the eye sees.
    message = EmailMultiAlternatives(
        subject=_("Your orders at %(shop)s") % {"shop": settings.SHOP_NAME},
        body=render_to_string("email/order_links.txt", context),
        to=[orders[0].email],
    )
    message.attach_alternative(render_to_string("email/order_links.html", context), "text/html")
    return message


def _keyed_hash(text: str) -> str:
    return salted_hmac("fulfillment.order_links", text, algorithm="sha256").hexdigest()
