"""An account's life with its tokens, in a browser: connect, expire and refresh, revoke, reconnect."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.buying import buy, control, orders_of
from tests.browser.conftest import RunningShop
from tests.browser.test_main_job import visitor
from tests.browser.visitor import Visitor

__all__ = ["visitor"]

pytestmark = pytest.mark.browser

PATIENCE_S = 60


def test_staff_connect_an_account_and_its_tokens_come_and_go_without_losing_an_order(
    visitor: Visitor, shop: RunningShop
) -> None:
    page = visitor.page
    sign_in(visitor)
    open_account(visitor)

    # Refused at the supplier: said plainly, and nothing changes.
    connect(visitor, agree=False)
    expect(page.get_by_text("The authorization was refused at the supplier")).to_be_visible()

    visitor.look("connect-list")
    open_account(visitor)
    connect(visitor, pictures=True)
    expect(page.get_by_text("Connected as us1000000001demo (user id 2637900001)")).to_be_visible()
    expect(page.get_by_text(re.compile("expires in 29 days"))).to_be_visible()
    visitor.look("connect-connected")
    stale = page.url

    control(shop, "/_control/tokens", {"kind": "expire_access"})
    number = buy(page)
    assert wait_for_order(shop, number), "a token that ended in mid-flight is refreshed and the order bought"

    control(shop, "/_control/tokens", {"kind": "revoke"})
    waiting = buy(page)
    for _attempt in range(PATIENCE_S):
        page.goto(stale)
        if page.get_by_text("Reconnect: the supplier refuses the token").count():
            break
        page.wait_for_timeout(1000)
    expect(page.get_by_text("Reconnect: the supplier refuses the token").first).to_be_visible()
    visitor.look("connect-refused")
    page.goto("/dev/mail/")
    expect(page.get_by_role("link", name=re.compile("Connect “Emulator” again"))).to_have_count(1)
    assert not placed(shop, waiting)

    page.goto(stale)
    connect(visitor)
    assert wait_for_order(shop, waiting), "what waited is bought"
    page.goto(stale)
    expect(page.get_by_text("Reconnect: the supplier refuses the token")).to_have_count(0)
    assert [text for text in visitor.complaints if "scrolls sideways" not in text] == []


def sign_in(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/admin/")
    page.fill("[name=username]", "demo")
    page.fill("[name=password]", "demo-password")
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")


def open_account(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/admin/integrations/supplieraccount/")
    page.get_by_role("link", name="Emulator", exact=True).first.click()
    page.wait_for_url("**/change/")


def connect(visitor: Visitor, *, agree: bool = True, pictures: bool = False) -> None:
    """From the account's page to the supplier's and back."""
    page = visitor.page
    page.get_by_role("link", name="Reconnect AliExpress").first.click()
    if pictures:
        visitor.look("connect-question")
    page.get_by_role("button", name="Reconnect AliExpress").click()
    page.wait_for_url("**/oauth/authorize?**")
    if pictures:
        visitor.look("connect-consent")
    page.get_by_role("button", name="Authorize" if agree else "Refuse").click()
    page.wait_for_url("**/admin/integrations/supplieraccount/**")


def placed(shop: RunningShop, number: str) -> bool:
    return any((order["out_order_id"] or "").startswith(number) for order in orders_of(shop))


def wait_for_order(shop: RunningShop, number: str) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if placed(shop, number):
            return True
        time.sleep(0.5)
    return False
