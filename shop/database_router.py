"""Where the queue's tables live when the shop runs on SQLite."""

from __future__ import annotations

from typing import Any


class QueueRouter:
    """Sends django-q2's tables to the ``queue`` database and everything else to ``default``."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "queue" if model._meta.app_label == "django_q" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == "queue") == (app_label == "django_q")
