"""Logging in on a device: short access tokens, and refresh tokens that work once.

A refresh token that comes again was copied by somebody: the device ends, and with it every token it has. Only within
a short while a repeat is believed to be the same client, whose answer was lost on the way.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from fulfillment.sweep import delete_in_steps
from shop.accounts.locks import lock_account
from shop.device_models import Device, DeviceToken
from shop.errors import DomainError

logger = logging.getLogger(__name__)

#: On so many devices somebody is logged in at once.
MAX_DEVICES = 20
_K = DeviceToken.Kind
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,80}")
#: "Last used" is as exact as this: a write for every request would be the dearest part of most.
_SEEN_EVERY = timedelta(minutes=5)
#: An ended device is shown to its owner for so long.
_KEPT = timedelta(days=30)


class TokenProblem(DomainError):
    """The token does not work. Codes: ``token_expired``, ``token_revoked``, ``token_reused``, ``token_unknown``."""

    code = "token_unknown"


@dataclass(frozen=True, slots=True)
class Pair:
    """What a device gets; ``access_s`` and ``refresh_s`` are how long the two work."""

    device: Device
    access: str
    access_s: int
    refresh: str
    refresh_s: int


def open_device(user: User, *, name: str = "", has_second_factor: bool = False) -> Pair:
    """Log ``user`` in on a new device. Whether they may, and have shown a second factor, is the caller's question.

    Of more than ``MAX_DEVICES`` the ones that were not used for longest end.
    """
    with transaction.atomic():
        lock_account(user)
        too_many = list(living(user).values_list("pk", flat=True)[MAX_DEVICES - 1 :])
        Device.objects.filter(pk__in=too_many).update(revoked_at=timezone.now(), end=Device.End.TOO_MANY)
        device = Device.objects.create(
            user=user, name=name[:80], auth_hash=user.get_session_auth_hash(), has_second_factor=has_second_factor
        )
        return _new_pair(device)


def living(user: User) -> QuerySet[Device]:
    """The devices on which ``user`` is logged in, the one used last first; a new password has ended the others."""
    return Device.objects.filter(user=user, revoked_at__isnull=True, auth_hash=user.get_session_auth_hash())


def authenticate(token: str) -> Device:
    """The device that holds the access ``token``, with its user. One query. Raises ``TokenProblem``."""
    found = _find(token, _K.ACCESS)
    _check(found)
    now = timezone.now()
    if found.device.last_used_at < now - _SEEN_EVERY:
        Device.objects.filter(pk=found.device_id).update(last_used_at=now)
    return found.device


def refresh(token: str) -> Pair:
    """The next pair for a refresh ``token``, which works no more. Raises ``TokenProblem``."""
    found = _find(token, _K.REFRESH)
    _check(found)
    now = timezone.now()
    with transaction.atomic():
        if DeviceToken.objects.filter(pk=found.pk, used_at__isnull=True).update(used_at=now):
            return _new_pair(found.device)
    found.refresh_from_db()
    if found.used_at and found.used_at > now - timedelta(seconds=settings.REFRESH_REPEAT_S):
        # The answer was lost, or two parts of an app asked at once.
        return _new_pair(found.device)
    end(found.device, Device.End.REUSE)
    logger.warning("a used refresh token came again device=%s", found.device.public_id)
    raise TokenProblem(_("This token was used before; the device is logged out."), code="token_reused")


def end(device: Device, why: str = Device.End.LOGOUT) -> bool:
    """End ``device`` and its tokens at once. False if it had ended before."""
    now = timezone.now()
    ended = Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(revoked_at=now, end=why)
    return bool(ended)


def end_by_staff(device: Device, *, actor: str) -> None:
    """Log a device out for its owner, who has lost it."""
    if end(device):
        logger.info("device ended device=%s actor=%s", device.public_id, actor)


def end_all(user: User) -> int:
    """End every device of ``user``. How many."""
    mine = Device.objects.filter(user=user, revoked_at__isnull=True)
    return mine.update(revoked_at=timezone.now(), end=Device.End.LOGOUT)


def purge() -> int:
    """Delete tokens that work no more, and devices that ended or were not used for longer than their tokens live."""
    now = timezone.now()
    silent = now - timedelta(days=settings.REFRESH_TOKEN_DAYS) - _KEPT
    old = Device.objects.filter(Q(revoked_at__lt=now - _KEPT) | Q(last_used_at__lt=silent, revoked_at__isnull=True))
    return delete_in_steps(DeviceToken.objects.filter(expires_at__lt=now)) + delete_in_steps(old)


def _new_pair(device: Device) -> Pair:
    access_s = settings.ACCESS_TOKEN_MINUTES * 60
    refresh_s = settings.REFRESH_TOKEN_DAYS * 24 * 3600
    return Pair(
        device,
        access=_mint(device, _K.ACCESS, access_s),
        access_s=access_s,
        refresh=_mint(device, _K.REFRESH, refresh_s),
        refresh_s=refresh_s,
    )


def _mint(device: Device, kind: str, lives_s: int) -> str:
    token = secrets.token_urlsafe(32)
    ends = timezone.now() + timedelta(seconds=lives_s)
    DeviceToken.objects.create(device=device, kind=kind, token_hash=_hash(token), expires_at=ends)
    return token


def _find(token: str, kind: str) -> DeviceToken:
    rows = DeviceToken.objects.filter(token_hash=_hash(token), kind=kind).select_related("device__user")
    found = rows.first() if _TOKEN.fullmatch(token) else None
    if found is None:
        raise TokenProblem(_("This token is not known."))
    return found


def _check(found: DeviceToken) -> None:
    device, user = found.device, found.device.user
    if device.revoked_at is not None or not user.is_active:
        raise TokenProblem(_("This device is logged out."), code="token_revoked")
    if not constant_time_compare(device.auth_hash, user.get_session_auth_hash()):
        raise TokenProblem(_("The password was changed since. Please log in again."), code="token_revoked")
    if found.expires_at <= timezone.now():
        raise TokenProblem(_("This token has expired."), code="token_expired")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
