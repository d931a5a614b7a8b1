"""One situation after the order, asked of the page and of the API: what may be done, and who sees what, cannot differ.

An order's link opens its page, and the order by API.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fulfillment.models import Order, OrderLink, ReturnRequest
from fulfillment.transitions import record
from tests.customers import browser_of, customer
from tests.factories import OrderFactory, OrderLineFactory, PaymentFactory
from tests.fulfillment.test_cancellation import paid_order
from tests.shop.api.v1.app import ADDRESS, App

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(db: None) -> App:
    """An app that shares no cookie with the browser, which is ``client``."""
    return App(Client())


def delivered(*, days_ago: int = 1, status: str = "delivered") -> Order:
    paid = OrderFactory(paid=True, items_total=Decimal("49.80"), total=Decimal("49.80"))
    order = OrderLineFactory(order=paid, quantity=2, total=Decimal("49.80")).order
    PaymentFactory(order=order, status="succeeded")
    record(order.pk, "order.delivered")
    Order.objects.update(status=status, paid_at=timezone.now() - timedelta(days=days_ago))
    return order


def open_order(app: App, order: Order) -> str:
    """The order's link, which the app uses as well."""
    app.headers["Order-Token"] = OrderLink.mint(order)
    return app.headers["Order-Token"]


def ask_for_return(app: App, order: Order, quantity: int = 1) -> Any:
    lines = [{"position": 1, "quantity": quantity}]
    return app.post(f"orders/{order.number}/returns/", {"lines": lines, "reason": "damaged", "comment": ""})


@pytest.mark.parametrize("status", ["delivered", "paid", "canceled", "refunded", "awaiting_payment"])
@pytest.mark.parametrize("days", [0, 30])
def test_return_is_refused_in_the_same_words(client: Client, app: App, settings: Any, days: int, status: str) -> None:
    settings.RETURN_DAYS = days
    order = delivered(status=status)
    token = open_order(app, order)

    page, answer = client.get(f"/o/{token}/return/"), ask_for_return(app, order)

    is_open = status == "delivered" and days > 0
    assert app.get(f"orders/{order.number}/").json()["may_return"] == is_open == ("form" in page.context)
    if is_open:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, answer.json()["detail"]) == (422, page.context["why_not"])
        assert not ReturnRequest.objects.exists()


