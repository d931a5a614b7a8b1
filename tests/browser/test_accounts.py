"""An account from sign-up to order history in a browser, with every page looked over by axe-core on the way."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import RunningShop
from tests.browser.test_accessibility import Complaints
from tests.browser.visitor import WIDTHS
from tests.shop.accounts.test_second_factor import code_of

pytestmark = pytest.mark.browser

PASSWORD = "a short sentence of mine"
ADDRESS = {
    "First name": "Anna", "Last name": "Oberhausen", "Address": "123 Main St", "City": "New York",
    "ZIP code": "10001", "Phone": "+1 212 555 0123",
}  # fmt: skip


@pytest.fixture
def page(browser: Browser, shop: RunningShop) -> Iterator[Page]:
    # By name: browsers know no passkeys for a bare network address.
    context = browser.new_context(
        base_url=shop.url.replace("127.0.0.1", "localhost"), locale="en-US", reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def look_over(page: Page, address: str = "") -> None:
    """No barrier and no sideways scrolling on the page, on a desktop and on a phone."""
    if address:
        page.goto(address)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert violations(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


def link_of_mail(page: Page, recipient: str, subject: str) -> str:
    """The path of the button in the latest mail to ``recipient``, as the shop's mail folder shows it."""
    for _attempt in range(40):
        page.goto("/dev/mail/")
        found = page.get_by_role("link").filter(has_text=recipient).filter(has_text=subject)
        if found.count():
            found.first.click()
            href = page.frame_locator("iframe").get_by_role("link").first.get_attribute("href") or ""
            return re.sub(r"^https?://[^/]+", "", href)
        page.wait_for_timeout(500)
    raise AssertionError(f"no mail to {recipient}")


def signed_up(page: Page) -> str:
    """A customer who is logged in on ``page``; the address."""
    email = f"anna-{secrets.token_hex(4)}@example.com"
    look_over(page, "/account/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    look_over(page)
    page.goto(link_of_mail(page, email, "confirm your email address"))
    look_over(page)
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    return email


def once_more(page: Page) -> None:
    """Enter the password again, before what is important."""
    look_over(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_from_sign_up_to_the_order_history(page: Page) -> None:
    complaints = Complaints(page)
    email = signed_up(page)
    page.goto("/account/addresses/new/")
    for label, text in ADDRESS.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("State").select_option("New York")
    look_over(page)
    page.get_by_role("button", name="Save").last.click()
    look_over(page)
    page.goto("/p/linen-cushion/")
    page.get_by_role("button", name="Put it on the wish list").click()
    look_over(page)
    page.goto("/p/linen-cushion/")
    page.get_by_role("button", name="Buy Now", exact=True).click()
    page.wait_for_url("**/checkout/")
    expect(page.get_by_label("Email")).to_have_value(email)
    expect(page.get_by_label("Address", exact=True)).to_have_value("123 Main St")
    look_over(page)
    page.get_by_label("I agree to the terms").check()
    page.get_by_role("button", name="Continue to payment").last.click()
    page.get_by_role("button", name="Approve").click()
    number = page.locator("[data-order-number]").first.inner_text()

    look_over(page, "/account/orders/")
    page.get_by_role("link", name=number).click()

    expect(page.get_by_text(number).first).to_be_visible()
    for address in ("", "email/", "password/change/", "sessions/", "data/", "wishes/"):
        look_over(page, f"/account/{address}")
    assert complaints.found == []


def test_log_in_with_an_authenticator_app(page: Page) -> None:
    email = signed_up(page)
    page.goto("/account/security/")
    page.get_by_role("link", name="Set up an authenticator app").click()
    once_more(page)
    look_over(page)
    secret = page.locator("code").inner_text()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look_over(page)
    recovery_code = page.locator(".recovery-codes code").first.inner_text()
    page.get_by_role("button", name="Log out").click()

    look_over(page, "/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    look_over(page)
    # The code of this half minute has been used already.
    page.get_by_label("Code").fill(recovery_code)
    page.get_by_role("button", name="Log in", exact=True).click()

    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_log_in_with_a_passkey_and_close_the_account(page: Page) -> None:
    complaints = Complaints(page)
    signed_up(page)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip
    page.goto("/account/security/webauthn/add/")
    once_more(page)
    look_over(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    look_over(page, "/account/security/webauthn/")
    page.get_by_role("button", name="Log out").click()

    page.goto("/account/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.goto("/account/data/close/")
    once_more(page)
    look_over(page)
    page.get_by_label("Yes, delete my account").check()
    page.get_by_role("button", name="Delete my account").click()

    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    look_over(page)
    assert complaints.found == []
