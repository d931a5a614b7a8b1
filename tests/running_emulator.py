"""The emulator in a thread of the test's own process, and accounts that buy from it."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.models import SupplierAccount
from integrations.sandbox import command_line
from integrations.sandbox.account import DEMO_ACCOUNT, DEMO_ALISEEKS
from integrations.sandbox.server import SandboxServer
from tests.factories import SupplierAccountFactory
from tests.faults.processes import Emulator

CATALOGUE = Path(__file__).parent / "integrations" / "sandbox" / "catalogue.json"


@contextmanager
def running_emulator() -> Iterator[Emulator]:
    """The control side of an emulator on a free port with an empty memory and the small catalogue of its own tests."""
    with running_server() as server:
        yield Emulator(server.server_port)


@contextmanager
def running_server() -> Iterator[SandboxServer]:
    """The same with the emulator itself in reach."""
    parser = argparse.ArgumentParser()
    command_line.add_arguments(parser)
    server = command_line.build(
        parser.parse_args(["--port", "0", "--store", ":memory:", "--catalogue", str(CATALOGUE)])
    )
    server.log = lambda _line: None  # type: ignore[attr-defined, method-assign]
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    try:
        yield server
    finally:
        command_line.shut_down(server)


def aliexpress_account(emulator: Emulator) -> SupplierAccount:
    account: SupplierAccount = SupplierAccountFactory(
        provider="aliexpress",
        endpoint=emulator.base,
        app_key=DEMO_ACCOUNT.app_key,
        app_secret=DEMO_ACCOUNT.app_secret,
        access_token=DEMO_ACCOUNT.access_token,
    )
    return account


def aliseeks_account(emulator: Emulator) -> SupplierAccount:
    account: SupplierAccount = SupplierAccountFactory(
        provider="aliseeks",
        endpoint=emulator.base + DEMO_ALISEEKS.path,
        app_key="",
        app_secret=DEMO_ALISEEKS.api_key,
        access_token="",
        refresh_token="",
        external_user_id=DEMO_ALISEEKS.merchant_id,
        pays_automatically=False,
    )
    return account
