"""A fresh clone starts without any environment; production does not start without what has no safe default."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a-long-random-key-for-this-test-only-0123456789",
    "FIELD_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "ALLOWED_HOSTS": "shop.example.com",
}
SHOW = """
import json
from shop import settings as s
print(json.dumps({"debug": s.DEBUG, "engine": s.DATABASES["default"]["ENGINE"], "aliases": sorted(s.DATABASES),
    "methods": s.PAYMENT_METHODS, "secure": getattr(s, "SESSION_COOKIE_SECURE", False),
    "hsts": getattr(s, "SECURE_HSTS_SECONDS", 0), "buying": s.BUYING_ENABLED, "test": s.USE_TEST_ACCOUNTS,
    "key": len(s.SECRET_KEY)}))
"""


def load(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VAR_DIR": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", SHOW], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(
    any((ROOT / name).is_file() for name in (".env", ".env.local")), reason="no fresh clone: has an .env"
)
def test_fresh_clone_needs_no_environment(tmp_path):
    found = json.loads(load(tmp_path, DEBUG="true").stdout)

    assert found == {
        "debug": True, "engine": "django.db.backends.sqlite3", "aliases": ["default", "queue"], "methods": ["sandbox"],
        "secure": False, "hsts": 0, "buying": True, "test": False, "key": 44,
    }  # fmt: skip


def test_production_is_closed_and_sells_nothing_for_play_money(tmp_path):
    found = json.loads(load(tmp_path, **PRODUCTION).stdout)

    assert (found["secure"], found["hsts"], found["methods"]) == (True, 31_536_000, [])


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS"])
def test_production_without_what_has_no_safe_default_does_not_start(tmp_path, name):
    environment = {key: value for key, value in PRODUCTION.items() if key != name}

    done = load(tmp_path, **environment)

    assert done.returncode != 0
    assert name in done.stderr


def test_postgresql_keeps_the_queue_beside_the_orders(tmp_path):
    found = json.loads(load(tmp_path, DEBUG="true", DATABASE_URL="postgres://u:p@127.0.0.1/shop").stdout)

    assert (found["engine"], found["aliases"]) == ("django.db.backends.postgresql", ["default"])


def test_logs_never_show_urllib3s_addresses():
    assert settings.LOGGING["loggers"]["urllib3"]["level"] == "WARNING"


def test_queue_repeats_nothing_by_itself():
    queue = settings.Q_CLUSTER

    assert (queue["max_attempts"], queue["ack_failures"], queue["catch_up"], queue["bulk"]) == (1, True, False, 1)
    assert queue["retry"] >= queue["timeout"] * (2 + queue["queue_limit"] / queue["workers"])


def test_pages_run_no_inline_script_or_style():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["script-src"] == directives["style-src"] == ["'self'"]
