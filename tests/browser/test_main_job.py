"""The main job as a newcomer sees it: from the home page to *delivered*, and what the supplier then holds."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.conftest import REPOSITORY, RunningShop

pytestmark = pytest.mark.browser

PICTURES = REPOSITORY / "test-results"
WIDTHS = {1280: 900, 390: 844}
#: About a minute from paid to delivered in the demo, and a slow machine.
DELIVERY_TIMEOUT_MS = 180_000


class Visitor:
    """A browser page that takes pictures and remembers everything that went wrong."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self._complain(message.type == "error", f"console: {message.text}"))
        page.on("pageerror", lambda error: self._complain(True, f"script: {error}"))
        page.on("response", self._on_response)

    def look(self, name: str) -> None:
        """Pictures of the page as it is now, on a desktop and on a phone; neither may scroll sideways."""
        self.page.wait_for_load_state()
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate(_LOAD_ALL_PICTURES)
            too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            self._complain(self.page.evaluate(too_wide), f"{name} scrolls sideways at {width} px")
            self.page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def _on_response(self, response: Response) -> None:
        self._complain(response.status >= 400, f"{response.status}: {response.url}")

    def _complain(self, is_wrong: bool, text: str) -> None:
        if is_wrong:
            self.complaints.append(text)


_LOAD_ALL_PICTURES = """async () => {
    const pictures = [...document.images];
    for (const picture of pictures) picture.loading = "eager";
    await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
}"""


@pytest.fixture
def visitor(browser: Browser, shop: RunningShop) -> Iterator[Visitor]:
    PICTURES.mkdir(exist_ok=True)
    context = browser.new_context(base_url=shop.url, viewport={"width": 1280, "height": 900}, locale="en-US")
    yield Visitor(context.new_page())
    context.close()


def test_customer_buys_in_a_browser_and_the_supplier_gets_exactly_one_order(
    visitor: Visitor, shop: RunningShop
) -> None:
    page = visitor.page
    choose_a_cushion(visitor)
    fill_in_the_checkout(visitor)
    pay_at_the_second_try(visitor)
    number = page.locator("[data-order-number]").first.inner_text()
    watch_until_delivered(visitor)
    look_into_the_mails(visitor, number)

    (order,) = [order for order in orders_of(shop) if order["out_order_id"].startswith(number)]
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


def test_product_can_be_bought_without_javascript(browser: Browser, shop: RunningShop) -> None:
    context = browser.new_context(base_url=shop.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/p/linen-cushion/")

    page.get_by_text("Oat · 60 cm", exact=True).click()
    page.get_by_role("button", name="Buy Now").click()

    expect(page).to_have_url(re.compile("/checkout/$"))
    expect(page.get_by_text("Oat, 60 cm")).to_be_visible()
    context.close()


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


def fill_in_the_checkout(visitor: Visitor) -> None:
    page = visitor.page
    page.wait_for_url("**/checkout/")
    expect(page.get_by_text("Sage, 60 cm")).to_be_visible()
    visitor.look("checkout")
    for label, text in {
        "Email": "anna@example.com",
        "First name": "Anna",
        "Last name": "Oberhausen",
        "Address": "123 Main St",
        "City": "New York",
        "State / province": "NY",
        "ZIP / postcode": "10001",
        "Phone": "+1 212 555 0123",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Continue to payment").dblclick()


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


def orders_of(shop: RunningShop) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{shop.sandbox_url}/_control/orders", timeout=10) as reply:
        orders: list[dict[str, Any]] = json.load(reply)
        return orders
