"""How long ago something was, in the words of people."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def age_in_words(moment: datetime) -> str:
    """``just now``, ``5 minutes ago``, ``3 days ago``; whole units, rounded down. ``moment`` is aware.

    A clock that runs a little ahead elsewhere makes nothing younger than now.
    """
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds < _MINUTE_S:
        return _("just now")
    if seconds < _HOUR_S:
        count = seconds // _MINUTE_S
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}
    if seconds < _DAY_S:
        count = seconds // _HOUR_S
        return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}
    count = seconds // _DAY_S
    return ngettext("%(count)d day ago", "%(count)d days ago", count) % {"count": count}
