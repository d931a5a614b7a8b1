"""When a parcel arrives, in words for people."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import format_date, format_interval, format_skeleton
from django.utils import timezone
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _


def arrival(min_days: int | None, max_days: int | None, *, today: date | None = None) -> str:
    """``Dec 3 – 12`` for days counted from today; empty if nobody knows when it arrives at the latest."""
    if max_days is None:
        return ""
    day, locale = today or timezone.localdate(), to_locale(get_language() or "en")
    end = day + timedelta(days=max_days)
    if min_days is None or min_days >= max_days:
        return _("by %(day)s") % {"day": format_skeleton("MMMd", end, locale=locale)}
    start = day + timedelta(days=min_days)
    if start.year != end.year:
        return f"{format_date(start, 'medium', locale=locale)} – {format_date(end, 'medium', locale=locale)}"
    return str(format_interval(start, end, "MMMd", locale=locale))
