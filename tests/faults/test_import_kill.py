"""An import whose workers are killed ends all the same, and nothing of it is doubled.

Real processes, a real database, the emulator over real HTTP.
"""

from __future__ import annotations

import pytest

from tests.faults.import_goods import write_goods
from tests.faults.processes import Emulator, environment, free_port, kill_group, manage, query, running, wait_for

pytestmark = pytest.mark.faults

PRODUCTS = 60
#: Seconds; a killed worker's claim lapses after the third of them.
_TIMES = {
    "SUPPLIER_CALL_TIMEOUT_S": 5, "SUPPLIER_TASK_TIMEOUT_S": 6, "SUPPLIER_LEASE_S": 7, "SUPPLIER_SETTLE_S": 8,
    "SWEEP_INTERVAL_S": 1, "TRACKING_POLL_S": 3600, "RATE_LIMIT_IMPORTS": 100_000,
}  # fmt: skip


def test_workers_killed_in_the_middle_of_an_import_double_nothing_and_lose_nothing(tmp_path):
    port = free_port()
    goods = write_goods(tmp_path, PRODUCTS)
    with environment(tmp_path, SANDBOX_PORT=port, MEDIA_ROOT=tmp_path / "stored", **_TIMES) as env:
        manage(env, "prepare")
        emulator = Emulator(port)
        with running(env, "supplier_sandbox", "--port", str(port), "--store", str(tmp_path / "e.sqlite3"), *goods):
            emulator.wait_until_ready()
            manage(env, "shell", "-v0", "-c", f"from tests.faults.import_goods import begin; begin({PRODUCTS})")
            for share in (0.2, 0.5, 0.8):
                with running(env, "worker") as worker:
                    wait_for(lambda share=share: done(env) >= PRODUCTS * share, timeout_s=120)
                    kill_group(worker)
            assert query(env, "SELECT status FROM catalog_importrun") == [("running",)]
            with running(env, "worker"):
                wait_for(lambda: query(env, "SELECT status FROM catalog_importrun") == [("finished",)], timeout_s=180)

        results = "SELECT status, count(*) FROM catalog_importitem GROUP BY status ORDER BY status"
        assert {status for status, _count in query(env, results)} <= {"imported", "updated"}
        assert sum(count for _status, count in query(env, results)) == PRODUCTS
        assert query(env, "SELECT count(*) FROM catalog_stagedproduct") == [(PRODUCTS,)]
        assert query(env, "SELECT count(*) FROM catalog_stagedvariant") == [(2 * PRODUCTS,)]
        pictures = "SELECT count(*), count(DISTINCT large) FROM catalog_stagedpicture WHERE status = 'stored'"
        assert query(env, pictures) == [(PRODUCTS, PRODUCTS)]
    large = list((tmp_path / "stored" / "products").glob("*.webp"))
    assert len(large) == PRODUCTS


def done(env: dict[str, str]) -> int:
    (row,) = query(env, "SELECT count(*) FROM catalog_importitem WHERE status IN ('imported', 'updated')")
    return int(row[0])
