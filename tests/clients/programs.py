"""Starting the other people's clients: each in a process of its own, told by JSON what to call."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from integrations.sandbox.account import DEMO_ACCOUNT
from tests.faults.processes import Emulator

HERE = Path(__file__).parent
NODE = shutil.which("node") or ""
PYTHON = HERE.parents[1] / ".venv-clients" / "bin" / "python"
TIMEOUT_S = 60

Calls = Sequence[Sequence[Any]]


def ae_sdk(emulator: Emulator, *calls: Sequence[Any], **credentials: str) -> list[Any]:
    """What the npm package ae_sdk makes of ``calls`` (method of its client, arguments)."""
    _need(bool(NODE) and (HERE / "node_modules" / "ae_sdk").is_dir(), "node, or ae_sdk in tests/clients/node_modules")
    demo = {
        "app_key": DEMO_ACCOUNT.app_key,
        "app_secret": DEMO_ACCOUNT.app_secret,
        "session": DEMO_ACCOUNT.access_token,
    }
    asked = {"base": emulator.base, "credentials": demo | credentials, "calls": calls}
    return _run([NODE, str(HERE / "call_ae_sdk.cjs")], asked)


def python_aliexpress_api(emulator: Emulator, *calls: Sequence[Any], app_secret: str = "") -> list[Any]:
    """What the PyPI package python-aliexpress-api makes of ``calls``, which its script explains."""
    _need(PYTHON.is_file(), "python-aliexpress-api in .venv-clients")
    asked = {
        "port": urlsplit(emulator.base).port,
        "app_key": DEMO_ACCOUNT.app_key,
        "app_secret": app_secret or DEMO_ACCOUNT.app_secret,
        "session": DEMO_ACCOUNT.access_token,
        "calls": calls,
    }
    return _run([str(PYTHON), str(HERE / "call_python_aliexpress_api.py")], asked)


def _need(is_there: bool, what: str) -> None:
    if is_there:
        return
    reason = f"missing: {what} (make test-clients installs the packages)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _run(command: list[str], asked: dict[str, Any]) -> list[Any]:
    """The outcomes, one for each call. A proxy of the machine must not stand between a client and loopback."""
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        command,
        input=json.dumps(asked),
        env=env,
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[Any] = json.loads(done.stdout)
    assert len(outcomes) == len(asked["calls"])
    return outcomes
