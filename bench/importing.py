"""An import of 1,000 products with pictures, whose worker is killed in the middle: how long, and how much memory.

    .venv/bin/python -m bench.importing [PRODUCTS] [PIXELS]

The supplier is the emulator on this machine, without limits on calls; each product has a picture of its own. Prints
products and pictures a second and the largest resident memory of any worker process; exits 1 if anything is doubled
or lost, or if memory grew by more than half between the first quarter of the import and its end.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.faults.import_goods import write_goods
from tests.faults.processes import Emulator, environment, free_port, kill_group, manage, query, running
from tests.faults.test_import_kill import done

_LIMITS = {"RATE_LIMIT_IMPORTS": 1_000_000, "SWEEP_INTERVAL_S": 1, "TRACKING_POLL_S": 3600}
_TIMES = {
    "SUPPLIER_CALL_TIMEOUT_S": 10, "SUPPLIER_TASK_TIMEOUT_S": 20, "SUPPLIER_LEASE_S": 21, "SUPPLIER_SETTLE_S": 22,
}  # fmt: skip
_MB = 1024


def main(products: int = 1000, pixels: int = 800) -> int:
    port = free_port()
    with tempfile.TemporaryDirectory() as name, environment(Path(name), SANDBOX_PORT=port, **_LIMITS, **_TIMES) as env:
        folder = Path(name)
        goods = write_goods(folder, products, pixels=pixels)
        manage(env, "prepare")
        emulator = Emulator(port)
        with running(env, "supplier_sandbox", "--port", str(port), "--store", f"{name}/e.sqlite3", *goods):
            emulator.wait_until_ready()
            begin = f"from tests.faults.import_goods import begin; begin({products})"
            started = time.monotonic()
            manage(env, "shell", "-v0", "-c", begin)
            with running(env, "worker") as worker:
                early = _largest_kb(env, worker.pid, until=products // 4)
                before = _largest_kb(env, worker.pid, until=products // 2)
                kill_group(worker)
            print(f"killed after {done(env)} of {products}")
            with running(env, "worker") as worker:
                peak = max(early, before, _largest_kb(env, worker.pid, until=products))
            seconds = time.monotonic() - started
        ((staged,),) = query(env, "SELECT count(*) FROM catalog_stagedproduct")
        ((stored,),) = query(env, "SELECT count(DISTINCT large) FROM catalog_stagedpicture WHERE status = 'stored'")
    print(
        f"{products} products, {stored} pictures of {pixels} px in {seconds:.0f} s: {products / seconds:.1f} a second"
    )
    print(f"worker's largest process: {early // _MB} MB in the first quarter, {peak // _MB} MB at most")
    is_exact = (staged, stored) == (products, products)
    print("nothing doubled, nothing lost" if is_exact else f"WRONG: {staged} products, {stored} pictures")
    return 0 if is_exact and peak <= early * 1.5 else 1


def _largest_kb(env: dict[str, str], group: int, *, until: int) -> int:
    """The largest resident memory of any process of the group until so many products are done, in kB."""
    largest = 0
    while done(env) < until:
        largest = max(largest, *(_resident_kb(pid) for pid in _processes_of(group)), 0)
        time.sleep(0.5)
    return largest


def _processes_of(group: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            found.append(int(stat.parent.name))
    return found


def _resident_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:3])))
