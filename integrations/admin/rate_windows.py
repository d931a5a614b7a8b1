"""How busy the way to each supplier is: calls of the last minute, the limit, and bans."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import display
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.admin.reading import ReadOnlyAdmin
from integrations.models import RateWindow


@admin.register(RateWindow)
class RateWindowAdmin(ReadOnlyAdmin):
    """One row for each account and group of calls. How many orders wait stands at the account."""

    list_display = ["account", "group", "in_the_last_minute", "limit", "waiting", "paused"]
    list_display_links = None
    list_select_related = ["account"]
    list_filter = ["account", "group"]

    @display(description=_("calls in the last minute"))
    def in_the_last_minute(self, window: RateWindow) -> int:
        now = time.time()
        return sum(now - settings.RATE_WINDOW_S < place <= now for place in window.slots)

    @display(description=_("limit a minute"))
    def limit(self, window: RateWindow) -> int:
        calls: int = settings.RATE_LIMITS.get(window.group, 0)
        return calls

    @display(description=_("waiting for their place"))
    def waiting(self, window: RateWindow) -> int:
        now = time.time()
        return sum(place > now for place in window.slots)

    @display(description=_("paused until"), ordering="paused_until", empty_value="-")
    def paused(self, window: RateWindow) -> str | None:
        if window.paused_until is None or window.paused_until < timezone.now():
            return None
        return f"{window.paused_until:%Y-%m-%d %H:%M:%S} UTC"
