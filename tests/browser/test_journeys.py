"""The ways to buy, each on a desktop and on a phone, and each without JavaScript as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.buying import (
    CUSHION,
    approve,
    buy_now,
    fill_in,
    orders_of,
    put_in_basket,
    to_payment,
    total,
    wait_for_orders,
)
from tests.browser.conftest import RunningShop
from tests.browser.visitor import WIDTHS, Visitor, visiting

pytestmark = pytest.mark.browser

#: The second supplier's goods are the lamps; see ``seed_demo --second-supplier``.
LAMP = "/p/mushroom-lamp/"


@pytest.fixture(params=WIDTHS)
def visitor(request: pytest.FixtureRequest, browser: Browser, shop: RunningShop) -> Iterator[Visitor]:
    with visiting(browser, shop.url, width=request.param) as visitor:
        yield visitor


@pytest.fixture(params=WIDTHS)
def visitor_without_javascript(
    request: pytest.FixtureRequest, browser: Browser, shop: RunningShop
) -> Iterator[Visitor]:
    with visiting(browser, shop.url, width=request.param, java_script_enabled=False) as visitor:
        yield visitor


def customer(visitor: Visitor, name: str) -> dict[str, str]:
    """A customer of that name at this width: the demo's coupon is for one use by each."""
    size = visitor.page.viewport_size
    assert size
    first_name = name + ("Desk" if size["width"] > 1000 else "Phone")
    return {"Email": f"{first_name.lower()}@example.com", "First name": first_name}


def test_guest_buys_now_after_a_declined_payment(visitor: Visitor, shop: RunningShop) -> None:
    page = visitor.page
    buyer = customer(visitor, "Nora")
    buy_now(page, CUSHION, "Sage", "60 cm")
    fill_in(page, buyer)
    to_payment(page)
    page.wait_for_url("**/pay/**")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("heading", name="The payment was declined")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    number = approve(page)

    (order,) = wait_for_orders(page, shop, buyer["First name"], at_least=1)
    assert order["out_order_id"].startswith(number)
    assert [(item["sku_attr"], item["quantity"]) for item in order["items"]] == [("14:175#Sage;5:200006439", 1)]
    assert visitor.complaints == []


def test_two_suppliers_and_a_coupon_make_one_order_in_two_parcels(visitor: Visitor, shop: RunningShop) -> None:
    page = visitor.page
    buyer = customer(visitor, "Berta")
    put_in_basket(page, CUSHION, LAMP)
    page.get_by_label("Coupon code").fill("welcome10")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Coupon WELCOME10 is used.")).to_be_visible()
    visitor.look("basket")
    page.get_by_role("link", name="To the checkout").click()
    expect(page.get_by_role("group", name="Parcel 2")).to_be_visible()
    expect(page.get_by_text("Delivery time not known yet")).to_have_count(0)
    visitor.look("checkout-two-parcels")
    fill_in(page, buyer)
    shown = total(page)
    to_payment(page)
    page.wait_for_url("**/pay/**")
    asked = page.locator(".totals-sum dd").inner_text()
    approve(page)
    visitor.look("thanks-two-parcels")

    assert (asked, total(page)) == (shown, shown)
    assert len(wait_for_orders(page, shop, buyer["First name"], at_least=2)) == 2
    page.goto("/basket/")
    expect(page.get_by_role("heading", name="Your basket is empty")).to_be_visible()
    assert visitor.complaints == []


def test_guest_buys_now_without_javascript(visitor_without_javascript: Visitor, shop: RunningShop) -> None:
    page = visitor_without_javascript.page
    buyer = customer(visitor_without_javascript, "Olga")
    page.goto(CUSHION)
    page.get_by_text("Oat", exact=True).first.click()
    page.get_by_text("60 cm", exact=True).first.click()
    page.get_by_role("button", name="Show price and stock of this choice").click()
    expect(page.locator("[data-shown=price]")).to_have_text("$47.90")
    page.get_by_role("button", name="Buy Now").click()
    expect(page.get_by_text("Oat, 60 cm")).to_be_visible()
    fill_in(page, buyer)
    to_payment(page)
    number = approve(page)
    page.get_by_role("link", name="Follow your order").click()

    expect(page.locator("[data-order-number]")).to_have_text(number)
    (order,) = wait_for_orders(page, shop, buyer["First name"], at_least=1)
    assert [item["quantity"] for item in order["items"]] == [1]
    assert visitor_without_javascript.complaints == []


