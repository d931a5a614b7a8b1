"""Mails to the customer: owed in the transaction that changes something, sent afterwards, each once."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from fulfillment.models import Notice, Order, OrderLink, Refund, ReturnRequest, Shipment, SupplierOrder
from fulfillment.parcel_views import contents_of, is_shared
from fulfillment.statement import statement_of
from fulfillment.states import SupplierOrderStatus
from integrations.wake import wake

logger = logging.getLogger(__name__)

#: A claim this old belongs to a worker that died; the mail is sent again rather than never. Each further try waits
#: twice as long, so that a mail server may be down for most of a day.
CLAIM_TIMEOUT = timedelta(minutes=10)
MAX_TRIES = 8
_EMPTY_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")

SUBJECTS = {
    Notice.Kind.RECEIVED: _("We have your order %(number)s"),
    Notice.Kind.PAID: _("Your order %(number)s is paid"),
    Notice.Kind.SHIPPED: _("A parcel of your order %(number)s is on its way"),
    Notice.Kind.DELIVERED: _("Your order %(number)s has been delivered"),
    Notice.Kind.DELAYED: _("Your order %(number)s is late"),
    Notice.Kind.CANCELED: _("Your order %(number)s has been canceled"),
    Notice.Kind.REFUNDED: _("A refund for your order %(number)s"),
    Notice.Kind.RETURN_REQUESTED: _("Your return request for order %(number)s"),
    Notice.Kind.RETURN_APPROVED: _("You may send it back: your order %(number)s"),
    Notice.Kind.RETURN_DECLINED: _("About your return of order %(number)s"),
    Notice.Kind.RETURN_RECEIVED: _("Your return of order %(number)s has arrived"),
    Notice.Kind.RETURN_CLOSED: _("Your return of order %(number)s is closed"),
}


def owe(
    order: Order,
    kind: Notice.Kind,
    *,
    shipment: Shipment | None = None,
    refund: Refund | None = None,
    return_request: ReturnRequest | None = None,
) -> None:
    """Owe the customer one mail about this change; owing it again is nothing. Call inside the change's transaction.

    Orders that another program placed are told of by that program, not by us. Who an erased order was for is forgotten.
    """
    if order.source != Order.Source.STOREFRONT or order.personal_data_erased_at is not None:
        return
    about = shipment or refund or return_request
    key = f"{order.number}:{kind}" + (f":{about.pk}" if about else "")
    defaults = {
        "order": order,
        "kind": kind,
        "shipment": shipment,
        "refund": refund,
        "return_request": return_request,
    }
    notice, is_new = Notice.objects.get_or_create(key=key, defaults=defaults)
    if is_new:
        wake("fulfillment.tasks.send_notice", notice.pk)


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
    notice = Notice.objects.select_related(
        "order", "shipment__supplier_order", "refund__payment", "return_request"
    ).get(pk=notice_id)
    with translation.override(notice.order.mail_language):
        message = _message(notice)
    try:
        message.send()
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
        "totals": statement_of(order),
        "shipment": notice.shipment,
        **_about_parcel(notice.shipment),
        "refund": notice.refund,
        "return_request": notice.return_request,
        "shop_name": settings.SHOP_NAME,
        "return_days": settings.RETURN_DAYS,
        "order_url": settings.BASE_URL + reverse("order", args=[OrderLink.mint(order)]),
    }
    message = EmailMultiAlternatives(
        subject=str(SUBJECTS[Notice.Kind(notice.kind)]) % {"number": order.number},
        # What a template leaves out leaves its empty lines.
        body=_EMPTY_LINES.sub("\n\n", render_to_string(f"email/{notice.kind}.txt", context)).strip() + "\n",
        to=[order.email],
    )
    message.attach_alternative(render_to_string(f"email/{notice.kind}.html", context), "text/html")
    return message


def _about_parcel(shipment: Shipment | None) -> dict[str, Any]:
    """What is in the parcel that a mail is about, and whether more parcels follow."""
    if shipment is None:
        return {}
    part = shipment.supplier_order
    parts = SupplierOrder.objects.filter(order=part.order_id).exclude(status=SupplierOrderStatus.CANCELED)
    return {
        "contents": contents_of(part),
        "is_shared": is_shared(part.shipments.count(), part),
        "more_follow": parts.filter(shipments=None).exclude(status=SupplierOrderStatus.DELIVERED).exists(),
    }
