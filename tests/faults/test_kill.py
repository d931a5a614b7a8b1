"""A worker that is killed at any moment of placing leads to exactly one order at the supplier, or to a visible unknown.

Real processes, a real database, the emulator over real HTTP.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter

import pytest

from tests.faults.processes import ROOT, Emulator, environment, free_port, kill_group, manage, query, running, wait_for


def budgets(call_timeout_s: int) -> dict[str, object]:
    names = ("SUPPLIER_CALL_TIMEOUT_S", "SUPPLIER_TASK_TIMEOUT_S", "SUPPLIER_LEASE_S", "SUPPLIER_SETTLE_S")
    return {name: call_timeout_s + more for more, name in enumerate(names)}


@pytest.fixture
def shop(tmp_path):
    """A shop of its own with the demo catalogue, and the emulator beside it."""
    port = free_port()
    quick = {"SANDBOX_PORT": port, "SWEEP_INTERVAL_S": 0.5, "TRACKING_POLL_S": 60, **budgets(1)}
    with environment(tmp_path, **quick) as env:
        for command in ("prepare", "seed_demo", "setup_suppliers"):
            manage(env, command)
        emulator = Emulator(port)
        with running(env, "supplier_sandbox", "--port", str(port), "--store", str(tmp_path / "emulator.sqlite3")):
            emulator.wait_until_ready()
            yield env, emulator


def kill_at_lines(env: dict[str, str], stride: int) -> list[dict]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.kill_at_every_line", str(stride)],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def bought(emulator: Emulator) -> Counter[str]:
    return Counter(order["out_order_id"] for order in emulator.orders())


@pytest.mark.parametrize("stride", [29, pytest.param(3, marks=pytest.mark.faults)])
def test_worker_killed_between_two_lines_buys_exactly_once(shop, stride):
    env, emulator = shop

    results = kill_at_lines(env, stride)

    counts = bought(emulator)
    assert {result["left_as"] for result in results} >= {"due", "in_flight", "placed"}
    assert [(r["line"], r["status"], counts[r["reference"]]) for r in results] == [
        (r["line"], "placed", 1) for r in results
    ]


@pytest.mark.faults
def test_killed_worker_without_resending_leaves_one_order_or_a_visible_unknown(shop):
    env, emulator = shop

    results = kill_at_lines({**env, "RESEND_UNKNOWN": "false"}, 5)

    counts = bought(emulator)
    for result in results:
        if result["status"] == "placed":
            assert counts[result["reference"]] == 1
        else:
            assert (result["status"], result["attention"]) == ("unknown", "outcome")
            assert counts[result["reference"]] <= 1


@pytest.mark.faults
def test_worker_group_killed_while_the_supplier_thinks_buys_exactly_once(shop):
    env, emulator = shop
    env |= {name: str(value) for name, value in budgets(5).items()}
    emulator.call("POST", "/_control/faults", [{"kind": "delay", "method": "aliexpress.ds.order.create", "seconds": 4}])
    reference = manage(env, "shell", "-v0", "-c", PAID_ORDER).split()[-1]

    with running(env, "worker") as worker:
        wait_for(lambda: status(env, reference) == "in_flight", timeout_s=30)
        kill_group(worker)
    with running(env, "worker") as worker:
        wait_for(lambda: status(env, reference) in ("placed", "paid", "shipped"), timeout_s=60)
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(20) == 0
    assert bought(emulator) == {reference: 1}


PAID_ORDER = "from tests.faults.kill_at_every_line import paid_order; print(paid_order(1).reference)"


def status(env: dict[str, str], reference: str) -> str:
    (row,) = query(env, f"SELECT status FROM fulfillment_supplierorder WHERE reference = '{reference}'")
    return row[0]
