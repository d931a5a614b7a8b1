"""Posts to addresses that somebody outside has named: only to public ones, and to the very address that was looked at.

The name is resolved once and the connection goes to what was found, so that a name which later means this machine or
its network leads nowhere. No redirects, no proxy, little time, and the answer's body is not kept.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import certifi
import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError

from integrations.errors import Transient
from integrations.http import USER_AGENT, is_loopback, refuse_in_transaction

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5, 15
_MAX_ANSWER_BYTES = 4096


class NotPublic(ValueError):
    """The address is not one that may be posted to."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What the other side answered; ``retry_after`` is its header as it came."""

    status: int
    retry_after: str


def check_public_url(url: str) -> None:
    """Raise ``NotPublic`` unless ``url`` is https with a host that may be public; asks no name server.

    Plain http to this machine passes where ``WEBHOOKS_TO_THIS_MACHINE`` allows it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise NotPublic("not an address") from exc
    if not host or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise NotPublic("not an address such as https://app.example.com/hook")
    if is_loopback(host):
        if not settings.WEBHOOKS_TO_THIS_MACHINE:
            raise NotPublic("this machine cannot be posted to")
    elif parts.scheme != "https":
        raise NotPublic("only https is posted to")
    if parts.scheme not in ("https", "http") or not url.isascii() or any(ord(char) < 33 for char in url):
        raise NotPublic("not an address such as https://app.example.com/hook")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
    """Post ``body``. Makes a network call. Raises ``NotPublic``, or ``Transient`` if no answer came."""
    refuse_in_transaction()
    check_public_url(url)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _public_address(host, port)
    target = parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
    sent = {**headers, "Host": parts.netloc, "User-Agent": USER_AGENT}
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, server_hostname=host, assert_hostname=host, ca_certs=certifi.where()
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    try:
        answer = pool.urlopen(
            "POST", target, body=body, headers=sent, redirect=False, retries=False, preload_content=False
        )
        answer.read(_MAX_ANSWER_BYTES)
        answer.close()
    except (HTTPError, OSError) as exc:
        raise Transient(f"{host} did not answer", code="unreachable") from exc
    finally:
        pool.close()
    return Posted(answer.status, answer.headers.get("Retry-After", ""))


def _public_address(host: str, port: int) -> str:
    """An address of ``host``, all of whose addresses are public (or this machine's, where that is allowed)."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as exc:
        raise Transient(f"{host} is not known", code="unreachable") from exc
    for text in found:
        address = ip_address(text.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        is_allowed = address.is_global and not address.is_multicast
        if address.is_loopback:
            is_allowed = settings.WEBHOOKS_TO_THIS_MACHINE
        if not is_allowed:
            raise NotPublic(f"{host} is not a public address")
    return found[0]
