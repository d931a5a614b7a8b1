"""Where things are kept: databases, cache, sessions, queue, files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shop.settings.place import BASE_DIR, DEBUG, VAR_DIR, env
from shop.settings.suppliers import QUEUE_RETRY_S, SUPPLIER_TASK_TIMEOUT_S

SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
}
POSTGRES_OPTIONS: dict[str, Any] = {
    "options": "-c synchronous_commit=on -c statement_timeout=30000 -c lock_timeout=10000",
}


def _database(url: str) -> dict[str, Any]:
    database: dict[str, Any] = env.db_url_config(url)
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return {**database, "OPTIONS": dict(SQLITE_OPTIONS)}
    return {
        **database,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(POSTGRES_OPTIONS),
    }


DATABASE_URL: str = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'shop.sqlite3'}")
DATABASES: dict[str, dict[str, Any]] = {"default": _database(DATABASE_URL)}
DATABASE_ROUTERS: list[str] = []
USES_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")

# --- Redis, cache, sessions ---

REDIS_URL: str = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shop"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"

# --- queue: it only wakes workers early, the rows in the database are the truth ---

Q_CLUSTER: dict[str, Any] = {
    "name": "buyrelay",
    "workers": env.int("QUEUE_WORKERS", default=2),
    "timeout": SUPPLIER_TASK_TIMEOUT_S,
    "retry": QUEUE_RETRY_S,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "bulk": 1,
    "queue_limit": 4,
    "poll": 0.05,
    "save_limit": -1,
    "recycle": 500,
    "label": "Queue",
}
if REDIS_URL:
    Q_CLUSTER["redis"] = REDIS_URL
elif USES_SQLITE:
    # A file of its own: the queue's constant small writes must not stand in the way of an order's.
    DATABASES["queue"] = _database(env.str("QUEUE_DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'queue.sqlite3'}"))
    DATABASE_ROUTERS = ["shop.database_router.QueueRouter"]
    Q_CLUSTER["orm"] = "queue"
else:
    Q_CLUSTER["orm"] = "default"
#: ``queue`` wakes a worker through django-q2, ``inline`` works at once in this process (tests), ``off`` does neither.
WAKE = "queue"

# --- files ---

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In debug straight from the sources, under any server; otherwise what `manage.py prepare` has collected.
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
