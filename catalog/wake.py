"""Wakes a worker for the catalogue's own tasks after commit. A lost wake-up costs a minute: the sweep finds the row."""

from __future__ import annotations

import importlib
import logging
from functools import partial

from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


def wake(task: str, *ids: int) -> None:
    """Once the surrounding transaction has committed, have ``catalog.tasks.<task>(*ids)`` run soon.

    A queue that is down is logged and otherwise ignored.
    """
    transaction.on_commit(partial(_wake_now, task, *ids), robust=True)


def _wake_now(task: str, *ids: int) -> None:
    if settings.WAKE == "queue":
        from django_q.tasks import async_task

        try:
            async_task(f"catalog.tasks.{task}", *ids)
        except Exception:
            logger.exception("queue does not take tasks task=%s ids=%s", task, ids)
    elif settings.WAKE == "inline":
        getattr(importlib.import_module("catalog.tasks"), task)(*ids)
