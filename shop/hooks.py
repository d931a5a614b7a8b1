"""Webhooks: the events of orders, posted to an address of another program, signed by Standard Webhooks 1.0.

The row is the queue: it knows the last event that was taken. Events go out one by one in their order; what is not
taken is tried again under the same id, later and later, and after some days the address is switched off.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fulfillment.models import OrderEvent
from integrations.errors import Transient
from integrations.outgoing import NotPublic, Posted, check_public_url, post
from shop import order_feed
from shop.accounts.locks import lock_account
from shop.errors import DomainError
from shop.hook_models import EventHook
from shop.order_feed import FeedEvent

logger = logging.getLogger(__name__)

MAX_HOOKS = 5
#: Seconds until the next try after so many failures in a row; then the address is switched off.
_LADDER_S = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
_CLAIM = timedelta(minutes=2)
#: A job ends in seconds: it begins no further event of a webhook, and no further webhook, after this.
_PATIENCE_S, _ROUND_S = 10.0, 10.0
_AT_ONCE = 50


class CannotRegister(DomainError):
    """Codes: ``bad_url``, ``too_many``, ``present``."""

    code = "bad_url"


def register(user: User, *, url: str, scope: str) -> tuple[EventHook, str]:
    """A new webhook of ``user`` and its secret, which is shown only now. Raises ``CannotRegister``."""
    try:
        check_public_url(url)
    except NotPublic as exc:
        raise CannotRegister(str(exc)) from exc
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    hook = EventHook(user=user, url=url, scope=scope, last_event_id=order_feed.latest_id())
    hook.secret = secret
    try:
        with transaction.atomic():
            lock_account(user)
            if EventHook.objects.filter(user=user).count() >= MAX_HOOKS:
                raise CannotRegister(
                    _("An account has at most %(number)d webhooks.") % {"number": MAX_HOOKS}, code="too_many"
                )
            hook.save()
    except IntegrityError as exc:
        raise CannotRegister(_("This address is registered already."), code="present") from exc
    return hook, secret


def switch_off(hook: EventHook, *, actor: str) -> None:
    """Post nothing more to it. Its owner sees that, and may register the address anew."""
    if _own(hook).filter(disabled_at__isnull=True).update(disabled_at=timezone.now()):
        logger.info("webhook switched off hook=%s actor=%s", hook.public_id, actor)


def due() -> list[int]:
    """Ids of webhooks that have something to tell."""
    now = timezone.now()
    news = OrderEvent.objects.filter(pk__gt=OuterRef("last_event_id"), at__lt=now - order_feed.SETTLED_AFTER)
    rows = EventHook.objects.filter(Exists(news), disabled_at__isnull=True, next_try_at__lte=now)
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:200])


def first_due() -> list[int]:
    """The webhook that a round begins with, if any has something to tell."""
    return due()[:1]


def send_round(hook_id: int) -> int:
    """Tell this webhook, then the others that are due, for some seconds: one worker at most waits for others' servers.

    Makes network calls. How many were told; who comes no more into this round is due in the next one.
    """
    started, count = time.monotonic(), 0
    for due_id in dict.fromkeys([hook_id, *due()]):
        if time.monotonic() - started > _ROUND_S:
            break
        try:
            count += send(due_id)
        except Exception:
            logger.exception("webhook failed hook=%s", due_id)
    return count


def send(hook_id: int) -> bool:
    """Post what one webhook has not been told yet. Makes network calls. False if it must wait, or is at work."""
    hook = _claim(hook_id)
    if hook is None:
        return False
    before, seen = hook.failures - 1, _settled_id()
    events = order_feed.after(_orders_of(hook), hook.last_event_id, limit=_AT_ONCE)
    started = time.monotonic()
    for event in events:
        if time.monotonic() - started > _PATIENCE_S:
            break
        if not _tell(hook, event):
            return False
    told_all = len(events) < _AT_ONCE and (not events or hook.last_event_id == events[-1].row_id)
    done_up_to = max(seen, hook.last_event_id) if told_all else hook.last_event_id
    _own(hook).update(last_event_id=done_up_to, next_try_at=timezone.now(), failures=0 if events else before)
    return True


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``. ``secret`` is ``whsec_<base64>``."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def _claim(hook_id: int) -> EventHook | None:
    """The webhook, for this worker alone. None if it must wait, is at work or has failed too often.

    Until something is taken the try counts as a failure: a worker that dies of it comes back as late as after one.
    """
    now = timezone.now()
    rows = EventHook.objects.filter(pk=hook_id, disabled_at__isnull=True, next_try_at__lte=now)
    hook = rows.select_related("user").first()
    if hook is None:
        return None
    if hook.failures > len(_LADDER_S):
        _give_up(hook)
        return None
    tries = hook.failures + 1
    mine = rows.filter(failures=hook.failures, next_try_at=hook.next_try_at, last_event_id=hook.last_event_id)
    if not mine.update(failures=tries, next_try_at=now + max(_CLAIM, _wait(tries))):
        return None
    hook.failures = tries
    return hook


def _tell(hook: EventHook, event: FeedEvent) -> bool:
    """Post one event; whether it was taken. What is sent is the same however often it is tried."""
    body = json.dumps(event.body, separators=(",", ":")).encode()
    message_id, now = f"msg_{event.key}", int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(hook.secret, message_id=message_id, timestamp=now, body=body),
    }
    posted = None
    try:
        posted = post(hook.url, body, headers)
    except (Transient, NotPublic) as exc:
        logger.info("webhook not taken hook=%s error=%s", hook.public_id, type(exc).__name__)
    if posted is not None and 200 <= posted.status < 300:
        # The next event's try is counted with that.
        hook.last_event_id, hook.failures = event.row_id, 1
        _own(hook).update(
            last_event_id=event.row_id, failures=1, last_status=posted.status, delivered_at=timezone.now()
        )
        return True
    _put_off(hook, posted)
    return False


def _put_off(hook: EventHook, posted: Posted | None) -> None:
    wait = _wait(hook.failures)
    if posted is not None and posted.retry_after.isdecimal() and len(posted.retry_after) < 6:
        wait = max(wait, timedelta(seconds=int(posted.retry_after)))
    status = posted.status if posted else None
    _own(hook).update(failures=hook.failures, last_status=status, next_try_at=timezone.now() + wait)
    if hook.failures > len(_LADDER_S) or status == 410:
        _give_up(hook)


def _wait(failures: int) -> timedelta:
    return timedelta(seconds=_LADDER_S[min(failures, len(_LADDER_S)) - 1])


def _give_up(hook: EventHook) -> None:
    _own(hook).filter(disabled_at__isnull=True).update(disabled_at=timezone.now())
    logger.warning("webhook switched off hook=%s failures=%s", hook.public_id, hook.failures)


def _orders_of(hook: EventHook) -> Q:
    """Whose orders: all of them only as long as the account may see all orders."""
    user = hook.user
    if not user.is_active:
        return Q(pk__in=[])
    may_see_all = user.is_staff and user.has_perm("fulfillment.view_order")
    return Q() if hook.scope == EventHook.Scope.ALL and may_see_all else Q(order__customer=user)


def _settled_id() -> int:
    rows = OrderEvent.objects.filter(at__lt=timezone.now() - order_feed.SETTLED_AFTER)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def _own(hook: EventHook) -> QuerySet[EventHook]:
    return EventHook.objects.filter(pk=hook.pk)
