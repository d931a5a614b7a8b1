"""How often one visitor may do something that costs: guess coupon codes, make us ask a supplier.

Counted in the cache, by the visitor's address as a keyed hash. Without Redis each process counts for itself.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

#: How many codes a visitor may try in ten minutes; nobody mistypes one more often.
COUPON_TRIES, COUPON_TRIES_S = 20, 600
#: How often a minute one visitor may make us ask suppliers what we do not know.
QUESTIONS, QUESTIONS_S = 12, 60


def may_try_coupon(request: HttpRequest) -> bool:
    """Whether the visitor may try one more coupon code; counts the try. Ask before ``fulfillment.coupons.find``."""
    return allowed(request, "coupon", times=COUPON_TRIES, seconds=COUPON_TRIES_S)


def may_ask_delivery(request: HttpRequest) -> bool:
    """Whether the visitor may make us ask suppliers once more how they send something; counts the question."""
    return allowed(request, "delivery", times=QUESTIONS, seconds=QUESTIONS_S)


def may_ask_suppliers(request: HttpRequest) -> bool:
    """Whether the visitor's order may make us look at its suppliers once more; counts the look."""
    return allowed(request, "supplier-check", times=QUESTIONS, seconds=QUESTIONS_S)


def allowed(request: HttpRequest, what: str, *, times: int, seconds: int) -> bool:
    """Count one more ``what`` of the visitor; False beyond ``times`` within ``seconds`` of the first."""
    visitor = salted_hmac("shop.limits", visitor_address(request), algorithm="sha256").hexdigest()[:32]
    key = f"limit:{what}:{visitor}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= times
    except ValueError:
        # It ended between the two calls: this is the first of a new period.
        return cache.add(key, 1, seconds) or True


def visitor_address(request: HttpRequest) -> str:
    """The visitor's address; of IPv6 the network, because one visitor has a whole one to himself."""
    text = client_address(request)
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return address.exploded[:19]
    return text


def client_address(request: HttpRequest) -> str:
    """The address a request comes from, as the server or the last proxy tells it; unchecked where it is none."""
    text: str = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # Only the last entry is the proxy's own word; the ones before it are what the visitor claims.
        text = request.headers.get("X-Forwarded-For", text).rsplit(",", 1)[-1].strip() or text
    try:
        return str(ip_address(text))
    except ValueError:
        return text
