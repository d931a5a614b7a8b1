"""``manage.py sweep``: do everything that is due or stuck, now and in this process, whatever state the queue is in.

Only what waits for servers of customers (their webhooks) is the queue's alone.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fulfillment.sweep import run_here, sweep
from fulfillment.tasks import work_on_imports


class Command(BaseCommand):
    help = "Does everything that is due or stuck, now and in this process. Safe beside any number of workers."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sweep(run_here) + work_on_imports()} jobs done")
