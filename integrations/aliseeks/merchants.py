"""Merchants: the AliExpress accounts in which Aliseeks orders, each authorized by its owner once a month.

https://docs.aliseeks.com, "Ordering", merchants. Aliseeks answers with a page that works once; the owner agrees there
and the browser comes back to us. Nothing in that says what was decided, so the browser's own way back, under a random
``state`` that works once and only in the session that began, counts as the authorization; if it was none, the next
order is refused before anything is bought and the account asks for it again. One merchant is one supplier account.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations.aliseeks.client import AliseeksAdapter
from integrations.errors import SupplierError
from integrations.models import ConnectAttempt, SupplierAccount
from shop.errors import DomainError

logger = logging.getLogger(__name__)

PROVIDER = "aliseeks"
#: How long an authorization lasts at Aliseeks ("once a month"), and from when on staff are reminded.
AUTHORIZATION_LIFE = timedelta(days=30)
REMIND_AFTER = timedelta(days=25)
#: How long a browser may be away.
PATIENCE = timedelta(hours=1)


class NotAuthorized(DomainError):
    """The merchant could not be sent to Aliseeks, or what came back is not what was begun here."""

    code = "not_authorized"


def authorization_ends(account: SupplierAccount) -> datetime | None:
    """When the merchant must have authorized again; None if it is not known since when it is authorized."""
    return account.authorized_at + AUTHORIZATION_LIFE if account.authorized_at else None


def due_for_reauthorization(account: SupplierAccount) -> bool:
    """Whether it is time to send the merchant to Aliseeks again. An account that was never sent there is not due.

    Its merchant may have been connected in Aliseeks' own console, and nobody but Aliseeks knows when.
    """
    return account.authorized_at is not None and timezone.now() - account.authorized_at > REMIND_AFTER


def begin(
    account: SupplierAccount, *, user: AbstractBaseUser, session_key: str, return_url: Callable[[str], str]
) -> str:
    """The page of Aliseeks to send the browser to, for one use. Makes a network call.

    ``return_url`` makes the address at which ``finish`` is asked, from the state. A new merchant's id is stored at
    once. Raises ``NotAuthorized``.
    """
    state = secrets.token_urlsafe(32)
    try:
        link = AliseeksAdapter(account).authorization_page(return_url(state))
    except SupplierError as exc:
        raise NotAuthorized(exc.message, code=exc.code) from exc
    if account.external_user_id != link.merchant_id:
        # Only into an empty place: another id than the known one would be another AliExpress account.
        rows = SupplierAccount.objects.filter(pk=account.pk, external_user_id="")
        if not rows.update(external_user_id=link.merchant_id, updated_at=timezone.now()):
            raise NotAuthorized(_("Aliseeks answered with another merchant than this account's. Nothing was changed."))
    ConnectAttempt.objects.create(
        provider=PROVIDER,
        account=account,
        user_id=user.pk,
        state_hash=_hash(state),
        session_hash=_hash(session_key),
    )
    return link.page_url


def finish(state: str, *, user: AbstractBaseUser, session_key: str) -> SupplierAccount:
    """The browser came back: the merchant is authorized from now on. Raises ``NotAuthorized``."""
    now = timezone.now()
    begun = ConnectAttempt.objects.filter(
        provider=PROVIDER,
        state_hash=_hash(state),
        session_hash=_hash(session_key),
        user_id=user.pk,
        used_at__isnull=True,
        created_at__gte=now - PATIENCE,
    )
    attempt = begun.select_related("account").first()
    if attempt is None or not begun.update(used_at=now):
        raise NotAuthorized(
            _("This address belongs to no authorization that was begun in this session, or was used before.")
        )
    account = attempt.account
    SupplierAccount.objects.filter(pk=account.pk).update(
        authorized_at=now,
        # There is no token, but an end all the same: the daily look at it mails staff in time.
        refresh_token_expires_at=now + AUTHORIZATION_LIFE,
        health=SupplierAccount.Health.OK,
        health_note="",
        updated_at=now,
    )
    account.refresh_from_db()
    logger.info("merchant authorized account=%s", account.pk)
    return account


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
