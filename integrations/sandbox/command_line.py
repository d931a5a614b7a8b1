"""Starting and stopping the emulator, with Django's command line or without."""

import argparse
import contextlib
import errno
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from integrations.sandbox import catalogue, tokens
from integrations.sandbox.aliseeks.merchants import revive_demo_merchant
from integrations.sandbox.emulator import Emulator
from integrations.sandbox.hosts import is_loopback
from integrations.sandbox.pushes import Pusher
from integrations.sandbox.server import SandboxServer, log_to_stdout
from integrations.sandbox.settings import SettingRefused
from integrations.sandbox.store import Store
from integrations.sandbox.stripe.events import StripeTime

DEFAULT_PORT = 8100
_POLL_S = 0.05
_END = (signal.SIGINT, signal.SIGTERM)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; the port's default comes from SANDBOX_PORT."""
    port = os.environ.get("SANDBOX_PORT", "")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(port) if port.isdecimal() else DEFAULT_PORT)
    parser.add_argument("--store", default="var/sandbox.sqlite3", help="SQLite file, or :memory:")
    parser.add_argument("--catalogue", help="JSON file with the supplier's goods")
    parser.add_argument("--media", help="folder with the catalogue's images, served under /_media/")
    parser.add_argument(
        "--speed", type=float, help="how many times faster than the settings time passes for new orders"
    )
    parser.add_argument("--public-url", help="address of this emulator in image links")
    parser.add_argument(
        "--stripe-webhook",
        default=os.environ.get("STRIPE_WEBHOOK_URL") or None,
        help="where events of the Stripe half are sent; the default comes from STRIPE_WEBHOOK_URL",
    )
    parser.add_argument("--allow-remote", action="store_true", help="allow a host that others can reach")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM and return the exit status."""
    # Blocked before any thread starts and then waited for: a handler would run only when the main thread next
    # wakes, which it need not do if the kernel gives the signal to another thread.
    signal.pthread_sigmask(signal.SIG_BLOCK, _END)
    try:
        server = build(options)
    except CannotStart as problem:
        sys.stderr.write(f"supplier_sandbox: {problem}\n")
        return 1
    threading.Thread(target=server.serve_forever, args=(_POLL_S,), name="server", daemon=True).start()
    Pusher(server.emulator).start()
    StripeTime(server.emulator).start()
    goods = len(server.emulator.catalogue.products)
    log_to_stdout(f"supplier emulator on http://{options.host}:{server.server_port} with {goods} products")
    signal.sigwait(_END)
    shut_down(server)
    return 0


class CannotStart(Exception):
    """The emulator cannot start; the text is one line for the person at the terminal."""


def build(options: argparse.Namespace) -> SandboxServer:
    """Open store, catalogue and port. Raises CannotStart."""
    if not is_loopback(options.host) and not options.allow_remote:
        raise CannotStart(f"{options.host} can be reached by others; add --allow-remote if that is meant")
    path = Path(options.catalogue) if options.catalogue else catalogue.DEFAULT_PATH
    try:
        goods = catalogue.load(path if options.catalogue or path.exists() else None)
        store = Store(options.store)
        emulator = Emulator(
            store,
            goods,
            public_url=(options.public_url or "").rstrip("/"),
            media_dir=Path(options.media) if options.media else None,
        )
        if options.speed is not None:
            emulator.change_settings({"speed": options.speed})
        if options.stripe_webhook is not None:
            emulator.change_settings({"stripe_webhook_url": options.stripe_webhook})
        server = SandboxServer(options.host, options.port, emulator)
    except (catalogue.BadCatalogue, SettingRefused) as exc:
        raise CannotStart(str(exc)) from exc
    except sqlite3.Error as exc:
        raise CannotStart(f"the store {options.store} cannot be used: {exc}") from exc
    except (OSError, OverflowError) as exc:
        if getattr(exc, "errno", None) == errno.EADDRINUSE:
            raise CannotStart(f"port {options.port} on {options.host} is in use; choose another with --port") from exc
        raise CannotStart(str(exc)) from exc
    if not emulator.public_url:
        emulator.public_url = f"http://{options.host}:{server.server_port}"
    tokens.revive_demo_tokens(emulator)
    revive_demo_merchant(emulator)
    return server


def shut_down(server: SandboxServer) -> None:
    """End held connections, stop accepting, and close the store behind the last transaction."""
    server.emulator.stopping.set()
    server.shutdown()
    server.server_close()
    with contextlib.suppress(sqlite3.Error):
        server.emulator.store.close()


def main(arguments: list[str] | None = None) -> int:
    """Command line without Django."""
    parser = argparse.ArgumentParser(prog="supplier_sandbox", description="A supplier in a box, for demos and tests.")
    add_arguments(parser)
    return run(parser.parse_args(arguments))
