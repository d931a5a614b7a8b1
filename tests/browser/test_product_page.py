"""The product's page while somebody chooses: what can be chosen, and what follows the choice without a reload."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import REPOSITORY, RunningShop
from tests.browser.test_accessibility import Complaints, page

__all__ = ["page"]

pytestmark = pytest.mark.browser

#: Color, size, price, stock: Ink comes in one size only, Oat in S only, and Clay · L is sold out.
GAPS = [
    ("Sage", "S", "20.00", 9), ("Sage", "M", "21.00", 3), ("Oat", "S", "22.00", 9), ("Clay", "L", "23.00", 0),
    ("Clay", "M", "24.00", 9), ("Ink", "XL", "25.00", 9),
]  # fmt: skip
MANY = [(f"Color {color}", f"Size {size}", "9.90", 50) for color in range(20) for size in range(25)]

_ADD = """
import json, sys
from decimal import Decimal
from django.utils import timezone
from catalog.models import Category, Listing, Product, Variant
slug, rows = json.loads(sys.stdin.read())
if not Product.objects.filter(slug=slug).exists():
    account = Listing.objects.first().account
    product = Product.objects.create(
        category=Category.objects.first(), slug=slug, title=slug, status="active", option_names=["Color", "Size"])
    for number, (color, size, price, stock) in enumerate(rows):
        variant = Variant.objects.create(
            product=product, sku=f"{slug}-{number}", options={"Color": color, "Size": size}, price=Decimal(price),
            currency="USD", position=number)
        Listing.objects.create(variant=variant, account=account, external_product_id=slug,
                               external_sku_id=str(number), stock=stock, quantity_limit=2 if color == "Ink" else None,
                               checked_at=timezone.now())
"""


def add_product(shop: RunningShop, slug: str, rows: list[tuple[str, str, str, int]]) -> str:
    """Put a product into the running shop. Its address."""
    if not shop.environment:
        pytest.skip("goods cannot be added to a shop that somebody else started")
    subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{_ADD}"],
        cwd=REPOSITORY,
        env=shop.environment | {"DJANGO_SETTINGS_MODULE": "shop.settings"},
        input=json.dumps([slug, rows]).encode(),
        check=True,
        timeout=120,
    )
    return f"/p/{slug}/"


def choose(page: Page, *values: str) -> None:
    for value in values:
        page.get_by_text(value, exact=True).first.click()


def shown(page: Page, name: str) -> str:
    return page.locator(f"[data-shown={name}]").first.inner_text()


def test_choice_is_followed_without_a_reload(page: Page, shop: RunningShop) -> None:
    complaints = Complaints(page)
    page.goto(add_product(shop, "gaps", GAPS))
    page.evaluate("window.stayed = true")

    choose(page, "M")

    assert (shown(page, "price"), shown(page, "stock-text"), shown(page, "sku")) == ("$21.00", "Only 3 left", "gaps-1")
    expect(page.get_by_label("Quantity")).to_have_attribute("max", "3")
    expect(page.locator("[data-announce]")).to_have_text("Sage · M: $21.00, Only 3 left")
    assert page.url.endswith("?variant=gaps-1")
    assert page.evaluate("window.stayed") is True
    assert complaints.found == []


def test_sizes_that_a_color_does_not_have_cannot_be_chosen(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "gaps", GAPS))

    choose(page, "Oat")

    disabled = page.locator("[data-group='option:Size'] input:disabled")
    assert [box.get_attribute("value") for box in disabled.all()] == ["M", "L", "XL"]
    assert page.locator("[data-group='option:Color'] input:disabled").count() == 0


def test_every_variant_can_be_reached_from_every_other(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "gaps", GAPS))

    for before in range(len(GAPS)):
        for after in range(len(GAPS)):
            choose(page, *GAPS[before][:2])
            choose(page, *GAPS[after][:2])
            assert shown(page, "sku") == f"gaps-{after}"


def test_color_that_lacks_the_size_takes_one_that_it_has(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "gaps", GAPS))
    choose(page, "M", "Ink")

    assert shown(page, "sku") == "gaps-5"
    expect(page.get_by_text("At most 2 per order")).to_be_visible()


def test_sold_out_variant_is_shown_and_not_buyable(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "gaps", GAPS))

    choose(page, "Clay", "L")
    sold_out = page.get_by_role("button", name="Buy Now").is_disabled(), shown(page, "stock-text")
    choose(page, "M")

    assert sold_out == (True, "Sold out")
    expect(page.get_by_role("button", name="Buy Now")).to_be_enabled()


def test_quantity_comes_down_to_what_the_choice_allows(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "gaps", GAPS))
    page.get_by_label("Quantity").fill("8")

    choose(page, "M")

    expect(page.get_by_label("Quantity")).to_have_value("3")


def test_choice_survives_a_reload_and_the_way_back(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "gaps", GAPS))
    choose(page, "Clay", "M")

    page.reload()
    reloaded = shown(page, "sku")
    page.get_by_role("button", name="Buy Now").click()
    page.wait_for_url("**/checkout/")
    page.go_back()

    assert reloaded == "gaps-4"
    expect(page.locator("[data-shown=sku]")).to_have_text("gaps-4")
    expect(page.get_by_role("radio", name="Clay")).to_be_checked()


def test_what_was_chosen_is_what_is_bought(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "gaps", GAPS))
    choose(page, "Clay", "M")

    page.get_by_role("button", name="Buy Now").click()

    expect(page.get_by_text("Clay, M", exact=True)).to_be_visible()


def test_five_hundred_variants_are_a_small_page(page: Page, shop: RunningShop) -> None:
    page.goto(add_product(shop, "many", MANY))

    choose(page, "Color 19", "Size 24")

    assert shown(page, "sku") == "many-499"
    # The countries to send it to are a list of their own length.
    assert page.evaluate("document.querySelectorAll(':not(#delivery-country > *)').length") < 600
