"""The main job as a newcomer sees it: from the home page to *delivered*, and what the supplier then holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.buying import DELIVERY_TIMEOUT_MS, fill_in, orders_of, to_payment
from tests.browser.conftest import RunningShop
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(browser: Browser, shop: RunningShop) -> Iterator[Visitor]:
    with visiting(browser, shop.url) as visitor:
        yield visitor


def test_customer_buys_in_a_browser_and_the_supplier_gets_exactly_one_order(
    visitor: Visitor, shop: RunningShop
) -> None:
    page = visitor.page
    choose_a_cushion(visitor)
    expect(page.get_by_text("Sage, 60 cm")).to_be_visible()
    visitor.look("checkout")
    fill_in(page)
    to_payment(page)
    pay_at_the_second_try(visitor)
    number = page.locator("[data-order-number]").first.inner_text()
    watch_until_delivered(visitor)
    look_into_the_mails(visitor, number)

    (order,) = [order for order in orders_of(shop) if (order["out_order_id"] or "").startswith(number)]
    assert [(item["sku_attr"], item["quantity"]) for item in order["items"]] == [("14:175#Sage;5:200006439", 2)]
    address = {name: order["address"][name] for name in ("full_name", "address", "city", "province", "zip", "country")}
    assert address == {
        "full_name": "Anna Oberhausen", "address": "123 Main St", "city": "New York", "province": "New York",
        "zip": "10001", "country": "US",
    }  # fmt: skip
    assert visitor.complaints == []


def test_staff_see_the_orders(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/admin/")
    page.fill("[name=username]", "demo")
    page.fill("[name=password]", "demo-password")
    page.press("[name=password]", "Enter")
    page.goto("/admin/fulfillment/order/")
    expect(page.get_by_text("ORD-").first).to_be_visible()
    visitor.look("admin-orders")
    page.goto(page.get_by_role("link", name=re.compile("ORD-")).first.get_attribute("href") or "")
    visitor.look("admin-order")

    assert [text for text in visitor.complaints if "scrolls sideways" not in text] == []


def choose_a_cushion(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/")
    visitor.look("home")
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Bed & Bath").click()
    visitor.look("category")
    page.get_by_role("link", name="Washed Linen Cushion").click()
    visitor.look("product")
    page.get_by_text("Sage", exact=True).first.click()
    page.get_by_text("60 cm", exact=True).first.click()
    expect(page.locator("[data-shown=price]")).to_have_text("$47.90")
    page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Buy Now", exact=True).click()
    page.wait_for_url("**/checkout/")


def pay_at_the_second_try(visitor: Visitor) -> None:
    page = visitor.page
    page.wait_for_url("**/pay/**")
    visitor.look("payment")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("heading", name="The payment was declined")).to_be_visible()
    visitor.look("payment-declined")
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("button", name="Approve").dblclick()
    page.wait_for_url("**/thanks/")
    visitor.look("thanks")


def watch_until_delivered(visitor: Visitor) -> None:
    """Nobody reloads: the page follows by itself."""
    page = visitor.page
    page.get_by_role("link", name="Follow your order").click()
    main = page.locator("main[data-order-status]")
    visitor.look("order-placed")
    expect(main).to_have_attribute("data-order-status", re.compile("shipped|delivered"), timeout=DELIVERY_TIMEOUT_MS)
    expect(page.locator("[data-tracking-number]")).to_have_text(re.compile(r"\w{8,}"))
    visitor.look("order-shipped")
    expect(main).to_have_attribute("data-order-status", "delivered", timeout=DELIVERY_TIMEOUT_MS)
    visitor.look("order-delivered")


def look_into_the_mails(visitor: Visitor, number: str) -> None:
    page = visitor.page
    expect_mail = page.get_by_role("link", name=re.compile(f"Your order {number} has been delivered"))
    for _attempt in range(20):
        page.goto("/dev/mail/")
        if expect_mail.count():
            break
        page.wait_for_timeout(500)
    expect(page.frame_locator("iframe").get_by_text(number).first).to_be_visible()
    visitor.look("mail")
