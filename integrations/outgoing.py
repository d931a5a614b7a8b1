"""Posts to addresses that somebody outside has named: only to public ones, and to the very address that was looked at.

The name is resolved once and the connection goes to what was found, so that a name which later means this machine or
its network leads nowhere. No redirects, no proxy, little time, and the answer's body is not read.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from threading import Event, Timer
from urllib.parse import urlsplit

import certifi
from django.conf import settings
from django.utils.translation import gettext as _

from integrations.errors import Transient
from integrations.http import USER_AGENT, is_loopback, refuse_in_transaction
from integrations.public_fetch import is_public

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 15.0
#: From the first byte of the connection to the last of the answer's headers, however slowly they drip.
WITHIN_S = 20.0


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
        raise NotPublic(_("Not an address.")) from exc
    if not host or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise NotPublic(_("Not an address such as https://app.example.com/hook."))
    if is_loopback(host):
        if not settings.WEBHOOKS_TO_THIS_MACHINE:
            raise NotPublic(_("This machine cannot be posted to."))
    elif parts.scheme != "https":
        raise NotPublic(_("Only https is posted to."))
    if parts.scheme not in ("https", "http") or not url.isascii() or any(ord(char) < 33 for char in url):
        raise NotPublic(_("Not an address such as https://app.example.com/hook."))


def post(url: str, body: bytes, headers: Mapping[str, str], *, within_s: float = WITHIN_S) -> Posted:
    """Post ``body``; all of it, the answer's headers included, is over in ``within_s`` (the system's name server takes
    its own time). Makes a network call. Raises ``NotPublic``, or ``Transient`` if no answer came.
    """
    refuse_in_transaction()
    check_public_url(url)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    address = _public_address(host, port)
    target = parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    sent = {**headers, "Host": parts.netloc, "User-Agent": USER_AGENT, "Connection": "close"}
    deadline = time.monotonic() + within_s
    connection = HTTPConnection(address, port)
    try:
        connection.sock = _connected(address, port, deadline)
        with _cut_off_at(deadline, connection.sock) as was_cut:
            if parts.scheme == "https":
                connection.sock = _tls().wrap_socket(connection.sock, server_hostname=host)
            connection.request("POST", target, body=body, headers=sent)
            # What is said after the status and the headers is not read: a slow end would only hold us.
            answer = connection.getresponse()
            answer.close()
    except (HTTPException, OSError, ValueError) as exc:
        raise Transient(f"{host} did not answer", code="unreachable") from exc
    finally:
        connection.close()
    if was_cut.is_set():
        # What had come by then may look like a whole answer.
        raise Transient(f"{host} did not answer in time", code="unreachable")
    return Posted(answer.status, answer.headers.get("Retry-After", ""))


def _connected(address: str, port: int, deadline: float) -> socket.socket:
    left_s = max(0.1, deadline - time.monotonic())
    found = socket.create_connection((address, port), timeout=min(CONNECT_TIMEOUT_S, left_s))
    found.settimeout(min(READ_TIMEOUT_S, left_s))
    return found


@contextmanager
def _cut_off_at(deadline: float, connected: socket.socket) -> Iterator[Event]:
    """Break ``connected`` off at ``deadline``, whatever waits for it: a time-out of a socket begins anew with each byte
    that arrives. The event says whether that was done.
    """
    was_cut = Event()
    # A way to the connection of its own: TLS takes the socket itself over.
    line = connected.dup()

    def cut() -> None:
        was_cut.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield was_cut
    finally:
        timer.cancel()
        timer.join()
        line.close()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


def _public_address(host: str, port: int) -> str:
    """An address of ``host``, all of whose addresses are public (or this machine's, where that is allowed)."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as exc:
        raise Transient(f"{host} is not known", code="unreachable") from exc
    for text in found:
        if not _may_be_posted_to(text):
            raise NotPublic(_("%(host)s is not a public address.") % {"host": host})
    return found[0]


def _may_be_posted_to(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return bool(settings.WEBHOOKS_TO_THIS_MACHINE)
    return is_public(str(address))
