"""Every setting of the shop, read from the environment with django-environ.

A fresh clone runs with no environment at all (SQLite, the emulator, mails as files). With ``DEBUG=false`` the values
that have no safe default are required, and a missing one stops the start. ``.env.example`` explains each variable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shop.development_keys import development_key

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
for name in (".env.local", ".env"):
    if (BASE_DIR / name).is_file():
        env.read_env(str(BASE_DIR / name))

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- what kind of place this is -------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY: str = (
    env.str("SECRET_KEY") if not DEBUG else env.str("SECRET_KEY", "") or development_key(VAR_DIR, "secret")
)
#: Fernet keys for tokens at rest; the first one encrypts, all of them decrypt.
FIELD_ENCRYPTION_KEYS: list[str] = (
    env.list("FIELD_ENCRYPTION_KEYS")
    if not DEBUG
    else env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [development_key(VAR_DIR, "fields")]
)
ALLOWED_HOSTS: list[str] = (
    env.list("ALLOWED_HOSTS") if not DEBUG else env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
#: The address customers know the shop by: links in mails begin with it.
PORT = env.int("PORT", default=8000)
BASE_URL: str = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")

# --- the shop -------------------------------------------------------------------------------------------------------

SHOP_NAME: str = env.str("SHOP_NAME", default="BuyRelay")
SHOP_CURRENCY: str = env.str("SHOP_CURRENCY", default="USD")
#: How many of one variant fit into one order.
MAX_QUANTITY_PER_LINE = 20
PAYMENT_METHODS: list[str] = env.list("PAYMENT_METHODS", default=["sandbox"] if DEBUG else [])
#: The returns a shop promises on its pages, in days; 0 promises nothing.
RETURN_DAYS = env.int("RETURN_DAYS", default=30 if DEBUG else 0)
#: An order that is not paid by then is canceled and its stock given back.
UNPAID_ORDER_HOURS = env.int("UNPAID_ORDER_HOURS", default=24)
ORDER_LINK_DAYS = env.int("ORDER_LINK_DAYS", default=180)

# --- suppliers ------------------------------------------------------------------------------------------------------

ALIEXPRESS_APP_KEY: str = env.str("ALIEXPRESS_APP_KEY", default="")
ALIEXPRESS_APP_SECRET: str = env.str("ALIEXPRESS_APP_SECRET", default="")
ALIEXPRESS_ACCESS_TOKEN: str = env.str("ALIEXPRESS_ACCESS_TOKEN", default="")
ALIEXPRESS_REFRESH_TOKEN: str = env.str("ALIEXPRESS_REFRESH_TOKEN", default="")
ALIEXPRESS_API_ENDPOINT: str = env.str("ALIEXPRESS_API_ENDPOINT", default="https://api-sg.aliexpress.com")
ALISEEKS_API_KEY: str = env.str("ALISEEKS_API_KEY", default="")
ALISEEKS_API_ENDPOINT: str = env.str("ALISEEKS_API_ENDPOINT", default="https://api.aliseeks.com/v1")
ALISEEKS_MERCHANT_ID: str = env.str("ALISEEKS_MERCHANT_ID", default="")
#: The page on which a buyer account agrees; empty: the platform's, or the emulator's for an account on this machine.
ALIEXPRESS_AUTHORIZE_URL: str = env.str("ALIEXPRESS_AUTHORIZE_URL", default="")
USE_TEST_ACCOUNTS = env.bool("USE_TEST_ACCOUNTS", default=False)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=8100)

#: The kill switch: off, and paid orders wait without anything being bought.
BUYING_ENABLED = env.bool("BUYING_ENABLED", default=True)
#: On, and every purchase is prepared, checked and then held instead of sent.
BUYING_DRY_RUN = env.bool("BUYING_DRY_RUN", default=False)
#: The share of the customer's price that must be left after the supplier's live price, in percent.
MINIMUM_MARGIN_PERCENT = env.int("MINIMUM_MARGIN_PERCENT", default=0)
#: Resend an unclear purchase under the same reference where the supplier protects against repeats for a time.
RESEND_UNKNOWN = env.bool("RESEND_UNKNOWN", default=True)
#: How long the order call waits for the supplier before it answers 202; the caller then asks its statusUrl.
ORDER_CALL_WAIT_S = env.float("ORDER_CALL_WAIT_S", default=10.0)

#: Calls a minute for each account, by group; a call waits for its place this long before it is put off.
RATE_LIMITS = {
    "standard": env.int("RATE_LIMIT_STANDARD", default=100),
    "search": env.int("RATE_LIMIT_SEARCH", default=50),
    "order": env.int("RATE_LIMIT_ORDER", default=30),
}
#: The minute of the limits in seconds; a load test against an emulator with a fast clock makes it shorter.
RATE_WINDOW_S = env.float("RATE_WINDOW_S", default=60.0)
RATE_PATIENCE_S = env.float("RATE_PATIENCE_S", default=5.0)

# Each smaller than the next; a system check holds them to it (RELIABILITY: a lapsed lease means "perhaps bought").
SUPPLIER_CALL_TIMEOUT_S = env.int("SUPPLIER_CALL_TIMEOUT_S", default=30)
SUPPLIER_TASK_TIMEOUT_S = env.int("SUPPLIER_TASK_TIMEOUT_S", default=60)
SUPPLIER_LEASE_S = env.int("SUPPLIER_LEASE_S", default=120)
SUPPLIER_SETTLE_S = env.int("SUPPLIER_SETTLE_S", default=180)
QUEUE_RETRY_S = env.int("QUEUE_RETRY_S", default=600)

#: How often a young order is looked up at the supplier; older ones are looked up less and less often.
TRACKING_POLL_S = env.int("TRACKING_POLL_S", default=900)
# The page on which anybody follows a parcel, with {number} for its tracking number; empty for no link.
TRACKING_URL_TEMPLATE: str = env.str("TRACKING_URL_TEMPLATE", default="")
#: How often the worker looks for due and stuck rows by itself, besides the queue's own schedule.
SWEEP_INTERVAL_S = env.float("SWEEP_INTERVAL_S", default=60.0)
API_CALL_RETENTION_DAYS = env.int("API_CALL_RETENTION_DAYS", default=90)

# --- Django ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "django_q",
    "integrations",
    "catalog",
    "fulfillment",
    "shop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shop.middleware.ServiceUnavailableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "shop.middleware.AdminPolicyMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context.shop",
            ],
        },
    }
]

# Only staff log in, and only in the admin.
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- databases ------------------------------------------------------------------------------------------------------

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

# --- Redis, cache, sessions -----------------------------------------------------------------------------------------

REDIS_URL: str = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shop"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"

# --- queue: it only wakes workers early, the rows in the database are the truth ------------------------------------

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

# --- mail -----------------------------------------------------------------------------------------------------------

EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="BuyRelay <shop@example.com>")
#: Who is told that a supplier account must be connected again.
STAFF_EMAILS: list[str] = env.list("STAFF_EMAILS", default=[])

# --- language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- files ----------------------------------------------------------------------------------------------------------

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

# --- security -------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
#: The admin's own front end (unfold, Alpine) needs more; it stays behind the staff login.
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, NONCE, "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    if env.bool("BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Bad input is answered before it is large: an order form is a few kilobytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "shop.api.exceptions.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

# --- logs: one line per event, ids as fields, nothing personal ------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # urllib3's debug lines contain full addresses, tokens included.
    "loggers": {"urllib3": {"level": "WARNING"}, "django-q": {"level": "WARNING"}},
}

# --- admin ----------------------------------------------------------------------------------------------------------

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": SHOP_NAME,
    "SITE_HEADER": SHOP_NAME,
    "SITE_SYMBOL": "local_shipping",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .015 165)",
            "100": "oklch(94% .03 165)",
            "200": "oklch(88% .05 165)",
            "300": "oklch(80% .07 165)",
            "400": "oklch(68% .085 165)",
            "500": "oklch(56% .085 165)",
            "600": "oklch(47% .075 165)",
            "700": "oklch(40% .065 165)",
            "800": "oklch(34% .055 165)",
            "900": "oklch(28% .045 165)",
            "950": "oklch(20% .035 165)",
        },
    },
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_HISTORY": True,
    "ENVIRONMENT": "fulfillment.admin.environment_badge",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Orders"),
                "items": [
                    {
                        "title": _("Orders"),
                        "icon": "shopping_bag",
                        "link": reverse_lazy("admin:fulfillment_order_changelist"),
                    },
                    {
                        "title": _("Supplier orders"),
                        "icon": "local_shipping",
                        "link": reverse_lazy("admin:fulfillment_supplierorder_changelist"),
                        "badge": "fulfillment.admin.needs_person_badge",
                    },
                    {
                        "title": _("Shipments"),
                        "icon": "package_2",
                        "link": reverse_lazy("admin:fulfillment_shipment_changelist"),
                    },
                    {
                        "title": _("Payments"),
                        "icon": "payments",
                        "link": reverse_lazy("admin:fulfillment_payment_changelist"),
                    },
                ],
            },
            {
                "title": _("Catalogue"),
                "items": [
                    {
                        "title": _("Products"),
                        "icon": "inventory_2",
                        "link": reverse_lazy("admin:catalog_product_changelist"),
                    },
                    {
                        "title": _("Categories"),
                        "icon": "category",
                        "link": reverse_lazy("admin:catalog_category_changelist"),
                    },
                ],
            },
            {
                "title": _("Suppliers"),
                "items": [
                    {
                        "title": _("Supplier accounts"),
                        "icon": "key",
                        "link": reverse_lazy("admin:integrations_supplieraccount_changelist"),
                    },
                    {
                        "title": _("Call limits"),
                        "icon": "speed",
                        "link": reverse_lazy("admin:integrations_ratewindow_changelist"),
                    },
                    {
                        "title": _("API calls"),
                        "icon": "swap_horiz",
                        "link": reverse_lazy("admin:integrations_apicall_changelist"),
                    },
                    {
                        "title": _("Push messages"),
                        "icon": "notifications",
                        "link": reverse_lazy("admin:integrations_pushmessage_changelist"),
                    },
                ],
            },
            {
                "title": _("Staff"),
                "items": [
                    {"title": _("Users"), "icon": "person", "link": reverse_lazy("admin:auth_user_changelist")},
                    {"title": _("Groups"), "icon": "group", "link": reverse_lazy("admin:auth_group_changelist")},
                ],
            },
        ],
    },
}