def test_basket_is_changed_and_bought_without_javascript(
    visitor_without_javascript: Visitor, shop: RunningShop
) -> None:
    page = visitor_without_javascript.page
    buyer = customer(visitor_without_javascript, "Carla")
    put_in_basket(page, CUSHION, LAMP)
    page.get_by_label(re.compile("Quantity of Washed Linen Cushion")).fill("2")
    page.get_by_role("button", name="Update quantities").click()
    expect(page.get_by_label(re.compile("Quantity of Washed Linen Cushion"))).to_have_value("2")
    page.get_by_role("button", name=re.compile("Remove .*Lamp")).click()
    page.get_by_role("button", name="Put it back").click()
    page.get_by_label("Coupon code").fill("welcome10")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("button", name="Update", exact=True).click()
    expect(page.get_by_label("Postcode")).to_be_visible()
    page.get_by_label("Country").select_option("US")
    page.get_by_role("button", name="Update", exact=True).click()
    fill_in(page, buyer)
    shown = total(page)
    to_payment(page)
    approve(page)

    assert total(page) == shown
    assert len(wait_for_orders(page, shop, buyer["First name"], at_least=2)) == 2


def test_declined_card_pays_at_the_second_try_without_javascript(visitor_without_javascript: Visitor) -> None:
    page = visitor_without_javascript.page
    buy_now(page)
    fill_in(page)
    to_payment(page, method="Card and more")
    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name="Pay", exact=True).click()

    expect(page).to_have_url(re.compile(r"/thanks/$"))


def test_checkout_follows_the_country_without_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    put_in_basket(page, CUSHION)
    page.goto("/checkout/?of=cart")
    page.get_by_label("First name").fill("Kenji")
    page.get_by_label("Country").select_option("JP")

    expect(page.get_by_label("Prefecture")).to_be_visible()
    expect(page.get_by_label("City", exact=True)).to_have_count(0)
    expect(page.get_by_label("First name")).to_have_value("Kenji")
    visitor.look("checkout-japan")
    page.get_by_label("Country").select_option("DE")
    expect(page.get_by_label("Postcode")).to_be_visible()
    expect(page.get_by_label("Prefecture")).to_have_count(0)
    assert visitor.complaints == []


def test_list_of_mistakes_follows_the_country(visitor: Visitor) -> None:
    page = visitor.page
    buy_now(page)
    page.get_by_role("button", name="Continue to payment").click()
    mistakes = page.get_by_role("alert").get_by_role("link")
    expect(mistakes.filter(has_text=re.compile("^State:"))).to_have_count(1)

    page.get_by_label("Country").select_option("JP")

    # Japan has neither states nor this field for the city; the email is still missing.
    expect(mistakes.filter(has_text=re.compile("^State:"))).to_have_count(0)
    expect(mistakes.filter(has_text=re.compile("^City:"))).to_have_count(0)
    expect(mistakes.filter(has_text=re.compile("^Email:"))).to_have_count(1)


def test_two_clicks_and_the_way_back_buy_once(visitor: Visitor, shop: RunningShop) -> None:
    page = visitor.page
    buyer = customer(visitor, "Wanda")
    buy_now(page)
    fill_in(page, buyer)
    to_payment(page)
    approve(page)
    page.go_back()
    page.go_back()
    page.goto("/checkout/")

    expect(page.get_by_role("heading", name="Nothing to check out")).to_be_visible()
    wait_for_orders(page, shop, buyer["First name"], at_least=1)
    page.wait_for_timeout(1000)
    assert len([order for order in orders_of(shop) if buyer["First name"] in str(order["address"])]) == 1
