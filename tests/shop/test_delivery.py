"""Delivery on the product's page: what is said before the checkout, and how little a visitor can make us ask."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache

from catalog.models import FreightQuote, Listing
from fulfillment.models import ShippingRate
from integrations.errors import Transient
from integrations.types import FreightOption
from shop import limits
from shop.delivery_box import days_text
from tests.factories import ListingFactory, ProductFactory, VariantFactory
from tests.fake_supplier import usd

pytestmark = pytest.mark.django_db

FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def listing(supplier):
    supplier.freight = [FreightOption("STANDARD", "Standard", usd("1.99"), tracked=True, min_days=12, max_days=20)]
    return ListingFactory(account__provider="fake", variant__sku="MUG-1", variant__product__slug="mug")


@pytest.fixture
def asked(supplier, monkeypatch) -> list[str]:
    """The countries that the supplier was asked about."""
    countries: list[str] = []
    told = supplier.fetch_freight

    def fetch(*args, **kwargs):
        countries.append(kwargs["country"])
        return told(*args, **kwargs)

    monkeypatch.setattr(supplier, "fetch_freight", fetch)
    return countries


def ask(client, country: str = "US", *, variant: str = "MUG-1", slug: str = "mug") -> str:
    response = client.get(f"/p/{slug}/delivery/", {"variant": variant, "country": country}, headers=FRAGMENT)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_page_loads_without_asking_anybody(client, listing, asked):
    page = client.get("/p/mug/").content.decode()

    assert asked == []
    assert "data-delivery-ask" in page
    assert 'src="/static/js/delivery.js"' in page


def test_fragment_says_range_and_price(client, listing):
    ShippingRate.objects.create(kind="flat", amount=Decimal("4.90"), currency="USD")

    said = ask(client)

    assert "12–20 days" in said
    assert "$4.90 for delivery" in said
    assert "tracked" in said


def test_what_is_known_stands_on_the_page_at_once(client, listing, asked):
    ask(client)

    page = client.get("/p/mug/").content.decode()

    assert "12–20 days" in page
    assert "Delivery included" in page
    assert "data-delivery-ask" not in page
    assert asked == ["US"]


def test_country_it_does_not_go_to_is_said_early(client, listing, supplier):
    supplier.freight = []

    assert "does not ship to Germany" in ask(client, "DE")


def test_country_that_staff_excluded_is_said_without_asking(client, listing, asked):
    Listing.objects.update(destination_countries=["US"])

    assert "does not ship to Germany" in ask(client, "DE")
    assert asked == []


def test_page_knows_the_country_chosen_before(client, listing):
    ask(client, "DE")

    page = client.get("/p/mug/").content.decode()

    assert '<option value="DE" selected>' in page
    assert "12–20 days" in page


def test_browsers_language_names_the_country(client, listing):
    page = client.get("/p/mug/", headers={"Accept-Language": "de-AT,de;q=0.9"}).content.decode()

    assert '<option value="AT" selected>' in page


def test_button_works_without_a_script(client, listing):
    response = client.get("/p/mug/delivery/", {"variant": "MUG-1", "country": "DE"})

    assert response.status_code == 302
    assert response["Location"] == "/p/mug/?variant=MUG-1#delivery"
    assert "12–20 days" in client.get("/p/mug/?variant=MUG-1").content.decode()


def test_supplier_that_is_silent_keeps_the_page_honest(client, listing, supplier, asked):
    supplier.read_error = Transient("no connection")

    assert "shown at the checkout" in ask(client)
    assert "shown at the checkout" in ask(client)
    assert asked == ["US"]


def test_listing_that_would_be_bought_first_speaks(client, listing, supplier):
    ListingFactory(account=listing.account, variant=listing.variant, priority=2)
    Listing.objects.filter(pk=listing.pk).update(stock=0)

    ask(client)

    assert FreightQuote.objects.get().external_product_id != listing.external_product_id


def test_variant_that_is_bought_nowhere_says_nothing_about_countries(client, supplier):
    VariantFactory(sku="BARE", product__slug="bare")

    assert "does not ship" not in ask(client, variant="BARE", slug="bare")


@pytest.mark.parametrize(
    ("slug", "variant"),
    [("mug", ""), ("mug", "NOPE"), ("mug", "OTHER-1"), ("gone", "MUG-1"), ("draft", "DRAFT-1"), ("mug", "MUG-1\0")],
)
def test_only_what_is_sold_can_be_asked_about(client, listing, asked, slug, variant):
    ListingFactory(account=listing.account, variant__sku="OTHER-1")
    ListingFactory(
        account=listing.account, variant__sku="DRAFT-1", variant__product=ProductFactory(slug="draft", status="draft")
    )

    response = client.get(f"/p/{slug}/delivery/", {"variant": variant, "country": "US"}, headers=FRAGMENT)

    assert response.status_code == 404
    assert asked == []


@pytest.mark.parametrize("country", ["", "XX", "Germany", "\0", "D" * 500])
def test_only_known_countries_are_asked_about(client, listing, asked, country):
    ask(client, country)

    assert asked == ["US"]


def test_one_visitor_causes_few_questions(client, listing, asked):
    for country in ["US", "DE", "FR", "GB", "NL", "AT", "CH", "BE", "SE", "NO", "DK", "FI", "ES", "PT", "IT"]:
        ask(client, country)

    assert len(asked) == limits.QUESTIONS


def test_known_answers_are_not_counted(client, listing, asked):
    ask(client)
    for _ in range(limits.QUESTIONS + 3):
        ask(client)

    assert "12–20 days" in ask(client, "DE")


def test_all_visitors_together_cause_no_more_than_their_share(client, listing, asked, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "visitors": 2}

    for number, country in enumerate(["US", "DE", "FR", "GB"]):
        client.get(
            "/p/mug/delivery/",
            {"variant": "MUG-1", "country": country},
            headers=FRAGMENT,
            REMOTE_ADDR=f"10.0.0.{number}",
        )

    assert asked == ["US", "DE"]


def test_one_question_is_not_asked_twice_at_the_same_time(client, listing, asked):
    cache.add(f"delivery:{listing.variant_id}:US", 1, 60)

    assert "shown at the checkout" in ask(client)
    assert asked == []


def test_answer_is_kept_by_no_cache(client, listing):
    response = client.get("/p/mug/delivery/", {"variant": "MUG-1", "country": "US"}, headers=FRAGMENT)

    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


def test_suppliers_own_fee_and_words_are_not_shown(client, listing):
    page = client.get("/p/mug/").content.decode() + ask(client)

    assert "1.99" not in page
    assert "STANDARD" not in page


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (12, 20, "12–20 days"),
        (5, 5, "about 5 days"),
        (None, 9, "about 9 days"),
        (3, None, "about 3 days"),
        (None, None, ""),
    ],
)
def test_days_are_written_for_people(least, most, text):
    assert days_text(least, most) == text
