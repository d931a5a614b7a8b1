"""The only door to the outside: every call of an adapter goes through here.

Time-outs, no redirects, no proxy or netrc from the environment, a bounded reply, TLS except on loopback, and one
redacted ``ApiCall`` row per call. Answers the only question that matters for money: was it surely not done?
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from integrations import ratelimit
from integrations.errors import AccountUnusable, MalformedReply, OutcomeUnknown, SupplierError, Transient
from integrations.models import ApiCall, SupplierAccount
from integrations.redaction import Redactor, without_texts

logger = logging.getLogger(__name__)

#: Replaced in tests, which wait for nothing.
sleep = time.sleep

CONNECT_TIMEOUT_S = 5
#: How often a read is tried in all.
TRIES = 3
MAX_REPLY_BYTES = 8 * 1024 * 1024
#: However long a supplier asks us to be silent, after this we ask again.
LONGEST_PAUSE_S = 3600.0
USER_AGENT = "BuyRelay/1.0"

#: The monotonic clock at which whoever asks gives up waiting, if that is before a call's own end.
_give_up_at: ContextVar[float | None] = ContextVar("give_up_at", default=None)


@contextmanager
def done_within(seconds: float) -> Iterator[None]:
    """Let the reads made inside end after ``seconds`` in all: a visitor waits for them. Not meant for writes."""
    token = _give_up_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _give_up_at.reset(token)


def deadline_of_call() -> float:
    """The monotonic clock at which a call that begins now must have ended."""
    latest: float = time.monotonic() + settings.SUPPLIER_CALL_TIMEOUT_S
    asked = _give_up_at.get()
    return latest if asked is None else min(latest, asked)


@dataclass(slots=True)
class Calls:
    """How many calls have been sent so far."""

    number: int = 0


_counted: ContextVar[Calls | None] = ContextVar("counted", default=None)


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """Count the calls that are sent inside, further tries included."""
    calls = Calls()
    token = _counted.set(calls)
    try:
        yield calls
    finally:
        _counted.reset(token)


class CalledInTransaction(RuntimeError):
    """A network call was about to be made while a database transaction is open: a bug, never a supplier's fault."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is about to be asked. ``operation`` is the supplier's name for it; ``write`` means it may cost money.

    The question is a ``form``, a ``json`` body or a ``query``. ``headers`` carry keys and are never logged.
    ``group`` is whose places the call takes; None if its place was taken before.
    ``reference`` ties the row of the call log to an order: our own reference or the supplier's order id. A reply
    with one of the ``readable`` error statuses comes back whole, for the adapter to say what it means. ``replay_of`` is
    the row of the call log that this call repeats against an emulator.
    """

    operation: str
    url: str
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None
    query: Mapping[str, str] | None = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    write: bool = False
    group: str | None = ratelimit.STANDARD
    reference: str = ""
    readable: frozenset[int] = frozenset()
    replay_of: int | None = None

    @property
    def question(self) -> dict[str, Any]:
        """What is asked, for the call log."""
        return {**(self.query or {}), **(self.form or {}), **(self.json or {})}


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete reply. ``log`` is its row in the call log, for the request id found in the body."""

    body: bytes
    log: ApiCall
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def check_endpoint(url: str) -> None:
    """Raise ``ValueError`` unless ``url`` is https, or plain http on this machine."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.password:
        raise ValueError("not a base address such as https://api.example.com")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return
    raise ValueError("plain http is allowed on this machine only (127.0.0.1); use https")


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this very machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class SupplierHttp:
    """Calls a supplier for one account and keeps the call log."""

    def __init__(self, account: SupplierAccount, redactor: Redactor) -> None:
        self._account = account
        self._redactor = redactor

    def send(self, call: Call) -> Reply:
        """Make ``call`` and return a complete reply: 2xx, or one of the statuses that the call can read.

        Raises ``Transient`` if surely nothing was done, ``AccountUnusable`` for HTTP 401, and for a write whose
        reply did not arrive whole ``OutcomeUnknown`` (for a read ``Transient``). A read that did not get through is
        made again, up to ``TRIES`` times within the time of one call; a write never is.
        """
        refuse_in_transaction()
        check_endpoint(call.url)
        deadline = deadline_of_call()
        for wait_s in (*_waits(), None):
            if call.group is not None:
                patience_s = min(settings.RATE_PATIENCE_S, max(0.0, deadline - time.monotonic()))
                ratelimit.wait_for_place(self._account, call.group, patience_s=patience_s, sleep=sleep)
            try:
                return self._send_once(call, deadline)
            except Transient as exc:
                if wait_s is None or call.write or not _is_worth_again(exc) or time.monotonic() + wait_s > deadline:
                    raise
            sleep(wait_s)
        raise AssertionError("the last try returns or raises")

    def _send_once(self, call: Call, deadline: float) -> Reply:
        log = self._open_log(call)
        if (calls := _counted.get()) is not None:
            calls.number += 1
        started = time.monotonic()
        try:
            status, headers, body = self._exchange(call, deadline=deadline)
            log.http_status = status
            # A supplier may repeat what it was sent under names that no list knows, or inside of a sentence.
            sent = [*self._redactor.masked_texts(call.question), *call.headers.values()]
            log.reply_body = without_texts(self._redactor.clean_body(body), sent)
            _raise_for_status(call, status, headers)
        except SupplierError as exc:
            log.error = exc.code
            raise
        except BaseException as exc:
            log.error = type(exc).__name__
            raise
        finally:
            log.duration_ms = round((time.monotonic() - started) * 1000)
            _save(log)
            logger.info(
                "supplier call operation=%s account=%s http=%s error=%s ms=%s",
                call.operation,
                self._account.pk,
                log.http_status,
                log.error or "-",
                log.duration_ms,
            )
        return Reply(body=body, log=log, status=status, headers=headers)

    def reach(self, url: str) -> None:
        """Open and close a connection to ``url``'s host. Raises ``Transient`` if there is no answer."""
        check_endpoint(url)
        with _session() as session:
            try:
                session.get(url, timeout=2, allow_redirects=False, stream=True).close()
            except requests.RequestException:
                raise Transient(f"{urlsplit(url).netloc} cannot be reached", code="unreachable") from None

    def _open_log(self, call: Call) -> ApiCall:
        parts = urlsplit(call.url)
        return ApiCall(
            account=self._account,
            operation=call.operation,
            method=call.method,
            path=f"{parts.netloc}{parts.path}",
            reference=call.reference,
            started_at=timezone.now(),
            request_body=self._redactor.clean(call.question),
            replay_of_id=call.replay_of,
            is_replay=call.replay_of is not None,
        )

    def _exchange(self, call: Call, *, deadline: float) -> tuple[int, Mapping[str, str], bytes]:
        left_s = deadline - time.monotonic()
        # Of little time, no more than a third is for getting a connection.
        connect_timeout_s = min(CONNECT_TIMEOUT_S, settings.SUPPLIER_CALL_TIMEOUT_S, max(1.0, left_s / 3))
        read_timeout_s = max(1.0, left_s - connect_timeout_s)
        unclear: type[SupplierError] = OutcomeUnknown if call.write else Transient
        with _session() as session:
            try:
                with session.request(
                    call.method,
                    call.url,
                    params=call.query,
                    data=call.form,
                    json=call.json,
                    headers={**call.headers},
                    timeout=(connect_timeout_s, read_timeout_s),
                    allow_redirects=False,
                    stream=True,
                ) as reply:
                    body = _read_bounded(reply, deadline)
            except _TooMuch as exc:
                raise unclear(str(exc), code="no_whole_reply") from exc
            # ``from None``: a foreign error's text holds addresses, and may hold what was sent; the queue keeps the
            # trace of a task that failed.
            except HTTPError as exc:
                raise unclear(f"no whole reply ({type(exc).__name__})", code="no_whole_reply") from None
            except requests.RequestException as exc:
                if _never_sent(exc):
                    raise Transient("no connection to the supplier", code="not_connected") from None
                raise unclear(f"no whole reply ({type(exc).__name__})", code="no_whole_reply") from None
        return reply.status_code, reply.headers, body


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file that anybody may read. ``body`` is None if it is still the one of the version that was named."""

    body: bytes | None
    last_modified: str


def fetch_file(url: str, *, last_modified: str = "") -> PublicFile:
    """Read a public file, no account and no key involved, unless it is unchanged since ``last_modified``.

    Raises ``Transient`` if it cannot be had now (also where it is too large or too slow) and ``ValueError`` for an
    address that may not be asked.
    """
    refuse_in_transaction()
    check_endpoint(url)
    deadline = deadline_of_call()
    headers = {"If-Modified-Since": last_modified} if last_modified else {}
    started = time.monotonic()
    status = None
    with _session() as session:
        try:
            timeout = (CONNECT_TIMEOUT_S, max(1.0, deadline - started - CONNECT_TIMEOUT_S))
            with session.get(url, headers=headers, timeout=timeout, allow_redirects=False, stream=True) as reply:
                status = reply.status_code
                body = _read_bounded(reply, deadline)
        except (_TooMuch, HTTPError, requests.RequestException) as exc:
            raise Transient(f"no whole file ({type(exc).__name__})", code="no_whole_reply") from None
        finally:
            host, ms = urlsplit(url).netloc, round((time.monotonic() - started) * 1000)
            logger.info("public file host=%s http=%s ms=%s", host, status, ms)
    if status == 304 and last_modified:
        return PublicFile(None, last_modified)
    if status != 200:
        raise Transient(f"the file is not given out now (HTTP {status})", code=f"http_{status}")
    return PublicFile(body, reply.headers.get("Last-Modified", "")[:80])


def _waits() -> list[float]:
    """How long to wait before each further try: longer every time, and never the same for two callers."""
    return [0.3 * 2**number * random.uniform(0.5, 1.5) for number in range(TRIES - 1)]  # noqa: S311 - jitter


def _is_worth_again(exc: Transient) -> bool:
    return exc.code in ("not_connected", "no_whole_reply") or exc.code.startswith("http_5")


class _TooMuch(Exception):
    """The reply is larger, or slower, than we are willing to wait for."""


def _save(log: ApiCall) -> None:
    try:
        log.save()
    except DatabaseError:
        # The reply may hold the id of an order that was just bought: it matters more than its row in the log.
        logger.exception("supplier call could not be logged operation=%s account=%s", log.operation, log.account_id)


def _session() -> requests.Session:
    # A new session for each call: a kept-alive connection that the server has meanwhile closed would turn a harmless
    # reconnect into an unclear purchase.
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = USER_AGENT
    return session


def _read_bounded(reply: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    # What has arrived, piece by piece: waiting for full blocks would let a slow drip outlive every deadline.
    while chunk := reply.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > MAX_REPLY_BYTES:
            raise _TooMuch(f"the reply is larger than {MAX_REPLY_BYTES} bytes")
        if time.monotonic() > deadline:
            raise _TooMuch("the reply did not end in time")
    return bytes(body)


def _never_sent(exc: requests.RequestException) -> bool:
    """Whether the failure happened before a single byte of the request left."""
    if isinstance(exc, requests.ConnectTimeout):
        return True
    cause = exc.args[0] if exc.args else None
    if isinstance(cause, MaxRetryError):
        return isinstance(cause.reason, NewConnectionError | ConnectTimeoutError)
    return isinstance(exc, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema)


def _raise_for_status(call: Call, status: int, headers: Mapping[str, str]) -> None:
    if 200 <= status < 300 or status in call.readable:
        return
    if status == 401:
        raise AccountUnusable("the supplier refuses the account (HTTP 401)", code="http_401")
    if status == 429:
        asked = headers.get("Retry-After", "")
        told = asked if re.fullmatch("[0-9]{1,9}", asked) else "60"
        seconds = min(float(told), LONGEST_PAUSE_S)
        raise Transient("the supplier asks us to slow down (HTTP 429)", code="http_429", retry_after_s=seconds)
    message = f"the supplier answered HTTP {status}"
    if call.write:
        raise OutcomeUnknown(message, code=f"http_{status}")
    if status >= 500:
        raise Transient(message, code=f"http_{status}")
    raise MalformedReply(message)


def refuse_in_transaction() -> None:
    """Raise ``CalledInTransaction`` if a database transaction is open."""
    blocks = connection.atomic_blocks
    # A test case's own outermost transaction is no transaction of ours; `atomic(durable=True)` looks the same way.
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise CalledInTransaction("no network call inside a transaction: commit the intent first")
