"""Mails that are about an account and not about an order: written as a row, sent by a worker.

So neither the answer to a form nor its time depends on whether, to whom or how fast a mail goes, and a mail server
that is down loses none. A row holds a sealed mail until it is sent, then it is deleted.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.utils import timezone

from integrations.crypto import seal, unseal
from integrations.wake import wake
from shop.accounts.models import OutgoingMail

logger = logging.getLogger(__name__)

#: A claim this old belongs to a worker that died, or to a mail server that was down.
CLAIM_TIMEOUT = timedelta(minutes=10)
MAX_TRIES = 8
#: Links in such mails end after days: what could not be sent by then is of no use.
_KEPT = timedelta(days=2)


def post(*, to: str, subject: str, text: str, html: str = "", headers: dict[str, str] | None = None) -> None:
    """Have one mail sent soon after the surrounding transaction, if there is one."""
    content = {"subject": subject, "text": text, "html": html, "headers": headers or {}}
    mail = OutgoingMail.objects.create(to=to, content_sealed=seal(json.dumps(content)))
    wake("shop.outbox.send", mail.pk)


def unsent() -> list[int]:
    """Ids of mails that nobody is sending at the moment, oldest first."""
    waiting = OutgoingMail.objects.filter(_unclaimed(), tries__lt=MAX_TRIES)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:200])


def send(mail_id: int) -> bool:
    """Send one mail. False if it was sent, is being sent, or the mail server refuses it for now."""
    waiting = OutgoingMail.objects.filter(_unclaimed(), pk=mail_id)
    if not waiting.update(claimed_at=timezone.now(), tries=F("tries") + 1):
        return False
    mail = OutgoingMail.objects.get(pk=mail_id)
    content = json.loads(unseal(mail.content_sealed))
    message = EmailMultiAlternatives(content["subject"], content["text"], to=[mail.to], headers=content["headers"])
    if content["html"]:
        message.attach_alternative(content["html"], "text/html")
    try:
        message.send()
    except OSError:
        # Stays claimed, and is tried again after a while. No trace: it may contain the address.
        logger.error("account mail not sent mail=%s tries=%s", mail.pk, mail.tries)
        return False
    mail.delete()
    logger.info("account mail sent mail=%s", mail_id)
    return True


def purge() -> int:
    """Forget mails that could not be sent. How many."""
    return OutgoingMail.objects.filter(created_at__lt=timezone.now() - _KEPT).delete()[0]


def _unclaimed() -> Q:
    return Q(claimed_at__isnull=True) | Q(claimed_at__lt=timezone.now() - CLAIM_TIMEOUT)
