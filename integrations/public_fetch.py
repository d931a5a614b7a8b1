"""Fetching a file from an address that somebody else wrote: from a public host, and from nowhere else.

The second door to the outside beside ``integrations.http``, for what belongs to no account: pictures. A name is looked
up once, each of its addresses is checked, and the connection goes to the checked address itself: a name that answers
otherwise a moment later leads nowhere else. Redirects are followed by the same rules, a few times.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import urllib3
from django.utils.translation import gettext as _
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError, ReadTimeoutError

from integrations.http import CONNECT_TIMEOUT_S, USER_AGENT, refuse_in_transaction
from shop.errors import DomainError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_REDIRECTS = 3
_CHUNK = 65_536


class NotFetched(DomainError):
    """There is no file to be had from that address; the message says why. ``is_passing``: asking later may help."""

    code = "not_fetched"

    def __init__(self, message: str, *, is_passing: bool = False) -> None:
        super().__init__(message)
        self.is_passing = is_passing


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file, and what kind the server says that it is (lower case, without parameters)."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str
    address: str


def fetch_public(url: str, *, max_bytes: int, timeout_s: float, allowed: Collection[str] = ()) -> Fetched:
    """The file at ``url``: https, on a public address, at most ``max_bytes``, whole within ``timeout_s``.

    Looking up the names of hosts takes the system's own time besides.
    ``allowed`` are exact ``host:port`` of this machine or network that may be asked by plain http all the same. Nobody
    is led there by a redirect from outside. Makes network calls: not inside a transaction. Raises ``NotFetched``.
    """
    refuse_in_transaction()
    deadline = time.monotonic() + timeout_s
    within = allowed
    for _hop in range(MAX_REDIRECTS + 1):
        target = _checked(url, within)
        with _answer(target, deadline) as reply:
            if reply.status in (301, 302, 303, 307, 308):
                url = urljoin(url, reply.headers.get("Location", ""))
                within = allowed if _origin(target) in allowed else ()
                continue
            if reply.status != 200:
                text = _("The server answers HTTP %(status)s.") % {"status": reply.status}
                raise NotFetched(text, is_passing=reply.status >= 500 or reply.status == 429)
            kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Fetched(_body(reply, max_bytes, deadline), kind)
    raise NotFetched(_("The address leads on to others again and again."))


def _checked(url: str, allowed: Collection[str]) -> _Target:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as exc:
        raise NotFetched(_("This is no web address.")) from exc
    if not host or parts.scheme not in ("http", "https") or parts.username is not None or not url.isprintable():
        raise NotFetched(_("This is no web address."))
    port = port or (443 if parts.scheme == "https" else 80)
    is_allowed = f"{host}:{port}" in allowed
    if parts.scheme != "https" and not is_allowed:
        raise NotFetched(_("The address is not https."))
    if port != 443 and not is_allowed:
        raise NotFetched(_("The address names an unusual port."))
    addresses = _looked_up(host, port)
    if not is_allowed and not all(is_public(address) for address in addresses):
        raise NotFetched(_("The address leads into a private network."))
    path = parts.path or "/"
    return _Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path, addresses[0])


def _looked_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise NotFetched(_("The host's name is not known."), is_passing=True) from exc
    # IPv4 first: not every machine has a way out by IPv6.
    return [str(row[4][0]) for row in sorted(found, key=lambda row: row[0] != socket.AF_INET)]


def is_public(text: str) -> bool:
    """Whether the address ``text`` belongs to the public internet and hides no other inside."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return False
        if address.sixtofour is not None or address.teredo is not None or address.exploded.startswith("0064:ff9b"):
            return False
        if address.is_site_local:
            return False  # The old private networks count as global, though they never were.
    return address.is_global and not address.is_multicast and not address.is_reserved


class _InTime(io.RawIOBase):
    """What arrives at ``sock`` until ``deadline``. A socket's own time-out begins anew with every byte."""

    def __init__(self, sock: socket.socket, arriving: io.RawIOBase, deadline: float) -> None:
        super().__init__()
        self._sock, self._arriving, self._deadline = sock, arriving, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(left_s)
        return self._arriving.readinto(buffer)

    def close(self) -> None:
        self._arriving.close()
        super().close()


class _TimelyReply(HTTPResponse):
    """A reply of which the headers and the lengths of pieces, too, must have arrived by ``deadline``."""

    def __init__(self, deadline: float, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_InTime(sock, self.fp.detach(), deadline))


@contextmanager
def _answer(target: _Target, deadline: float) -> Iterator[urllib3.BaseHTTPResponse]:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise NotFetched(_("It did not arrive in time."), is_passing=True)
    # Connecting may take its time twice: once for the connection, once for agreeing on its encryption.
    timeout = urllib3.Timeout(connect=min(CONNECT_TIMEOUT_S, left_s / 2), read=left_s)
    pool: urllib3.HTTPConnectionPool
    if target.scheme == "https":
        # To the address that was checked, with the certificate of the name that was asked for.
        pool = urllib3.HTTPSConnectionPool(
            target.address,
            target.port,
            server_hostname=target.host,
            assert_hostname=target.host,
            ca_certs=DEFAULT_CA_BUNDLE_PATH,
            timeout=timeout,
            retries=False,
        )
    else:
        pool = urllib3.HTTPConnectionPool(target.address, target.port, timeout=timeout, retries=False)
    timely = {"response_class": staticmethod(partial(_TimelyReply, deadline))}
    pool.ConnectionCls = type("TimelyConnection", (pool.ConnectionCls,), timely)
    host = target.host if target.port in (80, 443) else f"{target.host}:{target.port}"
    headers = {"Host": host, "User-Agent": USER_AGENT, "Accept": "image/*", "Accept-Encoding": "identity"}
    try:
        reply = pool.urlopen(
            "GET", target.path, headers=headers, redirect=False, preload_content=False, decode_content=False
        )
        try:
            yield reply
        finally:
            reply.close()
    except (ReadTimeoutError, TimeoutError) as exc:
        raise NotFetched(_("It did not arrive in time."), is_passing=True) from exc
    except (HTTPError, OSError, UnicodeError) as exc:
        raise NotFetched(_("There is no connection to the server."), is_passing=True) from exc
    finally:
        pool.close()


def _body(reply: urllib3.BaseHTTPResponse, max_bytes: int, deadline: float) -> bytes:
    if reply.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotFetched(_("The file comes packed."))
    too_large = _("The file is larger than %(size)s MB.") % {"size": max_bytes // 1_048_576}
    told = reply.headers.get("Content-Length", "")
    if told.isdecimal() and int(told) > max_bytes:
        raise NotFetched(too_large)
    body = bytearray()
    # What has arrived, piece by piece: a slow drip must not outlive the deadline.
    while chunk := reply.read1(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise NotFetched(too_large)
        if time.monotonic() > deadline:
            raise NotFetched(_("It did not arrive in time."), is_passing=True)
    if told.isdecimal() and len(body) != int(told):
        raise NotFetched(_("The file broke off."), is_passing=True)
    return bytes(body)


def _origin(target: _Target) -> str:
    return f"{target.host}:{target.port}"
