"""A running emulator on a free port of this machine."""

import argparse
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox import command_line
from integrations.sandbox.server import SandboxServer

from .aliseeks_wire import Aliseeks
from .wire import Supplier

CATALOGUE = Path(__file__).with_name("catalogue.json")

Start = Callable[..., tuple[SandboxServer, Supplier]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start emulators with the given options; all are stopped at the end."""
    servers = []

    def starting(**options: Any) -> tuple[SandboxServer, Supplier]:
        parser = argparse.ArgumentParser()
        command_line.add_arguments(parser)
        defaults = parser.parse_args(["--port", "0", "--store", ":memory:", "--catalogue", str(CATALOGUE)])
        server = command_line.build(argparse.Namespace(**vars(defaults) | options))
        server.lines = []  # type: ignore[attr-defined]
        server.log = server.lines.append  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
        servers.append(server)
        return server, Supplier(server.server_port)

    yield starting
    for server in servers:
        command_line.shut_down(server)


@pytest.fixture
def server(start: Start) -> SandboxServer:
    """An emulator with its memory empty."""
    return start()[0]


@pytest.fixture
def supplier(server: SandboxServer) -> Supplier:
    """A client of it."""
    return Supplier(server.server_port)


@pytest.fixture
def aliseeks(supplier: Supplier) -> Aliseeks:
    """A client of the Aliseeks half of the same emulator."""
    return Aliseeks(supplier)
