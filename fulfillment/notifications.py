"""Mails to the customer: owed in the transaction that changes something, sent afterwards, each once."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fulfillment.models import Notice, Order, OrderLink, Shipment
from fulfillment.wake import wake

logger = logging.getLogger(__name__)

#: A claim this old belongs to a worker that died; the mail is sent again rather than never. Each further try waits
#: twice as long, so that a mail server may be down for most of a day.
CLAIM_TIMEOUT = timedelta(minutes=10)
MAX_TRIES = 8

SUBJECTS = {
    Notice.Kind.RECEIVED: _("We have your order %(number)s"),
    Notice.Kind.SHIPPED: _("A parcel of your order %(number)s is on its way"),
    Notice.Kind.DELIVERED: _("Your order %(number)s has been delivered"),
    Notice.Kind.CANCELED: _("Your order %(number)s has been canceled"),
}


def owe(order: Order, kind: Notice.Kind, *, shipment: Shipment | None = None) -> None:
    """Owe the customer one mail about this change; owing it again is nothing. Call inside the change's transaction.

    Orders that another program placed are told of by that program, not by us.
    """
    if order.source != Order.Source.STOREFRONT:
        return
    key = f"{order.number}:{kind}" + (f":{shipment.pk}" if shipment else "")
    notice, is_new = Notice.objects.get_or_create(
        key=key, defaults={"order": order, "kind": kind, "shipment": shipment}
    )
    if is_new:
        wake("send_notice", notice.pk)


def unsent() -> list[int]:
    """Ids of mails that nobody is sending at the moment, oldest first."""
    return list(
        Notice.objects.filter(_unclaimed(), sent_at__isnull=True, tries__lt=MAX_TRIES)
        .order_by("pk")
        .values_list("pk", flat=True)[:200]
    )


def send(notice_id: int) -> bool:
    """Send one mail that is owed. False if it was sent, is being sent, or the mail server refuses it for now."""
    claimed = Notice.objects.filter(_unclaimed(), pk=notice_id, sent_at__isnull=True).update(
        claimed_at=timezone.now(), tries=F("tries") + 1
    )
    if not claimed:
        return False
    notice = Notice.objects.select_related("order", "shipment").get(pk=notice_id)
    try:
        _message(notice).send()
    except OSError:
        # Kept as claimed: the next try comes after CLAIM_TIMEOUT. No trace, it may contain the address.
        logger.error("mail not sent notice=%s kind=%s tries=%s", notice.pk, notice.kind, notice.tries)
        return False
    Notice.objects.filter(pk=notice_id).update(sent_at=timezone.now())
    logger.info("mail sent notice=%s kind=%s order=%s", notice.pk, notice.kind, notice.order.number)
    return True


def _unclaimed() -> Q:
    now = timezone.now()
    free = Q(claimed_at__isnull=True) | Q(tries=0, claimed_at__lt=now - CLAIM_TIMEOUT)
    for tries in range(1, MAX_TRIES):
        free |= Q(tries=tries, claimed_at__lt=now - CLAIM_TIMEOUT * 2 ** (tries - 1))
    return free


def _message(notice: Notice) -> EmailMultiAlternatives:
    order = notice.order
    context = {
        "order": order,
        "lines": list(order.lines.all()),
        "shipment": notice.shipment,
        "shop_name": settings.SHOP_NAME,
        "order_url": settings.BASE_URL + reverse("order", args=[OrderLink.mint(order)]),
    }
    message = EmailMultiAlternatives(
        subject=str(SUBJECTS[Notice.Kind(notice.kind)]) % {"number": order.number},
        body=render_to_string(f"email/{notice.kind}.txt", context),
        to=[order.email],
    )
    message.attach_alternative(render_to_string(f"email/{notice.kind}.html", context), "text/html")
    return message
