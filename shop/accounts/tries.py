"""How long somebody who has tried too often has to wait. The counting itself is allauth's."""

from __future__ import annotations

import math
import time

from allauth.core.internal import ratelimit
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest

APP = "allauth.account"


def wait_s(request: HttpRequest, action: str, *, key: str | None = None, user: User | None = None) -> int:
    """Seconds until every used up limit of ``action`` (``ACCOUNT_RATE_LIMITS``) has room again, at least one."""
    now, waits = time.time(), [1]
    for rate in ratelimit.get_rates(app=APP, action=action):
        name = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key, user=user)
        # The newest try stands first.
        _is_allowed, tries = ratelimit.apply_rate(cache.get(name, []), now, rate, dry_run=True)
        if len(tries) >= rate.amount:
            waits.append(math.ceil(tries[-1] + rate.duration - now))
    return max(waits)
