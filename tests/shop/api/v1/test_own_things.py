"""What an account keeps and does by API: the same as on its pages, and nothing of anybody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from catalog.models import ProductTranslation, Variant
from fulfillment import pdf
from fulfillment.models import Order, OrderLink, ReturnPhoto, ReturnRequest
from shop.accounts.models import StockWatch, Wish
from shop.models import Device
from tests.customers import PASSWORD, browser_of, customer, link_in, log_in, mails, reauthenticate
from tests.factories import ListingFactory, OrderFactory, OrderLineFactory, PaymentFactory
from tests.shop.accounts.test_second_factor import code_of, with_app
from tests.shop.api.v1.app import App
from tests.shop.test_shown_currency import page_in, store

pytestmark = pytest.mark.django_db

PROOF = {"password": PASSWORD}


@pytest.fixture
def ada(app: App) -> User:
    """A customer who is logged in."""
    user = customer()
    app.log_in(user)
    return user


@pytest.fixture
def eve() -> App:
    """Another customer's app."""
    other = App(Client())
    other.log_in(customer("eve@example.com"))
    return other


@pytest.fixture
def variant() -> Variant:
    return ListingFactory(stock=3).variant


# --- wishes and stock


def test_wish_list_is_the_page_s(app: App, ada: User, variant: Variant) -> None:
    ProductTranslation.objects.create(product=variant.product, language="de", title="Leinentuch")
    app.headers["Accept-Language"] = "de"

    added = app.post("account/wishes/", {"sku": variant.sku})
    again = app.post("account/wishes/", {"sku": variant.sku})

    page = browser_of(ada).get("/account/wishes/?lang=de")
    (wish,), (shown,) = again.json()["results"], page.context["wishes"]
    assert added.status_code == 201
    assert added.json() == again.json() == app.get("account/wishes/").json()
    assert (wish["sku"], wish["title"], wish["in_stock"]) == (variant.sku, shown.title, shown.is_available)
    assert wish["title"].startswith("Leinentuch")
    assert wish["title"] in page.content.decode()


def test_wish_is_taken_off_for_its_owner_only(app: App, ada: User, eve: App, variant: Variant) -> None:
    app.post("account/wishes/", {"sku": variant.sku})

    theirs = eve.get("account/wishes/").json()["results"]
    eve.send("DELETE", f"account/wishes/?sku={variant.sku}")
    kept = Wish.objects.count()
    removed = app.send("DELETE", f"account/wishes/?sku={variant.sku}")

    assert (theirs, kept) == ([], 1)
    assert (removed.status_code, Wish.objects.count()) == (204, 0)


def test_wish_for_what_is_not_sold_is_refused(app: App, ada: User) -> None:
    assert app.post("account/wishes/", {"sku": "none"}).json()["code"] == "not_sold"


def test_guest_is_asked_before_a_mail_about_the_stock_comes(app: App, variant: Variant) -> None:
    answer = app.post("stock-watches/", {"sku": variant.sku, "email": "ada@example.com"}, Accept_Language="de")

    row = StockWatch.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"state": "asked"})
    assert (row.language, row.confirmed_at) == ("de", None)
    assert mails()[0].subject.startswith("Sollen wir")


def test_confirmed_address_of_the_account_need_not_agree(app: App, ada: User, variant: Variant) -> None:
    own = app.post("stock-watches/", {"sku": variant.sku, "email": "Ada@example.com"})
    other = app.post("stock-watches/", {"sku": variant.sku, "email": "eve@example.com"})

    assert (own.json()["state"], other.json()["state"]) == ("watching", "asked")
    assert StockWatch.objects.get(user=ada).confirmed_at


# --- the account's data and its end


def test_export_is_the_page_s(app: App, ada: User) -> None:
    OrderFactory(customer=ada)
    OrderFactory(email="eve@example.com")
    browser = browser_of(ada)
    reauthenticate(browser)
    page = json.loads(browser.get("/account/data/export.json").content)

    answer = app.post("account/export/", PROOF).json()

    assert {**answer, "exported_at": ""} == {**page, "exported_at": ""}
    assert answer["orders_count"] == 1


