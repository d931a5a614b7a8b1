"""600 purchases against a supplier that takes 30 a minute: none may be refused, and the rate must be used.

    .venv/bin/python -m bench.order_rate [PURCHASES] [SPEED]

The emulator enforces the limit by its own clock, which runs SPEED times as fast (10 by default), and the shop's
minute is as much shorter (``RATE_WINDOW_S``): 600 purchases take 2 minutes instead of 20. Traffic goes to this
machine only. Prints the share of the allowed rate that was used; exits 1 below 95 % or with a single refused call.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.faults.processes import Emulator, environment, free_port, manage, query, running, wait_for

A_MINUTE = 30
CREATE = "aliexpress.ds.order.create"
PAID_ORDERS = "from tests.faults.kill_at_every_line import paid_order; [paid_order(n) for n in range({count})]"

MUCH_STOCK = "from catalog.models import Listing; Listing.objects.update(stock=1_000_000)"


def main(purchases: int = 600, speed: int = 10) -> int:
    port = free_port()
    limits = {"RATE_LIMIT_ORDER": A_MINUTE, "RATE_WINDOW_S": 60 / speed, "RATE_PATIENCE_S": 5 / speed}
    limits |= {"SWEEP_INTERVAL_S": 1, "TRACKING_POLL_S": 3600}
    with tempfile.TemporaryDirectory() as name, environment(Path(name), SANDBOX_PORT=port, **limits) as env:
        for command in ("prepare", "seed_demo", "setup_suppliers"):
            manage(env, command)
        emulator = Emulator(port)
        with running(env, "supplier_sandbox", "--port", str(port), "--store", f"{name}/emulator.sqlite3"):
            emulator.wait_until_ready()
            settings = {"limits": {CREATE: A_MINUTE}, "clock_speed": speed, "endless_stock": True}
            emulator.call("POST", "/_control/settings", settings)
            manage(env, "shell", "-v0", "-c", MUCH_STOCK)
            manage(env, "shell", "-v0", "-c", PAID_ORDERS.format(count=purchases))
            with running(env, "worker"):
                wait_for(lambda: placed(env) > 0, timeout_s=60)
                began = time.monotonic()
                wait_for(lambda: placed(env) >= purchases, timeout_s=3 * purchases / A_MINUTE * 60 / speed)
                took_s = time.monotonic() - began
            refused = emulator.call("GET", "/_control/calls").get("refused", {})
    # The first minute's places are free at once, so the rate is that of what came after them.
    share = (purchases - A_MINUTE) / A_MINUTE * (60 / speed) / took_s
    print(f"{purchases} purchases in {took_s:.1f} s: {share:.1%} of the allowed rate, refused {refused or 0}")
    return 0 if share >= 0.95 and not refused else 1


def placed(env: dict[str, str]) -> int:
    (row,) = query(env, "SELECT count(*) FROM fulfillment_externalorder")
    return int(row[0])


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
