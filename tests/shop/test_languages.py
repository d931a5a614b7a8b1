"""The language of pages and mails: who gets which, the switch, and the addresses that search engines are told of."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from django.utils import translation

from fulfillment import notifications, order_links
from fulfillment.models import Notice
from shop.languages import offered_languages
from tests.factories import OrderFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def language_of(page: bytes) -> str:
    return page.decode().partition('<html lang="')[2][:2]


def test_page_speaks_the_browser_s_language(client: Client) -> None:
    response = client.get("/", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})

    assert language_of(response.content) == "de"
    assert "Zum Inhalt springen" in response.content.decode()
    assert "Accept-Language" in response["Vary"]
    assert response["Content-Language"] == "de"


def test_page_speaks_the_shop_s_own_language_to_whoever_asks_for_none_of_its(client: Client) -> None:
    assert language_of(client.get("/", headers={"Accept-Language": "fr"}).content) == "en"


def test_choice_goes_before_the_browser_and_lasts(client: Client) -> None:
    client.post("/preferences/", {"language": "de", "next": "/"})

    assert language_of(client.get("/", headers={"Accept-Language": "en"}).content) == "de"


def test_switch_leads_back_to_the_page_with_its_filters(client: Client) -> None:
    page = client.get("/search/?q=lamp&sort=price&lang=de").content.decode()
    response = client.post("/preferences/", {"language": "en", "next": "/search/?q=lamp&sort=price"})

    assert 'name="next" value="/search/?q=lamp&amp;sort=price"' in page
    assert response["Location"] == "/search/?q=lamp&sort=price"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_switch_leads_nowhere_else(client: Client, address: str) -> None:
    response = client.post("/preferences/", {"language": "de", "next": address})

    assert response["Location"] == "/"


def test_switch_without_an_address_leads_back_to_where_the_form_was(client: Client) -> None:
    response = client.post("/preferences/", {"language": "de"}, headers={"Referer": "http://testserver/basket/?a=1"})

    assert response["Location"] == "/basket/?a=1"


def test_form_of_another_site_changes_nothing(client: Client) -> None:
    response = client.post("/preferences/", {"language": "de"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert not response.cookies


@pytest.mark.parametrize("language", ["xx", "", "de\x00", "../../de"])
def test_language_that_the_shop_does_not_speak_is_passed_over(client: Client, language: str) -> None:
    assert not client.post("/preferences/", {"language": language}).cookies
    assert language_of(client.get("/", {"lang": language}).content) == "en"


def test_address_may_name_the_language_and_is_remembered(client: Client) -> None:
    first = client.get("/?lang=de")
    second = client.get("/")

    assert language_of(first.content) == language_of(second.content) == "de"


@override_settings(BASE_URL="https://shop.example.com")
def test_public_page_names_its_address_in_each_language(client: Client) -> None:
    address = "https://shop.example.com" + VariantFactory().product.get_absolute_url()

    page = client.get(address).content.decode()
    german = client.get(f"{address}?lang=de").content.decode()

    for text in (page, german):
        assert f'<link rel="alternate" hreflang="de" href="{address}?lang=de">' in text
        assert f'<link rel="alternate" hreflang="x-default" href="{address}">' in text
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'<link rel="canonical" href="{address}?lang=de">' in german


@override_settings(BASE_URL="https://shop.example.com")
def test_cookie_s_language_is_no_other_address(client: Client) -> None:
    client.post("/preferences/", {"language": "de"})

    page = client.get(ProductFactory().category.get_absolute_url()).content.decode()

    assert "?lang=de" not in page.partition('rel="canonical"')[2].partition(">")[0]


@override_settings(LANGUAGES=[("en", "English")], DISPLAY_CURRENCIES=[])
def test_shop_with_one_language_and_currency_offers_no_choice(client: Client) -> None:
    page = client.get("/").content.decode()

    assert 'id="preferences"' not in page
    assert "hreflang" not in page


def test_mail_is_written_in_the_order_s_language() -> None:
    order = OrderFactory(language="de")
    notifications.owe(order, Notice.Kind.RECEIVED)

    with translation.override("en"):
        notifications.send(Notice.objects.get().pk)

    assert mail.outbox[0].subject.startswith("Ihre Bestellung")
    assert "Vielen Dank" in mail.outbox[0].body
    assert '<html lang="de">' in mail.outbox[0].alternatives[0][0]


def test_mail_with_order_links_is_written_in_the_newest_order_s_language() -> None:
    order = OrderFactory(language="de", email="anna@example.com")
    order_links.ask(email=order.email, visitor="192.0.2.1")

    order_links.handle(order_links.unhandled()[0])

    assert mail.outbox[0].subject.startswith("Ihre Bestellungen")


@pytest.mark.parametrize("language", ["", "fr"])
def test_order_in_no_language_of_the_shop_s_is_written_to_in_its_first(language: str) -> None:
    assert OrderFactory.build(language=language).mail_language == "en"


def test_staff_may_read_the_admin_in_german(admin_client: Client) -> None:
    page = admin_client.get("/admin/", headers={"Accept-Language": "de"}).content.decode()

    assert language_of(page.encode()) == "de"
    assert "Lieferantenbestellungen" in page
    assert 'action="/preferences/"' in page


def test_first_language_is_the_shop_s_own() -> None:
    assert offered_languages(["de", "en"]) == ("de", [("de", "Deutsch"), ("en", "English")])


@pytest.mark.parametrize("codes", [["en", "xx"], []])
def test_unknown_language_stops_the_start(codes: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="SHOP_LANGUAGES"):
        offered_languages(codes)


def test_english_pages_of_a_german_shop_are_english() -> None:
    code = (
        "from shop.catalogues import compile_catalogues; compile_catalogues(); import django; django.setup(); "
        "from django.utils import translation; from django.utils.translation import gettext; "
        "translation.activate('en'); print(gettext('Buy Now')); translation.activate('de'); print(gettext('Buy Now'))"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "shop.settings_test", "SHOP_LANGUAGES": "de,en", "PATH": ""}

    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.split("\n")[:2] == ["Buy Now", "Jetzt kaufen"]
