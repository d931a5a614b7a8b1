"""Paying by (emulated) Stripe as a customer sees it: declined, then paid; and a bank that takes its time."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.buying import buy_now, fill_in, to_payment
from tests.browser.conftest import RunningShop
from tests.browser.visitor import WIDTHS, Visitor, visiting

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(request: pytest.FixtureRequest, browser: Browser, shop: RunningShop) -> Iterator[Visitor]:
    with visiting(browser, shop.url, width=getattr(request, "param", 1280)) as visitor:
        yield visitor


def to_the_hosted_page(visitor: Visitor) -> None:
    page = visitor.page
    buy_now(page)
    fill_in(page)
    to_payment(page, method="Card and more")
    expect(page.get_by_role("heading", name="Pay with Stripe (test)")).to_be_visible()


@pytest.mark.parametrize("visitor", WIDTHS, indirect=True)
def test_card_is_declined_then_pays(visitor: Visitor) -> None:
    page = visitor.page
    to_the_hosted_page(visitor)
    visitor.look("stripe-1-page")

    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    visitor.look("stripe-2-declined")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name="Pay", exact=True).click()

    expect(page).to_have_url(re.compile(r"/thanks/$"))
    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
    # Declined is 402 on the provider's page, and nothing else went wrong.
    assert [text for text in visitor.complaints if "402" not in text] == []


def test_customer_leaves_the_page_and_pays_later_by_bank_debit(visitor: Visitor) -> None:
    page = visitor.page
    to_the_hosted_page(visitor)

    page.get_by_role("link", name="Cancel and go back to the shop").click()
    expect(page.locator("#main")).to_have_attribute("data-order-status", "awaiting_payment")
    visitor.look("stripe-3-unpaid")
    page.get_by_role("button", name="Card and more").click()
    page.get_by_role("button", name="Bank debit (confirmed later)").click()

    expect(page.get_by_role("heading", name="We are waiting for your bank")).to_be_visible()
    visitor.look("stripe-4-waiting")
    page.get_by_role("link", name="See the order").click()
    # The bank decides after some seconds; its event comes to the shop by itself.
    expect(page.locator("#main")).not_to_have_attribute("data-order-status", "awaiting_payment", timeout=60_000)
    assert visitor.complaints == []


def test_page_that_waits_for_the_payment_goes_on_by_itself(visitor: Visitor) -> None:
    page = visitor.page
    page.clock.install()
    to_the_hosted_page(visitor)
    page.get_by_role("button", name="Bank debit (confirmed later)").click()
    panel = page.locator("[data-payment-status=processing]")
    expect(panel).to_be_visible()

    # It asks twice a minute; the bank decides within some seconds.
    for _second in range(60):
        page.clock.fast_forward("00:30")
        page.wait_for_timeout(1000)
        if not panel.count():
            break

    expect(page.get_by_role("heading", name=re.compile("Thank you"))).to_be_visible()
