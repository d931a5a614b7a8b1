"""Django itself: applications, languages, mail, logs, the admin's looks."""

from __future__ import annotations

from shop.languages import offered_languages
from shop.settings.place import BASE_DIR, VAR_DIR, env
from shop.settings.selling import SHOP_NAME
from shop.staff_site import staff_site

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

# --- language and time ---

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

# --- mail ---

EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="BuyRelay <shop@example.com>")
#: Who is told that a supplier account must be connected again, or that an order there must be paid.
STAFF_EMAILS: list[str] = env.list("STAFF_EMAILS", default=[])

# --- logs: one line per event, ids as fields, nothing personal ---

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

# --- admin ---

UNFOLD = staff_site(SHOP_NAME)
