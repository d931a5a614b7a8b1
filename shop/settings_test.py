"""Settings of the test suite: no server, no files outside a temporary folder, work done when a test says so."""

from __future__ import annotations

import os
import tempfile

os.environ["VAR_DIR"] = os.environ.get("TEST_VAR_DIR") or tempfile.mkdtemp(prefix="shop-test-")
os.environ["DEBUG"] = "true"
for _name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
    # A developer's own .env must not lead the tests to a real server; the service suite names its servers explicitly.
    os.environ[_name] = os.environ.get(f"TEST_{_name}", "")
if not os.environ["DATABASE_URL"]:
    os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['VAR_DIR']}/shop.sqlite3"

if os.environ["REDIS_URL"]:
    # A cache is emptied whole: processes that test side by side need a Redis number each, counted down from this one.
    _server, _, _number = os.environ["REDIS_URL"].rpartition("/")
    _worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{_server}/{int(_number) - int(_worker)}"

from shop.settings import *  # noqa: E402, F403

SECRET_KEY = "a-key-for-tests-only"  # noqa: S105
FIELD_ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WAKE = "off"
# A developer's own Stripe account is no place for tests.
PAYMENT_METHODS = ["sandbox"]
STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS, STRIPE_API_BASE = "", [], "https://api.stripe.com"
# Nobody outside is asked for exchange rates.
ECB_RATES_URL = ""
RATE_LIMITS = dict.fromkeys(("standard", "search", "order", "visitors", "imports", "sync"), 100_000)
# Tests of the checkout that mean to ask the supplier say so, and views are written when a test wants it.
CHECKOUT_CHECK_MINUTES = 0
DEMAND_WRITE_S = 0
DEBUG = False
ALLOWED_HOSTS = ["*"]
for _alias, _database in DATABASES.items():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        # A file, as in a real shop: in memory there is no WAL, and threads do not wait for each other.
        _database["TEST"] = {"NAME": f"{os.environ['VAR_DIR']}/test-{_alias}.sqlite3"}
