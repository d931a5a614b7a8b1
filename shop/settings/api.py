"""The API: who may ask how often, tokens, the document."""

from __future__ import annotations

from shop.settings.place import DEBUG, env
from shop.settings.selling import SHOP_NAME

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
    "POSTPROCESSING_HOOKS": [
        "shop.api.v1.document.finish",
        "shop.api.v1.examples.add_examples",
        "shop.api.v1.links.add_links",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "DISABLE_ERRORS_AND_WARNINGS": False,
    "TAGS": [],
}

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
