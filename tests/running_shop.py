"""A whole shop of its own (web, worker, emulator), as its owner would start it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from integrations.sandbox.account import DEMO_STRIPE

REPOSITORY = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 60


@dataclass(frozen=True)
class RunningShop:
    """Where the shop and its emulator answer, and the environment to run its commands in (empty: not ours)."""

    url: str
    sandbox_url: str
    environment: dict[str, str] = field(default_factory=dict, repr=False)


@contextmanager
def running_shop(folder: Path) -> Iterator[RunningShop]:
    """A shop with the demo's goods, whose files are in ``folder``."""
    port, sandbox_port = free_port(), free_port()
    environment = fresh_environment(folder, port, sandbox_port)
    running = RunningShop(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", environment)
    for command in ("prepare", "seed_demo --second-supplier", "setup_suppliers"):
        subprocess.run(
            [sys.executable, "manage.py", *command.split()], cwd=REPOSITORY, env=environment, check=True, timeout=180
        )
    manage = [sys.executable, "manage.py"]
    sandbox = [
        "supplier_sandbox",
        "--port",
        str(sandbox_port),
        "--store",
        str(folder / "sandbox.sqlite3"),
        "--media",
        "shop/demo/pictures",
    ]
    web = ["-m", "gunicorn", "shop.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    # As the Procfile has it: a client that asks every other second meets no connection that is just being closed.
    web += ["--keep-alive", "20"]
    with ExitStack() as processes:
        processes.enter_context(running_process([*manage, *sandbox], environment, folder / "sandbox.log"))
        processes.enter_context(running_process([sys.executable, *web], environment, folder / "web.log"))
        processes.enter_context(running_process([*manage, "worker"], environment, folder / "worker.log"))
        wait_for(f"{running.url}/healthz/ready", folder)
        yield running


def fresh_environment(folder: Path, port: int, sandbox_port: int) -> dict[str, str]:
    """A fresh clone's environment: whatever leads to real servers or accounts stays outside."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "DEBUG": "true",
        "VAR_DIR": str(folder),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}",
        "REDIS_URL": "",
        "EMAIL_URL": "",
        "ALIEXPRESS_APP_KEY": "",
        "PAYMENT_METHODS": "sandbox,stripe,bank_transfer",
        "BANK_ACCOUNT_HOLDER": "Example Ltd",
        "BANK_ACCOUNT_NUMBER": "DE89 3704 0044 0532 0130 00",
        "STRIPE_SECRET_KEY": DEMO_STRIPE.secret_key,
        "STRIPE_WEBHOOK_SECRET": DEMO_STRIPE.webhook_secret,
        "STRIPE_API_BASE": f"http://127.0.0.1:{sandbox_port}{DEMO_STRIPE.path}",
        "STRIPE_WEBHOOK_URL": f"http://127.0.0.1:{port}/webhooks/stripe/",
        "ECB_RATES_URL": f"http://127.0.0.1:{sandbox_port}/stats/eurofxref",
        "STAFF_EMAILS": "staff@example.com",
        "TRACKING_POLL_S": "3",
        "SWEEP_INTERVAL_S": "2",
        # Goods that a test adds are none of the supplier's: the sync would take them off the shelf.
        "SYNC_CALLS_PER_HOUR": "0",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def running_process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(address: str, folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            pass
        time.sleep(0.3)
    logs = "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in sorted(folder.glob("*.log")))
    pytest.fail(f"the shop was not ready within {START_TIMEOUT_S} s\n{logs}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
