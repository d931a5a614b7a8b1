"""From the supplier's catalogue into the shop, in a browser: search, import, edit, publish, map, price."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import RunningShop
from tests.browser.test_connect import sign_in
from tests.browser.test_main_job import Visitor, visitor

__all__ = ["visitor"]

pytestmark = pytest.mark.browser

#: The product of the guide's example: the only one of the emulator's that the demo does not sell yet.
PRODUCT = "1234567890"
SECOND_ACCOUNT = "Emulator, second supplier (Emulator)"


def test_staff_find_import_publish_map_and_price_a_product_and_a_visitor_sees_it(
    visitor: Visitor, shop: RunningShop, browser: Browser
) -> None:
    page = visitor.page
    sign_in(visitor)

    page.goto("/admin/")
    page.get_by_role("link", name="Find products").first.click()
    page.get_by_label("Words").fill("canvas tote inner pocket")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("Canvas Tote Bag with Inner Pocket")).to_be_visible()
    visitor.look("import-find")
    page.locator(f"input[name=product][value='{PRODUCT}']").check()
    page.get_by_role("button", name="Import chosen").click()

    expect(page.locator("[data-status=finished]")).to_be_visible(timeout=60_000)
    expect(page.locator(f"[data-item='{PRODUCT}']")).to_have_attribute("data-result", "imported")
    visitor.look("import-run")

    page.locator(f"[data-item='{PRODUCT}'] a").click()
    page.get_by_label("Title").fill("Everyday canvas tote")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Choose its category first.")).to_be_visible()
    choose(page, ".field-category", "Carry")
    # By the demo's rule, cost x 1.4; a person knows better.
    expect(page.locator("input[name=variants-0-price]")).to_have_value("8.68")
    page.locator("input[name=variants-0-price]").fill("19.90")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("“Everyday canvas tote” is in the shop.")).to_be_visible()
    visitor.look("import-published")

    map_a_second_account(visitor)
    price_by_a_rule(visitor)

    guest = browser.new_context(base_url=shop.url, locale="en-US").new_page()
    guest.goto("/search/?q=everyday+canvas+tote")
    guest.get_by_role("link", name="Everyday canvas tote").first.click()
    expect(guest.get_by_role("button", name="Buy Now")).to_be_visible()
    expect(guest.get_by_text("$16.20").first).to_be_visible()
    expect(guest.locator("img[src*='/products/']").first).to_be_visible()
    guest.context.close()

    # Once more: it is updated, and nothing is sold twice.
    page.goto("/admin/catalog/importrun/add/")
    page.get_by_label("Addresses or ids").fill(f"https://www.aliexpress.com/item/{PRODUCT}.html\nhello")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("[data-status=finished]")).to_be_visible(timeout=60_000)
    expect(page.locator(f"[data-item='{PRODUCT}']")).to_have_attribute("data-result", "updated")
    expect(page.get_by_text("There is no product id of this supplier in it.")).to_be_visible()
    assert [text for text in visitor.complaints if "404" not in text and "scrolls sideways" not in text] == []


def map_a_second_account(visitor: Visitor) -> None:
    """From the page of what was just published: another account stands in when the first one cannot deliver."""
    page = visitor.page
    page.locator(".staff-title").get_by_role("link", name="Everyday canvas tote").click()
    page.get_by_role("link", name="Map all variants").click()
    expect(page.locator("input[name=product]")).to_have_value(PRODUCT)
    page.get_by_role("button", name="Propose SKUs").click()
    expect(page.get_by_text("bought as this already")).to_be_visible()
    visitor.look("import-map-all")

    page.get_by_role("link", name="Choose by hand").click()
    expect(page.locator("[data-listing]")).to_have_count(1)
    page.get_by_label("Supplier account").select_option(label=SECOND_ACCOUNT)
    page.get_by_role("button", name="Read its SKUs").click()
    visitor.look("import-map-candidates")
    page.locator("#candidates tbody tr").filter(has_text="Natural").get_by_role("button").click()
    expect(page.get_by_text("The variant is bought as this SKU now.")).to_be_visible()
    expect(page.locator("[data-listing]")).to_have_count(2)
    visitor.look("import-mapped")


def price_by_a_rule(visitor: Visitor) -> None:
    """A rule for the product alone, of which the preview is applied."""
    page = visitor.page
    page.goto("/admin/catalog/pricerule/add/")
    page.locator("input[name=name]").fill("Totes: 10 more than they cost")
    page.locator("select[name=scope]").select_option("product")
    choose(page, ".field-product", "Everyday canvas")
    page.locator("select[name=kind]").select_option("fixed")
    page.locator("input[name=fixed]").fill("10")
    visitor.look("import-rule")
    page.get_by_role("button", name="Save", exact=True).click()

    row = page.locator("[data-price-preview] tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("19.90")
    expect(row).to_contain_text("16.20")
    visitor.look("import-preview")
    page.get_by_role("button", name="Apply what is ticked").click()
    page.get_by_role("button", name="Change prices").click()
    expect(page.get_by_text("1 price has changed.")).to_be_visible()


def choose(page: Page, field: str, text: str) -> None:
    """The first answer to ``text`` in a field that looks its values up."""
    page.locator(f"{field} .select2-selection").click()
    page.locator(".select2-search__field").fill(text)
    page.locator(".select2-results__option").filter(has_text=text).first.click()
