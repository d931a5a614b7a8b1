"""A worker that is killed: forks one child for each line of claiming, placing and concluding, lets it die there with
SIGKILL, and then works on as the worker that is started again. Prints what became of every order as JSON.

Run by ``test_kill.py`` with the environment of a shop of its own: ``python -m tests.faults.kill_at_every_line STRIDE``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from types import FrameType
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from catalog.models import Variant  # noqa: E402
from fulfillment import dispatch  # noqa: E402
from fulfillment.models import SupplierOrder  # noqa: E402
from fulfillment.orders import Contact, place_order  # noqa: E402
from fulfillment.payments import settle_payment, start_payment  # noqa: E402
from fulfillment.states import PaymentStatus  # noqa: E402
from fulfillment.sweep import run_here, sweep  # noqa: E402
from integrations.types import Address  # noqa: E402

TRACED = ("fulfillment/dispatch.py", "fulfillment/outcomes.py", "fulfillment/transitions.py", "integrations/http.py",
          "integrations/aliexpress/client.py")  # fmt: skip
ADDRESS = Address("John", "Doe", "123 Main St", "New York", "US", province="New York", postcode="10001",
                  phone="+12125550123")  # fmt: skip


def paid_order(number: int) -> SupplierOrder:
    """A paid order, its supplier order due."""
    variant = Variant.objects.filter(listings__stock__gt=50).order_by("pk")[0]
    order = place_order(
        checkout_key=f"kill-{os.getpid()}-{number}", lines=[(variant, 1)], contact=Contact("a@b.co", ADDRESS)
    )
    payment = start_payment(order, method="sandbox")
    settle_payment(payment, outcome=PaymentStatus.SUCCEEDED, money=payment.money, reference=payment.public_id)
    return order.supplier_orders.get()


def die_at(line: int) -> None:
    """From here on, SIGKILL this process at the ``line``-th traced line."""
    seen = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal seen
        if not frame.f_code.co_filename.endswith(TRACED):
            return None
        if event == "line":
            seen += 1
            if seen == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def killed_at(line: int, supplier_order_id: int) -> bool:
    """Place in a child that dies at ``line``. False if the child came to its end before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        die_at(line)
        dispatch.place(supplier_order_id)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(stride: int) -> None:
    results = []
    line, alive = 1, False
    while not alive:
        supplier_order = paid_order(line)
        alive = not killed_at(line, supplier_order.pk)
        supplier_order.refresh_from_db()
        results.append({"line": line, "id": supplier_order.pk, "reference": supplier_order.reference,
                        "left_as": supplier_order.status})  # fmt: skip
        line += stride
    work_on_until_quiet()
    for result in results:
        row = SupplierOrder.objects.get(pk=result.pop("id"))
        result |= {"status": row.status, "attention": row.attention,
                   "ids": [external.external_id for external in row.external_orders.all()]}  # fmt: skip
    print(json.dumps(results))  # noqa: T201


def work_on_until_quiet() -> None:
    """The worker started again: sweep until no purchase is open, or nothing more can happen without a person."""
    buying = ("fulfillment.tasks.settle", "fulfillment.tasks.place")
    end = time.monotonic() + 120
    while time.monotonic() < end:
        sweep(lambda job: run_here(job) if job.task in buying else None)
        open_rows = SupplierOrder.objects.filter(status__in=["due", "in_flight", "unknown"], attention="")
        if not open_rows.exists():
            return
        time.sleep(0.3)


if __name__ == "__main__":
    main(int(sys.argv[1]))
