"""Answers that concern every page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from shop.accounts.staff import has_shown_second_factor, to_second_factor
from shop.visitor import asked_language, remember_language

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


class ServiceUnavailableMiddleware:
    """Turns a database that is down or locked into a plain 503 page that asks to come back."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        logger.exception("database unavailable path=%s", request.path)
        response = render(None, "503.html", status=503)
        response["Retry-After"] = "30"
        return response


class AdminPolicyMiddleware:
    """Gives the admin the wider Content-Security-Policy that its own front end needs."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]
        return response


class StaffSecondFactorMiddleware:
    """With ``STAFF_SECOND_FACTOR`` nobody uses the admin who has not shown a second factor in this session."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_SECOND_FACTOR and request.path.startswith("/admin/"):
            user = request.user
            is_open = request.path in (reverse("admin:login"), reverse("admin:logout"))
            if user.is_authenticated and user.is_staff and not is_open and not has_shown_second_factor(request):
                return to_second_factor(request)
        return self._get_response(request)


class LanguageMiddleware(LocaleMiddleware):
    """The language of the visitor's cookie, else of their browser; ``?lang=de`` goes before both and is remembered.

    The parameter gives each language an address of its own, for search engines (``hreflang``) and for links.
    """

    def process_request(self, request: HttpRequest) -> None:
        language = asked_language(request)
        if not language:
            super().process_request(request)
            return
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        response = super().process_response(request, response)
        language = asked_language(request)
        if language and response.status_code < 400:
            remember_language(response, language)
        return response
