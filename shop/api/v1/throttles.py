"""How many requests a minute each kind of client may make. A courtesy to the others, no protection against floods.

Counted in the cache, in windows of a minute; without Redis each process counts for itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from rest_framework.request import Request

from shop.device_models import Device
from shop.limits import visitor_address

WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client stands in its present window."""

    kind: str
    limit: int
    used: int
    ends_in_s: int

    @property
    def is_over(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft names them, so that a client slows down before it must."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.ends_in_s),
            "RateLimit-Policy": f'"{self.kind}";q={self.limit};w={WINDOW_S}',
        }


def take_place(request: Request, *, is_write: bool, as_visitor: bool = False) -> Place:
    """Count this request for its client. Writes of one client are counted apart from what it reads.

    ``as_visitor``: for where it comes from, whatever it says of an account.
    """
    kind, client = _visitor(request) if as_visitor else _client(request)
    limit = settings.API_RATE_LIMITS["writes" if is_write else kind]
    name = f"{kind}-writes" if is_write else kind
    now = time.time()
    window = int(now // WINDOW_S)
    key = f"api:{name}:{client}:{window}"
    used = 1
    if not cache.add(key, 1, WINDOW_S * 2):
        try:
            used = cache.incr(key)
        except ValueError:
            # It ended between the two calls.
            cache.set(key, 1, WINDOW_S * 2)
    return Place(name, limit, used, max(1, int((window + 1) * WINDOW_S - now) + 1))


def _client(request: Request) -> tuple[str, str]:
    if isinstance(request.auth, Device):
        kind = "staff" if request.user.is_staff else "customer"
        # All devices of an account together: there can be many.
        return kind, str(request.user.pk)
    return _visitor(request)


def _visitor(request: Request) -> tuple[str, str]:
    return "anonymous", salted_hmac("shop.api", visitor_address(request), algorithm="sha256").hexdigest()[:32]
