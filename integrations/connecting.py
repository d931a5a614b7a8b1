"""Connecting an account: a browser goes to the supplier, its owner agrees, and comes back with a code for tokens.

The ``state`` that travels with the browser has 256 random bits, is kept as a hash only, and works once, for ten
minutes, for the person and in the session that began. Nothing of the account changes before the tokens are there.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from integrations import tokens
from integrations.errors import AccountUnusable, SupplierError
from integrations.models import ConnectAttempt, SupplierAccount
from integrations.registry import token_issuer_for
from integrations.types import TokenState
from shop.errors import DomainError

logger = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)


class NotConnected(DomainError):
    """The account was not connected; the message tells staff why. Nothing was stored."""

    code = "not_connected"


def can_connect(account: SupplierAccount) -> bool:
    """Whether the account's supplier lets its owner agree in a browser."""
    return token_issuer_for(account) is not None


def begin(account: SupplierAccount, *, user: AbstractBaseUser, session_key: str, redirect_uri: str) -> str:
    """The address to send the browser to. Raises ``NotConnected`` if the account cannot be connected yet."""
    issuer = token_issuer_for(account)
    if issuer is None:
        raise NotConnected(_("This supplier's accounts are not connected in a browser."))
    state = secrets.token_urlsafe(32)
    try:
        address = issuer.authorize_url(redirect_uri=redirect_uri, state=state)
    except AccountUnusable as exc:
        raise NotConnected(exc.message) from exc
    ConnectAttempt.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()
    ConnectAttempt.objects.create(
        provider=account.provider,
        account=account,
        user_id=user.pk,
        state_hash=_hash(state),
        session_hash=_hash(session_key),
    )
    return address


def finish(*, state: str, code: str, error: str, user: AbstractBaseUser, session_key: str) -> SupplierAccount:
    """Exchange the code that the browser brought back, store both tokens, and return the account.

    Makes a network call. Raises ``NotConnected``; whatever happens, the attempt is used up.
    """
    account = _take(state, user=user, session_key=session_key).account
    if error and error != "access_denied":
        raise NotConnected(_("The supplier reported an error instead of an authorization. Nothing was changed."))
    if error or not code:
        raise NotConnected(_("The authorization was refused at the supplier. Nothing was changed."))
    issuer = token_issuer_for(account)
    if issuer is None:
        raise NotConnected(_("This supplier's accounts are not connected in a browser."))
    try:
        found = issuer.create(code)
    except SupplierError as exc:
        raise NotConnected(exc.message, code=exc.code) from exc
    return _store(account, found)


def _take(state: str, *, user: AbstractBaseUser, session_key: str) -> ConnectAttempt:
    """Use up the attempt that ``state`` belongs to. Raises ``NotConnected`` unless it is this person's, and fresh."""
    attempt = ConnectAttempt.objects.select_related("account").filter(state_hash=_hash(state)).first()
    if attempt is None:
        raise NotConnected(_("This answer belongs to no connection that was begun here. Begin again."), code="state")
    if not ConnectAttempt.objects.filter(pk=attempt.pk, used_at__isnull=True).update(used_at=timezone.now()):
        raise NotConnected(_("This answer was used before. Begin again."), code="state_used")
    if attempt.user_id != user.pk or not secrets.compare_digest(attempt.session_hash, _hash(session_key)):
        raise NotConnected(
            _("This connection was begun in another session or by somebody else. Begin again."), code="state_foreign"
        )
    if attempt.created_at < timezone.now() - LIFETIME:
        raise NotConnected(_("This took longer than 10 minutes. Begin again."), code="state_expired")
    return attempt


def _store(account: SupplierAccount, found: TokenState) -> SupplierAccount:
    with transaction.atomic():
        row = SupplierAccount.objects.select_for_update().get(pk=account.pk)
        if row.external_user_id and found.user_id and row.external_user_id != found.user_id:
            # Orders that were bought as somebody else could be neither read nor protected from a second purchase.
            raise NotConnected(
                _(
                    "That was another account at the supplier (user %(new)s) than the one connected so far "
                    "(user %(old)s). Sign in there as the right one, or add a new account here."
                )
                % {"new": found.user_id, "old": row.external_user_id},
                code="another_user",
            )
        stored = tokens.store(row, found)
        if stored is None:
            raise AssertionError("storing without a condition always stores")
        stored.external_user_id = found.user_id or row.external_user_id
        stored.external_name = found.name or row.external_name
        stored.authorized_at = timezone.now()
        stored.health = SupplierAccount.Health.OK
        stored.health_note = ""
        stored.save(update_fields=["external_user_id", "external_name", "authorized_at", "health", "health_note"])
    logger.info("account connected account=%s", account.pk)
    return stored


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
