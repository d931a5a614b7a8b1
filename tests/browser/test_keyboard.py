"""What customers do beside buying, with the keyboard alone: basket, filters, order links, logging in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.buying import put_in_basket
from tests.browser.conftest import RunningShop
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

CUSHION = "/p/linen-cushion/"


@pytest.fixture
def page(browser: Browser, shop: RunningShop) -> Iterator[Page]:
    context = browser.new_context(
        base_url=shop.url, viewport={"width": 1280, "height": 900}, locale="en-US", reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def test_basket_is_changed_and_emptied_without_a_pointer(page: Page) -> None:
    put_in_basket(page, CUSHION)
    keyboard = Keyboard(page)

    keyboard.go_to("Quantity of Washed Linen Cushion")
    with page.expect_navigation():
        keyboard.press("ArrowUp")
        keyboard.press("Tab")
    expect(page.get_by_label("Quantity of Washed Linen Cushion")).to_have_value("2")

    page.get_by_label("Quantity of Washed Linen Cushion").focus()
    keyboard.press("Tab")
    expect(page.get_by_role("button", name=re.compile("^Remove Washed Linen Cushion"))).to_be_focused()
    with page.expect_navigation():
        keyboard.press("Enter")
    expect(page.get_by_label("Quantity of Washed Linen Cushion")).to_have_count(0)
    keyboard.go_to("Put it back")


def test_list_is_filtered_without_a_pointer(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/c/bed-bath/")

    page.locator("summary", has_text="Filter").focus()
    if not page.locator("#min").is_visible():
        keyboard.press("Enter")
    keyboard.write("Lowest price", "1")
    keyboard.write("Highest price", "1000")
    keyboard.go_to("In stock")
    keyboard.press("Space")
    keyboard.go_to("Show products")
    with page.expect_navigation():
        keyboard.press("Enter")

    assert {"min=1", "max=1000", "stock=1"} <= set(page.url.partition("?")[2].split("&"))
    expect(page.get_by_role("link", name=re.compile("Remove filter")).first).to_be_visible()


def test_order_links_are_asked_for_without_a_pointer(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/orders/links/")

    keyboard.write("Email", "anna@example.com")
    with page.expect_navigation():
        keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Please look into your mailbox")).to_be_visible()


def test_refused_log_in_is_told_where_the_keyboard_is(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/account/login/")

    keyboard.write("Email", "nobody@example.com")
    keyboard.write("Password", "not-the-password")
    with page.expect_navigation():
        keyboard.press("Enter")

    expect(page.get_by_role("alert").first).to_be_focused()
