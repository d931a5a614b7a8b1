"""Every page on a desktop and on a phone: axe-core finds no barrier, no script or policy complains, nothing scrolls
sideways. And the whole purchase with the keyboard alone.

A new page is one line in ``PAGES``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.axe import axe_source, violations
from tests.browser.buying import (
    CUSHION,
    CUSTOMER,
    DELIVERY_TIMEOUT_MS,
    PLACED,
    approve,
    buy_now,
    control,
    fill_in,
    put_in_basket,
    to_payment,
)
from tests.browser.conftest import RunningShop
from tests.browser.keyboard import Keyboard
from tests.browser.visitor import PATIENCE_MS, WIDTHS

pytestmark = pytest.mark.browser


# --- how to get to a page -------------------------------------------------------------------------------------------


def at(address: str) -> Callable[[Page], None]:
    """A page that has an address."""

    def go(page: Page) -> None:
        page.goto(address)

    return go


def enlarged_picture(page: Page) -> None:
    page.goto(CUSHION)
    page.locator("[data-zoom]").first.click()


def impossible_quantity(page: Page) -> None:
    page.goto(CUSHION)
    page.locator("#quantity").fill("0")
    page.get_by_role("button", name="Buy Now", exact=True).click()


def impossible_combination(page: Page) -> None:
    page.goto(CUSHION)
    page.evaluate(
        "() => { for (const input of document.querySelectorAll('[data-group] input')) {"
        " input.checked = true; input.value = 'none'; } }"
    )
    page.get_by_role("button", name="Buy Now", exact=True).click()


def choice_that_is_gone(page: Page) -> None:
    page.goto("/p/stoneware-mug/")
    page.evaluate(
        "() => { for (const input of document.querySelectorAll('.buy input')) input.disabled = input.name !== "
        "'csrfmiddlewaretoken'; }"
    )
    page.get_by_role("button", name="Buy Now", exact=True).click()


def form_without_token(page: Page) -> None:
    page.goto("/")
    page.evaluate(
        "() => { const form = document.body.appendChild(document.createElement('form')); "
        "form.method = 'post'; form.action = '/buy/'; form.submit(); }"
    )
    page.wait_for_url("**/buy/")


def country_without_delivery(page: Page) -> None:
    page.goto("/p/arc-desk-lamp/")
    page.get_by_role("combobox", name="Delivery to").select_option("DE")
    expect(page.locator("[data-delivery-state=never]")).to_be_visible()


def filters(page: Page) -> None:
    page.goto("/c/bed-bath/?max=60&stock=1&to=DE")
    page.locator(".filters summary").click()


def basket(page: Page) -> None:
    put_in_basket(page, CUSHION, "/p/mushroom-lamp/")


def basket_without_the_lamp(page: Page) -> None:
    basket(page)
    page.get_by_role("button", name=re.compile("Remove .*Lamp")).click()
    expect(page.get_by_role("button", name="Put it back")).to_be_visible()


def unknown_coupon(page: Page) -> None:
    basket(page)
    page.get_by_label("Coupon code").fill("nothing")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_be_visible()


def checkout_of_the_basket(page: Page) -> None:
    basket(page)
    page.get_by_role("link", name="To the checkout").click()
    expect(page.get_by_role("group", name="Parcel 2")).to_be_visible()


def checkout_with_errors(page: Page) -> None:
    buy_now(page)
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def checkout_for(country: str, label: str) -> Callable[[Page], None]:
    """The checkout as a country wants it, which asks for ``label``."""

    def go(page: Page) -> None:
        buy_now(page)
        page.get_by_label("Country").select_option(country)
        expect(page.get_by_label(label)).to_be_visible()

    return go


def payment(method: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        buy_now(page)
        fill_in(page)
        to_payment(page, method=method)
        page.wait_for_url("**/pay/**")

    return go


def declined_payment(page: Page) -> None:
    payment("Test payment")(page)
    page.get_by_role("button", name="Decline").click()


def settled_payment(page: Page) -> None:
    payment("Test payment")(page)
    address = page.url
    approve(page)
    page.goto(address)
    expect(page.get_by_role("heading", name="This payment is complete")).to_be_visible()


def declined_card(page: Page) -> None:
    payment("Card and more")(page)
    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()


def waiting_payment(page: Page) -> None:
    payment("Card and more")(page)
    page.get_by_role("button", name="Bank debit (confirmed later)").click()
    expect(page.get_by_role("heading", name="We are waiting for your bank")).to_be_visible()


def thanks(page: Page) -> None:
    payment("Test payment")(page)
    approve(page)


def order_links(email: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto("/orders/links/")
        page.get_by_label("Email").fill(email)
        page.get_by_role("button", name="Mail me my links").click()
        page.wait_for_load_state()

    return go


@dataclass(frozen=True)
class Visited:
    """A page by name, how to get there, and the status with which it answers."""

    name: str
    reach: Callable[[Page], None]
    status: int = 200


PAGES = [
    Visited("home", at("/")),
    Visited("category", at("/c/bed-bath/")),
    Visited("category-filters", filters),
    Visited("category-filter-error", at("/c/bed-bath/?min=cheap")),
    Visited("category-nothing-fits", at("/c/bed-bath/?max=1")),
    Visited("search", at("/search/?q=lamp")),
    Visited("search-corrected", at("/search/?q=cushoin")),
    Visited("search-nothing", at("/search/?q=zzqqxx")),
    Visited("page-of-text", at("/pages/shipping-and-returns/")),
    Visited("product", at(CUSHION)),
    Visited("product-one-option", at("/p/stoneware-mug/")),
    Visited("product-gone-variant", at(f"{CUSHION}?variant=GONE")),
    Visited("product-not-sent-there", country_without_delivery),
    Visited("product-enlarged", enlarged_picture),
    Visited("product-quantity-error", impossible_quantity, 400),
    Visited("product-combination-error", impossible_combination, 400),
    Visited("basket-empty", at("/basket/")),
    Visited("basket", basket),
    Visited("basket-taken-out", basket_without_the_lamp),
    Visited("basket-coupon-error", unknown_coupon, 400),
    Visited("checkout-empty", at("/checkout/")),
    Visited("checkout", buy_now),
    Visited("checkout-basket", checkout_of_the_basket),
    Visited("checkout-errors", checkout_with_errors, 400),
    Visited("checkout-brazil", checkout_for("BR", "CPF (Brazilian tax number)")),
    Visited("checkout-japan", checkout_for("JP", "Prefecture")),
    Visited("payment", payment("Test payment")),
    Visited("payment-declined", declined_payment),
    Visited("payment-settled", settled_payment),
    Visited("payment-transfer", payment("Bank transfer")),
    Visited("payment-stripe", payment("Card and more")),
    Visited("payment-stripe-declined", declined_card, 402),
    Visited("payment-waiting", waiting_payment),
    Visited("thanks", thanks),
    Visited("order-links", at("/orders/links/")),
    Visited("order-links-error", order_links("nobody"), 400),
    Visited("order-links-sent", order_links("nobody@example.com")),
    Visited("mails", at("/dev/mail/")),
    Visited("not-sold", choice_that_is_gone, 400),
    Visited("login", at("/account/login/")),
    Visited("sign-up", at("/account/signup/")),
    Visited("new-password", at("/account/password/reset/")),
    Visited("confirm-link-too-old", at("/account/confirm-email/too-old/")),
]
#: Pages of a shop without ``DEBUG``, and without goods.
IN_PRODUCTION = [
    Visited("empty-shop", at("/")),
    Visited("not-found", at("/no/such/page/"), 404),
    Visited("form-without-token", form_without_token, 403),
]
#: Pages that need no shop at all, by their template.
ALONE = ["400.html", "403.html", "429.html", "500.html", "503.html"]

_REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"""


