"""Whether the ports of this machine that the shop wants are free."""

from __future__ import annotations

import errno
import socket

_LAST_PORT = 65535


class PortTaken(Exception):
    """A port cannot be used; the text is one line for the person at the terminal."""


def check_ports(ports: dict[str, int]) -> None:
    """Raise ``PortTaken`` for the first of ``ports`` (by the variable that sets it) that cannot be listened on."""
    for variable, port in ports.items():
        if not 1 <= port <= _LAST_PORT:
            raise PortTaken(f"{variable}={port} is no port: choose one from 1 to {_LAST_PORT}.")
        problem = _problem(port)
        if problem:
            free = _next_free(port, avoid=set(ports.values()))
            advice = f"; try {variable}={free} make run" if free else ""
            raise PortTaken(f"Port {port} {problem}{advice}")
    if len(set(ports.values())) < len(ports):
        raise PortTaken(f"{' and '.join(ports)} must differ.")


def _problem(port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: an old connection in its last minutes is no obstacle, a listener is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as exc:
            return "may not be used by this user" if exc.errno == errno.EACCES else "is in use"
    return ""


def _next_free(port: int, *, avoid: set[int]) -> int | None:
    candidates = range(max(port, 1023) + 1, min(port + 100, _LAST_PORT))
    return next((other for other in candidates if other not in avoid and not _problem(other)), None)
