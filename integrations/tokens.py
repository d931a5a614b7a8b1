"""Tokens live on: refreshed before they end, one refresh at a time per account whatever the number of workers.

A refresh uses up the token that it sends. It is therefore made under a lease in the account's row, and what comes
back is stored only if the token that was sent is still the stored one: staff may have connected anew meanwhile.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from integrations import standing
from integrations.clock import database_now
from integrations.crypto import UndecryptableValue, sealed_at
from integrations.errors import AccountUnusable, MalformedReply, Rejected, SupplierError, Transient
from integrations.models import SupplierAccount
from integrations.registry import token_issuer_for
from integrations.types import TokenState

logger = logging.getLogger(__name__)

#: Replaced in tests, which wait for nothing.
sleep = time.sleep

EARLIEST = timedelta(hours=24)
LATEST = timedelta(minutes=30)
#: How long a call in mid-flight waits for another worker's refresh.
PATIENCE_S = 8.0
_LOOK_AGAIN_S = 0.2


def refresh_all() -> int:
    """Refresh every account whose token is about to end, and warn of authorizations that end. How many were."""
    refreshed = 0
    started = time.monotonic()
    accounts = SupplierAccount.objects.filter(health=SupplierAccount.Health.OK)
    for account in accounts.order_by(F("access_token_expires_at").asc(nulls_last=True), "pk"):
        spent_s = time.monotonic() - started
        if spent_s > settings.SUPPLIER_TASK_TIMEOUT_S - settings.SUPPLIER_CALL_TIMEOUT_S:
            break  # To be ended in the middle of a refresh would lose the tokens. The next run goes on.
        try:
            refreshed += refresh_if_due(account)
        except (SupplierError, UndecryptableValue) as exc:
            logger.warning("token not refreshed account=%s error=%s", account.pk, getattr(exc, "code", "undecryptable"))
        standing.warn_before_the_end(account.pk)
    return refreshed


def is_due(account: SupplierAccount) -> bool:
    """Whether the access token should be refreshed now.

    A day before its end, a tenth of its life before if that is less, but half an hour before at the latest. A token
    whose end nobody told is left alone until the supplier refuses it.
    """
    ends_at = account.access_token_expires_at
    if ends_at is None or not account.refresh_token_sealed:
        return False
    return ends_at - database_now() < _margin(account)


def refresh_if_due(account: SupplierAccount) -> bool:
    """Refresh the tokens if they are about to end and nobody else does. True if it was done here.

    Raises ``Rejected`` if the supplier refuses (the account then waits for a person) and ``Transient``.
    """
    if not is_due(account) or token_issuer_for(account) is None:
        return False
    with _lease(account) as leased:
        if not leased:
            return False
        fresh = SupplierAccount.objects.get(pk=account.pk)
        if not is_due(fresh) or fresh.health != SupplierAccount.Health.OK:
            return False
        _exchange(fresh)
    return True


def refresh_now(account: SupplierAccount, *, refused: str) -> SupplierAccount:
    """The account with an access token other than ``refused``, which the supplier has just refused.

    Another worker may have stored one already, or be about to. Raises ``AccountUnusable`` or ``Rejected`` if only a
    person can help, else ``Transient``.
    """
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        fresh = SupplierAccount.objects.get(pk=account.pk)
        if fresh.access_token != refused:
            return fresh
        if fresh.health != SupplierAccount.Health.OK or not fresh.refresh_token or token_issuer_for(fresh) is None:
            raise AccountUnusable("The token cannot be refreshed. Connect the account again.", code="no_refresh")
        with _lease(fresh) as leased:
            if leased:
                # Between reading the row and taking the lease another worker may have finished.
                fresh = SupplierAccount.objects.get(pk=account.pk)
                return _exchange(fresh) if fresh.access_token == refused else fresh
        if time.monotonic() > give_up_at:
            raise Transient("Another worker is refreshing the token.", code="token_refreshing")
        sleep(_LOOK_AGAIN_S)


def store(account: SupplierAccount, tokens: TokenState, *, instead_of: str | None = None) -> SupplierAccount | None:
    """Store both tokens and both ends at once.

    Only if ``instead_of``, when given, is still the stored refresh token: None if it is not.
    """
    with transaction.atomic():
        # What a sealed text holds can only be compared here, so the condition is a lock and not a WHERE.
        row = SupplierAccount.objects.select_for_update().get(pk=account.pk)
        if instead_of is not None and row.refresh_token != instead_of:
            return None
        row.access_token = tokens.access_token
        row.refresh_token = tokens.refresh_token or ""
        row.access_token_expires_at = tokens.access_expires_at
        if instead_of is None or tokens.refresh_expires_at is not None or not tokens.refresh_token:
            # A refresh that tells no end does not move it: the life of an authorization never restarts.
            row.refresh_token_expires_at = tokens.refresh_expires_at
        row.save(update_fields=[
            "access_token_sealed", "refresh_token_sealed", "access_token_expires_at", "refresh_token_expires_at",
            "updated_at",
        ])  # fmt: skip
    return row


def _exchange(account: SupplierAccount) -> SupplierAccount:
    """Send the refresh token and store what comes back; the caller holds the lease."""
    issuer = token_issuer_for(account)
    if issuer is None:
        raise AccountUnusable("This supplier has no tokens to refresh.", code="no_refresh")
    sent = account.refresh_token
    try:
        tokens = issuer.refresh(sent)
    except (Rejected, AccountUnusable) as exc:
        standing.refused(account.pk, exc.message, refresh_token_sealed=account.refresh_token_sealed)
        raise
    except MalformedReply as exc:
        # Perhaps used up, perhaps not: asking again tells.
        raise Transient(exc.message, code="token_unclear", request_id=exc.request_id) from exc
    stored = store(account, tokens, instead_of=sent)
    logger.info("token refreshed account=%s%s", account.pk, "" if stored else " too late: connected anew meanwhile")
    return stored or SupplierAccount.objects.get(pk=account.pk)


def _margin(account: SupplierAccount) -> timedelta:
    born = sealed_at(account.access_token_sealed)
    if born is None or account.access_token_expires_at is None:
        return LATEST
    # Stored when it was handed out: the text that seals it tells when that was.
    life = account.access_token_expires_at.astimezone(UTC) - born
    return min(EARLIEST, max(LATEST, life / 10), max(life / 2, timedelta(0)))


@contextmanager
def _lease(account: SupplierAccount) -> Iterator[bool]:
    """The right to refresh, for as long as the block runs; False if another worker has it."""
    now = database_now()
    until = now + timedelta(seconds=settings.SUPPLIER_LEASE_S)
    rows = SupplierAccount.objects.filter(pk=account.pk)
    free = Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lt=now)
    leased = rows.filter(free).update(refresh_lease_until=until) == 1
    try:
        yield leased
    finally:
        if leased:
            rows.filter(refresh_lease_until=until).update(refresh_lease_until=None)