class Complaints:
    """What the browser holds against a page. A page that is an answer to a mistake says so with its own status."""

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        self._page = page
        self._expected: set[str] = set()
        page.add_init_script(_REPORT_VIOLATIONS)
        page.on("console", lambda message: message.type in ("error", "warning") and self.found.append(message.text))
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("response", self._on_response)

    def besides(self, status: int) -> list[str]:
        """All of it, but for the answer ``status`` of the page itself."""
        page_itself = f"{status} {self._page.url}"
        loading = re.compile(rf"Failed to load resource: .* status of {status} ")
        return [text for text in self.found if text != page_itself and not (status >= 400 and loading.match(text))]

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.found.append(f"{response.status} {response.url}")


@contextmanager
def new_page(browser: Browser, address: str) -> Iterator[Page]:
    # A page that is still moving has colours that it does not keep.
    context = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 900}, locale="en-US", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture
def page(browser: Browser, shop: RunningShop) -> Iterator[Page]:
    with new_page(browser, shop.url) as page:
        yield page


@pytest.mark.parametrize("visited", PAGES, ids=lambda visited: visited.name)
def test_page_has_no_barrier_and_no_complaint(page: Page, visited: Visited) -> None:
    look_over(page, visited)


@pytest.mark.parametrize("visited", IN_PRODUCTION, ids=lambda visited: visited.name)
def test_page_in_production_has_no_barrier_and_no_complaint(
    browser: Browser, production_shop: str, visited: Visited
) -> None:
    with new_page(browser, production_shop) as page:
        look_over(page, visited)


@pytest.mark.parametrize("template", ALONE)
def test_page_for_a_broken_shop_has_no_barrier_and_no_complaint(page: Page, template: str) -> None:
    html = render_to_string(template)
    page.route("**/broken/", lambda route: route.fulfill(body=html, content_type="text/html"))

    look_over(page, Visited(template, at("/broken/")))


