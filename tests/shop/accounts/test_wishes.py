"""The wish list, also of somebody who has yet to log in."""

from __future__ import annotations

import pytest
from django.test import Client

from shop.accounts import wishes
from shop.accounts.models import Wish
from tests.customers import browser_of, customer, log_in
from tests.factories import ListingFactory, VariantFactory

pytestmark = pytest.mark.django_db


def wish_for(client: Client, variant) -> object:
    return client.post("/account/wishes/add/", {"sku": variant.sku, "product": variant.product.slug})


def test_choice_goes_to_the_list_once() -> None:
    user = customer()
    browser, variant = browser_of(user), ListingFactory().variant

    wish_for(browser, variant)
    wish_for(browser, variant)

    assert [wish.variant for wish in Wish.objects.filter(user=user)] == [variant]
    assert variant.title in browser.get("/account/wishes/").content.decode()


def test_visitors_wish_waits_for_the_login(client: Client) -> None:
    user, variant = customer(), ListingFactory().variant

    response = wish_for(client, variant)
    log_in(client)

    assert response.url == "/account/login/?next=%2Faccount%2Fwishes%2F&wish=1"
    assert Wish.objects.get(user=user).variant == variant


def test_sold_out_wish_offers_to_tell(client: Client) -> None:
    user = customer()
    wishes.add_wish(user, ListingFactory(stock=0).variant)

    assert "Tell me when it is available" in browser_of(user).get("/account/wishes/").content.decode()


def test_wish_for_what_is_not_sold_is_refused(client: Client) -> None:
    variant = VariantFactory(is_active=False)

    assert wish_for(client, variant).status_code == 400


def test_taking_off_touches_the_own_list_only() -> None:
    user, other, variant = customer(), customer("bob@example.com"), ListingFactory().variant
    wishes.add_wish(user, variant)
    wishes.add_wish(other, variant)

    browser_of(user).post("/account/wishes/remove/", {"sku": variant.sku})

    assert [wish.user for wish in Wish.objects.all()] == [other]


def test_list_has_an_end(monkeypatch) -> None:
    monkeypatch.setattr(wishes, "MAX_WISHES", 1)
    user = customer()
    wishes.add_wish(user, VariantFactory())

    with pytest.raises(wishes.ListIsFull):
        wishes.add_wish(user, VariantFactory())
    assert wish_for(browser_of(user), ListingFactory().variant).status_code == 409


def test_page_needs_the_same_number_of_queries_for_one_wish_and_for_many(django_assert_max_num_queries) -> None:
    user = customer()
    browser = browser_of(user)
    for listing in ListingFactory.create_batch(12):
        wishes.add_wish(user, listing.variant)

    with django_assert_max_num_queries(10):
        assert browser.get("/account/wishes/").content.decode().count("Remove") == 12
