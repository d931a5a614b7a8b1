"""Wakes a worker after commit. Losing a wake-up costs minutes at most: the sweep finds the row."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


def wake(task: str, *ids: int) -> None:
    """Once the surrounding transaction has committed, have ``task(*ids)`` run soon.

    ``task`` is a whole name (``fulfillment.tasks.place``), for it may stand on a floor above. A queue that is
    down is logged and otherwise ignored.
    """
    transaction.on_commit(partial(_wake_now, task, *ids), robust=True)


def _wake_now(task: str, *ids: int) -> None:
    if settings.WAKE == "queue":
        enqueue(task, *ids)
    elif settings.WAKE == "inline":
        function_of(task)(*ids)


def function_of(task: str) -> Callable[..., Any]:
    """What does ``task``."""
    module, _dot, name = task.rpartition(".")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def enqueue(task: str, *ids: int) -> bool:
    """Put ``task`` into the queue now; False (and a log line) if the queue does not take it."""
    from django_q.tasks import async_task

    try:
        async_task(task, *ids)
    except Exception:
        logger.exception("queue does not take tasks task=%s ids=%s", task, ids)
        return False
    return True
