"""Real processes for tests: a database of their own, the emulator, and a worker that can be killed."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def environment(folder: Path, **variables: object) -> Iterator[dict[str, str]]:
    """The environment of a shop of its own in ``folder``, on PostgreSQL if the suite runs on it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ALIEXPRESS_", "DATABASE_"))}
    env |= {"DJANGO_SETTINGS_MODULE": "shop.settings", "DEBUG": "true", "VAR_DIR": str(folder), "LOG_LEVEL": "WARNING"}
    # REDIS_URL stays as the test settings made it: none, or this test process' own number.
    env |= {"PYTHONPATH": str(ROOT), "ECB_RATES_URL": ""}
    env |= {f"RATE_LIMIT_{group}": "100000" for group in ("STANDARD", "SEARCH", "ORDER")}
    env |= {name: str(value) for name, value in variables.items()}
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield env | {"DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3"}
        return
    name = f"buyrelay_faults_{os.getpid()}_{time.time_ns() % 1_000_000}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield env | {"DATABASE_URL": urlunsplit(urlsplit(server)._replace(path=f"/{name}"))}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(env: Mapping[str, str], *arguments: str) -> str:
    """Run ``manage.py`` to its end and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def query(env: Mapping[str, str], sql: str) -> list[tuple[Any, ...]]:
    """Ask the shop's database directly."""
    url = env["DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as lite:
            return lite.execute(sql).fetchall()
    with psycopg.connect(url) as connection:
        return connection.execute(sql.encode()).fetchall()


@contextmanager
def running(env: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """``manage.py`` as a process group of its own, ended with the test."""
    with (Path(env["VAR_DIR"]) / f"{arguments[0]}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=dict(env), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the process and its children; nothing for one that has ended."""
    try:
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        pass
    process.wait(10)


class Emulator:
    """The control side of a running emulator."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.base + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)

    def orders(self) -> Any:
        return self.call("GET", "/_control/orders")

    def wait_until_ready(self) -> None:
        wait_for(self._answers, timeout_s=20)

    def _answers(self) -> bool:
        try:
            self.call("GET", "/_control/health")
        except OSError:
            return False
        return True


def wait_for(condition: Any, *, timeout_s: float) -> None:
    """Wait until ``condition()`` is true; an assertion error after ``timeout_s`` seconds."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {timeout_s} s: {condition}")
