"""Every setting of the shop, read from the environment with django-environ.

A fresh clone runs with no environment at all (SQLite, the emulator, mails as files). With ``DEBUG=false`` the values
that have no safe default are required, and a missing one stops the start. ``.env.example`` explains each variable.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF

from shop.development_keys import development_key
from shop.languages import offered_languages
from shop.staff_site import staff_site

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
#: A proxy of ours stands in front and speaks for its visitors: their address, and whether they came by https.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
#: The address customers know the shop by: links in mails begin with it.
PORT = env.int("PORT", default=8000)
BASE_URL: str = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")

# --- the shop -------------------------------------------------------------------------------------------------------

SHOP_NAME: str = env.str("SHOP_NAME", default="BuyRelay")
SHOP_CURRENCY: str = env.str("SHOP_CURRENCY", default="USD")
#: Other currencies in which visitors may have prices shown beside the one that they pay in; empty: none.
DISPLAY_CURRENCIES = [code.upper() for code in env.list("DISPLAY_CURRENCIES", default=["USD", "EUR", "GBP", "CHF"])]
#: How many of one variant fit into one order.
MAX_QUANTITY_PER_LINE = 20
#: How many different variants fit into one basket.
MAX_BASKET_LINES = 30
#: A basket that nobody has touched for so long is deleted.
BASKET_DAYS = env.int("BASKET_DAYS", default=60)
PAYMENT_METHODS: list[str] = env.list("PAYMENT_METHODS", default=["sandbox"] if DEBUG else [])
#: Stripe: a secret key (test or live) and what its webhook signs with (two while one is replaced), from the environment
#: only. Plain http, for an emulator, on this machine only.
STRIPE_SECRET_KEY: str = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRETS: list[str] = env.list("STRIPE_WEBHOOK_SECRETS", default=[]) or [
    secret for secret in [env.str("STRIPE_WEBHOOK_SECRET", default="")] if secret
]
STRIPE_API_BASE: str = env.str("STRIPE_API_BASE", default="https://api.stripe.com").rstrip("/")
#: Where a browser may be sent to pay: Stripe's pages, a domain of one's own there, or the emulator.
STRIPE_PAGE_ORIGINS: list[str] = env.list(
    "STRIPE_PAGE_ORIGINS",
    default=["https://checkout.stripe.com"]
    if STRIPE_API_BASE.startswith("https:")
    else ["/".join(STRIPE_API_BASE.split("/")[:3])],
)
#: How long a provider's payment page stays open; Stripe allows 30 minutes to 24 hours.
PAYMENT_PAGE_MINUTES = env.int("PAYMENT_PAGE_MINUTES", default=60)
#: The account that transfers go to, as customers are shown it.
BANK_ACCOUNT_HOLDER: str = env.str("BANK_ACCOUNT_HOLDER", default="")
BANK_ACCOUNT_NUMBER: str = env.str("BANK_ACCOUNT_NUMBER", default="")
BANK_ACCOUNT_BIC: str = env.str("BANK_ACCOUNT_BIC", default="")
BANK_NAME: str = env.str("BANK_NAME", default="")
#: How many days an order waits for a transfer, instead of UNPAID_ORDER_HOURS.
BANK_TRANSFER_DAYS = env.int("BANK_TRANSFER_DAYS", default=7)
#: For so many days after delivery customers may ask to send things back, and so the pages promise; 0: not at all.
RETURN_DAYS = env.int("RETURN_DAYS", default=30 if DEBUG else 0)
#: What staff send to customers whose return they approve, as a first draft; "|" begins a new line.
RETURN_INSTRUCTIONS: str = env.str("RETURN_INSTRUCTIONS", default="")
#: For so many days after its end, a return keeps its photos and the customer's words.
RETURN_PHOTO_DAYS = env.int("RETURN_PHOTO_DAYS", default=180)
#: For so many days after an order's last change the shop knows who it was for; 0: for good.
PERSONAL_DATA_DAYS = env.int("PERSONAL_DATA_DAYS", default=0)
#: For so many days an invoice keeps its buyer all the same, because tax law asks for it; ten years and a half.
INVOICE_BUYER_DAYS = env.int("INVOICE_BUYER_DAYS", default=3834)
#: Who sells, as it stands on invoices: name, address, tax number, parted by "|". Empty: the shop's name.
SHOP_LEGAL_LINES: str = env.str("SHOP_LEGAL_LINES", default="")
INVOICE_PREFIX: str = env.str("INVOICE_PREFIX", default="")
#: An order that is not paid by then is canceled and its stock given back.
UNPAID_ORDER_HOURS = env.int("UNPAID_ORDER_HOURS", default=24)
#: So many days after payment without a parcel, or after a parcel was expected, the customer is told that it is late.
LATE_SHIPPING_DAYS = env.int("LATE_SHIPPING_DAYS", default=10)
LATE_DELIVERY_DAYS = env.int("LATE_DELIVERY_DAYS", default=2)
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
#: A SKU whose price is this many times higher or lower than when it was mapped may mean something else by now.
MAPPING_PRICE_FACTOR = Decimal(str(env.float("MAPPING_PRICE_FACTOR", default=2.0)))
#: Buy and quote under the id under which a supplier sells a product to the destination country, where it tells one.
USE_COUNTRY_PRODUCTS = env.bool("USE_COUNTRY_PRODUCTS", default=True)
#: Resend an unclear purchase under the same reference where the supplier protects against repeats for a time.
RESEND_UNKNOWN = env.bool("RESEND_UNKNOWN", default=True)
#: How long the order call waits for the supplier before it answers 202; the caller then asks its statusUrl.
ORDER_CALL_WAIT_S = env.float("ORDER_CALL_WAIT_S", default=10.0)
#: For so many days a supplier's list of a country's provinces and cities is not asked for again.
ADDRESS_TREE_DAYS = env.int("ADDRESS_TREE_DAYS", default=7)
#: Whether a purchase is held whose province or city is not in the supplier's list, instead of being sent as it is.
HOLD_UNKNOWN_PLACES = env.bool("HOLD_UNKNOWN_PLACES", default=False)
#: Countries (ISO) whose parcels' tax numbers are required although suppliers disagree on whether they are needed.
REQUIRE_TAX_ID_IN = [code.upper() for code in env.list("REQUIRE_TAX_ID_IN", default=[])]

#: Calls a minute for each account, by group; a call waits for its place this long before it is put off.
RATE_LIMITS = {
    "standard": env.int("RATE_LIMIT_STANDARD", default=100),
    "search": env.int("RATE_LIMIT_SEARCH", default=50),
    "order": env.int("RATE_LIMIT_ORDER", default=30),
    "visitors": env.int("RATE_LIMIT_VISITORS", default=20),
    "imports": env.int("RATE_LIMIT_IMPORTS", default=60),
    "sync": env.int("RATE_LIMIT_SYNC", default=30),
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
#: For how long a repeat under the same Idempotency-Key gets the first answer.
IDEMPOTENCY_RETENTION_DAYS = env.int("IDEMPOTENCY_RETENTION_DAYS", default=30)
#: How long a device's access token works, and after how long without use a device must log in again.
ACCESS_TOKEN_MINUTES = env.int("ACCESS_TOKEN_MINUTES", default=15)
REFRESH_TOKEN_DAYS = env.int("REFRESH_TOKEN_DAYS", default=60)
#: A refresh token that comes again within so many seconds is a lost answer; later it is a theft, and the device ends.
REFRESH_REPEAT_S = env.int("REFRESH_REPEAT_S", default=20)
#: Requests a minute to /api/v1/ for each kind of client; ``writes`` are counted apart, for every kind.
API_RATE_LIMITS = {
    "anonymous": env.int("API_RATE_ANONYMOUS", default=120),
    "customer": env.int("API_RATE_CUSTOMER", default=240),
    "staff": env.int("API_RATE_STAFF", default=600),
    "writes": env.int("API_RATE_WRITES", default=60),
}
#: Whether the webhooks of accounts may lead to this very machine: for development only.
WEBHOOKS_TO_THIS_MACHINE = env.bool("WEBHOOKS_TO_THIS_MACHINE", default=DEBUG)
#: So long before an unpaid order lapses at the supplier staff get a mail.
SUPPLIER_PAY_ALERT_HOURS = env.int("SUPPLIER_PAY_ALERT_HOURS", default=24)

#: How long what a supplier said about sending goods (service, fee, days) is believed before it is asked again.
FREIGHT_QUOTE_HOURS = env.int("FREIGHT_QUOTE_HOURS", default=24)
#: How long a visitor's question about delivery may keep the supplier busy before the shop says "not known now".
DELIVERY_LOOK_UP_S = env.float("DELIVERY_LOOK_UP_S", default=3.0)

#: host:port of this network from which suppliers' pictures may be fetched; everything else there is refused. The
#: emulator of an account needs no mention.
PICTURE_LOCAL_ORIGINS: list[str] = env.list("PICTURE_LOCAL_ORIGINS", default=[])
#: A PNG with transparency that is laid over imported pictures; empty for none.
PICTURE_WATERMARK: str = env.str("PICTURE_WATERMARK", default="")
#: For so many days the lines of a finished import are kept; what it brought stays.
IMPORT_RETENTION_DAYS = env.int("IMPORT_RETENTION_DAYS", default=90)

# --- prices and currencies ------------------------------------------------------------------------------------------

#: A price that a rule would move by more than this is refused until a person has looked at it.
PRICE_CHANGE_LIMIT_PERCENT = env.int("PRICE_CHANGE_LIMIT_PERCENT", default=50)
#: The folder of the European Central Bank's files; empty: no rates are fetched. Plain http on this machine only.
ECB_RATES_URL: str = env.str("ECB_RATES_URL", default="https://www.ecb.europa.eu/stats/eurofxref").rstrip("/")
#: So many days a fetched rate counts (five pass between two of them around Easter), and one entered by staff.
EXCHANGE_RATE_MAX_DAYS = env.int("EXCHANGE_RATE_MAX_DAYS", default=7)
MANUAL_RATE_MAX_DAYS = env.int("MANUAL_RATE_MAX_DAYS", default=31)
#: A cost in another currency counts as that much dearer than the reference rate says, in percent.
EXCHANGE_MARGIN_PERCENT = env.float("EXCHANGE_MARGIN_PERCENT", default=2.0)

#: How many calls an hour the sync may make through each account; 0: it checks nothing by itself.
SYNC_CALLS_PER_HOUR = env.int("SYNC_CALLS_PER_HOUR", default=1200)
#: What was checked less than so many minutes ago is not checked again by the schedule.
SYNC_MIN_MINUTES = env.int("SYNC_MIN_MINUTES", default=30)
#: For how many days runs of the sync and the changes they found are kept.
SYNC_HISTORY_DAYS = env.int("SYNC_HISTORY_DAYS", default=30)
#: At the checkout a supplier is asked again about what was checked longer ago than so many minutes; 0: never.
CHECKOUT_CHECK_MINUTES = env.int("CHECKOUT_CHECK_MINUTES", default=15)
#: How long those questions may keep the customer waiting, all together.
CHECKOUT_CHECK_S = env.float("CHECKOUT_CHECK_S", default=2.5)
#: A variant of which so many or fewer can be sold is on the list of low stock; 0: none is.
LOW_STOCK_QUANTITY = env.int("LOW_STOCK_QUANTITY", default=5)
#: How often a process writes down what its visitors have looked at.
DEMAND_WRITE_S = env.float("DEMAND_WRITE_S", default=60.0)

# --- Django ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "import_export",
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
    "shop.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shop.middleware.StaffSecondFactorMiddleware",
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

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- accounts of customers (docs/accounts.md); the admin has a login of its own ------------------------------------

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
AUTHENTICATION_BACKENDS = [
    # Staff, by name, in the admin.
    "django.contrib.auth.backends.ModelBackend",
    # Customers, by address.
    "allauth.account.auth_backends.AuthenticationBackend",
]
#: Staff may use the admin only with a second factor: an authenticator app or a passkey.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=False)

ACCOUNT_ADAPTER = "shop.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "signup": "shop.accounts.forms.SignupForm",
    "change_password": "shop.accounts.forms.ChangePasswordForm",
    "set_password": "shop.accounts.forms.SetPasswordForm",
    "reset_password_from_key": "shop.accounts.forms.ResetPasswordKeyForm",
}
#: Beside allauth's own: by visitor ("ip") and by the address that is typed ("key"), counted in the cache.
ACCOUNT_RATE_LIMITS = {
    "signup": "10/m/ip,50/d/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,100/d/ip,5/5m/key",
    "reset_password": "10/m/ip,3/15m/key",
    "reset_password_from_key": "20/m/ip",
}
MFA_ADAPTER = "shop.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SHOP_NAME
# A minute's grace for a telephone whose clock is wrong.
MFA_TOTP_TOLERANCE = 1
# Nobody is logged in with an unconfirmed address only, so nobody can lock its owner out by a second factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers offer passkeys over https and on this machine only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

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
#: Who is told that a supplier account must be connected again, or that an order there must be paid.
STAFF_EMAILS: list[str] = env.list("STAFF_EMAILS", default=[])

# --- language and time ----------------------------------------------------------------------------------------------

#: The languages of pages and mails. The first one is the shop's own: staff write in it, and it is what anybody gets
#: whose browser asks for none of them.
SHOP_LANGUAGES: list[str] = env.list("SHOP_LANGUAGES", default=["en", "de"])
LANGUAGE_CODE, LANGUAGES = offered_languages(SHOP_LANGUAGES)
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
#: The texts, and what `manage.py prepare` makes of them (see shop/catalogues.py).
LOCALE_PATHS = [BASE_DIR / "locale", VAR_DIR / "locale"]

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
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Browsers apply it to the redirect after a form as well: *Continue to payment* leads to the provider's page.
        "form-action": [SELF, *(STRIPE_PAGE_ORIGINS if "stripe" in PAYMENT_METHODS else [])],
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
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Bad input is answered before it is large: an order form is a few kilobytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_HANDLERS = [
    "shop.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "shop.api.exceptions.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SHOP_NAME} API",
    "VERSION": "1",
    "PREPROCESSING_HOOKS": ["shop.api.v1.document.only_this_api"],
    "POSTPROCESSING_HOOKS": ["shop.api.v1.document.finish"],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "TAGS": [],
}

# --- logs: one line per event, ids as fields, nothing personal ------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # urllib3's debug lines contain full addresses, tokens included.
    # The Stripe library's debug lines contain what is sent, customers' addresses included.
    "loggers": {
        "urllib3": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        # They narrate each step, the first ones while they are being imported.
        "weasyprint": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}

# --- admin ----------------------------------------------------------------------------------------------------------

UNFOLD = staff_site(SHOP_NAME)
