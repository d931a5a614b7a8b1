"""Sends a logged call to the emulator on this machine, to see what it makes of it. Never to a real platform.

The account is one of mode *sandbox* whose address is this very machine, or else the emulator's demo account at
``SANDBOX_PORT``. Both conditions are looked at again just before the call leaves.
"""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from integrations.accounts import demo_account
from integrations.crypto import UndecryptableValue
from integrations.errors import SupplierError, Transient
from integrations.http import SupplierHttp, is_loopback
from integrations.models import ApiCall, SupplierAccount
from integrations.registry import replay_request_for
from integrations.replay_request import ReplayRequest
from shop.errors import DomainError

REFERENCE_PREFIX = "replay-"


class NotReplayable(DomainError):
    """The call cannot be replayed; the message says why."""

    code = "not_replayable"


def emulator_for(logged: ApiCall) -> SupplierAccount:
    """The account with which ``logged`` is replayed: its own if it is the emulator's, another one of those, or the
    emulator's demo account, which is then not stored. Raises ``NotReplayable`` if the supplier has no emulator.
    """
    provider = logged.account.provider
    accounts = SupplierAccount.objects.filter(provider=provider, mode=SupplierAccount.Mode.SANDBOX).order_by("pk")
    local = [account for account in accounts if _is_harmless(account, account.endpoint)]
    own = [account for account in local if account.pk == logged.account_id]
    account = next(iter(own or local), None) or demo_account(provider)
    if account is None:
        raise NotReplayable(_("There is no emulator of this supplier."))
    return account


@dataclass(frozen=True, slots=True)
class Replay:
    """What would be sent now, and as whom."""

    logged: ApiCall
    account: SupplierAccount
    request: ReplayRequest

    @property
    def http(self) -> SupplierHttp:
        # A demo account that is not stored has no rows of its own: the replay stands beside the original.
        return SupplierHttp(self.account if self.account.pk else self.logged.account, self.request.redactor)

    def is_reachable(self) -> bool:
        """Whether the emulator answers. Makes a network call on this machine."""
        try:
            self.http.reach(self.account.endpoint)
        except Transient:
            return False
        return True


def prepare(logged: ApiCall) -> Replay:
    """``logged`` as it would be sent now, with a reference of its own. Raises ``NotReplayable``."""
    if logged.is_replay:
        raise NotReplayable(_("This is a replay itself. Replay the original."))
    account = emulator_for(logged)
    reference = f"{REFERENCE_PREFIX}{secrets.token_hex(8)}"
    try:
        request = replay_request_for(account, logged, reference=reference)
    except (SupplierError, UndecryptableValue) as exc:
        raise NotReplayable(getattr(exc, "message", str(exc))) from exc
    # Sent once, whatever it asks, and without a place: the limits are those of the real platform.
    call = dataclasses.replace(request.call, write=True, group=None, reference=reference, replay_of=logged.pk)
    return Replay(logged, account, dataclasses.replace(request, call=call))


def can_replay(logged: ApiCall) -> bool:
    """Whether ``logged`` could be sent to an emulator, running or not."""
    try:
        prepare(logged)
    except NotReplayable:
        return False
    return True


def send(replay: Replay) -> ApiCall:
    """Send ``replay`` to the emulator, once, and return the row of that call. Makes a network call.

    Whatever the emulator answers or does is in the row. Raises ``NotReplayable`` if nothing was sent.
    """
    request = replay.request
    if not _is_harmless(replay.account, request.call.url):
        raise NotReplayable(_("A replay goes to an emulator on this machine and nowhere else."))
    try:
        reply = replay.http.send(request.call)
    except SupplierError:
        return _row_of(request)
    try:
        reply.log.request_id = request.read(reply)
    except SupplierError as exc:
        reply.log.request_id, reply.log.error = exc.request_id, exc.code[:80]
    if reply.log.pk is not None:
        reply.log.save(update_fields=["request_id", "error"])
    return _row_of(request)


def _row_of(request: ReplayRequest) -> ApiCall:
    row = ApiCall.objects.filter(reference=request.call.reference, is_replay=True).first()
    if row is None:
        raise NotReplayable(_("The replay was sent, but could not be logged."))
    return row


def _is_harmless(account: SupplierAccount, url: str) -> bool:
    return account.mode == SupplierAccount.Mode.SANDBOX and is_loopback(urlsplit(url).hostname or "")
