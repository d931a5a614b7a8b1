"""``manage.py worker``: a django-q2 cluster, and beside it a sweep that does not depend on it.

The cluster's processes are children of this one. If the queue's heartbeat falls silent, the whole group is ended, so
that whoever supervises it (honcho, systemd, a container) starts it anew.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connections

from fulfillment import dispatch, health
from fulfillment.children import shield_children
from fulfillment.schedules import ensure_schedules
from fulfillment.sweep import run_here, sweep
from fulfillment.tasks import work_on_imports
from integrations.wake import enqueue

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Runs a worker: the task queue, and the sweep for everything that is due or stuck."

    def handle(self, *args: Any, **options: Any) -> None:
        from django_q.cluster import Cluster

        self._stop = threading.Event()
        ensure_schedules()
        enqueue("fulfillment.tasks.beat")
        connections.close_all()  # Children must not inherit open connections.
        shield_children()
        cluster = Cluster()
        cluster.start()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self.stdout.write("worker: ready")
        started = time.monotonic()
        try:
            while not self._stop.is_set() and cluster.sentinel.is_alive():
                self._tick(started)
                self._stop.wait(self._pause_s())
        finally:
            frozen = not self._stop.is_set()
            if frozen:
                cluster.sentinel.kill()  # It may be stopped or stuck: asked politely, it would be waited for for ever.
            elif cluster.sentinel.is_alive():
                cluster.stop()
        if frozen:
            logger.error("worker: the queue stopped or froze; ending so that the supervisor starts it anew")
            sys.stdout.flush()
            os._exit(1)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _pause_s(self) -> float:
        """Until the next sweep, or until the next purchase is due if that is sooner."""
        try:
            due_in = dispatch.seconds_until_due()
        except DatabaseError:
            due_in = None
        pause_s: float = settings.SWEEP_INTERVAL_S
        return pause_s if due_in is None else min(pause_s, max(due_in, 0.05))

    def _tick(self, started: float) -> None:
        try:
            sweep(run_here)
            work_on_imports()
            if time.monotonic() - started > health.MAX_SILENCE.total_seconds() and not health.queue().ok:
                logger.critical("worker: no heartbeat came through the queue for %s", health.MAX_SILENCE)
                raise SystemExit(1)
        except DatabaseError:
            logger.exception("worker: database unavailable, trying again")
        finally:
            close_old_connections()
