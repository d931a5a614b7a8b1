"""``manage.py start_check`` and ``manage.py start``: ports, the words before the start, and its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from shop.ports import PortTaken, check_ports

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- ports ---


def test_free_ports_pass(settings):
    settings.PORT, settings.SANDBOX_PORT = _free_port(), _free_port()

    call_command("start_check")


def test_taken_port_is_said_plainly_with_one_that_is_free(settings, taken_port):
    settings.PORT, settings.SANDBOX_PORT = taken_port, _free_port()

    with pytest.raises(CommandError, match=rf"^Port {taken_port} is in use; try PORT=\d+ make run$") as refusal:
        call_command("start_check")

    assert refusal.value.returncode == 1


def test_taken_port_of_the_emulator_is_told_by_its_own_variable(taken_port):
    with pytest.raises(PortTaken, match=rf"Port {taken_port} is in use; try SANDBOX_PORT=\d+ make run"):
        check_ports({"PORT": _free_port(), "SANDBOX_PORT": taken_port})


def test_one_port_for_both_is_refused():
    port = _free_port()

    with pytest.raises(PortTaken, match="PORT and SANDBOX_PORT must differ"):
        check_ports({"PORT": port, "SANDBOX_PORT": port})


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_number_that_is_no_port_is_refused(port):
    with pytest.raises(PortTaken, match="is no port"):
        check_ports({"PORT": port})


# --- what is said, and handed on ---


@pytest.fixture
def started(monkeypatch, settings, db):
    """Runs ``manage.py start`` up to the point where it would become honcho: (what it printed, the environment)."""
    settings.DEBUG = True
    settings.PORT, settings.SANDBOX_PORT = _free_port(), _free_port()
    settings.BASE_URL = f"http://127.0.0.1:{settings.PORT}"
    for name in ("TRACKING_POLL_S", "SWEEP_INTERVAL_S"):
        monkeypatch.delenv(name, raising=False)
    handed_on = {}
    monkeypatch.setattr(os, "execve", lambda path, command, environment: handed_on.update(environment))

    def run() -> tuple[str, dict[str, str]]:
        out = StringIO()
        call_command("start", stdout=out)
        return out.getvalue(), handed_on

    return run


def test_addresses_and_login_are_printed_before_anything_starts(started, settings):
    output, _ = started()

    assert f"{settings.BASE_URL}/admin/" in output
    assert f"{settings.BASE_URL}/dev/mail/" in output
    assert "login: demo   password: demo-password" in output


def test_no_known_login_is_printed_where_others_may_read_along(started, settings):
    settings.BASE_URL = "https://shop.example.com"

    output, _ = started()

    assert "demo-password" not in output
    assert "createsuperuser" in output


def test_every_process_is_told_the_shops_own_address(started, settings):
    _, environment = started()

    assert environment["BASE_URL"] == settings.BASE_URL
    assert environment["SANDBOX_PORT"] == str(settings.SANDBOX_PORT)


def test_emulator_is_looked_at_every_few_seconds(started):
    _, environment = started()

    assert environment["TRACKING_POLL_S"] == "3"


def test_emulated_stripe_is_offered_beside_the_sandbox_page(started, settings, monkeypatch):
    monkeypatch.delenv("PAYMENT_METHODS", raising=False)

    _, environment = started()

    assert environment["PAYMENT_METHODS"] == "sandbox,stripe"
    assert environment["STRIPE_API_BASE"] == f"http://127.0.0.1:{settings.SANDBOX_PORT}/stripe"
    assert environment["STRIPE_WEBHOOK_URL"] == f"http://127.0.0.1:{settings.PORT}/webhooks/stripe/"


@pytest.mark.parametrize(
    ("name", "value"), [("STRIPE_SECRET_KEY", "sk_live_1"), ("DEBUG", False), ("PAYMENT_METHODS", "bank_transfer")]
)
def test_emulated_stripe_is_not_offered_where_somebody_has_said_how_customers_pay(
    started, settings, monkeypatch, name, value
):
    monkeypatch.delenv("PAYMENT_METHODS", raising=False)
    if name == "PAYMENT_METHODS":
        monkeypatch.setenv(name, value)
    else:
        setattr(settings, name, value)

    _, environment = started()

    assert "STRIPE_WEBHOOK_URL" not in environment


def test_real_supplier_is_asked_at_its_usual_pace(started, settings):
    settings.ALIEXPRESS_APP_KEY, settings.ALIEXPRESS_APP_SECRET = "1", "2"

    _, environment = started()

    assert "TRACKING_POLL_S" not in environment


def test_own_account_at_an_emulator_here_is_followed_soon_within_the_usual_limits(started, settings):
    settings.ALIEXPRESS_APP_KEY, settings.ALIEXPRESS_APP_SECRET = "1", "2"
    settings.ALIEXPRESS_API_ENDPOINT = "http://127.0.0.1:8100"

    _, environment = started()

    assert environment["TRACKING_POLL_S"] == "10"
    assert "RATE_LIMIT_ORDER" not in environment


def test_pace_that_was_set_is_kept(started, monkeypatch):
    monkeypatch.setenv("TRACKING_POLL_S", "60")

    _, environment = started()

    assert environment["TRACKING_POLL_S"] == "60"


# --- the real processes ---


def _processes(marker: str) -> list[int]:
    """Ids of all processes whose environment holds ``marker``: children of children, wherever they ended up."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and marker.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def _wait(condition, *, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.2)
    return bool(condition())


def _is_live(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz/live", timeout=2).ok
    except requests.RequestException:
        return False


@pytest.mark.faults
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the processes through /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_web_worker_and_emulator_and_leaves_no_orphan(tmp_path, number):
    marker = f"STARTED_BY_TEST={tmp_path}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ALIEXPRESS", "TEST_"))}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "DEBUG": "true",
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        "REDIS_URL": "",
        "PORT": str(_free_port()),
        "SANDBOX_PORT": str(_free_port()),
        "BASE_URL": "",
        "STARTED_BY_TEST": str(tmp_path),
    }
    environment["BASE_URL"] = f"http://127.0.0.1:{environment['PORT']}"
    for command in ("prepare", "setup_suppliers"):
        subprocess.run([sys.executable, "manage.py", command], cwd=ROOT, env=environment, check=True)
    log = (tmp_path / "log").open("w")
    shop = subprocess.Popen(
        [sys.executable, "manage.py", "start"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        assert _wait(lambda: _is_live(environment["BASE_URL"]), seconds=40), (tmp_path / "log").read_text()
        assert _wait(lambda: "worker: ready" in (tmp_path / "log").read_text(), seconds=40)

        shop.send_signal(number)
        shop.wait(timeout=20)

        assert _wait(lambda: not _processes(marker), seconds=5), (tmp_path / "log").read_text()
        assert "SIGKILL" not in (tmp_path / "log").read_text()  # Each of them ended by itself.
    finally:
        log.close()
        for pid in _processes(marker):
            os.kill(pid, signal.SIGKILL)
