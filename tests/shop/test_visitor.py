"""The country a visitor most likely wants things sent to."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from shop.visitor import COUNTRY_COOKIE, remember_country, visitor_country


@pytest.mark.parametrize(
    ("languages", "country"),
    [
        ("de-AT,de;q=0.9,en-GB;q=0.5", "AT"),
        ("en", "US"),
        ("", "US"),
        ("xx-QQ, fr_CA", "CA"),
        ("\x00-'; DROP TABLE", "US"),
    ],
)
def test_country_is_guessed_from_the_languages(languages: str, country: str) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": languages})

    assert visitor_country(request) == country


def test_chosen_country_comes_before_the_languages() -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "de-AT"})
    request.COOKIES[COUNTRY_COOKIE] = "NZ"

    assert visitor_country(request) == "NZ"


@pytest.mark.parametrize("cookie", ["ZZ", "", "de\x00", "<script>", "A" * 5000])
def test_cookie_that_names_no_country_is_ignored(cookie: str) -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "de-AT"})
    request.COOKIES[COUNTRY_COOKIE] = cookie

    assert visitor_country(request) == "AT"


def test_only_an_offered_country_is_named() -> None:
    request = RequestFactory().get("/", headers={"Accept-Language": "de-AT,en-GB"})

    assert visitor_country(request, ["GB", "FR"]) == "GB"
    assert visitor_country(request, ["FR"]) == ""


def test_remembered_country_is_out_of_reach_of_scripts(settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    response = HttpResponse()

    remember_country(response, "DE")

    cookie = response.cookies[COUNTRY_COOKIE]
    assert (cookie.value, cookie["samesite"], cookie["httponly"], cookie["secure"]) == ("DE", "Lax", True, True)
