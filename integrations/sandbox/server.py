"""The HTTP side: one thread per connection, and the faults that happen on the wire."""

import contextlib
import re
import select
import socket
import sys
import time
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox import consent, control, ecb, faults, gateway, methods, pages
from integrations.sandbox.aliseeks import gateway as aliseeks_gateway
from integrations.sandbox.aliseeks import merchants
from integrations.sandbox.aliseeks import reading as aliseeks_reading
from integrations.sandbox.answers import Reply, to_json
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.facts import facts_of
from integrations.sandbox.faults import Facts, RequestFaults, Waiting
from integrations.sandbox.hosts import is_loopback
from integrations.sandbox.media import media_reply
from integrations.sandbox.reading import UnreadableRequest, is_platform_path, read_request
from integrations.sandbox.stripe import gateway as stripe_gateway
from integrations.sandbox.stripe import page as stripe_page
from integrations.sandbox.stripe.sessions import PAGE_PATH as PAY_PATH

MAX_BODY_BYTES = 4 * 1024 * 1024
_HOLD_STEP_S = 0.05
_HTML = "text/html;charset=UTF-8"
_ERROR_PAGE = b"<html><head><title>Error</title></head><body><h1>Sorry, the page is busy</h1></body></html>"


class ConnectionEnds(Exception):
    """The connection is to be closed without another byte; `outcome` is the word for the log line."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def log_to_stdout(line: str) -> None:
    """Write one line; a closed pipe must not break the request being answered."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class SandboxServer(ThreadingHTTPServer):
    """Serves one emulator. Threads end with the process: a held connection never delays a stop."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, host: str, port: int, emulator: Emulator, log: Callable[[str], None] = log_to_stdout) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.emulator = emulator
        self.log = log
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's full name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is normal here; anything else is told in one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            frame = traceback.extract_tb(error.__traceback__)[-1] if error else None
            place = f"{Path(frame.filename).name}:{frame.lineno}" if frame else "?"
            # The text of an error may quote what a client sent, so only its kind and place are told.
            self.log(f"defect {type(error).__name__} at {place}")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: SandboxServer
    protocol_version = "HTTP/1.1"
    server_version = "Tengine"
    sys_version = ""
    timeout = 75
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """All verbs meet in one place."""
        self._serve()

    def do_POST(self) -> None:
        """All verbs meet in one place."""
        self._serve()

    def do_DELETE(self) -> None:
        """All verbs meet in one place."""
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Silence the inherited log, which would print query strings with tokens."""

    def _serve(self) -> None:
        started = time.monotonic()
        name = urlsplit(self.path).path
        outcome = "defect"
        try:
            body = self._body()
            if is_platform_path(self.path):
                name, reply = self._platform(body)
            elif aliseeks_reading.is_aliseeks_path(self.path):
                name, reply = self._aliseeks(body)
            elif stripe_gateway.is_api_path(self.path):
                name, reply = stripe_gateway.answer(self.server.emulator, self.command, self.path, self.headers, body)
                if reply.outcome.startswith("cut:"):
                    raise ConnectionEnds(reply.outcome)
            else:
                reply = self._other(name, body)
            outcome = reply.outcome
            self._send(reply)
        except ConnectionEnds as end:
            outcome = end.outcome
            self._close()
        except OSError:
            outcome = "client gone"
            self.close_connection = True
        finally:
            # What follows this path opens an authorization.
            name = next((page for page in (merchants.PAGE_PATH, PAY_PATH) if name.startswith(page)), name)
            shown = re.sub(r"[^A-Za-z0-9._/-]", "?", name)[:80]
            self.server.log(f"{shown} {outcome} {(time.monotonic() - started) * 1000:.0f} ms")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding"):
            self._send(Reply(b"", "refused:411", status=411))
            raise ConnectionEnds("refused:411")
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self._send(Reply(b"", "refused:413", status=413))
            raise ConnectionEnds("refused:413")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionEnds("client gone")
        return body

    def _other(self, path: str, body: bytes) -> Reply:
        if path.startswith("/_control/"):
            if not self._is_from_here():
                return Reply(to_json({"error": "only from this machine"}), "refused:403", status=403)
            return control.handle(self.server.emulator, self.command, self.path, body)
        if path == consent.PATH or path.startswith((merchants.PAGE_PATH + "/", PAY_PATH + "/")):
            return self._page(path, body)
        if path.startswith(ecb.PATH) and self.command == "GET":
            return ecb.answer(self.server.emulator, path, self.headers)
        if path.startswith("/_media/") and self.command == "GET":
            return media_reply(self.server.emulator, path.removeprefix("/_media/"))
        return Reply(b"not found\n", "refused:404", status=404, content_type="text/plain")

    def _page(self, path: str, body: bytes) -> Reply:
        """The pages for persons. A form on a page elsewhere must not agree in a person's name."""
        emulator, token = self.server.emulator, path.removeprefix(merchants.PAGE_PATH + "/")
        session_id = path.removeprefix(PAY_PATH + "/") if path.startswith(PAY_PATH) else ""
        if self.command == "GET" and session_id:
            return stripe_page.show(emulator, session_id)
        if self.command == "GET":
            return consent.show(emulator, self.path) if path == consent.PATH else merchants.show(emulator, token)
        origin = self.headers.get("Origin")
        is_own = origin is None or origin.partition("://")[2] == self.headers.get("Host", "")
        if self.command != "POST" or not is_own:
            return pages.page("Not possible", "This page was not opened here.", status=403)
        if session_id:
            return stripe_page.submit(emulator, session_id, body)
        return consent.decide(emulator, body) if path == consent.PATH else merchants.authorize(emulator, token)

    def _is_from_here(self) -> bool:
        """The peer is this machine, and no web page elsewhere makes a browser on this machine ask."""
        if not is_loopback(str(self.client_address[0]).removeprefix("::ffff:")):
            return False
        urls = [f"//{self.headers.get('Host', 'localhost')}", self.headers.get("Origin") or "//localhost"]
        try:
            return all(is_loopback(urlsplit(url).hostname or "") for url in urls)
        except ValueError:
            return False

    def _platform(self, body: bytes) -> tuple[str, Reply]:
        emulator = self.server.emulator
        try:
            request = read_request(self.path, self.headers.get("Content-Type", ""), body)
        except UnreadableRequest as exc:
            return "unreadable", Reply(f"{exc}\n".encode(), "refused:400", status=400, content_type="text/plain")
        known = request.name in methods.BUSINESS_METHODS | methods.SYSTEM_PATHS
        # What a client calls itself goes into no log and no counter: only names that exist do.
        name = request.name if known else "unknown-method"
        facts = facts_of(emulator, request)
        return name, self._answered(name, facts, lambda met: gateway.answer(emulator, request, met))

    def _aliseeks(self, body: bytes) -> tuple[str, Reply]:
        emulator = self.server.emulator
        key = self.headers.get(aliseeks_gateway.KEY_HEADER, "")
        request = aliseeks_reading.read_request(self.command, self.path, key, body)
        name = request.name or "unknown-method"
        facts = aliseeks_reading.facts_of(emulator, request)
        return name, self._answered(name, facts, lambda met: aliseeks_gateway.answer(emulator, request, met))

    def _answered(self, name: str, facts: Facts, answer: Callable[[RequestFaults], Reply]) -> Reply:
        """Count a call of either half and carry it out, with the faults it meets on the wire."""
        self.server.emulator.count_call(name)
        met = RequestFaults(self.server.emulator.faults, facts)
        return self._after(met, self._before(met) or answer(met))

    def _before(self, met: RequestFaults) -> Reply | None:
        if waiting := met.take("delay"):
            self._hold(waiting)
            if self.server.emulator.stopping.is_set():
                raise ConnectionEnds("fault:delay")
        waiting = met.take(*faults.BEFORE)
        if waiting is None:
            return None
        kind, details = waiting.fault.kind, waiting.fault.details
        if kind == "timeout_before_commit":
            self._hold(waiting)
        if kind in ("timeout_before_commit", "drop"):
            raise ConnectionEnds(f"fault:{kind}")
        return self._error_page(met, details["status"], f"fault:{kind}")

    def _after(self, met: RequestFaults, reply: Reply) -> Reply:
        if reply.outcome.startswith("fault:"):
            return reply
        waiting = met.take(*faults.AFTER)
        if waiting is None:
            return reply
        kind = waiting.fault.kind
        outcome = f"{reply.outcome} fault:{kind}"
        if kind == "http_5xx_after_commit":
            return self._error_page(met, waiting.fault.details["status"], outcome)
        if kind == "malformed_json":
            return Reply(reply.body[: len(reply.body) * 2 // 3], outcome, status=reply.status, headers=reply.headers)
        if kind == "half_reply":
            self._send(reply, share=0.5)
        elif kind == "timeout_after_commit":
            self._hold(waiting)
        raise ConnectionEnds(outcome)

    def _error_page(self, met: RequestFaults, status: int, outcome: str) -> Reply:
        if status == 500 and methods.supplier_of(met.facts.method) == methods.ALISEEKS:
            return aliseeks_gateway.server_fault(self.server.emulator, outcome)
        return Reply(_ERROR_PAGE, outcome, status=status, content_type=_HTML)

    def _hold(self, waiting: Waiting) -> None:
        """Let the connection hang until time is over, the fault is cleared, we stop, or the client leaves."""
        ends = time.monotonic() + float(waiting.fault.details["seconds"])
        while (left := ends - time.monotonic()) > 0 and not waiting.is_cleared:
            if self.server.emulator.stopping.wait(min(left, _HOLD_STEP_S)):
                return
            if self._client_has_left():
                return

    def _client_has_left(self) -> bool:
        try:
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True

    def _send(self, reply: Reply, share: float = 1.0) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body[: int(len(reply.body) * share)])
        self.wfile.flush()

    def _close(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
