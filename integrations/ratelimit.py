"""How often a supplier is called: a window of one minute per account and group of calls, shared by every process.

A call takes the next free place of its group and waits for it, so that a limit queues instead of failing. In any
minute no more than the limit is sent, and nothing is lost by being careful: places are given to the millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction

from integrations.clock import database_now
from integrations.errors import Transient
from integrations.models import RateWindow, SupplierAccount

STANDARD = "standard"
SEARCH = "search"
ORDER = "order"
#: No calls of their own: how many of a minute's standard calls visitors of the shop may cause by looking around.
VISITORS = "visitors"
#: Nor here: how many of them an import of goods may take, so that purchases find places beside it.
IMPORTS = "imports"
#: Nor these: how many of them the sync may use.
SYNC = "sync"

#: Calls do not arrive as evenly as they leave: without this share of a minute the last of one could meet the first of
#: the next.
MARGIN = 0.02


class RateLimited(Transient):
    """No place is free soon enough; nothing was sent. ``retry_after_s`` is when one will be."""

    code = "rate_limited"


def take_place(account: SupplierAccount, group: str, *, patience_s: float) -> float:
    """Take the next free place of ``group`` and return how many seconds to wait for it.

    Raises ``RateLimited``, taking nothing, if that is more than ``patience_s``.
    """
    _place, wait_s = _take(account, group, patience_s=patience_s)
    return wait_s


def wait_for_place(
    account: SupplierAccount, group: str, *, patience_s: float, sleep: Callable[[float], object] = time.sleep
) -> None:
    """Take the next free place of ``group`` and wait for it; if calls are banned meanwhile, for another behind the ban.

    Raises ``RateLimited`` if all that is more than ``patience_s``.
    """
    while True:
        place, wait_s = _take(account, group, patience_s=patience_s)
        if not wait_s:
            return
        sleep(wait_s)
        patience_s -= wait_s
        # Others may have called, and been refused, while we waited.
        if not RateWindow.objects.filter(
            account=account, group=group, paused_until__gt=datetime.fromtimestamp(place, UTC)
        ).exists():
            return


def _take(account: SupplierAccount, group: str, *, patience_s: float) -> tuple[float, float]:
    """The next free place (in seconds since 1970), and how many seconds away it is."""
    limit = settings.RATE_LIMITS[group]
    with transaction.atomic():
        window, _ = RateWindow.objects.select_for_update().get_or_create(account=account, group=group)
        now = database_now()
        place = _next_place(window, limit, now.timestamp())
        wait_s = place - now.timestamp()
        if wait_s > patience_s:
            raise RateLimited(f"no place for a {group} call in the next {patience_s:g} s", retry_after_s=wait_s)
        window.slots = [*window.slots, place][-limit:]
        window.save(update_fields=["slots"])
    return place, max(0.0, wait_s)


def pause(account: SupplierAccount, group: str, *, seconds: float) -> None:
    """The supplier bans calls of ``group`` for so long; a shorter ban never ends a longer one."""
    until = database_now() + timedelta(seconds=seconds)
    with transaction.atomic():
        window, _ = RateWindow.objects.select_for_update().get_or_create(account=account, group=group)
        window.paused_until = max(until, window.paused_until or until)
        window.save(update_fields=["paused_until"])


def waiting_times(group: str) -> dict[int, float]:
    """For each account (by id) whose next place in ``group`` is not free now: in how many seconds it is."""
    now = database_now().timestamp()
    limit = settings.RATE_LIMITS[group]
    waits = {
        window.account_id: _next_place(window, limit, now) - now for window in RateWindow.objects.filter(group=group)
    }
    return {account_id: wait_s for account_id, wait_s in waits.items() if wait_s > 0}


def _next_place(window: RateWindow, limit: int, now: float) -> float:
    place = now
    if len(window.slots) >= limit:
        place = max(place, window.slots[-limit] + settings.RATE_WINDOW_S * (1 + MARGIN))
    if window.paused_until is not None:
        place = max(place, window.paused_until.timestamp())
    return place
