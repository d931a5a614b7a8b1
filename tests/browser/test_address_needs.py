"""The checkout follows the choice of a country: what it asks for, and that a hidden answer is not sent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import RunningShop
from tests.browser.test_main_job import visitor
from tests.browser.visitor import Visitor

__all__ = ["visitor"]

pytestmark = pytest.mark.browser


def test_fields_come_and_go_with_the_country(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/p/linen-cushion/")
    page.get_by_role("button", name="Buy Now", exact=True).click()
    page.wait_for_url(re.compile("/checkout/$"))
    number = page.locator("#id_tax_id")
    expect(number).to_have_count(0)

    page.select_option("#id_country", "BR")
    page.get_by_label("CPF (Brazilian tax number)").fill("123.456.789-09")
    visitor.look("checkout-brazil")
    page.select_option("#id_country", "US")
    expect(number).to_have_count(0)
    page.select_option("#id_country", "CL")
    expect(page.get_by_label("RUT (Chilean tax number) (optional)")).to_be_visible()
    page.select_option("#id_country", "SA")
    expect(page.get_by_label("Short national address")).to_be_visible()
    expect(number).to_have_count(0)
    assert visitor.complaints == []


def test_country_counts_although_something_else_changes_while_it_is_asked_about(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/p/linen-cushion/")
    page.get_by_role("button", name="Buy Now", exact=True).click()
    page.wait_for_url(re.compile("/checkout/$"))

    page.evaluate("""() => {
        for (const [id, value] of [["id_country", "BR"], ["id_postcode", "01310"]]) {
            const field = document.getElementById(id);
            field.value = value;
            field.dispatchEvent(new Event("change", { bubbles: true }));
        }
    }""")

    expect(page.get_by_label("CPF (Brazilian tax number)")).to_be_visible()
    expect(page.locator("#id_postcode")).to_have_value("01310")


def test_checkout_asks_without_javascript(browser: Browser, shop: RunningShop) -> None:
    context = browser.new_context(base_url=shop.url, java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto("/p/linen-cushion/")
    page.get_by_role("button", name="Buy Now").click()
    page.fill("#id_first_name", "Maria")
    page.select_option("#id_country", "BR")

    page.get_by_role("button", name="Continue to payment").click()

    expect(page.get_by_label("CPF (Brazilian tax number)")).to_be_visible()
    expect(page.get_by_text("Brazilian customs ask for the recipient's CPF.")).to_be_visible()
    expect(page.locator("#id_first_name")).to_have_value("Maria")
    context.close()
