"""Whether the shop can do its work: database, queue, suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone

from fulfillment.models import Heartbeat
from integrations.clock import database_now
from integrations.errors import SupplierError
from integrations.models import SupplierAccount
from integrations.registry import adapter_for

QUEUE = "queue"
#: Older than this, the queue counts as frozen.
MAX_SILENCE = timedelta(minutes=5)
_SUPPLIER_CACHE_S = 15


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the shop; ``detail`` is safe to show to anyone."""

    ok: bool
    detail: str


def readiness() -> dict[str, Check]:
    """Every part by name. Reaches out to the suppliers, at most every 15 seconds."""
    database = _database()
    if not database.ok:
        unknown = Check(False, "not known while the database is down")
        return {"database": database, "queue": unknown, "supplier": unknown}
    return {"database": database, "queue": queue(), "supplier": _suppliers()}


def beat(name: str) -> None:
    """Note that ``name`` is alive now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def queue() -> Check:
    """Whether the queue carried a heartbeat lately."""
    at = Heartbeat.objects.filter(name=QUEUE).values_list("at", flat=True).first()
    if at is None:
        return Check(False, "no heartbeat yet: is a worker running?")
    silence = timezone.now() - at
    return Check(silence < MAX_SILENCE, f"last heartbeat {int(silence.total_seconds())} s ago")


def _database() -> Check:
    try:
        database_now()
    except DatabaseError:
        return Check(False, "does not answer")
    return Check(True, "answers")


def _suppliers() -> Check:
    cached: Check | None = cache.get("health.suppliers")
    if cached is None:
        cached = _ask_suppliers()
        cache.set("health.suppliers", cached, _SUPPLIER_CACHE_S)
    return cached


def _ask_suppliers() -> Check:
    details = []
    ok = True
    for account in SupplierAccount.objects.filter(buying_enabled=True):
        try:
            adapter_for(account).ping()
        except (SupplierError, KeyError, ValueError):
            # Unreachable, a supplier that is not installed, or an address that is none.
            ok = False
            details.append(f"{account.label}: cannot be reached")
        else:
            connected = account.health == SupplierAccount.Health.OK
            ok = ok and connected
            details.append(f"{account.label}: {'reachable' if connected else 'reachable, account must be reconnected'}")
    return Check(ok and bool(details), "; ".join(details) or "no supplier account: run setup_suppliers")
