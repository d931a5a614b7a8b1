"""After the purchase, in a browser: canceling what is not paid, sending back what has arrived."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.buying import DELIVERY_TIMEOUT_MS, PLACED, buy, buy_now, control, fill_in, to_payment
from tests.browser.conftest import RunningShop
from tests.browser.test_connect import sign_in
from tests.browser.test_main_job import visitor
from tests.browser.visitor import Visitor

__all__ = ["visitor"]

pytestmark = pytest.mark.browser


def test_customer_cancels_what_is_not_paid(visitor: Visitor) -> None:
    page = visitor.page
    buy_now(page)
    fill_in(page)
    to_payment(page)
    page.wait_for_url("**/pay/**")
    number = re.search(r"ORD-[0-9A-Z]{12}", page.content())
    assert number
    page.goto(f"/orders/{number.group()}/thanks/")

    page.get_by_role("link", name="Cancel this order").click()
    visitor.look("cancel-question")
    page.get_by_role("button", name="Cancel the order").click()

    expect(page.get_by_role("heading", name="This order was canceled")).to_be_visible()
    expect(page.get_by_role("link", name="Cancel this order")).to_have_count(0)
    assert visitor.complaints == []


def test_customer_sends_something_back_and_gets_the_money(visitor: Visitor, shop: RunningShop) -> None:
    page = visitor.page
    number = buy(page)
    page.get_by_role("link", name="Follow your order").click()
    order_page = page.url
    main = page.locator("main[data-order-status]")
    expect(main).to_have_attribute("data-order-status", PLACED, timeout=DELIVERY_TIMEOUT_MS)
    control(shop, "/_control/clock", {"advance_s": 60})
    expect(main).to_have_attribute("data-order-status", "delivered", timeout=DELIVERY_TIMEOUT_MS)

    page.get_by_role("link", name="Send something back").click()
    visitor.look("return-form")
    page.get_by_role("button", name="Ask to send it back").click()
    expect(page.get_by_text("Please choose a reason.").first).to_be_visible()
    visitor.look("return-form-errors")
    page.get_by_label("Reason", exact=True).select_option(label="It arrived damaged")
    page.get_by_label(re.compile("What is wrong")).fill("One seam is open.")
    page.get_by_label(re.compile("Photos")).set_input_files(
        [{"name": "seam.jpg", "mimeType": "image/jpeg", "buffer": photo()}]
    )
    page.get_by_role("button", name="Ask to send it back").dblclick()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    visitor.look("return-requested")
    return_page = page.url
    # The empty form was answered with 400, as it should be.
    complaints = [text for text in visitor.complaints if "400" not in text]

    answer_as_staff(visitor, number)

    page.goto(return_page)
    expect(page.get_by_role("heading", name="Your money goes back")).to_be_visible()
    visitor.look("return-refunded")
    page.goto(order_page)
    expect(page.get_by_role("link", name=f"{number}-R1")).to_be_visible()
    visitor.look("order-with-return")
    look_into_the_mails(visitor)
    assert complaints == []


def answer_as_staff(visitor: Visitor, number: str) -> None:
    page = visitor.page
    sign_in(visitor)
    page.goto("/admin/fulfillment/returnrequest/")
    visitor.look("admin-returns")
    page.get_by_role("link", name=f"{number}-R1").click()
    visitor.look("admin-return")
    page.get_by_role("link", name="Approve").click()
    page.get_by_label("Instructions").fill("Please send it to:\nExample Ltd\n1 Main Street, Springfield")
    visitor.look("admin-return-approve")
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("link", name="It has arrived").click()
    page.get_by_role("button", name="It has arrived").click()
    page.get_by_role("link", name="Refund", exact=True).click()
    visitor.look("admin-return-refund")
    page.get_by_role("button", name="Refund", exact=True).click()
    expect(page.get_by_text("The refund is on its way.")).to_be_visible()
    visitor.look("admin-return-refunded")


def look_into_the_mails(visitor: Visitor) -> None:
    page = visitor.page
    for subject in ("Your return request", "You may send", "Your return of order", "A refund for"):
        link = page.get_by_role("link", name=re.compile(subject)).first
        for _attempt in range(20):
            page.goto("/dev/mail/")
            if link.count():
                break
            page.wait_for_timeout(500)
        link.click()
        visitor.look(f"mail-{subject.split()[0].lower()}-{subject.split()[-1].lower()}")


def photo() -> bytes:
    out = BytesIO()
    Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 40).save(out, "JPEG")
    return out.getvalue()