def test_return_after_the_window_is_refused_in_the_same_words(
    client: Client, app: App, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETURN_DAYS = 30
    order = delivered()
    token, later = open_order(app, order), timezone.now() + timedelta(days=31)
    monkeypatch.setattr("fulfillment.returns.timezone.now", lambda: later)
    OrderLink.objects.update(expires_at=later + timedelta(days=1))

    page, answer = client.post(f"/o/{token}/return/", {"key": "k"}), ask_for_return(app, order)

    assert (page.status_code, answer.status_code) == (409, 422)
    assert "time to send something back is over" in answer.json()["detail"]
    assert answer.json()["detail"] == page.context["why_not"]


def test_more_than_is_left_goes_back_through_neither(client: Client, app: App, settings: Any) -> None:
    settings.RETURN_DAYS = 30
    order = delivered()
    token = open_order(app, order)
    form = {"key": "k-1", "reason": "damaged", "comment": ""}

    greedy = client.post(f"/o/{token}/return/", {**form, "quantity_1": "3"}), ask_for_return(app, order, 3)
    client.post(f"/o/{token}/return/", {**form, "quantity_1": "1"})
    left = app.get(f"orders/{order.number}/").json()["lines"][0]["quantity_returnable"]
    offered = client.get(f"/o/{token}/return/").context["form"].items[0].quantity
    ask_for_return(app, order)
    page, answer = client.post(f"/o/{token}/return/", {**form, "key": "k-2"}), ask_for_return(app, order)

    assert [one.status_code for one in greedy] == [400, 422]
    assert left == offered == 1
    assert (page.status_code, answer.status_code) == (409, 422)
    assert answer.json()["detail"] == page.context["why_not"]
    assert ReturnRequest.objects.count() == 2


@pytest.mark.parametrize("part", ["planned", "due", "held", "in_flight", "unknown", "rejected", "placed", "shipped"])
@pytest.mark.parametrize("first", ["page", "app"])
def test_order_can_be_canceled_by_both_or_by_neither(client: Client, app: App, part: str, first: str) -> None:
    order = paid_order(part)
    token = open_order(app, order)
    offered = client.get(f"/o/{token}/").context["may_cancel"], app.get(f"orders/{order.number}/").json()["may_cancel"]

    def by_page() -> bool:
        return client.post(f"/o/{token}/cancel/").status_code == 302

    def by_app() -> bool:
        return app.post(f"orders/{order.number}/cancel/").status_code == 200

    done = [ask() for ask in ((by_page, by_app) if first == "page" else (by_app, by_page))]
    order.refresh_from_db()

    is_possible = part in ("planned", "due", "held")
    assert offered == (is_possible, is_possible)
    # What is canceled cannot be canceled again.
    assert done == [is_possible, False]
    assert order.status == ("refunded" if is_possible else "paid")


@pytest.mark.parametrize("link", ["right", "of another order", "expired", "revoked", "made up"])
def test_link_opens_the_order_for_both_or_for_neither(client: Client, app: App, link: str) -> None:
    order = OrderFactory(paid=True)
    token = open_order(app, order)
    if link == "of another order":
        app.headers["Order-Token"] = token = OrderLink.mint(OrderFactory())
    elif link == "made up":
        app.headers["Order-Token"] = token = "x" * 43
    ended = {"expired": {"expires_at": timezone.now()}, "revoked": {"revoked_at": timezone.now()}}
    OrderLink.objects.update(**ended.get(link, {"revoked_at": None}))

    page, answer = client.get(f"/o/{token}/"), app.get(f"orders/{order.number}/")

    opened = page.status_code == 200 and page.context["order"] == order
    assert opened == (answer.status_code == 200) == (link == "right")
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("who", ["owner", "stranger", "same address, not confirmed"])
def test_account_sees_the_same_orders_in_both(app: App, who: str) -> None:
    owner = customer("ada@example.com")
    order = OrderFactory(customer=owner, email="eve@example.com")
    user = owner if who == "owner" else customer("eve@example.com", confirmed=who == "stranger")
    Order.objects.update(email="new@example.com" if who == "stranger" else "eve@example.com")
    browser = Client()
    browser.force_login(user)
    app.log_in(user)

    pages = browser.get(f"/account/orders/{order.number}/"), browser.get("/account/orders/")
    answers = app.get(f"orders/{order.number}/"), app.get("account/orders/")

    assert [one.number for one in pages[1].context["orders"]] == [one["number"] for one in answers[1].json()["results"]]
    assert (pages[0].status_code, answers[0].status_code) == ((302, 200) if who == "owner" else (404, 404))


def test_address_of_another_account_is_there_for_neither(app: App) -> None:
    eve, ada = App(Client()), customer()
    eve.log_in(customer("eve@example.com"))
    saved = eve.post("account/addresses/", {"address": ADDRESS}).json()["id"]
    browser = browser_of(ada)
    app.log_in(ada)

    pages = [browser.get(f"/account/addresses/{saved}/"), browser.post(f"/account/addresses/{saved}/", ADDRESS)]
    answer = app.send("PUT", f"account/addresses/{saved}/", {"address": {**ADDRESS, "city": "Boston"}})
    gone = browser.post(f"/account/addresses/{saved}/action/", {"action": "delete"})
    removed = app.send("DELETE", f"account/addresses/{saved}/")

    # The page's button leads back to the reader's own book, whatever it named.
    assert [page.status_code for page in (*pages, gone)] == [404, 404, 302]
    assert (answer.status_code, removed.status_code) == (404, 404)
    assert eve.get("account/addresses/").json()["results"][0]["id"] == saved