@pytest.mark.parametrize("path", ["export", "close", "emails", "emails/remove", "emails/primary"])
@pytest.mark.parametrize(("password", "has_app", "code"), [
    ("wrong", False, "bad_credentials"), (PASSWORD, True, "second_factor_required"),
])  # fmt: skip
def test_owner_has_to_prove_it_once_more(
    app: App, ada: User, path: str, password: str, has_app: bool, code: str
) -> None:
    if has_app:
        with_app(ada)
    more: dict[str, Any] = {"close": {"confirm": True}}.get(path, {})
    more |= {"email": "ada@example.org"} if path.startswith("emails") else {}

    answer = app.post(f"account/{path}/", {"password": password, **more})

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert User.objects.filter(pk=ada.pk).exists()


def test_second_factor_s_code_opens_it(app: App, ada: User) -> None:
    secret = with_app(ada)

    wrong = app.post("account/export/", {**PROOF, "code": "000000"})
    right = app.post("account/export/", {**PROOF, "code": code_of(secret)})

    assert (wrong.status_code, right.status_code) == (422, 200)


def test_passwords_are_not_tried_out_here(app: App, ada: User) -> None:
    codes = [app.post("account/export/", {"password": f"guess {number}"}).status_code for number in range(12)]

    assert codes[0] == 422
    assert codes[-1] == 429


def test_closed_account_is_gone_as_after_the_page(app: App, ada: User) -> None:
    OrderFactory(customer=ada, status="canceled")

    unconfirmed = app.post("account/close/", {**PROOF, "confirm": False})
    closed = app.post("account/close/", {**PROOF, "confirm": True})

    assert unconfirmed.status_code == 400
    assert closed.json() == {"orders_erased": 1, "orders_waiting": 0}
    assert not User.objects.filter(pk=ada.pk).exists()
    assert not Device.objects.exists()
    assert Order.objects.get().personal_data_erased_at
    assert app.get("account/").json()["code"] == "token_unknown"


def test_staff_are_not_closed_here(app: App) -> None:
    boss = customer("boss@example.com", is_staff=True)
    app.log_in(boss)

    assert app.post("account/close/", {**PROOF, "confirm": True}).json()["code"] == "is_staff"


# --- what the account is opened with


def test_new_password_ends_every_device_and_gives_this_one_new_tokens(app: App, ada: User) -> None:
    elsewhere = App(Client())
    elsewhere.log_in(ada)
    new = "another sentence of mine"

    answer = app.post("account/password/", {**PROOF, "new_password": new})
    old = app.get("account/").status_code
    app.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    assert answer.status_code == 200
    assert (old, elsewhere.get("account/").status_code, app.get("account/").status_code) == (401, 401, 200)
    assert log_in(Client(), password=new).status_code == 302
    assert [mail.to for mail in mails()] == [["ada@example.com"]]


@pytest.mark.parametrize(
    ("password", "new", "field"), [("wrong", "another sentence of mine", "password"), (PASSWORD, "123", "new_password")]
)
def test_password_that_the_page_refuses_is_refused(app: App, ada: User, password: str, new: str, field: str) -> None:
    answer = app.post("account/password/", {"password": password, "new_password": new})

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_address_is_added_confirmed_made_primary_and_the_old_one_removed(app: App, ada: User) -> None:
    added = app.post("account/emails/", {**PROOF, "email": "ada@example.org"})
    early = app.post("account/emails/primary/", {**PROOF, "email": "ada@example.org"})
    key = link_in(mails()[0], "/confirm-email/").rstrip("/").rpartition("/")[2]
    app.post("auth/confirm-email/", {"key": key, "password": PROOF["password"]})
    first = app.post("account/emails/remove/", {**PROOF, "email": "ada@example.com"})
    primary = app.post("account/emails/primary/", {**PROOF, "email": "ada@example.org"})
    removed = app.post("account/emails/remove/", {**PROOF, "email": "ada@example.com"})

    assert added.status_code == 202
    assert {"email": "ada@example.org", "is_confirmed": False, "is_primary": False} in added.json()["results"]
    assert (early.json()["code"], first.json()["code"]) == ("not_confirmed", "is_primary")
    assert primary.json()["results"][0]["email"] == "ada@example.org"
    assert removed.json() == app.get("account/emails/").json()
    assert removed.json()["results"] == [{"email": "ada@example.org", "is_confirmed": True, "is_primary": True}]


def test_address_of_another_account_is_out_of_reach(app: App, ada: User, eve: App) -> None:
    answer = app.post("account/emails/remove/", {**PROOF, "email": "eve@example.com"})

    assert answer.status_code == 404
    assert eve.get("account/emails/").json()["results"][0]["email"] == "eve@example.com"


# --- invoices and photos


