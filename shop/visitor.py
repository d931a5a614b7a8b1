"""What a visitor has told without an account: the country that things shall be sent to, language and currency."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shop.addresses import known_countries

COUNTRY_COOKIE = "country"
CURRENCY_COOKIE = "currency"
LANGUAGE_PARAMETER = "lang"
_COUNTRY_KEPT_S = 180 * 24 * 3600
_CURRENCY_KEPT_S = 365 * 24 * 3600
_FALLBACK = "US"


def visitor_country(request: HttpRequest, countries: Iterable[str] | None = None) -> str:
    """The country (ISO) the visitor most likely wants things sent to, one of ``countries`` if given; or nothing.

    What they chose before comes first, then the first country that the browser's languages name (``de-AT`` names
    Austria), then the United States.
    """
    named = re.findall(r"[a-zA-Z]{2,3}[-_]([a-zA-Z]{2})\b", request.headers.get("Accept-Language", "")[:200])
    wanted = [chosen_country(request), *(code.upper() for code in named), _FALLBACK]
    offered = known_countries() if countries is None else set(countries) & known_countries()
    return next((code for code in wanted if code in offered), "")


def chosen_country(request: HttpRequest) -> str:
    """The country the visitor has chosen on an earlier page, or nothing; a cookie that names none is ignored."""
    return as_country(request.COOKIES.get(COUNTRY_COOKIE, ""))


def as_country(text: str) -> str:
    """``text`` as the code of a country that the shop knows, or nothing."""
    code = text.strip().upper()[:3]
    return code if code in known_countries() else ""


def remember_country(response: HttpResponse, country: str) -> None:
    """Let the visitor's browser keep ``country`` (ISO) for half a year."""
    response.set_cookie(
        COUNTRY_COOKIE,
        country,
        max_age=_COUNTRY_KEPT_S,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def asked_language(request: HttpRequest) -> str:
    """The language that the address names (``?lang=de``), if the shop speaks it, or nothing."""
    language = request.GET.get(LANGUAGE_PARAMETER, "")
    return language if is_offered(language) else ""


def is_offered(language: str) -> bool:
    """Whether ``language`` is one of the shop's."""
    return language in dict(settings.LANGUAGES)


def remember_language(response: HttpResponse, language: str) -> None:
    """Let the visitor's browser keep ``language`` for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def offered_currencies() -> list[str]:
    """The currencies in which a visitor may see prices (ISO 4217), the shop's own first."""
    return list(dict.fromkeys([settings.SHOP_CURRENCY, *settings.DISPLAY_CURRENCIES]))


def chosen_currency(request: HttpRequest) -> str:
    """The currency that the visitor has chosen to see prices in, or nothing; a cookie that names none is ignored."""
    currency = request.COOKIES.get(CURRENCY_COOKIE, "")
    return currency if currency in offered_currencies() else ""


def remember_currency(response: HttpResponse, currency: str) -> None:
    """Let the visitor's browser keep ``currency`` for a year."""
    response.set_cookie(
        CURRENCY_COOKIE,
        currency,
        max_age=_CURRENCY_KEPT_S,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
