"""A whole shop of its own (web, worker, emulator) and Debian's Chromium.

``SHOP_URL`` and ``SANDBOX_URL`` point the tests at a shop that is running already. Where Chromium is missing the tests
are skipped with that reason; with ``CI=true`` they fail instead.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, sync_playwright

from tests.running_shop import (
    REPOSITORY,
    RunningShop,
    free_port,
    fresh_environment,
    running_process,
    running_shop,
    wait_for,
)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


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
    with running_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="session")
def production_shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop without goods and without ``DEBUG``, as it stands behind a proxy that speaks https."""
    folder = tmp_path_factory.mktemp("production")
    port = free_port()
    environment = fresh_environment(folder, port, free_port()) | {
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "false",
    }
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=REPOSITORY, env=environment, check=True, timeout=180)
    web = [sys.executable, "-m", "gunicorn", "shop.wsgi", "--bind", f"127.0.0.1:{port}"]
    with running_process(web, environment, folder / "web.log"):
        wait_for(f"http://127.0.0.1:{port}/healthz/live", folder)
        yield f"http://127.0.0.1:{port}"