def test_pages_of_an_unpaid_order_have_no_barrier_and_no_complaint(page: Page) -> None:
    payment("Test payment")(page)
    page.get_by_role("button", name="Abandon").click()
    page.wait_for_url("**/o/**")
    order = page.url

    look_over(page, Visited("order-unpaid", at(order)))
    look_over(page, Visited("nothing-to-return", at(f"{order}return/")))
    look_over(page, Visited("cancel-question", at(f"{order}cancel/")))
    page.get_by_role("button", name="Cancel the order").click()
    page.wait_for_url(order)
    look_over(page, Visited("order-canceled", at(order)))


def test_pages_of_a_delivered_order_have_no_barrier_and_no_complaint(page: Page, shop: RunningShop) -> None:
    thanks(page)
    page.get_by_role("link", name="Follow your order").click()
    page.wait_for_url("**/o/**")
    order, main = page.url, page.locator("main")
    expect(main).to_have_attribute("data-order-status", PLACED, timeout=DELIVERY_TIMEOUT_MS)
    look_over(page, Visited("order-placed", at(order)))
    look_over(page, Visited("cancel-too-late", at(f"{order}cancel/")))
    control(shop, "/_control/clock", {"advance_s": 60})
    page.goto(order)
    expect(main).to_have_attribute("data-order-status", "delivered", timeout=DELIVERY_TIMEOUT_MS)

    look_over(page, Visited("order-delivered", at(order)))
    look_over(page, Visited("invoice", at(f"{order}invoice/")))
    look_over(page, Visited("return-form", at(f"{order}return/")))
    ask = page.get_by_role("button", name="Ask to send it back")
    look_over(page, Visited("return-form-errors", lambda page: ask.click(), 400))
    page.get_by_label("Reason", exact=True).select_option(label="It arrived damaged")
    look_over(page, Visited("return-requested", lambda page: ask.click()))
    look_over(page, Visited("order-with-return", at(order)))


def test_barriers_and_violations_of_the_policy_are_noticed(page: Page) -> None:
    complaints = Complaints(page)
    page.goto("/")
    page.evaluate(
        "() => { document.querySelector('main').append(document.createElement('img'));"
        " const script = document.createElement('script'); script.textContent = 'window.ran = true';"
        " document.body.append(script); }"
    )

    found = violations(page)

    assert [text.split(" ")[0] for text in found] == ["image-alt"]
    assert any("policy: script-src" in text for text in complaints.found)
    assert page.evaluate("window.ran") is None


def look_over(page: Page, visited: Visited) -> None:
    """Go to the page and hold everything that is wrong with it against it."""
    axe_source()
    complaints = Complaints(page)
    answers: list[Response] = []
    page.on("response", lambda response: response.request.is_navigation_request() and answers.append(response))

    visited.reach(page)
    page.wait_for_load_state()
    barriers: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        barriers += [f"{width} px: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            barriers.append(f"{width} px: scrolls sideways")

    of_the_page = [answer for answer in answers if answer.frame == page.main_frame]
    assert of_the_page[-1].status == visited.status
    assert barriers == []
    assert complaints.besides(visited.status) == []


# --- with the keyboard alone ----------------------------------------------------------------------------------------


def test_purchase_needs_no_pointer(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/")
    keyboard.go_to("Skip to the content")
    keyboard.go_to("Bed & Bath")
    keyboard.press("Enter")
    page.wait_for_url("**/c/bed-bath/")
    page.get_by_role("link", name="Washed Linen Cushion").focus()
    keyboard.press("Enter")
    page.wait_for_url("**/p/linen-cushion/")

    keyboard.go_to("Clay")
    keyboard.press("ArrowRight")
    expect(page.locator("[data-shown=sku]")).to_have_text("BR-CUSH-OAT-45CM")
    keyboard.go_to("45 cm")
    keyboard.press("ArrowRight")
    expect(page.locator("[data-shown=price]")).to_have_text("$47.90")
    expect(page.locator("[data-announce]")).to_have_text(re.compile(r"Oat · 60 cm: \$47\.90, In stock"))
    keyboard.go_to("Buy Now")
    keyboard.press("Enter")

    page.wait_for_url("**/checkout/")
    # What is chosen from a list and what is ticked lie between the fields, in the order of the page.
    for words in ("Email", "First name", "Last name", "Address", "City"):
        keyboard.write(words, CUSTOMER[words])
    keyboard.write("State", "New Yor")
    for words in ("ZIP code", "Phone"):
        keyboard.write(words, CUSTOMER[words])
    keyboard.go_to("Test payment")
    keyboard.go_to("I agree to the terms.")
    keyboard.press("Space")
    keyboard.go_to("Continue to payment")
    keyboard.press("Enter")
    page.wait_for_url("**/pay/**")
    keyboard.go_to("Approve")
    keyboard.press("Enter")
    page.wait_for_url("**/thanks/")
    expect(page.get_by_text("Oat, 60 cm")).to_be_visible()


def test_enlarged_picture_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto(CUSHION)
    first = page.locator("[data-zoom]").first
    first.focus()
    keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()

    keyboard.press("ArrowRight")
    expect(dialog.get_by_text("Picture 2 of 3")).to_be_visible()
    for _step in range(8):
        keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(page.locator("[data-zoom]").nth(1)).to_be_focused()
