"""The Content-Security-Policy: what a page of the shop may load, and that no page loosens it by itself."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import ListingFactory

pytestmark = pytest.mark.django_db


def policy(header: str) -> dict[str, set[str]]:
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def test_shop_s_pages_load_nothing_but_the_shop_s_own_files(client: Client) -> None:
    own = {"'self'"}

    assert policy(client.get("/")["Content-Security-Policy"]) == {
        "default-src": {"'none'"},
        "script-src": own,
        "style-src": own,
        "img-src": own,
        "font-src": own,
        "connect-src": own,
        "manifest-src": own,
        "form-action": own,
        "base-uri": {"'none'"},
        "frame-ancestors": {"'none'"},
    }


def test_every_page_has_the_same_policy_and_nothing_inline(client: Client) -> None:
    listing = ListingFactory(variant__product__is_featured=True)
    product = listing.variant.product
    expected = client.get("/")["Content-Security-Policy"]

    addresses = ("/", product.category.get_absolute_url(), product.get_absolute_url(), "/checkout/", "/no/such/page/")
    client.post("/buy/", {"sku": listing.variant.sku, "quantity": 1})
    for address in addresses:
        response = client.get(address)
        html = response.content.decode()

        assert response["Content-Security-Policy"] == expected
        assert not re.search(r"""<[^>]*\s(style|on\w+)=["']|<style|href=["']javascript:""", html)
        # Data for scripts is not run; whatever else stands inline would be.
        inline = re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", html)
        assert all('type="application/json"' in found or 'type="application/ld+json"' in found for found in inline)