@pytest.fixture
def order(ada: User) -> Order:
    order = OrderLineFactory(order__paid=True, order__customer=ada, order__status="shipped").order
    PaymentFactory(order=order, status="succeeded", amount=order.total)
    return order


def test_invoice_says_what_its_page_says(app: App, order: Order, eve: App) -> None:
    answer = app.get(f"orders/{order.number}/invoice/")

    page = app.client.get(f"/o/{OrderLink.mint(order)}/invoice/").content.decode()
    invoice = answer.json()
    order.refresh_from_db()
    assert invoice["number"] == order.invoice.number
    for text in (invoice["number"], order.lines.get().title):
        assert text in invoice["html"]
        assert text in page
    assert eve.get(f"orders/{order.number}/invoice/").status_code == 404
    assert eve.get(f"orders/{order.number}/invoice/pdf/").status_code == 404


def test_invoice_is_a_file_where_the_shop_makes_some(app: App, order: Order, monkeypatch) -> None:
    path = f"orders/{order.number}/invoice/pdf/"
    if pdf.is_available():
        file = app.get(path)
        assert (file["Content-Type"], file.content[:4]) == ("application/pdf", b"%PDF")
        assert file["Cache-Control"] == "no-store"

    def unavailable(*args: object, **kwargs: object) -> bytes:
        raise pdf.PdfUnavailable("no Pango")

    monkeypatch.setattr("fulfillment.invoice_document.render_pdf", unavailable)

    assert app.get(path).json()["code"] == "pdf_unavailable"


def test_order_that_is_not_paid_has_no_invoice(app: App, ada: User) -> None:
    number = OrderFactory(customer=ada).number

    assert app.get(f"orders/{number}/invoice/").json()["code"] == "no_invoice"


def test_photo_of_a_return_is_read_by_who_may_see_the_order(app: App, order: Order, eve: App) -> None:
    made = ReturnRequest.objects.create(order=order, number="R-1", key="k", reason="damaged")
    ReturnPhoto.objects.create(request=made, position=1, content=b"RIFF")

    (told,) = app.get(f"orders/{order.number}/returns/{made.number}/").json()["photos"]
    path = told.partition("/api/v1/")[2]
    photo = app.get(path)

    assert (photo.content, photo["Content-Type"], photo["Cache-Control"]) == (b"RIFF", "image/webp", "no-store")
    assert eve.get(path).status_code == 404
    assert app.get(path.replace("/1/", "/2/")).status_code == 404
    assert app.get(path.replace("/1/", "/x/")).status_code == 404


# --- shown currencies


def test_prices_are_estimated_as_on_the_page(app: App, variant: Variant) -> None:
    store("USD", "1.25")
    product = f"products/{variant.product.slug}/"

    asked = app.get(product, Accept_Currency="EUR")
    plain = app.get(product)
    card = app.get("products/", Accept_Currency="EUR").json()["results"][0]
    basket = app.post("basket/lines/", {"sku": variant.sku}, Accept_Currency="EUR").json()

    told = asked.json()["variants"][0]
    euro = {"amount": "19.92", "currency": "EUR"}
    assert told["price"] == plain.json()["variants"][0]["price"] == {"amount": "24.90", "currency": "USD"}
    assert told["estimate"] == card["estimate"] == basket["estimate"] == euro
    assert plain.json()["variants"][0]["estimate"] is None
    assert asked["ETag"] != plain["ETag"]
    assert "Accept-Currency" in asked["Vary"]
    assert "€19.92" in page_in(Client(), "EUR", variant.product.get_absolute_url())


def test_currencies_come_with_rate_and_day_and_say_what_is_charged(app: App) -> None:
    store("USD", "1.25")

    answer = app.get("currencies/").json()

    rates = {currency["code"]: currency for currency in answer["currencies"]}
    assert answer["charged"] == "USD"
    assert rates["USD"]["rate"] == "1"
    assert (rates["EUR"]["rate"], bool(rates["EUR"]["rate_date"])) == ("0.800000", True)
    assert (rates["GBP"]["rate"], rates["GBP"]["rate_date"]) == (None, None)


@pytest.mark.parametrize("asked", ["XXX", "USD", "", "€"])
def test_currency_that_is_not_offered_is_passed_over(app: App, variant: Variant, asked: str) -> None:
    store("USD", "1.25")

    answer = app.client.get("/api/v1/products/", headers={"Accept-Currency": asked})

    assert answer.json()["results"][0]["estimate"] is None
