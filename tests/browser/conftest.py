"""A whole shop of its own (web, worker, emulator) and Debian's Chromium.

``SHOP_URL`` and ``SANDBOX_URL`` point the tests at a shop that is running already. Where Chromium is missing the tests
are skipped with that reason; with ``CI=true`` they fail instead.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
START_TIMEOUT_S = 60


@dataclass(frozen=True)
class RunningShop:
    """Where the shop and its emulator answer."""

    url: str
    sandbox_url: str


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not shutil.which(CHROMIUM):
        reason = f"Chromium is not installed at {CHROMIUM} (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """Asks for the browser first: without one there is no point in starting a shop."""
    if os.environ.get("SHOP_URL"):
        yield RunningShop(os.environ["SHOP_URL"].rstrip("/"), os.environ["SANDBOX_URL"].rstrip("/"))
        return
    folder = tmp_path_factory.mktemp("shop")
    port, sandbox_port = _free_port(), _free_port()
    running = RunningShop(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}")
    environment = _environment(folder, port, sandbox_port)
    for command in ("prepare", "seed_demo", "setup_suppliers"):
        subprocess.run([sys.executable, "manage.py", command], cwd=REPOSITORY, env=environment, check=True, timeout=180)
    manage = [sys.executable, "manage.py"]
    sandbox = ["supplier_sandbox", "--port", str(sandbox_port), "--store", str(folder / "sandbox.sqlite3")]
    web = ["-m", "gunicorn", "shop.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    with ExitStack() as processes:
        processes.enter_context(_process([*manage, *sandbox], environment, folder / "sandbox.log"))
        processes.enter_context(_process([sys.executable, *web], environment, folder / "web.log"))
        processes.enter_context(_process([*manage, "worker"], environment, folder / "worker.log"))
        _wait_for(f"{running.url}/healthz/ready", folder)
        yield running


def _environment(folder: Path, port: int, sandbox_port: int) -> dict[str, str]:
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
        "STAFF_EMAILS": "staff@example.com",
        "TRACKING_POLL_S": "3",
        "SWEEP_INTERVAL_S": "2",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def _process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
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


def _wait_for(address: str, folder: Path) -> None:
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
