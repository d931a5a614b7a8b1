"""The steps of a purchase, as a customer takes them in a browser."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import RunningShop

CUSHION = "/p/linen-cushion/"
#: What a customer types, by the label of the field. The state is chosen.
CUSTOMER = {
    "Email": "anna@example.com",
    "First name": "Anna",
    "Last name": "Oberhausen",
    "Address": "123 Main St",
    "City": "New York",
    "ZIP code": "10001",
    "Phone": "+1 212 555 0123",
}
STATE = "New York"
#: About a minute from paid to delivered in the demo, and a slow machine.
DELIVERY_TIMEOUT_MS = 180_000
#: What the order's page may say once the supplier has the order: a slow machine sees the later words first.
PLACED = re.compile("in_fulfillment|shipped|delivered")


def buy_now(page: Page, address: str = CUSHION, *choices: str) -> None:
    """From the product's page, with the values chosen that ``choices`` names, to the checkout."""
    page.goto(address)
    for choice in choices:
        page.get_by_text(choice, exact=True).first.click()
    page.get_by_role("button", name="Buy Now", exact=True).click()
    page.wait_for_url("**/checkout/")


def put_in_basket(page: Page, *addresses: str) -> None:
    for address in addresses:
        page.goto(address)
        page.get_by_role("button", name="Add to basket").click()
        page.wait_for_url("**/basket/")


def fill_in(page: Page, changed: dict[str, str] | None = None) -> None:
    """Answer everything that the checkout asks for in the United States."""
    for label, text in (CUSTOMER | (changed or {})).items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("State", exact=True).select_option(STATE)
    page.get_by_label(re.compile("I agree to the")).check()


def to_payment(page: Page, *, method: str = "Test payment") -> None:
    """Choose how to pay, where there is a choice, and go on; an impatient customer clicks twice."""
    if page.locator("input[name=payment_method]").count():
        page.get_by_label(re.compile(method)).check()
    page.get_by_role("button", name="Continue to payment").dblclick()


def approve(page: Page) -> str:
    """Pay on the sandbox's page. The order's number."""
    page.wait_for_url("**/pay/**")
    page.get_by_role("button", name="Approve").dblclick()
    page.wait_for_url("**/thanks/")
    return page.locator("[data-order-number]").first.inner_text()


def buy(page: Page, changed: dict[str, str] | None = None) -> str:
    """One thing, paid. The order's number; the page is the one that says thanks."""
    buy_now(page)
    fill_in(page, changed)
    to_payment(page)
    return approve(page)


def total(page: Page) -> str:
    """The total that the page names."""
    return page.locator("[data-total=total]").first.inner_text()


def control(shop: RunningShop, path: str, body: dict[str, Any]) -> Any:
    """Tell the suppliers' emulator something, for example ``/_control/clock`` to move its clock forward."""
    request = urllib.request.Request(f"{shop.sandbox_url}{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def orders_of(shop: RunningShop) -> list[dict[str, Any]]:
    """The orders that the suppliers hold."""
    with urllib.request.urlopen(f"{shop.sandbox_url}/_control/orders", timeout=10) as reply:
        orders: list[dict[str, Any]] = json.load(reply)
        return orders


def wait_for_orders(page: Page, shop: RunningShop, first_name: str, *, at_least: int) -> list[dict[str, Any]]:
    """The suppliers' orders for that person, once there are so many (or half a minute is over)."""
    found: list[dict[str, Any]] = []
    for _attempt in range(60):
        found = [order for order in orders_of(shop) if first_name in str(order["address"])]
        if len(found) >= at_least:
            break
        page.wait_for_timeout(500)
    return found
