"""The queue's schedules, made by code: idempotent by name, so that starting a worker again changes nothing."""

from __future__ import annotations

from django_q.models import Schedule

#: name -> (task, minutes)
SCHEDULES = {
    "heartbeat": ("beat", 1),
    "sweep": ("sweep", 1),
    "purge": ("purge", 24 * 60),
    "refresh tokens": ("refresh_tokens", 10),
    "refresh freight": ("refresh_freight", 15),
    "imports": ("work_on_imports", 1),
    "fetch rates": ("fetch_rates", 15),
    "sync catalogue": ("sync_catalogue", 1),
    "low stock": ("tell_low_stock", 10),
}


def ensure_schedules() -> None:
    """Create or correct every schedule of ``SCHEDULES`` and remove those that code no longer names."""
    for name, (task, minutes) in SCHEDULES.items():
        Schedule.objects.update_or_create(
            name=name,
            defaults={
                "func": f"fulfillment.tasks.{task}",
                "schedule_type": Schedule.MINUTES,
                "minutes": minutes,
                "repeats": -1,
            },
        )
    Schedule.objects.exclude(name__in=SCHEDULES).delete()
